"""The raw file beside its table: what is coloured is what is loaded, whatever stands in it."""

import csv
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.readings import Readings, raw_scan
from analysis.readings.dialect import Dialect
from analysis.readings.raw_lines import RawFile, RawLine, RawRecord
from core.progress import SilentProgress
from core.types import FileFormat, Reading
from storage.open import Storage

CELL = st.text(alphabet='ab1,;"\n \té𝄞', max_size=6)
DAMAGE = st.sampled_from(['"', ";", ";;x", '"x', "", "   ", "# note", 'a";"b', "lone"])


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


def opened(path: Path, reading: Reading | None, folder: Path) -> RawFile:
    """A file that was scanned to its end."""
    file = RawFile(path, reading, name=path.name, folder=folder)
    file.scan(SilentProgress())
    return file


def all_lines(file: RawFile) -> tuple[RawLine, ...]:
    """Every line of a file."""
    return file.lines(0, 1_000_000).lines


def all_records(file: RawFile) -> tuple[RawRecord, ...]:
    """Every record of a file."""
    return file.records(0, 1_000_000).records


def written(rows: list[list[str]], delimiter: str) -> str:
    """The rows as a file writes them that obeys the rules."""
    lines = []
    for row in rows:
        cells = [
            f'"{c.replace(chr(34), chr(34) * 2)}"' if any(s in c for s in f'"\n{delimiter}') else c for c in row
        ]
        lines.append(delimiter.join(cells) + "\n")
    return "".join(lines)


def means(raw: str, cell: str, dialect: Dialect) -> bool:
    """Whether a piece of the file's text says what a cell holds."""
    bare = raw.strip(" \t")
    quoted = len(bare) > 1 and bare[0] == bare[-1] == dialect.quote
    return cell in (raw, dialect.unquote(bare[1:-1]) if quoted else raw)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12),
    damage=st.lists(st.tuples(st.integers(0, 12), DAMAGE), max_size=3),
    delimiter=st.sampled_from(";,\t|"),
    crlf=st.booleans(),
)
def test_spans_are_the_cells_the_loader_gives(
    readings: Readings, rows: list[list[str]], damage: list[tuple[int, str]], delimiter: str, crlf: bool
) -> None:
    """Records, their cells, the ledger and the colours agree with what `write_clean` reads, damage or none."""
    lines = written([["x", "y", "z"], *rows], delimiter).split("\n")
    for at, text in damage:
        lines.insert(1 + at % len(lines), text)
    reading = Reading(
        FileFormat.DELIMITED, encoding="utf-8", newline="crlf" if crlf else "lf", delimiter=delimiter, quote='"',
        header_rows=1, comment="#", column_types=("VARCHAR",) * 3,
    )  # fmt: skip
    with TemporaryDirectory() as name:
        folder = Path(name)
        path, clean = folder / "a.csv", folder / "clean.csv"
        path.write_text("\n".join(lines), encoding="utf-8", newline="\r\n" if crlf else "\n")
        loaded = readings.write_clean(path, reading, clean, name="a.csv", progress=SilentProgress())
        with clean.open(encoding="utf-8", newline="") as stream:
            header, *expected = csv.reader(stream)
        file = opened(path, reading, folder)

        found = all_records(file)
        raw = all_lines(file)

    assert [list(record.cells) for record in found] == expected
    assert file.ledger() == (loaded.ledger, True)
    assert [line.number for line in raw] == list(range(1, loaded.ledger.total + 1))
    assert "".join(line.text + line.end for line in raw) == path_text(lines, crlf=crlf)
    assert_coloured(file, found, raw, header)


def path_text(lines: list[str], *, crlf: bool) -> str:
    """The file's text as it lies on the disk."""
    return "\n".join(lines).replace("\n", "\r\n" if crlf else "\n")


def assert_coloured(
    file: RawFile, found: tuple[RawRecord, ...], raw: tuple[RawLine, ...], header: list[str]
) -> None:
    """Each colour lies on text that says what its cell holds; in a record that obeys the rules none is missing."""
    assert file.understanding is not None
    dialect = file.understanding.plan.dialect
    by_line = {line.number: line for line in raw}
    records = {record.line: record for record in found if record.lines == 1}
    for number, line in by_line.items():
        assert all(a.end <= b.start for a, b in zip(line.spans, line.spans[1:], strict=False))
        if line.action == "header" and len(line.spans) == len(header):
            assert all(means(line.text[s.start : s.end], header[s.column], dialect) for s in line.spans)
        if number not in records:
            continue
        cells = records[number].cells
        assert all(means(line.text[s.start : s.end], cells[s.column], dialect) for s in line.spans)
        if line.action == "loaded":
            assert [s.column for s in line.spans] == list(range(len(cells)))


def test_any_place_of_a_file_of_many_pieces_is_the_same_as_from_its_begin(
    readings: Readings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read again from the middle: lines, records and their numbers are those of one pass, filtered ones too."""
    monkeypatch.setattr(raw_scan, "CHUNK_BYTES", 4_096)
    path = tmp_path / "a.csv"
    rows = [f'{i};"a\nb";{i * 2}' if i % 7 == 0 else f"{i};x;{i * 2}" for i in range(4_000)]
    rows[100], rows[3_000] = "100;x", "3000;x;1;storniert"
    path.write_text("\n".join(["Stand: heute", "id;name;value", *rows]) + "\n", encoding="utf-8")
    best = readings.judge(path).best
    file = opened(path, best.reading, tmp_path)
    whole = readings.write_clean(path, best.reading, tmp_path / "c.csv", name="a.csv", progress=SilentProgress())

    lines, records = all_lines(file), all_records(file)

    assert file.ledger() == (whole.ledger, True)
    assert len(records) == whole.rows == 4_000
    assert file.lines(2_000, 5).lines == lines[2_000:2_005]
    assert file.records(2_345, 40).records == records[2_345:2_385]
    assert [line.action for line in file.lines(0, 99, action="repaired").lines] == ["repaired", "repaired"]
    assert [one.cells[0] for one in file.records(0, 99, action="repaired").records] == ["100", "3000"]
    assert [one.number for one in file.records(0, 99, action="repaired").records] == [101, 3_001]
    assert file.lines(0, 9, action="preamble").lines[0].text == "Stand: heute"
    loaded = [line for line in lines if line.action == "loaded"]
    assert list(file.lines(1_500, 30, action="loaded").lines) == loaded[1_500:1_530]
    at = records[2_345]
    assert file.records_at([at.line, at.line + 1_000_000]) == {at.line: at.cells}


def test_a_rare_encoding_is_shown_in_its_letters(readings: Readings, tmp_path: Path) -> None:
    """Its first lines at once, without colours; all of it with them after the scan; no copy stays."""
    path, folder = tmp_path / "a.csv", tmp_path / "copies"
    folder.mkdir()
    path.write_text("name;wert\n" + "Köln;1\n" * 50, encoding="utf-16")
    best = readings.judge(path).best
    file = RawFile(path, best.reading, name="a.csv", folder=folder)

    early = file.lines(0, 2)
    file.scan(SilentProgress())
    late = file.lines(0, 2)
    file.close()

    assert [line.text for line in early.lines] == ["name;wert", "Köln;1"]
    assert early.total is None
    assert late.total == 51
    assert [span.column for span in late.lines[1].spans] == [0, 1]
    assert list(folder.iterdir()) == []


def test_without_a_reading_there_are_lines(tmp_path: Path) -> None:
    """Before anybody knows how a file is meant, it can be looked at."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\r\ntwo\nthree")
    lines = all_lines(opened(path, None, tmp_path))
    assert [(line.text, line.end, line.action) for line in lines] == [
        ("one", "\r\n", ""), ("two", "\n", ""), ("three", "", ""),
    ]  # fmt: skip


def test_behind_the_scanned_part_lines_are_only_counted(
    readings: Readings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A huge file is not read line by line before its import, but each of its lines can be seen."""
    monkeypatch.setattr(raw_scan, "CHUNK_BYTES", 4_096)
    monkeypatch.setattr(raw_scan, "SCANNED_BYTES", 20_000)
    path = tmp_path / "a.csv"
    path.write_text("id,name\n" + "".join(f"{i},n{i}\n" for i in range(9_000)), encoding="utf-8")
    file = opened(path, readings.judge(path).best.reading, tmp_path)

    ledger, whole = file.ledger()

    assert not whole
    assert 1_000 < ledger.total < 4_000
    assert file.lines(9_000, 5).total == 9_001
    assert file.lines(8_999, 5).lines[-1].text == "8999,n8999"
    assert file.records(0, 1).total == ledger.loaded


def test_a_changed_reading_colours_other_cells(readings: Readings, tmp_path: Path) -> None:
    """The colours follow the reading, not the file."""
    path = tmp_path / "a.csv"
    path.write_text("name;amount\nA,B;1\nC,D;2\n", encoding="utf-8")
    best = readings.judge(path).best.reading
    changed = replace(best, delimiter=",", header_rows=0, column_types=())

    line = opened(path, changed, tmp_path).lines(1, 1).lines[0]

    assert [line.text[s.start : s.end] for s in line.spans] == ["A", "B;1"]


def test_columns_of_fixed_width_are_coloured_by_their_place(tmp_path: Path) -> None:
    """Each colour lies on the cell without the blanks around it; what is empty has none."""
    path = tmp_path / "a.txt"
    rows = [("id", "name", "amount"), *((str(i), "" if i == 7 else f"n{i}", f"{i}.50") for i in range(40))]
    path.write_text("".join(f"{a:<6}{b:<12}{c:>9}\n" for a, b, c in rows), encoding="utf-8")
    reading = Reading(
        FileFormat.DELIMITED, encoding="utf-8", newline="lf", delimiter=" ", header_rows=1, widths=(6, 12, 9)
    )

    lines = all_lines(opened(path, reading, tmp_path))

    coloured = [[line.text[s.start : s.end] for s in line.spans] for line in lines]
    assert coloured == [[cell for cell in row if cell] for row in rows]
    assert [s.column for s in lines[8].spans] == [0, 2]
