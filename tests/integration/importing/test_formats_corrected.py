"""Records of JSON files and rows of spreadsheets set right by hand, and set right again in the next file."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from analysis.choosing import Wish
from analysis.importing import Importer
from analysis.ledgers import LedgerEntry, LedgerQuery, Ledgers
from analysis.readings import Readings
from analysis.readings.corrections import correction_of
from analysis.readings.records.row_texts import corrected_row, row_text
from analysis.readings.records.xlsx_workbook import Row
from analysis.saved_readings import SavedReadings, reading_of_manifest
from core.errors import ReadingDriftError
from core.progress import SilentProgress
from core.types import Correction, Manifest
from storage.open import Storage

QUIET = SilentProgress()
NAMES = ["a.json", "nested.json", "a.ndjson", "a.xlsx"]


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


@pytest.fixture
def importer(storage: Storage, readings: Readings) -> Importer:
    """The importer on an empty profile."""
    return Importer(storage, readings)


def write(path: Path, *, before: int = 0) -> None:
    """Write ten records, of which the fifth has something odd; `before` more stand above them."""
    records: list[dict[str, object]] = [
        {"id": at, "town": f"Köln {at}", "size": at + 0.5} for at in range(-before, 10)
    ]
    bad = before + 4
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, list(records[0]))
            for line, record in enumerate(records, 1):
                sheet.write_row(line, 0, list(record.values()))
            sheet.write_formula(bad + 1, 2, "=1/0", None, "#DIV/0!")
        return
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    lines[bad] = '{"id": 4, "town": "Köln 4", "size": 4.5, "size": 1e3}'
    listed = "[\n  " + ",\n  ".join(lines) + "\n]"
    texts = {
        "a.json": listed,
        "nested.json": f'{{"made": 1, "rows": {listed}}}',
        "a.ndjson": "\n".join(lines) + "\n",
    }
    path.write_text(texts[path.name], encoding="utf-8")


def line_of(name: str, at: int) -> int:
    """The number of a record: rows of a spreadsheet stand below their header."""
    return at + (2 if name.endswith("xlsx") else 1)


def run(storage: Storage, importer: Importer, path: Path, wish: Wish | None = None) -> Manifest:
    """Import a file and record it."""
    imported = importer.import_file(path, wish=wish, progress=QUIET)
    storage.database.run_tx(imported.record)
    assert imported.manifest.ledger.adds_up()
    return imported.manifest


def rows(storage: Storage, manifest: Manifest) -> list[tuple[object, ...]]:
    """The rows of a version."""
    table = pq.read_table(storage.datasets.data_file(manifest.dataset_id, manifest.version))
    return [tuple(row.values()) for row in table.to_pylist()]


def told(storage: Storage, manifest: Manifest) -> LedgerEntry:
    """The one record that was repaired or rejected, as the ledger shows it."""
    page = Ledgers(storage).page(manifest, LedgerQuery(actions=("repaired", "rejected")))
    (entry,) = page.entries
    return entry


def fixed(name: str, entry: LedgerEntry) -> Correction:
    """What a person makes of the odd record, from the text they are shown."""
    one_line = " ".join(entry.text.split("\n"))
    if name.endswith("xlsx"):
        assert entry.text == "4\tKöln 4\t#DIV/0!"
        return correction_of(entry.line, entry.raw, "4\tBonn\t7.25", was=entry.text)
    text = one_line.replace('"size": 4.5, "size": 1e3', '"size": 7.25').replace("Köln", "Bonn")
    return correction_of(entry.line, entry.raw, text, was=entry.text)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_set_right_where_it_is_shown(
    storage: Storage, importer: Importer, tmp_path: Path, name: str
) -> None:
    """The next version has what the person wrote; the ledger keeps what the file says, the others are the same."""
    write(tmp_path / name)
    first = run(storage, importer, tmp_path / name)
    entry = told(storage, first)
    assert entry.line == line_of(name, 4)

    second = run(storage, importer, tmp_path / name, Wish(auto=True, corrections=(fixed(name, entry),)))

    before, after = rows(storage, first), rows(storage, second)
    assert [row[0] for row in after] == list(range(10))
    assert (str(after[4][1])[:4], float(str(after[4][2]))) == ("Bonn", 7.25)
    assert [list(map(str, row[:2])) for row in before[:4]] == [list(map(str, row[:2])) for row in after[:4]]
    assert [flag.code for flag in second.flags] == ["corrected"]
    assert told(storage, second).raw == entry.raw
    assert (second.ledger.total, second.ledger.repaired) == (first.ledger.total, 1)
    assert second.corrections == (fixed(name, entry),)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_left_out(storage: Storage, importer: Importer, tmp_path: Path, name: str) -> None:
    """An empty text takes the record out of the table; the ledger says that a person did."""
    write(tmp_path / name)
    entry = told(storage, run(storage, importer, tmp_path / name))
    left_out = Wish(auto=True, corrections=(replace(fixed(name, entry), text=""),))
    manifest = run(storage, importer, tmp_path / name, left_out)

    assert [row[0] for row in rows(storage, manifest)] == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert [(flag.code, flag.line) for flag in manifest.flags] == [("left_out", entry.line)]
    assert (manifest.ledger.rejected, manifest.ledger.repaired) == (1, 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_next_file_is_set_right_as_well(
    storage: Storage, importer: Importer, readings: Readings, tmp_path: Path, name: str
) -> None:
    """The record is found by what stands in it, two places further down; one that is gone is told as drift."""
    write(tmp_path / name)
    entry = told(storage, run(storage, importer, tmp_path / name))
    manifest = run(storage, importer, tmp_path / name, Wish(auto=True, corrections=(fixed(name, entry),)))
    saved = SavedReadings(storage, readings)
    kept = reading_of_manifest(manifest, "monthly")
    saved.save(kept)
    (tmp_path / "next").mkdir()
    write(tmp_path / "next" / name, before=2)

    replayed = run(storage, importer, tmp_path / "next" / name)

    assert replayed.saved_reading == "monthly"
    assert [(flag.code, flag.line) for flag in replayed.flags] == [("corrected", line_of(name, 6))]
    assert str(rows(storage, replayed)[6][1]).startswith("Bonn")
    gone = replace(kept, corrections=(replace(kept.corrections[0], digest="0" * 64),))
    with pytest.raises(ReadingDriftError) as caught:
        importer.import_file(tmp_path / "next" / name, wish=Wish(saved=gone), progress=QUIET)
    assert "set right by hand" in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_that_was_simply_loaded_has_its_text(readings: Readings, tmp_path: Path, name: str) -> None:
    """Any record can be set right, not only those the ledger tells of; beyond the last there is none."""
    write(tmp_path / name)
    reading = readings.judge(tmp_path / name).best.reading

    raw = readings.line_bytes(tmp_path / name, reading, line_of(name, 0))
    assert raw is not None
    assert "Köln 0" in raw.decode()
    assert readings.line_bytes(tmp_path / name, reading, line_of(name, 10)) is None


def test_what_is_no_record_is_not_taken(storage: Storage, importer: Importer, tmp_path: Path) -> None:
    """A correction that is no JSON leaves the record out and says so; nothing is guessed."""
    write(tmp_path / "a.ndjson")
    entry = told(storage, run(storage, importer, tmp_path / "a.ndjson"))
    broken = Wish(auto=True, corrections=(replace(fixed("a.ndjson", entry), text="{broken"),))
    manifest = run(storage, importer, tmp_path / "a.ndjson", broken)

    assert len(rows(storage, manifest)) == 9
    assert [(flag.code, flag.line) for flag in manifest.flags] == [("bad_correction", entry.line)]


def test_a_correction_of_other_bytes_is_told(storage: Storage, importer: Importer, tmp_path: Path) -> None:
    """A record that is not the one a person saw stays as it is, and is told; in any format."""
    write(tmp_path / "a.json")
    other = correction_of(3, b"something else", "{}", was="something else")
    manifest = run(storage, importer, tmp_path / "a.json", Wish(auto=True, corrections=(other,)))
    parquet = storage.datasets.data_file(manifest.dataset_id, manifest.version)
    copied = run(storage, importer, parquet, Wish(auto=True, corrections=(other,)))

    assert ("correction_lost", 3) in [(flag.code, flag.line) for flag in manifest.flags]
    assert [(flag.code, flag.line) for flag in copied.flags] == [("correction_lost", 3)]
    assert len(rows(storage, manifest)) == len(rows(storage, copied)) == 10


def test_a_row_comes_back_from_its_text() -> None:
    """Tabs, line ends and backslashes within cells survive; cells left alone stay exactly what they are."""
    row = Row(7, {1: "a\tb\\n\n", 3: True, 6: "007"}, errors=[], uncomputed=[4])
    text = row_text(row, range(1, 6)).decode()

    assert text == "a\\tb\\\\n\\n\t\ttrue\t\t\t007"
    assert corrected_row(row, range(1, 6), text) == row
    changed = corrected_row(row, range(1, 6), text.replace("true\t\t", "false\t2025-01-02\t1.50"))
    assert changed.cells == {1: "a\tb\\n\n", 3: False, 4: "2025-01-02", 5: "1.5", 6: "007"}
    assert [type(changed.cells[at]).__name__ for at in (3, 4, 5, 6)] == ["bool", "DateText", "FloatText", "str"]
    assert changed.uncomputed == []
