"""What a person hands over: a path, a folder, an upload."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pytest

from app.context import AppContext
from app.features.datasets import actions
from core.errors import FileMissingError, ProfileError, SourceError
from core.paths import ProfilePaths


@dataclass(frozen=True)
class _Paths:
    """As much of the context as keeping a file needs."""

    paths: ProfilePaths


@pytest.fixture
def ctx(profile: ProfilePaths) -> AppContext:
    """A context whose profile is there and whose floors are not needed."""
    return cast(AppContext, _Paths(profile))


def test_a_file_is_itself(tmp_path: Path) -> None:
    """A path to a file opens that file."""
    file = tmp_path / "a.csv"
    file.write_text("a\n1\n")

    assert actions.files_of(file) == [file]


def test_a_folder_is_its_files_by_name(tmp_path: Path) -> None:
    """Hidden files and folders below are nobody's data."""
    for name in ("b.csv", "a.csv", ".hidden"):
        (tmp_path / name).write_text("x")
    (tmp_path / "below").mkdir()

    assert [file.name for file in actions.files_of(tmp_path)] == ["a.csv", "b.csv"]


def test_a_folder_without_files_is_told(tmp_path: Path) -> None:
    """Nothing to open is said, not shown as an empty page."""
    empty = tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(SourceError, match="without files"):
        actions.files_of(empty)


def test_a_path_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    """A typing error in a path names the file that is not there."""
    with pytest.raises(FileMissingError, match=r"'umsatz\.csv' does not exist"):
        actions.files_of(tmp_path / "umsatz.csv")


def test_an_upload_keeps_its_name_and_its_bytes(ctx: AppContext) -> None:
    """The dataset will be called after the file, so the name must survive."""
    content = bytes(range(256)) * 10_000

    kept = actions.keep_upload(ctx, "Umsätze 2025.csv", io.BytesIO(content))

    assert kept.name == "Umsätze 2025.csv"
    assert kept.read_bytes() == content


@pytest.mark.parametrize("name", ["../../evil.csv", "C:\\Users\\me\\evil.csv", "/etc/evil.csv"])
def test_an_upload_stays_in_its_folder_whatever_it_is_called(ctx: AppContext, name: str) -> None:
    """A name is not a path."""
    kept = actions.keep_upload(ctx, name, io.BytesIO(b"a"))

    assert kept.name == "evil.csv"
    assert kept.parent.parent == ctx.paths.uploads


def test_uploads_of_one_name_do_not_meet(ctx: AppContext) -> None:
    """Two people call their file data.csv."""
    first = actions.keep_upload(ctx, "data.csv", io.BytesIO(b"1"))
    second = actions.keep_upload(ctx, "data.csv", io.BytesIO(b"2"))

    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")


def test_an_upload_that_cannot_be_written_leaves_nothing(ctx: AppContext) -> None:
    """A full disk is told, and half a file is not kept."""

    class _Full(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise OSError(28, "No space left on device")
            return super().read(4 if size is None or size > 4 else size)

    with pytest.raises(ProfileError, match="is full"):
        actions.keep_upload(ctx, "big.csv", cast(IO[bytes], _Full(b"12345678")))
    assert list(ctx.paths.uploads.iterdir()) == []


def test_a_used_upload_is_removed_and_a_persons_own_file_is_not(ctx: AppContext, tmp_path: Path) -> None:
    """Only what the page itself wrote is cleaned up."""
    own = tmp_path / "own" / "data.csv"
    own.parent.mkdir()
    own.write_text("x")
    upload = actions.keep_upload(ctx, "data.csv", io.BytesIO(b"1"))

    actions.discard_upload(ctx, upload)
    actions.discard_upload(ctx, own)

    assert not upload.parent.exists()
    assert own.exists()
