"""Originals: hashed once, kept by content, read-only; each kind of bad file has its own words."""

import io
import os
import socket
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import pytest
from blake3 import blake3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import (
    CancelledError,
    FileChangedError,
    FileMissingError,
    FileUnreadableError,
    NotATableError,
)
from core.fingerprint import CHUNK_BYTES
from core.paths import ProfilePaths
from core.progress import Progress, SilentProgress
from core.types import SourceRef
from storage.durable import write_all
from storage.sources import SourceStore

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


class Watching:
    """Progress that remembers, and calls back at each report."""

    def __init__(self, then: Callable[[float], None] = lambda _fraction: None) -> None:
        self.fractions: list[float] = []
        self._then = then

    def report(self, fraction: float, step: str = "") -> None:
        del step
        self.fractions.append(fraction)
        self._then(fraction)

    def interruptible(self, interrupt: Callable[[], None]) -> AbstractContextManager[None]:
        del interrupt
        return nullcontext()


def a_file(folder: Path, content: bytes, name: str = "umsatz.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def kept_by(
    store: SourceStore,
    path: Path,
    *,
    progress: Progress,
    reference: bool = False,
    each_chunk: Callable[[bytes], None] | None = None,
) -> tuple[SourceRef, Path]:
    """Take a file and keep it; return what is known of it and where it lies."""
    with store.take(path, progress=progress, reference=reference, each_chunk=each_chunk) as taken:
        return taken.ref, taken.keep()


def kept_files(profile: ProfilePaths) -> list[Path]:
    return [path for path in profile.sources.rglob("*") if path.is_file()]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.just(b"x" * (CHUNK_BYTES * 2 + 17))), reference=st.booleans())
def test_the_bytes_to_read_are_the_bytes_that_were_hashed(
    profile: ProfilePaths, tmp_path: Path, *, content: bytes, reference: bool
) -> None:
    """Copy or reference: same content, its true digest and size, and each chunk was shown once, in order."""
    path = a_file(tmp_path, content)
    seen: list[bytes] = []
    store = SourceStore(profile)
    ref, to_read = kept_by(store, path, progress=SilentProgress(), reference=reference, each_chunk=seen.append)
    assert to_read.read_bytes() == content == b"".join(seen)
    assert ref.digest == blake3(content).hexdigest()
    assert (ref.name, ref.size_bytes, ref.kept) == ("umsatz.csv", len(content), not reference)
    assert to_read == (path if reference else store.path(ref.digest))


def test_one_content_is_kept_once(profile: ProfilePaths, tmp_path: Path) -> None:
    """The same bytes under two names are one file, read-only, and nothing stays in tmp/."""
    store = SourceStore(profile)
    first, kept = kept_by(store, a_file(tmp_path, b"a;b\n1;2\n"), progress=SilentProgress())
    second, again = kept_by(store, a_file(tmp_path, b"a;b\n1;2\n", "kopie.csv"), progress=SilentProgress())
    assert (first.digest, kept) == (second.digest, again)
    assert (first.name, second.name) == ("umsatz.csv", "kopie.csv")
    assert kept_files(profile) == [kept]
    assert not kept.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert list(profile.tmp.iterdir()) == []


def test_a_kept_file_that_was_cut_is_replaced(profile: ProfilePaths, tmp_path: Path) -> None:
    """A copy of the wrong size is not trusted."""
    store = SourceStore(profile)
    path = a_file(tmp_path, b"a;b\n1;2\n")
    _, kept = kept_by(store, path, progress=SilentProgress())
    kept.chmod(0o600)
    kept.write_bytes(b"a;b")
    assert kept_by(store, path, progress=SilentProgress())[1].read_bytes() == b"a;b\n1;2\n"


def test_the_persons_file_is_left_as_it_was(profile: ProfilePaths, tmp_path: Path) -> None:
    """Content, times of change and rights stay, and the file is closed afterwards."""
    path = a_file(tmp_path, b"a\n1\n")
    path.chmod(0o640)
    before = path.stat()
    kept_by(SourceStore(profile), path, progress=SilentProgress())
    after = path.stat()
    assert (before.st_mtime_ns, before.st_mode, before.st_ino) == (after.st_mtime_ns, after.st_mode, after.st_ino)
    if Path("/proc/self/fd").exists():
        handles = [link for link in Path("/proc/self/fd").iterdir() if link.exists()]
        assert path not in {link.readlink() for link in handles}


def test_progress_ends_at_the_whole(profile: ProfilePaths, tmp_path: Path) -> None:
    """The fraction only grows and ends at 1."""
    progress = Watching()
    kept_by(SourceStore(profile), a_file(tmp_path, b"x" * (CHUNK_BYTES * 3)), progress=progress)
    assert progress.fractions == sorted(progress.fractions)
    assert progress.fractions[-1] == 1.0
    assert len(progress.fractions) == 3


def test_a_stop_keeps_nothing(profile: ProfilePaths, tmp_path: Path) -> None:
    """A person who stops the import in the middle leaves no copy behind."""

    def stop(fraction: float) -> None:
        if fraction > 0.5:
            raise CancelledError("The import")

    with pytest.raises(CancelledError):
        kept_by(SourceStore(profile), a_file(tmp_path, b"x" * (CHUNK_BYTES * 3)), progress=Watching(stop))
    assert kept_files(profile) == []
    assert list(profile.tmp.iterdir()) == []


@pytest.mark.parametrize("reference", [True, False])
@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    profile: ProfilePaths, tmp_path: Path, change: str, *, reference: bool
) -> None:
    """Nobody gets a mixture of two states; nothing is kept."""
    path = a_file(tmp_path, b"x" * (CHUNK_BYTES * 2))

    def disturb(_fraction: float) -> None:
        if change == "grow":
            with path.open("ab") as file:
                file.write(b"more")
        elif change == "shrink":
            os.truncate(path, CHUNK_BYTES)
        else:
            with path.open("r+b") as file:
                file.write(b"y")
            os.utime(path, ns=(1, 1))

    with pytest.raises(FileChangedError, match=r"'umsatz\.csv' changed while") as caught:
        kept_by(SourceStore(profile), path, progress=Watching(disturb), reference=reference)
    assert caught.value.retryable
    assert kept_files(profile) == []


def test_a_reference_that_changed_later_is_found(profile: ProfilePaths, tmp_path: Path) -> None:
    """After the work it can be asked whether the file still is the one that was hashed."""
    store = SourceStore(profile)
    path = a_file(tmp_path, b"a\n1\n")
    ref, _ = kept_by(store, path, progress=SilentProgress(), reference=True)
    store.check_unchanged(ref)
    path.write_bytes(b"a\n22\n")
    with pytest.raises(FileChangedError):
        store.check_unchanged(ref)
    path.unlink()
    with pytest.raises(FileMissingError):
        store.check_unchanged(ref)


def test_a_kept_source_needs_no_original(profile: ProfilePaths, tmp_path: Path) -> None:
    """What happens to the person's file afterwards does not matter."""
    store = SourceStore(profile)
    path = a_file(tmp_path, b"a\n1\n")
    ref, _ = kept_by(store, path, progress=SilentProgress())
    path.unlink()
    store.check_unchanged(ref)


def test_what_is_written_in_part_is_written_to_its_end() -> None:
    """On a disk that is nearly full a write may take some bytes only and say so by their number."""
    got = bytearray()

    class Sparing(io.RawIOBase):
        """Takes at most a thousand bytes at once."""

        def write(self, data: "Buffer", /) -> int:
            taken = bytes(data)[:1000]
            got.extend(taken)
            return len(taken)

    content = os.urandom(30_500)
    write_all(cast("BinaryIO", Sparing()), content)

    assert bytes(got) == content


def test_each_bad_file_has_its_own_words(profile: ProfilePaths, tmp_path: Path) -> None:
    """Missing, a folder, a pipe, a device, a socket, a loop of links: named, at once, without hanging."""
    store = SourceStore(profile)
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    a_file(tmp_path, b"x", "file.csv")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s.csv"))
    cases: dict[Path, tuple[type[Exception], str]] = {
        tmp_path / "missing.csv": (FileMissingError, r"'missing\.csv' does not exist"),
        tmp_path / "dangling.csv": (FileMissingError, r"'dangling\.csv' does not exist"),
        tmp_path / "file.csv" / "below": (FileMissingError, "'below' does not exist"),
        tmp_path: (NotATableError, "is a folder"),
        tmp_path / "pipe.csv": (NotATableError, "a device or a pipe"),
        tmp_path / "s.csv": (NotATableError, "a device or a pipe"),
        Path("/dev/zero"): (NotATableError, "a device or a pipe"),
        tmp_path / "loop.csv": (FileUnreadableError, "cannot be read"),
        tmp_path / ("n" * 300): (FileUnreadableError, "cannot be read"),
        tmp_path / "nul\0.csv": (FileUnreadableError, "cannot be read"),
    }
    for path, (kind, words) in cases.items():
        with pytest.raises(kind, match=words):
            kept_by(store, path, progress=SilentProgress())
    assert list(profile.tmp.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_the_right_to_read_is_told(profile: ProfilePaths, tmp_path: Path) -> None:
    """The message says that it may not be read, not that it is missing."""
    path = a_file(tmp_path, b"x")
    path.chmod(0)
    with pytest.raises(FileUnreadableError, match="Permission denied"):
        kept_by(SourceStore(profile), path, progress=SilentProgress())


def test_a_name_that_is_no_text_is_made_readable(profile: ProfilePaths, tmp_path: Path) -> None:
    """A name in an old encoding does not stop an import, nor break what is stored of it."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/ums\xe4tze.csv"))
    path.write_bytes(b"a\n1\n")
    ref, _ = kept_by(SourceStore(profile), path, progress=SilentProgress())
    assert ref.name == "ums\ufffdtze.csv"
    assert ref.name.encode()


def test_a_failing_read_says_so(profile: ProfilePaths) -> None:
    """A disk that fails while reading is the file's trouble, not the profile's."""
    if not Path("/proc/self/mem").exists():
        pytest.skip("needs a file that can be opened and whose reading fails")
    with pytest.raises(FileUnreadableError, match="cannot be read"):
        kept_by(SourceStore(profile), Path("/proc/self/mem"), progress=SilentProgress())
    assert kept_files(profile) == []


def test_a_copy_nobody_kept_is_gone(profile: ProfilePaths, tmp_path: Path) -> None:
    """An import that fails after its file was read leaves no copy that fills the disk."""
    store = SourceStore(profile)
    with store.take(a_file(tmp_path, b"a\n1\n"), progress=SilentProgress()) as taken:
        assert taken.path.read_bytes() == b"a\n1\n"
    assert kept_files(profile) == []
    assert list(profile.tmp.iterdir()) == []
