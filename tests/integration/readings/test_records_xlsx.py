"""Excel workbooks: every row accounted for, every cell what Excel shows, and no bomb goes off."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine

from analysis.readings.records import xlsx_package
from analysis.readings.records.kinds import Cell, DateText, DateTimeText, FloatText, IntText, TimeText
from analysis.readings.records.workbooks import open_workbook
from analysis.readings.records.xlsx_reader import XlsxReader
from core.config import AppConfig
from core.errors import DamagedFileError, FileTooLargeError, NotATableError, SourceError
from core.paths import ProfilePaths
from core.types import LineAction
from storage.duck import DuckEngine
from tests.integration.readings.old_sheets import container
from tests.integration.readings.records_support import SHARED, Result, engine, read, texts

Load = Callable[[Path], Result]
Save = Callable[..., Path]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    with engine(config, profile) as opened:
        yield opened


@pytest.fixture
def reader(duck: DuckEngine, config: AppConfig) -> XlsxReader:
    return XlsxReader(duck, config)


@pytest.fixture
def load(reader: XlsxReader, duck: DuckEngine, tmp_path: Path) -> Load:
    return lambda path: read(reader, duck, path, tmp_path / "out")


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes sheets of rows with a common library."""

    def to_file(sheets: Mapping[str, list[list[Any]]], *, hidden: tuple[str, ...] = ()) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            if name in hidden:
                sheet.sheet_state = "hidden"
        book.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return to_file


def pack(path: Path, data: str, *, head: str = "", extra: Mapping[str, str] | None = None) -> Path:
    """Write a workbook with one sheet whose `sheetData` is given, as small as Excel accepts it."""
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{OFFICE}/worksheet" '
        'Target="s.xml"/></Relationships>',
        "xl/s.xml": f'{head}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>',
        **(extra or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_plain_sheet_is_a_clean_table(load: Load, save: Save) -> None:
    """Each column has the type its cells have; whole numbers are whole, leading zeros stay."""
    path = save(
        {
            "Umsatz": [
                ["nr", "plz", "preis", "ok", "tag", "um", "zeit"],
                [1, "01067", 1.5, True, date(2026, 11, 22), datetime(2026, 11, 22, 3, 4, 5), time(6, 7)],  # noqa: DTZ001 - a spreadsheet has no zones
                [2.0, "99999", 0.1, False, None, datetime(2026, 1, 1), None],  # noqa: DTZ001
            ]
        }
    )

    result = load(path)

    assert result.types == {
        "nr": "BIGINT", "plz": "VARCHAR", "preis": "DOUBLE", "ok": "BOOLEAN", "tag": "DATE", "um": "TIMESTAMP",
        "zeit": "TIME",
    }  # fmt: skip
    assert result.rows == [
        ("1", "01067", "1.5", "true", "2026-11-22", "2026-11-22 03:04:05", "06:07:00"),
        ("2", "99999", "0.1", "false", None, "2026-01-01 00:00:00", None),
    ]
    assert result.flags == []
    assert (result.loaded.ledger.total, result.loaded.ledger.header) == (3, 1)


def test_title_and_empty_rows_are_in_the_ledger(load: Load, save: Save, reader: XlsxReader) -> None:
    """With the row numbers Excel shows."""
    path = save({"A": [["Bericht"], [], [None, "art", "menge"], [None, "x", 1], [], [None, "y", 2]], "B": [["z"]]})

    result = load(path)

    best = reader.judge(path, name="b.xlsx").best
    assert best.why == "Excel sheet 'A' · header in row 3 · 1 more sheet ('B')"
    assert best.reading.first_line == 3
    assert result.rows == [("x", "1"), ("y", "2")]
    assert [(row["line"], row["action"], row["raw"]) for row in result.ledger] == [
        (1, LineAction.PREAMBLE, b"Bericht"), (2, LineAction.BLANK, b""), (3, LineAction.HEADER, b"art\tmenge"),
        (5, LineAction.BLANK, b""),
    ]  # fmt: skip
    assert result.flags == []


def test_sheets_are_candidates_and_hidden_ones_are_not(reader: XlsxReader, save: Save) -> None:
    """The first visible sheet that holds something comes first."""
    path = save({"leer": [], "h": [["x", 1]], "eins": [["a", 1]], "zwei": [["b", 2]]}, hidden=("h",))

    found = [candidate.reading.sheet for candidate in reader.judge(path, name="b.xlsx").candidates]

    assert found == ["eins", "zwei"]


def test_every_candidate_can_be_loaded_as_it_was_shown(
    reader: XlsxReader, duck: DuckEngine, save: Save, tmp_path: Path
) -> None:
    """With and without header, on each sheet."""
    path = save({"eins": [["a", "b"], ["x", "y"]], "zwei": [["n"], [1], [2]]})
    for number, candidate in enumerate(reader.judge(path, name="b.xlsx").candidates):
        result = read(reader, duck, path, tmp_path / str(number), candidate.reading)
        assert tuple(result.rows) == candidate.preview
        assert [c.name for c in result.loaded.columns] == [c.name for c in candidate.columns]


def test_errors_formulas_and_merged_cells_are_told(load: Load, tmp_path: Path) -> None:
    """An error is kept as text, a formula without a value is empty, merged cells stay as they are."""
    path = pack(
        tmp_path / "x.xlsx",
        '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        '<row r="3"><c r="A3"><f>A2+1</f><v/></c><c r="B3"><v>2.50</v></c></row>'
        '</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells><sheetData>',
    )

    result = load(path)

    assert result.rows == [("1", "#DIV/0!"), (None, "2.5")]
    assert set(result.flags) == {
        ("error_cell", 2, "b"), ("formula_without_value", 3, "a"), ("merged_cells", 2, None),
        ("mixed_types", 3, "b"),
    }  # fmt: skip


def test_cells_without_references_and_rich_texts(load: Load, tmp_path: Path) -> None:
    """Some writers number nothing; phonetic hints are no text; an inline text counts once."""
    texts_part = (
        f'<sst xmlns="{MAIN}"><si><r><t>ab</t></r><r><t xml:space="preserve"> c</t></r><rPh><t>no</t></rPh></si>'
        "<si><t>x_x000D_y</t></si></sst>"
    )
    path = pack(
        tmp_path / "x.xlsx",
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
        '<row><c t="inlineStr"><is><t>in</t></is><v>twice</v></c><c><v>12345678901234567890</v></c></row>',
        extra={
            "xl/sst.xml": texts_part,
            "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="r1" Type="{OFFICE}/worksheet" '
            f'Target="/xl/s.xml"/><Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sst.xml"/>'
            "</Relationships>",
        },
    )

    result = load(path)

    assert [c.source_name for c in result.loaded.columns] == ["ab c", "x\ry"]
    assert result.rows == [("in", "12345678901234567890")]


def test_two_far_cells_cost_nothing(load: Load, tmp_path: Path) -> None:
    """A sheet of seventeen billion empty cells is two records."""
    path = pack(
        tmp_path / "x.xlsx",
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="5000"><c r="CZZ5000"><v>2</v></c></row>',
    )
    path_result = load(path)

    assert path_result.loaded.rows == 2
    assert path_result.loaded.ledger.blank == 4_998


def test_formatted_rows_below_the_end_are_no_rows(load: Load, tmp_path: Path) -> None:
    """Excel writes them down to the last row of a formatted column."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(
        f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(2, 500)
    )
    assert load(pack(tmp_path / "x.xlsx", rows)).loaded.ledger.total == 1


@pytest.mark.parametrize(
    ("data", "head", "message"),
    [
        ('<row r="2"/><row r="2"/>', "", "row 2 follows row 2"),
        ('<row r="99999999"/>', "", "follows row 0"),
        ('<row><c r="ZZZZ1"><v>1</v></c></row>', "", "too wide"),
        ('<row><c t="s"><v>7</v></c></row>', "", "text that is missing"),
        ("<row><c>", "", "is broken in line"),
        ("", '<!DOCTYPE x [<!ENTITY a "aaaa">]>', "defines entities"),
    ],
)
def test_damaged_or_hostile_parts_are_refused(
    reader: XlsxReader, tmp_path: Path, data: str, head: str, message: str
) -> None:
    """With a sentence that says where."""
    with pytest.raises(DamagedFileError, match=message):
        reader.judge(pack(tmp_path / "x.xlsx", data, head=head), name="x.xlsx")


def test_a_bomb_is_refused_by_what_it_declares(
    duck: DuckEngine, config: AppConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is unpacked: by its size, by its ratio, by its number of parts."""
    path = pack(tmp_path / "x.xlsx", "", extra={"xl/media/zeros": "0" * 3_000_000})
    small = config.model_copy(update={"imports": config.imports.model_copy(update={"unpacked_limit_mib": 1})})
    with pytest.raises(FileTooLargeError, match="would unpack to 2 MiB; the limit is 1 MiB"):
        XlsxReader(duck, small).judge(path, name="x.xlsx")

    reader = XlsxReader(duck, config)
    monkeypatch.setattr(xlsx_package, "_SUSPECT_BYTES", 1_000_000)
    with pytest.raises(FileTooLargeError, match="times its size"):
        reader.judge(path, name="x.xlsx")

    monkeypatch.setattr(xlsx_package, "_MOST_PARTS", 3)
    with pytest.raises(FileTooLargeError, match="5 parts"):
        reader.judge(path, name="x.xlsx")


def test_a_file_cut_off_is_damaged(reader: XlsxReader, save: Save) -> None:
    """The archive's list of parts stands at its end."""
    path = save({"A": [["a", 1]]})
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(DamagedFileError, match="not written or copied to its end"):
        reader.judge(path, name="x.xlsx")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"xl/workbook.bin": ""}, "damaged"),
        ({"content.xml": "<a/>", "mimetype": "application/vnd.oasis.opendocument.text"}, "no spreadsheet"),
        ({"a.csv": ""}, "zip archive"),
    ],
)
def test_other_archives_get_a_sentence_of_their_own(
    reader: XlsxReader, tmp_path: Path, parts: dict[str, str], message: str
) -> None:
    """And say what to do."""
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)

    assert reader.recognises(path, path.read_bytes()[:64], "x.xlsx")
    with pytest.raises(SourceError, match=message):
        reader.judge(path, name="x.xlsx")


@pytest.mark.parametrize(
    ("inside", "message"),
    [("EncryptedPackage", "password"), ("Workbook", "has no sheet"), ("Contents", "old Office")],
)
def test_old_and_encrypted_files_get_a_sentence_of_their_own(
    reader: XlsxReader, tmp_path: Path, inside: str, message: str
) -> None:
    """All begin with the same bytes."""
    path = tmp_path / "x.xlsx"
    path.write_bytes(container({inside: b""}))

    with pytest.raises(SourceError, match=message):
        reader.judge(path, name="x.xlsx")


def test_a_workbook_without_values_is_no_table(reader: XlsxReader, save: Save) -> None:
    """Nothing to import, and the sentence says so."""
    with pytest.raises(NotATableError, match="no sheet with a value"):
        reader.judge(save({"A": [], "B": [[None]]}), name="x.xlsx")


def test_cells_are_the_text_found(reader: XlsxReader, save: Save) -> None:
    """The header if there is one, then the rows; empty rows are left out."""
    path = save({"A": [["a", "b"], [1, 1.5], [], ["x", None]]})

    assert texts(reader, path) == [["a", "b"], ["1", "1.5"], ["x", ""]]


BOOKS = sorted((SHARED / "calamine-spreadsheets" / "tests").glob("*"))
with_books = pytest.mark.skipif(not BOOKS, reason="the public spreadsheets are not beside the project")


def told(reader: XlsxReader, duck: DuckEngine, path: Path, out: Path) -> str | None:
    """What is said about a file that is refused; None if it became a table."""
    try:
        read(reader, duck, path, out)
    except SourceError as error:
        return str(error)
    return None


@with_books
def test_public_spreadsheets_are_opened_or_refused(reader: XlsxReader, duck: DuckEngine, tmp_path: Path) -> None:
    """Whatever their format and state; those of our format nearly all are opened."""
    known = [
        path for path in BOOKS if path.is_file() and reader.recognises(path, path.read_bytes()[:16], path.name)
    ]

    messages = {path.name: told(reader, duck, path, tmp_path / str(n)) for n, path in enumerate(known)}

    ours = {name: message for name, message in messages.items() if name.endswith((".xlsx", ".xlsm"))}
    assert sum(message is None for message in ours.values()) > 20
    older = [name for name in messages if name.endswith((".xls", ".ods", ".xlsb"))]
    assert sum(messages[name] is None for name in older) > 10
    assert "password" in (messages.get("pass_protected.xlsx") or "password")


def as_calamine(cell: Cell) -> object:
    """The cell as the other parser gives it: all numbers are floats, midnight is a day."""
    if isinstance(cell, IntText | FloatText):
        return float(cell)
    if isinstance(cell, DateText):
        return date.fromisoformat(cell)
    if isinstance(cell, DateTimeText):
        moment = datetime.fromisoformat(cell)
        return moment.date() if moment.time() == time() else moment
    return time.fromisoformat(cell) if isinstance(cell, TimeText) else cell


@with_books
@pytest.mark.parametrize(
    "path", [p for p in BOOKS if p.suffix in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")], ids=lambda p: p.name
)
def test_every_cell_is_what_another_parser_reads(path: Path) -> None:
    """Cell by cell on all sheets; error cells, which it does not give, aside."""
    try:
        theirs = python_calamine.load_workbook(path)
    except python_calamine.CalamineError:
        pytest.skip("the other parser refuses this file")
    with open_workbook(path, path.name, unpacked_limit_mib=2_048) as book:
        for sheet in book.sheets:
            rows = theirs.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            expected = {(r, c): v for r, row in enumerate(rows) for c, v in enumerate(row) if v != ""}
            found = {
                (row.number - 1, column): as_calamine(cell)
                for row, _ in book.rows(sheet)
                for column, cell in row.cells.items()
                if column not in row.errors
            }
            stripped = {place: v.strip() if isinstance(v, str) else v for place, v in found.items()}
            assert stripped == {place: v.strip() if isinstance(v, str) else v for place, v in expected.items()}
