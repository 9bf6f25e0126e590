"""Workbooks of the older and other formats: every cell as it is in the file, and nothing hidden about it."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.readings import Readings
from analysis.readings.model import Choice
from analysis.readings.records.kinds import Cell, DateText
from analysis.readings.records.workbooks import open_workbook
from analysis.readings.records.xlsx_reader import XlsxReader
from analysis.readings.records.xlsx_values import ERRORS, number_cell
from core.config import AppConfig
from core.errors import DamagedFileError, FileTooLargeError, NotATableError, ProtectedFileError, SourceError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.duck import DuckEngine
from storage.open import Storage
from tests.integration.readings.old_sheets import Fault, Given, GivenSheet, container, ods, xls, xlsb
from tests.integration.readings.records_support import engine, read

WRITERS: dict[str, Callable[[Sequence[GivenSheet]], bytes]] = {"ods": ods, "xlsb": xlsb, "xls": xls}
FORMATS = pytest.mark.parametrize("kind", WRITERS)
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cn")), max_size=40)
CELLS = st.one_of(
    st.none(),
    TEXT.filter(bool),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.integers(-(10**9), 10**9).map(float),
    st.booleans(),
    st.dates(date(1904, 1, 2), date(9999, 12, 31)),
    st.sampled_from(sorted(ERRORS.values())).map(Fault),
)


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    """An engine."""
    with engine(config, profile) as opened:
        yield opened


@pytest.fixture
def reader(duck: DuckEngine, config: AppConfig) -> XlsxReader:
    """The reader."""
    return XlsxReader(duck, config)


def expected(cell: Given) -> Cell:
    """What a cell is to become."""
    if isinstance(cell, Fault):
        return cell.text
    if isinstance(cell, date):
        return DateText(cell.isoformat())
    if isinstance(cell, float):
        return number_cell(repr(cell))
    return cell


def written(folder: Path, kind: str, data: bytes) -> Path:
    """The bytes as a file."""
    path = folder / f"book.{kind}"
    path.write_bytes(data)
    return path


@FORMATS
@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_cell_comes_back(
    tmp_path_factory: pytest.TempPathFactory, kind: str, rows: list[list[Given]]
) -> None:
    """Any table of texts, numbers, truths, days and errors: place, kind and value."""
    path = written(tmp_path_factory.mktemp("book"), kind, WRITERS[kind]([GivenSheet("One", rows)]))

    with open_workbook(path, path.name, unpacked_limit_mib=64) as book:
        found = {
            (row.number - 1, column): (type(cell), cell)
            for row, _ in book.rows(book.sheets[0])
            for column, cell in row.cells.items()
        }
        errors = {(row.number - 1, at) for row, _ in book.rows(book.sheets[0]) for at in row.errors}

    told = {(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row) if cell is not None}
    assert found == {place: (type(expected(cell)), expected(cell)) for place, cell in told.items()}
    assert errors == {place for place, cell in told.items() if isinstance(cell, Fault)}


@given(texts=st.lists(st.text(max_size=60).filter(bool), min_size=1, max_size=30), longest=st.integers(40, 200))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_texts_cut_into_records_come_back_whole(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], longest: int
) -> None:
    """Wherever an .xls file cuts them, and in whichever way each piece is written."""
    sheet = GivenSheet("One", [[text] for text in texts])
    path = written(tmp_path_factory.mktemp("book"), "xls", xls([sheet], longest=longest))

    with open_workbook(path, path.name, unpacked_limit_mib=64) as book:
        assert [row.cells[0] for row, _ in book.rows(book.sheets[0])] == texts


@FORMATS
def test_hidden_sheets_are_told_and_can_be_chosen(reader: XlsxReader, tmp_path: Path, kind: str) -> None:
    """They are no candidates by themselves; asked for by name, they are read."""
    sheets = [
        GivenSheet("Empty", []),
        GivenSheet("Shown", [["a", "b"], [1.0, 2.0]]),
        GivenSheet("Off", [["x"], [3.0]], hidden=True),
    ]
    path = written(tmp_path, kind, WRITERS[kind](sheets))

    judged = reader.judge(path, name=path.name)
    chosen = reader.judge(path, name=path.name, choice=Choice(sheet="Off"))

    assert [(part.name, part.kind, part.hidden) for part in judged.parts] == [
        ("Empty", "sheet", False), ("Shown", "sheet", False), ("Off", "sheet", True),
    ]  # fmt: skip
    assert judged.best.reading.sheet == "Shown"
    assert judged.best.reading.format == kind
    assert chosen.best.reading.sheet == "Off"
    assert [column.name for column in chosen.best.columns] == ["x"]
    with pytest.raises(NotATableError, match="no sheet 'Other'"):
        reader.judge(path, name=path.name, choice=Choice(sheet="Other"))


@FORMATS
def test_a_person_says_which_row_is_the_header(
    reader: XlsxReader, duck: DuckEngine, tmp_path: Path, kind: str
) -> None:
    """Whatever stands above; without a header it is a row like the others."""
    rows: list[list[Given]] = [["Report"], ["a", "b"], ["x", "y"], [1.0, 2.0], [3.0, 4.0]]
    path = written(tmp_path, kind, WRITERS[kind]([GivenSheet("One", rows)]))
    base = reader.judge(path, name=path.name).best.reading

    third = replace(base, first_line=3, header_rows=1)
    tried = reader.try_reading(path, third, name=path.name)
    result = read(reader, duck, path, tmp_path / "out", third)
    bare = reader.try_reading(path, replace(base, first_line=4, header_rows=0), name=path.name)

    assert [column.name for column in tried.columns] == ["x", "y"] == list(result.types)
    assert tried.preview == (("1", "2"), ("3", "4"))
    assert tried.reading.first_line == 3
    assert result.rows == [("1", "2"), ("3", "4")]
    assert result.loaded.ledger.preamble == 2
    assert bare.preview == (("1", "2"), ("3", "4"))
    with pytest.raises(NotATableError, match="nothing from row 9"):
        reader.try_reading(path, replace(base, first_line=9), name=path.name)


@FORMATS
def test_errors_and_merged_cells_are_flagged(
    reader: XlsxReader, duck: DuckEngine, tmp_path: Path, kind: str
) -> None:
    """By row and column, as in .xlsx; the values around them are what they are."""
    rows: list[list[Given]] = [["name", "share"], ["Berlin", 0.5], ["Wien", Fault("#DIV/0!")], [None, 0.25]]
    sheet = GivenSheet("One", rows, merged=[(2, 3, 0, 0)])
    path = written(tmp_path, kind, WRITERS[kind]([sheet]))

    result = read(reader, duck, path, tmp_path / "out")

    assert result.rows == [("Berlin", "0.5"), ("Wien", "#DIV/0!"), (None, "0.25")]
    assert ("error_cell", 3, "share") in result.flags
    assert ("merged_cells", 3, None) in result.flags


@pytest.mark.parametrize("kind", ["xlsb", "xls"])
def test_days_counted_from_1904(tmp_path: Path, kind: str) -> None:
    """As workbooks made on a Mac count them."""
    sheet = GivenSheet("One", [["day"], [date(2026, 11, 23)]])
    path = written(tmp_path, kind, {"xlsb": xlsb, "xls": xls}[kind]([sheet], from_1904=True))

    with open_workbook(path, path.name, unpacked_limit_mib=64) as book:
        last = [row for row, _ in book.rows(book.sheets[0])][-1]

    assert last.cells == {0: DateText("2026-11-23")}


@FORMATS
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_workbook_is_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    """Bytes cut off, flipped or put in: it is read, or refused by a sentence; nothing else is ever raised."""
    whole = WRITERS[kind]([GivenSheet("One", [["a", 1.0, True, Fault("#N/A")]] * 20)])
    mutated = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    del mutated[len(mutated) - data.draw(st.integers(0, len(mutated) // 2)) :]
    path = written(tmp_path_factory.mktemp("book"), kind, bytes(mutated))

    try:
        with open_workbook(path, path.name, unpacked_limit_mib=64) as book:
            for sheet in book.sheets:
                for _row in book.rows(sheet, merged=[]):
                    pass
    except SourceError as error:
        assert str(error)  # noqa: PT017 - either way is fine, so it cannot be expected


def test_cells_in_no_order_are_put_in_order(tmp_path: Path) -> None:
    """Some programs write an .xls file as the cells came to them."""
    ordered = xls([GivenSheet("One", [[1.0], [2.0], [3.0]])])
    cells = [ordered.index(bytes([0x7E, 0x02, 10, 0, n, 0])) for n in range(3)]
    mixed = bytearray(ordered)
    mixed[cells[0] : cells[0] + 14], mixed[cells[2] : cells[2] + 14] = (
        ordered[cells[2] : cells[2] + 14], ordered[cells[0] : cells[0] + 14],
    )  # fmt: skip
    path = written(tmp_path, "xls", bytes(mixed))

    with open_workbook(path, path.name, unpacked_limit_mib=64) as book:
        assert [(row.number, row.cells[0]) for row, _ in book.rows(book.sheets[0])] == [
            (1, "1"),
            (2, "2"),
            (3, "3"),
        ]


def test_repeated_cells_are_counted_and_bounded(tmp_path: Path) -> None:
    """A few bytes of an .ods file stand for as many cells as it says; not more than a spreadsheet has."""
    whole = ods([GivenSheet("One", [["a"], ["b"]])])
    few = whole  # the writer ends each table with a million empty rows
    path = written(tmp_path, "ods", few)
    with open_workbook(path, path.name, unpacked_limit_mib=64) as book:
        assert [row.number for row, _ in book.rows(book.sheets[0])] == [1, 2]

    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    for times, outcome in (("3", None), ("900000", FileTooLargeError), ("99999999", DamagedFileError)):
        repeated = content.replace(
            "<table:table-row>", f'<table:table-row table:number-rows-repeated="{times}">', 1
        )
        repeated = repeated.replace(
            "<table:table-cell ", '<table:table-cell table:number-columns-repeated="20" ', 1
        )
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", repeated)
        with open_workbook(path, path.name, unpacked_limit_mib=64) as book:
            if outcome is None:
                rows = [row for row, _ in book.rows(book.sheets[0])]
                assert [(row.number, len(row.cells)) for row in rows] == [(1, 20), (2, 20), (3, 20), (4, 1)]
            else:
                with pytest.raises(outcome):
                    list(book.rows(book.sheets[0]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, max_size=5), max_size=8), odd=st.booleans())
def test_two_ways_through_an_ods_file_are_one(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[Given]], odd: bool
) -> None:
    """Rows cut out of the text and rows read element by element are the same rows; a comment decides which way."""
    folder = tmp_path_factory.mktemp("ods")
    whole = ods([GivenSheet("One", [["a"]]), GivenSheet("Two", rows, merged=((0, 1, 0, 1),) if odd else ())])
    found = []
    for note in ("", "<!-- by hand -->"):
        path = written(folder, "ods", _with_note(whole, note))
        with open_workbook(path, path.name, unpacked_limit_mib=64) as book:
            merged: list[str] = []
            assert [sheet.name for sheet in book.sheets] == ["One", "Two"]
            found.append(([row for row, _ in book.rows(book.sheets[1], merged=merged)], merged))
    assert found[0] == found[1]
    assert [[type(cell) for cell in row.cells.values()] for row in found[0][0]] == [
        [type(cell) for cell in row.cells.values()] for row in found[1][0]
    ]


def _with_note(whole: bytes, note: str) -> bytes:
    """An .ods file with something between its sheets and their end."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive, zipfile.ZipFile(sink, "w") as out:
        for name in archive.namelist():
            data = archive.read(name)
            out.writestr(name, data.replace(b"</office:spreadsheet>", note.encode() + b"</office:spreadsheet>"))
    return sink.getvalue()


def test_a_protected_old_workbook_is_told(tmp_path: Path) -> None:
    """The record that says so comes before everything it hides."""
    begin = bytes([0x09, 0x08, 16, 0, 0, 6, 5, 0]) + bytes(12)
    path = written(tmp_path, "xls", container({"Workbook": begin + bytes([0x2F, 0, 6, 0, 0, 0, 1, 2, 3, 4])}))

    with (
        pytest.raises(ProtectedFileError, match="protected by a password"),
        open_workbook(path, "x", unpacked_limit_mib=64),
    ):
        pass


def test_a_header_of_several_rows_names_columns_with_their_groups(storage: Storage, tmp_path: Path) -> None:
    """Joined names, told with the rows they come from; every row of the header is in the ledger as one."""
    readings = Readings(storage)
    rows: list[list[Given]] = [
        ["Absatz nach Ort"],
        [None, "Nord", None, "Süd"],
        ["Ort", "ein", "aus", "ein", "aus"],
    ]
    rows += [[f"Ort {at}", float(at), at * 2.5, at + 1.0, float(at)] for at in range(20)]
    path = tmp_path / "groups.ods"
    path.write_bytes(ods([GivenSheet("Absatz", rows)]))

    best = readings.judge(path).best
    loaded = readings.load(path, best.reading, tmp_path, name=path.name, progress=SilentProgress())

    assert (best.reading.first_line, best.reading.header_rows) == (2, 2)
    assert "header in rows 2 to 3" in best.why
    assert [column.name for column in loaded.columns] == ["Ort", "Nord ein", "Nord aus", "Süd ein", "Süd aus"]
    assert (loaded.rows, loaded.ledger.header, loaded.ledger.preamble) == (20, 2, 1)
    assert [(flag.code, flag.line) for flag in loaded.flags] == [("header_joined", 2)]
    plain = replace(best.reading, first_line=3, header_rows=1, column_types=())
    shown = readings.try_reading(path, plain)
    assert [column.name for column in shown.columns] == ["Ort", "ein", "aus", "ein~2", "aus~2"]
    readings.close()
