"""A reading that was accepted is replayed on the next file; what was set right by hand is set right again."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis.choosing import Wish
from analysis.importing import Importer
from analysis.ledgers import LedgerQuery, Ledgers
from analysis.readings import Readings
from analysis.readings.corrections import correction_of
from analysis.saved_readings import SavedReadings, read_reading_file, reading_of_manifest
from core.errors import (
    ColumnNotFoundError,
    ExportError,
    FileMissingError,
    ReadingDriftError,
    ReadingFileError,
    RevisionConflictError,
    SavedReadingNotFoundError,
)
from core.progress import SilentProgress
from core.types import Manifest
from storage.open import Storage

QUIET = SilentProgress()
HEAD = "Bericht Januar\n\nDatum;Filiale;Betrag\n"
ROWS = "".join(f"{i % 28 + 1:02}.01.2025;Köln {i};{i}.{i:03},50\n" for i in range(1, 30))
BAD = "30.01.2025;Bonn;1;2,50\n"


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


@pytest.fixture
def importer(storage: Storage, readings: Readings) -> Importer:
    """The importer on an empty profile."""
    return Importer(storage, readings)


@pytest.fixture
def saved(storage: Storage, readings: Readings) -> SavedReadings:
    """The saved readings of the profile."""
    return SavedReadings(storage, readings)


def run(storage: Storage, importer: Importer, path: Path, wish: Wish | None = None, **more: object) -> Manifest:
    """Import a file and record it."""
    imported = importer.import_file(path, wish=wish, progress=QUIET, **more)  # type: ignore[arg-type]  # as named
    storage.database.run_tx(imported.record)
    return imported.manifest


def file(folder: Path, name: str, text: str, encoding: str = "windows-1252") -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def rows(storage: Storage, manifest: Manifest) -> list[dict[str, object]]:
    """The rows of a version."""
    found: list[dict[str, object]] = pq.read_table(
        storage.datasets.data_file(manifest.dataset_id, manifest.version)
    ).to_pylist()
    return found


def test_a_correction_is_applied_and_kept_with_its_bytes(
    storage: Storage, importer: Importer, tmp_path: Path
) -> None:
    """The line becomes what it shall say, is counted as repaired, and the ledger keeps what stood there."""
    path = file(tmp_path, "umsatz_2025-01.csv", HEAD + ROWS + BAD)
    first = run(storage, importer, path)
    ledgers = Ledgers(storage)
    (entry,) = ledgers.page(first, LedgerQuery(actions=("repaired",))).entries
    assert entry.text == BAD.strip()
    one = correction_of(entry.line, entry.raw, "30.01.2025;Bonn;2,50", was=entry.text)
    second = run(
        storage, importer, path, Wish(reading=first.reading, corrections=(one,)), replace=True, name=first.name
    )

    assert (second.version, second.corrections) == (2, (one,))
    assert second.ledger.adds_up()
    assert rows(storage, second)[-1]["Filiale"] == "Bonn"
    (kept,) = ledgers.page(second, LedgerQuery(actions=("repaired",))).entries
    assert (kept.raw, kept.reason) == (entry.raw, "corrected")


def test_the_next_version_of_a_dataset_has_its_corrections(
    storage: Storage, importer: Importer, tmp_path: Path
) -> None:
    """Without being asked for; a line that is gone is told, not skipped."""
    path = file(tmp_path, "a.csv", HEAD + ROWS + BAD)
    first = run(storage, importer, path)
    raw = BAD.strip().encode("windows-1252")
    line = HEAD.count("\n") + ROWS.count("\n") + 1
    one = correction_of(line, raw, "30.01.2025;Bonn;2,50", was=BAD.strip())
    run(storage, importer, path, Wish(reading=first.reading, corrections=(one,)), replace=True, name="a")
    longer = file(tmp_path, "a.csv", HEAD + "01.01.2025;neu;1,00\n" + ROWS + BAD)
    third = run(storage, importer, longer, replace=True, name="a")
    assert [(c.line, c.text) for c in third.corrections] == [(line + 1, one.text)]

    without = file(tmp_path, "a.csv", HEAD + ROWS)
    fourth = run(storage, importer, without, replace=True, name="a")
    assert fourth.corrections == ()
    assert ("correction_lost", line + 1) in {(flag.code, flag.line) for flag in fourth.flags}


def test_a_saved_reading_is_found_and_replayed(
    storage: Storage, importer: Importer, saved: SavedReadings, tmp_path: Path
) -> None:
    """The same columns are the same kind of file; nobody is asked, the types are those of before."""
    first = run(storage, importer, file(tmp_path, "umsatz_2025-01.csv", HEAD + ROWS))
    assert [column.type for column in first.columns] == ["DATE", "VARCHAR", "DECIMAL(18,2)"]
    saved.save(reading_of_manifest(first, "umsatz"))
    whole = "Datum;Filiale;Betrag\n".join(["Bericht Februar\n\n", "03.02.2025;Ulm;4\n04.02.2025;Ulm;5\n" * 10])
    second = run(storage, importer, file(tmp_path, "umsatz_2025-02.csv", whole))

    assert second.saved_reading == "umsatz"
    assert [column.type for column in second.columns] == ["DATE", "VARCHAR", "DECIMAL(18,2)"]
    assert storage.datasets.manifest(second.dataset_id, 1).saved_reading == "umsatz"
    other = run(storage, importer, file(tmp_path, "umsatz_2025-03.csv", whole), Wish(fresh=True))
    assert other.saved_reading is None


def test_what_does_not_fit_is_asked_about(
    storage: Storage, importer: Importer, saved: SavedReadings, tmp_path: Path
) -> None:
    """Every difference is told in words; nothing is imported unless somebody says so."""
    first = run(storage, importer, file(tmp_path, "umsatz_2025-01.csv", HEAD + ROWS))
    saved.save(reading_of_manifest(first, "umsatz"))
    changed = (HEAD + ROWS).replace("Filiale", "Kunde").replace("05.01.2025", "heute")
    path = file(tmp_path, "umsatz_2025-02.csv", changed)
    with pytest.raises(ReadingDriftError, match="The column 'Filiale' is missing") as refused:
        run(storage, importer, path)
    told = {getattr(one, "kind", "") for one in refused.value.drift}
    assert told == {"missing_column", "new_column", "type"}
    with storage.database.read() as uow:
        assert uow.datasets.by_name("umsatz_2025-02") is None

    taken = run(storage, importer, path, Wish(auto=True))
    assert [column.type for column in taken.columns] == ["DATE", "VARCHAR", "DECIMAL(18,2)"]
    assert {flag.code for flag in taken.flags if flag.column == "Datum"} == {"does_not_fit"}
    assert taken.ledger.repaired == 1


def test_a_column_that_changes_far_down_is_asked_about_too(
    storage: Storage, importer: Importer, saved: SavedReadings, tmp_path: Path
) -> None:
    """What the beginning did not show stops the import before anything is published."""
    body = "".join(f"{i};x\n" for i in range(30_000))
    first = run(storage, importer, file(tmp_path, "k_1.csv", "n;t\n" + body))
    saved.save(reading_of_manifest(first, "k"))
    path = file(tmp_path, "k_2.csv", "n;t\n" + body + "ende;y\n")
    with pytest.raises(ReadingDriftError, match="'n'"):
        run(storage, importer, path)


def test_another_kind_of_file_is_left_alone(
    storage: Storage, importer: Importer, saved: SavedReadings, tmp_path: Path
) -> None:
    """A saved reading does not stand in the way of files it was not made for."""
    first = run(storage, importer, file(tmp_path, "umsatz_2025-01.csv", HEAD + ROWS))
    saved.save(reading_of_manifest(first, "umsatz"))
    other = run(storage, importer, file(tmp_path, "kunden.csv", "id,name\n1,a\n2,b\n3,c\n"))

    assert other.saved_reading is None


def test_readings_are_kept_under_names(
    storage: Storage, importer: Importer, saved: SavedReadings, tmp_path: Path
) -> None:
    """One name, one reading; deleted ones come back; a name that is missing is told with the nearest."""
    first = run(storage, importer, file(tmp_path, "umsatz_2025-01.csv", HEAD + ROWS))
    one = reading_of_manifest(first, "umsatz")
    saved.save(one)
    with pytest.raises(RevisionConflictError):
        saved.save(one)
    saved.save(one, replace_it=True)
    assert saved.get("umsatz") == one
    gone = saved.delete("umsatz")
    assert saved.list_by_name() == []
    with pytest.raises(SavedReadingNotFoundError):
        saved.get("umsatz")
    assert saved.restore(gone) == "umsatz"
    with pytest.raises(SavedReadingNotFoundError, match="'umsatz'"):
        saved.get("umsats")


def test_a_file_that_is_no_reading_is_refused(tmp_path: Path) -> None:
    """With a sentence about the file, whatever it holds."""
    with pytest.raises(FileMissingError):
        read_reading_file(tmp_path / "none.toml")
    for content in (b"\xff\xfe", b"form = 9", b"\0" * 100):
        path = tmp_path / "x.toml"
        path.write_bytes(content)
        with pytest.raises(ReadingFileError):
            read_reading_file(path)


def test_a_type_is_asked_for_by_the_columns_name(storage: Storage, importer: Importer, tmp_path: Path) -> None:
    """A name that is not there is an error before anything is written."""
    path = file(tmp_path, "a.csv", "plz;n\n01067;1\n01069;x\n" * 5)
    with pytest.raises(ColumnNotFoundError, match="plz"):
        run(storage, importer, path, Wish(types=(("pls", "BIGINT"),)))
    made = run(storage, importer, path, Wish(types=(("plz", "BIGINT"),)))

    assert made.columns[0].type == "BIGINT"


def test_a_ledger_is_read_page_by_page(storage: Storage, importer: Importer, tmp_path: Path) -> None:
    """Every line that was not simply loaded is on one page, in order; searching finds letters of any kind."""
    noise = "".join(f"{i % 28 + 1:02}.01.2025;Köln {i};1,50;zu viel {i}\n" for i in range(250))
    reading = run(storage, importer, file(tmp_path, "b.csv", HEAD + ROWS)).reading
    path = file(tmp_path, "a.csv", HEAD + ROWS + noise + ROWS)
    manifest = run(storage, importer, path, Wish(reading=reading))
    ledgers = Ledgers(storage)
    pages = [ledgers.page(manifest, LedgerQuery(offset=at, limit=100)) for at in range(0, 300, 100)]
    lines = [entry.line for page in pages for entry in page.entries]

    assert lines == sorted(set(lines))
    assert len(lines) == pages[0].total == sum(pages[0].counts.values())
    repaired = [entry for entry in ledgers.entries(manifest) if entry.action == "repaired"]
    assert len(repaired) == manifest.ledger.repaired == 250
    assert all(entry.messages for entry in repaired)
    assert [e.text.split(";")[1] for e in ledgers.page(manifest, LedgerQuery(search="köln 17;")).entries] == [
        "Köln 17"
    ]
    assert ledgers.page(manifest, LedgerQuery(code="extra_field", lines=(lines[-1],))).total == 1


def test_a_ledger_is_written_whole_or_not_at_all(storage: Storage, importer: Importer, tmp_path: Path) -> None:
    """A file that is there is not overwritten unasked; an unknown format is refused."""
    manifest = run(storage, importer, file(tmp_path, "a.csv", HEAD + ROWS + BAD))
    ledgers, target = Ledgers(storage), tmp_path / "ledger.parquet"
    count = ledgers.export(manifest, target, "parquet")
    table = pq.read_table(target)
    assert table.num_rows == count == manifest.ledger.total - manifest.ledger.loaded
    assert table.column("raw")[-1].as_py() == BAD.strip().encode("windows-1252")
    with pytest.raises(ExportError):
        ledgers.export(manifest, target, "parquet")
    with pytest.raises(ExportError, match="'xml'"):
        ledgers.export(manifest, tmp_path / "x.xml", "xml")  # type: ignore[arg-type]  # that is the point
    assert not (tmp_path / "x.xml").exists()
