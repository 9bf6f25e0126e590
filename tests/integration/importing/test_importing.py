"""A file becomes a dataset: taken, judged, loaded, published, recorded; or nothing at all stays."""

import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis.importing import Importer, dataset_name
from analysis.readings import Judgement, Readings
from analysis.readings.model import ANY, Choice
from core.errors import (
    CancelledError,
    DiskFullError,
    ExportError,
    FileMissingError,
    NotATableError,
    UncertainReadingError,
)
from core.progress import SilentProgress
from core.types import FileFormat, Reading
from storage.open import Storage

QUIET = SilentProgress()
ROOT = Path(__file__).resolve().parents[3]
TABLE = "id;name;betrag\n1;Tee;2,50\n2;Kaffee;3,75\n3;Milch;1,20\n"


@pytest.fixture
def importer(storage: Storage) -> Importer:
    """The importer on an empty profile."""
    return Importer(storage, Readings(storage))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small, clean file."""
    path = tmp_path / "umsatz.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def leftovers(storage: Storage) -> list[str]:
    """Return what lies in the folder where things are built, the engine's own spill folders aside."""
    return [path.name for path in storage.paths.tmp.iterdir() if not path.name.startswith("duck-")]


def test_a_file_becomes_a_recorded_dataset(importer: Importer, storage: Storage, table: Path) -> None:
    """The version is published with its ledger, the original is kept, the catalogue knows both."""
    imported = importer.import_file(table, progress=QUIET)
    storage.database.run_tx(imported.record)
    manifest = imported.manifest

    with storage.database.read() as uow:
        row = uow.datasets.require_name("umsatz")
        version = uow.versions.of(row.id)
    assert (row.row_count, version.rows, version.version) == (3, 3, 1)
    assert version.digest == manifest.digest
    assert storage.datasets.manifest(row.id, 1) == manifest
    assert pq.read_table(storage.datasets.data_file(row.id, 1)).num_rows == 3
    assert storage.sources.path(manifest.source.digest).read_bytes() == TABLE.encode()
    assert manifest.ledger.adds_up()
    assert [column.type for column in manifest.columns] == ["BIGINT", "VARCHAR", "DECIMAL(18,2)"]
    assert leftovers(storage) == []


def test_recording_twice_changes_nothing(importer: Importer, storage: Storage, table: Path) -> None:
    """A job that is run again after its commit was lost from sight does no harm."""
    imported = importer.import_file(table, progress=QUIET)
    storage.database.run_tx(imported.record)
    storage.database.run_tx(imported.record)

    with storage.database.read() as uow:
        assert uow.datasets.count() == 1
        assert uow.versions.count() == 1


def test_the_same_name_twice_gets_an_ending(importer: Importer, storage: Storage, table: Path) -> None:
    """Two imports at the same time do not take each other's name, recorded or not."""
    first = importer.import_file(table, progress=QUIET)
    second = importer.import_file(table, progress=QUIET)
    for imported in (second, first):
        storage.database.run_tx(imported.record)
    third = importer.import_file(table, progress=QUIET)

    assert [each.manifest.name for each in (first, second, third)] == ["umsatz", "umsatz~2", "umsatz~3"]


def test_replacing_makes_the_next_version(importer: Importer, storage: Storage, table: Path) -> None:
    """The dataset keeps its id; the older version stays."""
    first = importer.import_file(table, progress=QUIET)
    storage.database.run_tx(first.record)
    table.write_text(TABLE + "4;Brot;4,10\n", encoding="utf-8")
    second = importer.import_file(table, replace=True, progress=QUIET)
    storage.database.run_tx(second.record)

    with storage.database.read() as uow:
        row = uow.datasets.require_name("umsatz")
        assert (row.current_version, row.row_count) == (2, 4)
        assert uow.versions.of(row.id, 1).rows == 3
    assert second.manifest.dataset_id == first.manifest.dataset_id


def test_a_name_taken_meanwhile_is_given_way_to(importer: Importer, storage: Storage, table: Path) -> None:
    """Another process recorded the name first: this one gets the next ending."""
    other = Importer(storage, Readings(storage))
    ours, theirs = importer.import_file(table, progress=QUIET), other.import_file(table, progress=QUIET)
    storage.database.run_tx(theirs.record)
    storage.database.run_tx(ours.record)

    assert (theirs.manifest.name, ours.manifest.name) == ("umsatz", "umsatz~2")


def test_an_uncertain_file_waits_for_a_person(importer: Importer, storage: Storage, tmp_path: Path) -> None:
    """Nothing is imported; the candidates are in the error. With `auto`, the best one is taken."""
    path = tmp_path / "odd.txt"
    path.write_text("Once upon a time, there was; a text\nthat was: hardly a table, or was it\nnobody knew.\n")

    with pytest.raises(UncertainReadingError) as refused:
        importer.import_file(path, progress=QUIET)
    assert refused.value.candidates
    assert list(storage.paths.datasets.iterdir()) == []
    assert importer.import_file(path, auto=True, progress=QUIET).manifest.rows >= 2


def test_a_chosen_reading_is_believed(importer: Importer, table: Path) -> None:
    """A person's reading is not judged again; a column they keep as text is text."""
    reading = Reading(
        FileFormat.DELIMITED,
        "utf-8",
        "lf",
        ";",
        '"',
        header_rows=1,
        column_types=("VARCHAR", "VARCHAR", "VARCHAR"),
    )
    manifest = importer.import_file(table, reading=reading, progress=QUIET).manifest

    assert {column.type for column in manifest.columns} == {"VARCHAR"}


def test_a_referenced_original_is_not_copied(importer: Importer, storage: Storage, table: Path) -> None:
    """The manifest says where it lies."""
    manifest = importer.import_file(table, reference=True, progress=QUIET).manifest

    assert not manifest.source.kept
    assert Path(manifest.source.path) == table
    assert not storage.sources.path(manifest.source.digest).exists()


def test_the_file_is_free_as_soon_as_it_was_read(importer: Importer, table: Path) -> None:
    """The person's file is neither changed nor held."""
    before = table.stat()
    importer.import_file(table, progress=QUIET)

    assert table.stat().st_mtime_ns == before.st_mtime_ns
    table.unlink()


class Stopping(SilentProgress):
    """A person who stops the work once it has come so far."""

    def __init__(self, at: float) -> None:
        self.at = at

    def report(self, fraction: float, step: str = "") -> None:  # noqa: ARG002 - the protocol's signature
        if fraction >= self.at:
            raise CancelledError("The import")


@pytest.mark.parametrize("at", [0.0, 0.1, 0.25, 0.3, 0.6, 0.9, 0.95])
def test_stopped_anywhere_nothing_stays(importer: Importer, storage: Storage, table: Path, at: float) -> None:
    """Whenever it is stopped: no version, no part, no row."""
    with pytest.raises(CancelledError):
        importer.import_file(table, progress=Stopping(at))

    assert leftovers(storage) == []
    assert list(storage.paths.datasets.iterdir()) == []


class Slow(Readings):
    """A judge that only looks at a person's file once it was written anew; a kept copy it looks at at once."""

    def __init__(self, storage: Storage, original: Path) -> None:
        super().__init__(storage)
        self.original, self.rewritten = original, threading.Event()

    def judge(self, path: Path, *, name: str | None = None, choice: Choice = ANY) -> Judgement:
        if path == self.original:
            assert self.rewritten.wait(60)
        return super().judge(path, name=name, choice=choice)


class Finding(SilentProgress):
    """Does something once the file was copied, while it may still be judged."""

    def __init__(self, then: Callable[[], None]) -> None:
        self.then = then

    def report(self, fraction: float, step: str = "") -> None:
        if step == "Finding out how to read it" and fraction < 1:
            self.then()


@pytest.mark.parametrize("gone", [False, True])
def test_what_is_kept_is_what_was_judged(storage: Storage, table: Path, gone: bool) -> None:
    """The file is judged while it is copied; if it is another one by then, the copy is judged."""
    slow = Slow(storage, table)

    def rewrite() -> None:
        if gone:
            table.unlink()
        else:
            table.write_text("id|name|betrag|note\n1|Tee|2,50|x\n2|Kaffee|3,75|y\n", encoding="utf-8")
        slow.rewritten.set()

    imported = Importer(storage, slow).import_file(table, progress=Finding(rewrite))

    assert imported.manifest.reading.delimiter == ";"
    assert [column.name for column in imported.manifest.columns] == ["id", "name", "betrag"]


def test_missing_and_foreign_files_are_told(importer: Importer, storage: Storage, tmp_path: Path) -> None:
    """Their errors come through as they are, and nothing stays but the kept original."""
    photo = tmp_path / "photo.csv"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(300))
    with pytest.raises(FileMissingError):
        importer.import_file(tmp_path / "gone.csv", progress=QUIET)
    with pytest.raises(NotATableError, match="picture"):
        importer.import_file(photo, progress=QUIET)

    assert leftovers(storage) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_told_as_one(importer: Importer, tmp_path: Path, table: Path) -> None:
    """Writing the clean copy to a full disk fails with its own sentence and leaves no file."""
    out = tmp_path / "out"
    out.mkdir()
    real_open = Path.open

    def full(self: Path, *args: object, **kwargs: object) -> object:
        target = Path("/dev/full") if self.name.endswith(".part") else self
        return real_open(target, *args, **kwargs)  # type: ignore[call-overload]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(DiskFullError):
            importer.read_file(table, out, progress=QUIET)

    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("umsatz", "umsatz"),
        ("  Umsätze\n2025 ", "Umsätze 2025"),
        ("\x00\x01", "table"),
        ("売上", "売上"),
        ("a" * 500, "a" * 120),
    ],
)
def test_names_of_datasets_stay_readable(wanted: str, name: str) -> None:
    """Any script stays; what cannot be shown goes."""
    assert dataset_name(wanted) == name


def test_reading_writes_the_cells_as_found(importer: Importer, tmp_path: Path) -> None:
    """Contract 1: UTF-8, comma, line feed; cells not normalised; short records padded; a second file gets ~2."""
    path = tmp_path / "messy.csv"
    path.write_bytes('Name;Betrag\r\nMüller;1.234,50\r\n"a;b";007\r\nkurz\r\nx;y\r\n'.encode("cp1252"))
    out = tmp_path / "out"

    loaded, first = importer.read_file(path, out, progress=QUIET)
    _, second = importer.read_file(path, out, progress=QUIET)

    assert first.read_bytes() == 'Name,Betrag\nMüller,"1.234,50"\na;b,007\nkurz,\nx,y\n'.encode()
    assert [first.name, second.name] == ["messy.csv", "messy~2.csv"]
    assert first.read_bytes() == second.read_bytes()
    assert loaded.ledger.adds_up()
    assert [(flag.code, flag.line) for flag in loaded.flags] == [("short_record", 4)]
    assert sorted(p.name for p in out.iterdir()) == ["messy.csv", "messy~2.csv"]


def test_reading_other_formats_gives_csv_too(importer: Importer, tmp_path: Path) -> None:
    """Records of JSON come out as the same kind of file."""
    path = tmp_path / "list.json"
    path.write_text('[{"a": 1.50, "b": "x,y"}, {"a": 2, "b": null}]', encoding="utf-8")

    loaded, out = importer.read_file(path, tmp_path / "out", progress=QUIET)

    assert out.read_text(encoding="utf-8") == 'a,b\n1.50,"x,y"\n2,\n'
    assert loaded.rows == 2


def test_a_folder_that_cannot_be_written_is_told(importer: Importer, table: Path) -> None:
    """A file where the folder should be is an error with a sentence."""
    with pytest.raises((ExportError, DiskFullError)):
        importer.read_file(table, table, progress=QUIET)


def test_killed_in_the_middle_leaves_nothing_published(storage: Storage, tmp_path: Path) -> None:
    """Kill -9 while the table is written: no version is there, and the catalogue knows of none."""
    big = tmp_path / "big.csv"
    with big.open("wb") as file:
        file.write(b"a,b,c\n")
        for i in range(400_000):
            file.write(b'%d,"name ""%d""",%d.5\n' % (i, i, i))
    code = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from analysis.importing import Importer
        from analysis.readings import Judgement, Readings
from analysis.readings.model import ANY, Choice
        from core.config import load_config
        from core.paths import ProfilePaths
        from core.progress import SilentProgress
        from storage.open import open_storage

        class Telling(SilentProgress):
            def report(self, fraction, step=""):
                print(fraction, flush=True)

        paths = ProfilePaths(Path(sys.argv[1]))
        storage = open_storage(load_config(paths), paths)
        Importer(storage, Readings(storage)).import_file(Path(sys.argv[2]), progress=Telling())
        """
    )
    command = [sys.executable, "-c", code, str(storage.paths.root), str(big)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    for line in child.stdout:
        if float(line) > 0.4:
            break
    child.kill()
    child.wait()
    child.stdout.close()

    assert list(storage.paths.datasets.iterdir()) == []
    with storage.database.read() as uow:
        assert uow.datasets.count() == 0
