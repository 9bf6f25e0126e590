"""A file is there whole or not at all, in the place a person chose and nowhere else."""

import contextlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pyarrow as pa
import pytest

from analysis.export import FORMATS, Exporter, Format
from analysis.export import sheet as sheet_module
from core.errors import BestandError, CancelledError, DiskFullError, ExportError, QueryFailedError
from core.types import Manifest
from storage.database.unit_of_work import UnitOfWork
from storage.open import Storage
from tests.mounts import read_only_view, tiny_disk
from tests.tables import add_dataset

ROWS = 30_000


@pytest.fixture
def dataset(storage: Storage) -> Manifest:
    """A dataset of some blocks."""
    return add_dataset(storage, "numbers", f"select range as i, 'text ' || range as t from range({ROWS})")


class StopAt:
    """Progress whose person stops the work when the fraction or the number of reports is reached."""

    def __init__(self, reports: int) -> None:
        self._left = reports

    def report(self, fraction: float, step: str = "") -> None:
        """Count down, then stop."""
        assert 0 <= fraction <= 1
        assert step
        self._left -= 1
        if self._left <= 0:
            raise CancelledError("The export")

    def interruptible(self, interrupt: Callable[[], None]) -> AbstractContextManager[None]:
        """Never interrupt."""
        del interrupt
        return nullcontext()


def left_in(folder: Path) -> list[str]:
    """What lies in a folder besides the profile, hidden files included."""
    return sorted(path.name for path in folder.iterdir() if path.name != "profile")


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_file_that_is_there_is_not_touched(
    exporter: Exporter, dataset: Manifest, tmp_path: Path, fmt: Format
) -> None:
    """Without a word nothing is replaced; with it the whole file is."""
    target = tmp_path / f"a.{fmt}"
    target.write_text("mine", encoding="utf-8")

    with pytest.raises(ExportError, match="already there"):
        exporter.export((dataset.dataset_id, 1), target, fmt)
    assert target.read_text(encoding="utf-8") == "mine"

    exporter.export((dataset.dataset_id, 1), target, fmt, overwrite=True)
    assert target.read_bytes() != b"mine"
    assert left_in(tmp_path) == [target.name]


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("reports", [1, 2])
@pytest.mark.parametrize("fmt", FORMATS)
def test_a_stopped_export_leaves_nothing(
    exporter: Exporter, dataset: Manifest, tmp_path: Path, fmt: Format, reports: int, overwrite: bool
) -> None:
    """Stopped in the middle or at the very end: no file, no part, and an older file stays as it was."""
    target = tmp_path / f"a.{fmt}"
    if overwrite:
        target.write_text("mine", encoding="utf-8")

    with pytest.raises(CancelledError):
        exporter.export((dataset.dataset_id, 1), target, fmt, progress=StopAt(reports), overwrite=overwrite)

    assert left_in(tmp_path) == ([target.name] if overwrite else [])
    assert not overwrite or target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_question_that_fails_leaves_nothing(
    exporter: Exporter, storage: Storage, tmp_path: Path, fmt: Format
) -> None:
    """An error in the middle of an answer is the question's, and there is no half file."""
    add_dataset(storage, "mixed", pa.table({"t": ["1"] * 200_000 + ["x"]}))

    with pytest.raises(QueryFailedError, match="Could not convert string 'x'"):
        exporter.export("select cast(t as int) as i from mixed", tmp_path / f"a.{fmt}", fmt)

    assert left_in(tmp_path) == []


def test_a_full_disk_is_told_and_leaves_nothing(exporter: Exporter, storage: Storage, tmp_path: Path) -> None:
    """A real disk without room: the error says so, and what was written is taken back."""
    large = add_dataset(storage, "large", "select md5(range::varchar) as m from range(100000)")
    with tiny_disk(tmp_path / "disk", mib=1) as disk:
        for fmt in FORMATS:
            with pytest.raises(DiskFullError, match="is full"):
                exporter.export((large.dataset_id, 1), disk / f"a.{fmt}", fmt)
            assert list(disk.iterdir()) == []


def test_wrong_places_are_told(exporter: Exporter, dataset: Manifest, tmp_path: Path) -> None:
    """A folder, a missing folder, a name no disk takes: one sentence each, before any work."""
    what = (dataset.dataset_id, 1)
    (tmp_path / "folder.csv").mkdir()

    for target, message in [
        (tmp_path / "folder.csv", "is a folder"),
        (tmp_path / "nowhere" / "a.csv", "There is no folder"),
        (tmp_path / ("x" * 300 + ".csv"), "cannot be written"),
    ]:
        with pytest.raises(ExportError, match=message):
            exporter.export(what, target, "csv", overwrite=True)
    assert left_in(tmp_path) == ["folder.csv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_replaced(exporter: Exporter, dataset: Manifest, tmp_path: Path) -> None:
    """What is no ordinary file is left alone, whatever was allowed."""
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(ExportError, match="no ordinary file"):
        exporter.export((dataset.dataset_id, 1), tmp_path / "pipe.csv", "csv", overwrite=True)


def test_a_folder_that_cannot_be_written_is_told(exporter: Exporter, dataset: Manifest, tmp_path: Path) -> None:
    """The system's refusal reaches the person with its reason."""
    (tmp_path / "folder").mkdir()
    with read_only_view(tmp_path / "folder", tmp_path / "view") as view, pytest.raises(ExportError) as caught:
        exporter.export((dataset.dataset_id, 1), view / "a.csv", "csv")

    assert "cannot be written: read-only file system." in str(caught.value)


@pytest.mark.parametrize("place", ["datasets", "sources", "cache", "."])
def test_the_profile_is_never_exported_into(
    exporter: Exporter, dataset: Manifest, storage: Storage, tmp_path: Path, place: str
) -> None:
    """No export can replace what Bestand keeps, not even by a link to its folder."""
    link = tmp_path / "link"
    link.symlink_to(storage.paths.root / place, target_is_directory=True)

    for target in (storage.paths.root / place / "a.csv", link / "a.csv", storage.paths.exports / ".." / "a.csv"):
        with pytest.raises(ExportError, match="lies inside the profile"):
            exporter.export((dataset.dataset_id, 1), target, "csv", overwrite=True)


def test_the_exports_folder_of_the_profile_is_for_exports(
    exporter: Exporter, dataset: Manifest, storage: Storage
) -> None:
    """The page writes there."""
    target = storage.paths.exports / "a.csv"

    exporter.export((dataset.dataset_id, 1), target, "csv")

    assert target.read_text(encoding="utf-8").count("\n") == ROWS + 1


@pytest.mark.parametrize("kept", [False, True])
def test_an_original_that_is_only_referred_to_is_not_replaced(
    exporter: Exporter, dataset: Manifest, storage: Storage, tmp_path: Path, kept: bool
) -> None:
    """Some originals lie where the person has them, and nowhere else; a kept one may be replaced."""
    original = tmp_path / "original.csv"
    original.write_text("mine", encoding="utf-8")

    def refer(uow: UnitOfWork) -> None:
        version = uow.versions.of(dataset.dataset_id)
        manifest = json.loads(version.manifest)
        manifest["source"] |= {"path": str(original), "kept": kept}
        uow.versions.update(version, manifest=json.dumps(manifest))

    storage.database.run_tx(refer)

    with contextlib.nullcontext() if kept else pytest.raises(ExportError, match="is the original"):
        exporter.export("select 1 as a", original, "csv", overwrite=True)
    assert original.read_text(encoding="utf-8") == ("a\n1\n" if kept else "mine")


def test_a_link_is_replaced_not_followed(
    exporter: Exporter, dataset: Manifest, storage: Storage, tmp_path: Path
) -> None:
    """A link that points into the profile does not open it."""
    victim = storage.datasets.data_file(dataset.dataset_id, 1)
    before = victim.read_bytes()
    (tmp_path / "a.csv").symlink_to(victim)

    exporter.export((dataset.dataset_id, 1), tmp_path / "a.csv", "csv", overwrite=True)

    assert victim.read_bytes() == before
    assert not (tmp_path / "a.csv").is_symlink()


def test_a_file_that_appears_meanwhile_stays(exporter: Exporter, dataset: Manifest, tmp_path: Path) -> None:
    """Between the first look and the end somebody else may have written there: his file is kept."""
    target = tmp_path / "a.csv"

    class Meanwhile(StopAt):
        def report(self, fraction: float, step: str = "") -> None:
            super().report(fraction, step)
            target.write_text("theirs", encoding="utf-8")

    with pytest.raises(ExportError, match="already there"):
        exporter.export((dataset.dataset_id, 1), target, "csv", progress=Meanwhile(99))

    assert target.read_text(encoding="utf-8") == "theirs"
    assert left_in(tmp_path) == ["a.csv"]


def test_two_exports_into_one_name(exporter: Exporter, dataset: Manifest, tmp_path: Path) -> None:
    """One of them wins, the other is told; the file is whole."""
    target = tmp_path / "a.csv"
    told: list[str] = []

    def export() -> None:
        try:
            exporter.export((dataset.dataset_id, 1), target, "csv")
        except ExportError as error:
            told.append(str(error))

    threads = [threading.Thread(target=export) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 3
    assert target.read_text(encoding="utf-8").count("\n") == ROWS + 1
    assert left_in(tmp_path) == ["a.csv"]


def test_more_rows_than_a_sheet_has_are_told(
    exporter: Exporter, dataset: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dataset is refused before anything is written, an answer as soon as it is too long."""
    monkeypatch.setattr(sheet_module, "MAX_ROWS", ROWS - 1)

    for what in ((dataset.dataset_id, 1), "from numbers"):
        with pytest.raises(ExportError, match="holds 29,999 rows below its header"):
            exporter.export(what, tmp_path / "a.xlsx", "xlsx")
    assert left_in(tmp_path) == []

    monkeypatch.setattr(sheet_module, "MAX_ROWS", ROWS)
    assert exporter.export("from numbers", tmp_path / "a.xlsx", "xlsx").rows == ROWS


def test_more_columns_than_a_sheet_has_are_told(exporter: Exporter, tmp_path: Path) -> None:
    """The limit is Excel's own."""
    sql = f"select {', '.join(f'{i} as c{i}' for i in range(sheet_module.MAX_COLUMNS + 1))}"

    with pytest.raises(ExportError, match="16,384 columns, and there are 16,385"):
        exporter.export(sql, tmp_path / "a.xlsx", "xlsx")


def test_temporary_files_of_a_stopped_sheet_are_removed(
    exporter: Exporter, dataset: Manifest, storage: Storage, tmp_path: Path
) -> None:
    """The library's own temporary files do not pile up in the profile."""
    before = sorted(storage.paths.tmp.rglob("*"))

    with pytest.raises(CancelledError):
        exporter.export((dataset.dataset_id, 1), tmp_path / "a.xlsx", "xlsx", progress=StopAt(1))

    assert sorted(storage.paths.tmp.rglob("*")) == before


@pytest.mark.parametrize(
    "sql", ["explain select 1", "attach 'x'", "select 1; select 2", "select * from 'x.csv'", ""]
)
def test_what_is_no_question_is_not_exported(exporter: Exporter, tmp_path: Path, sql: str) -> None:
    """Both walls stand before an export, too."""
    with pytest.raises(BestandError):
        exporter.export(sql, tmp_path / "a.csv", "csv")

    assert left_in(tmp_path) == []


def test_an_unknown_format_is_told(exporter: Exporter, dataset: Manifest, tmp_path: Path) -> None:
    """The error names those there are."""
    with pytest.raises(ExportError, match="'docx' is no format") as caught:
        exporter.export((dataset.dataset_id, 1), tmp_path / "a.docx", "docx")  # type: ignore[arg-type]

    assert "parquet" in caught.value.hint
    assert left_in(tmp_path) == []
