"""The exact parser: what a well-formed file says is what comes out, and no line is ever lost."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.readings.dialect import Dialect
from analysis.readings.events import LedgerBook
from analysis.readings.lines import make_lines, newline_kinds
from analysis.readings.parse import Parser, Plan
from core.types import Flag, Ledger

DELIMITERS = [",", ";", "\t", "|", ":", " ", "^"]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
spicy = st.text(st.sampled_from(list("ab,;\"'\\\n\r\t| 0")), max_size=8)
cells = texts | spicy


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Tables of text, at least two columns wide: a single empty cell cannot be told from an empty line."""
    width = draw(st.integers(2, 5))
    return draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=12))


def parse(
    raw: bytes, dialect: Dialect, width: int, *, newline: str = "lf", pieces: int = 1, first_line: int = 1
) -> tuple[list[list[str]], Ledger, tuple[Flag, ...]]:
    """Return records, ledger and flags of a text that is handed over in several batches."""
    lines = make_lines(raw, 1, "utf-8", newline)
    step = max(len(lines.texts) // pieces, 1)
    book = LedgerBook(None, "line")
    parser = Parser(Plan(dialect, width, first_line), book)
    records: list[list[str]] = []
    for start in range(0, len(lines.texts), step):
        part = type(lines)(
            start + 1,
            lines.texts[start : start + step],
            lines.ends[start : start + step],
            "utf-8",
            {i - start: raw for i, raw in lines.damaged.items() if start <= i < start + step},
            lines.odd,
        )
        records += parser.push(part)
    records += parser.finish()
    return records, book.ledger(len(lines.texts)), book.flags()


@given(
    tables(),
    st.sampled_from(DELIMITERS),
    st.sampled_from(['"', "'"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.booleans(),
    st.integers(1, 4),
)
def test_what_a_writer_wrote_is_read_back_cell_by_cell(
    table: list[list[str]], delimiter: str, quote: str, end: str, quoting: int, doubled: bool, pieces: int
) -> None:
    """Every table the standard library writes comes back exactly, without a flag."""
    if quoting == csv.QUOTE_MINIMAL and end != "\r\n":  # the writer leaves the other half of a line end bare
        table = [[cell.replace("\r" if end == "\n" else "\n", "~") for cell in row] for row in table]
    out = io.StringIO(newline="")
    csv.writer(
        out,
        delimiter=delimiter,
        quotechar=quote,
        lineterminator=end,
        quoting=quoting,  # type: ignore[arg-type]
        doublequote=doubled,
        escapechar=None if doubled else "\\",
    ).writerows(table)
    raw = out.getvalue().encode()
    newline = {"\n": "lf", "\r\n": "crlf", "\r": "cr"}[end]
    dialect = Dialect(delimiter, quote, None if doubled else "\\")

    records, ledger, flags = parse(raw, dialect, len(table[0]), newline=newline, pieces=pieces)

    assert records == table
    assert flags == ()
    assert ledger.adds_up()
    assert ledger.loaded == ledger.total


@given(tables(), st.sampled_from(DELIMITERS), st.integers(1, 4))
def test_a_text_without_quotes_but_with_escapes_is_read_back(
    table: list[list[str]], delimiter: str, pieces: int
) -> None:
    """Backslashes guard delimiters and line feeds; what they guard comes back."""
    table = [
        [cell.replace("\r", "r") for cell in row] for row in table
    ]  # a guarded CR before the line's LF is a CRLF
    out = io.StringIO(newline="")
    csv.writer(
        out, delimiter=delimiter, quotechar=None, lineterminator="\n", quoting=csv.QUOTE_NONE, escapechar="\\"
    ).writerows(table)

    records, ledger, flags = parse(
        out.getvalue().encode(), Dialect(delimiter, None, "\\"), len(table[0]), pieces=pieces
    )

    assert records == table
    assert ledger.adds_up()
    assert flags == ()


@settings(max_examples=300)
@given(
    st.binary(max_size=300)
    | spicy.map(str.encode)
    | st.lists(spicy, max_size=20).map(lambda c: ",".join(c).encode()),
    st.sampled_from(DELIMITERS),
    st.sampled_from(['"', "'", None]),
    st.sampled_from(["\\", None]),
    st.integers(1, 6),
    st.integers(1, 5),
    st.integers(1, 4),
)
def test_no_line_is_lost_whatever_the_bytes(
    raw: bytes, delimiter: str, quote: str | None, escape: str | None, width: int, pieces: int, first_line: int
) -> None:
    """Any bytes at all: nothing crashes, every record has the width, every line is accounted for."""
    dialect = Dialect(delimiter, quote, escape)

    records, ledger, flags = parse(
        raw, dialect, width, newline=newline_kinds(raw)[0], pieces=pieces, first_line=first_line
    )

    assert ledger.adds_up()
    assert all(len(record) == width for record in records)
    assert all(flag.line is not None for flag in flags)
    assert ledger.repaired == 0 or flags


@given(st.integers(0, 11), st.integers(0, 4), st.sampled_from(["first", "last", "around"]))
def test_a_stray_quote_harms_no_other_record(row: int, column: int, place: str) -> None:
    """One quote too many somewhere: that record is flagged, and all others are exact."""
    table = [[f"r{i}c{j}" for j in range(5)] for i in range(12)]
    broken = [list(record) for record in table]
    broken[row][column] = {"first": '"{}', "last": '{}"', "around": '"a" {}'}[place].format(table[row][column])
    raw = "\n".join(",".join(record) for record in broken).encode()

    records, ledger, flags = parse(raw, Dialect(","), 5)

    assert [record for i, record in enumerate(records) if i != row] == table[:row] + table[row + 1 :]
    assert [flag.line for flag in flags] == [row + 1]
    assert ledger.total == 12


@pytest.mark.parametrize(
    ("text", "width", "expected", "codes"),
    [
        ('a,b\n1,"x\ny"\n', 2, [["a", "b"], ["1", "x\ny"]], []),
        ("a,b,c\n1,2\n3,4,5\n", 3, [["a", "b", "c"], ["1", "2", ""], ["3", "4", "5"]], ["short_record"]),
        ("a,b\n1,2,3\n", 2, [["a", "b"], ["1", "2,3"]], ["extra_field"]),
        ("a,b\n1,2,\n", 2, [["a", "b"], ["1", "2"]], ["extra_field"]),
        ('1,"Hey " there",3\n', 3, [["1", 'Hey " there', "3"]], ["quote_repaired"]),
        ('1,5" pipe,3\n', 3, [["1", '5" pipe', "3"]], ["stray_quote"]),
        ('1,"open,3\n4,5,6\n', 3, [["1", '"open', "3"], ["4", "5", "6"]], ["quote_repaired"]),
        ("a,b,c\n1,2,3\nTotal 1\n", 3, [["a", "b", "c"], ["1", "2", "3"]], ["footer"]),
        ("a,b\n\n1,2\n", 2, [["a", "b"], ["1", "2"]], []),
    ],
)
def test_repairs_are_told(text: str, width: int, expected: list[list[str]], codes: list[str]) -> None:
    """What is repaired keeps its data and is flagged where it stands."""
    records, ledger, flags = parse(text.encode(), Dialect(","), width)

    assert records == expected
    assert [flag.code for flag in flags] == codes
    assert ledger.adds_up()


def test_a_quote_left_open_in_a_long_file_costs_one_record() -> None:
    """A single quote too many does not swallow the lines after it."""
    rows = [f"{i},name {i},{i * 2}" for i in range(50_000)]
    rows[7] = '7,"name 7,14'

    records, ledger, flags = parse("\n".join(rows).encode(), Dialect(","), 3, pieces=9)

    assert len(records) == 50_000
    assert [flag.line for flag in flags] == [8]
    assert ledger.repaired == 1
