"""What the text of a spreadsheet cell stands for."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.records.kinds import Cell, DateText, DateTimeText, FloatText, IntText, TimeText
from analysis.readings.records.xlsx_layout import layouts
from analysis.readings.records.xlsx_values import (
    NumberFormat,
    column_of,
    format_of,
    iso_cell,
    moment_cell,
    number_cell,
    range_of,
    unescape,
)
from analysis.readings.records.xlsx_workbook import Row


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0.00", NumberFormat.PLAIN),
        ("0.00E+00", NumberFormat.PLAIN),
        ('#,##0.00 "€";[Red]-#,##0.00 "days"', NumberFormat.PLAIN),
        ("General", NumberFormat.PLAIN),
        ("yyyy-mm-dd", NumberFormat.DAY),
        ("mmm yy", NumberFormat.DAY),
        ("[$-407]TT.MM.JJJJ", NumberFormat.DAY),
        ("[$-409]d/m/yy h:mm AM/PM;@", NumberFormat.MOMENT),
        ("mm:ss.0", NumberFormat.TIME),
        ("h:mm AM/PM", NumberFormat.TIME),
        ("[h]:mm:ss", NumberFormat.ELAPSED),
        ("\\d0", NumberFormat.PLAIN),
    ],
)
def test_a_format_tells_days_from_numbers(code: str, expected: NumberFormat) -> None:
    """Letters in quotes, colours and units do not make a day."""
    assert format_of(164, {164: code}) is expected


def test_formats_known_by_number_only() -> None:
    """Files do not spell out the common ones."""
    assert [format_of(number, {}) for number in (0, 14, 21, 22, 46)] == [
        NumberFormat.PLAIN, NumberFormat.DAY, NumberFormat.TIME, NumberFormat.MOMENT, NumberFormat.ELAPSED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected", "kind"),
    [
        ("7", "7", IntText),
        ("7.0", "7", IntText),
        ("-0", "0", IntText),
        ("1E3", "1000", IntText),
        ("0.10000000000000001", "0.1", FloatText),
        ("12345678901234567890", "12345678901234567890", IntText),
        ("1e400", "1e400", str),
        ("nan", "nan", str),
        ("1_000", "1_000", str),
    ],
)
def test_a_number_is_its_double(text: str, expected: str, kind: type) -> None:
    """Whole ones are whole numbers; what is no number of a spreadsheet stays text."""
    cell = number_cell(text)

    assert cell == expected
    assert type(cell) is kind


@pytest.mark.parametrize(
    ("text", "meaning", "from_1904", "expected"),
    [
        ("43832", NumberFormat.DAY, False, DateText("2020-01-02")),
        ("1", NumberFormat.DAY, False, DateText("1900-01-01")),
        ("59", NumberFormat.DAY, False, DateText("1900-02-28")),
        ("60", NumberFormat.DAY, False, IntText("60")),
        ("61", NumberFormat.DAY, False, DateText("1900-03-01")),
        ("0", NumberFormat.DAY, True, DateText("1904-01-01")),
        ("43832.5", NumberFormat.DAY, False, DateTimeText("2020-01-02 12:00:00")),
        ("43832", NumberFormat.MOMENT, False, DateTimeText("2020-01-02 00:00:00")),
        ("43832.12784349537", NumberFormat.MOMENT, False, DateTimeText("2020-01-02 03:04:05.678")),
        ("0.999999999999", NumberFormat.TIME, False, DateTimeText("1900-01-01 00:00:00")),
        ("0.75", NumberFormat.TIME, False, TimeText("18:00:00")),
        ("0", NumberFormat.DAY, False, IntText("0")),
        ("1.25", NumberFormat.ELAPSED, False, "30:00:00"),
        ("-1", NumberFormat.DAY, False, IntText("-1")),
        ("2958466", NumberFormat.DAY, False, IntText("2958466")),
        ("soon", NumberFormat.DAY, False, "soon"),
    ],
)
def test_a_day_is_a_day_only_if_there_is_one(
    text: str, meaning: NumberFormat, *, from_1904: bool, expected: Cell
) -> None:
    """The day 1900-02-29, negative times and days after 9999 stay the numbers they are."""
    cell = moment_cell(text, meaning, from_1904=from_1904)

    assert (type(cell), cell) == (type(expected), expected)


@given(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - a spreadsheet has no zones
def test_a_moment_survives_to_the_millisecond(moment: datetime) -> None:
    """As exactly as a spreadsheet shows it."""
    moment -= timedelta(microseconds=moment.microsecond % 1000)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001

    cell = moment_cell(repr(serial), NumberFormat.MOMENT, from_1904=False)

    assert isinstance(cell, DateTimeText)
    assert datetime.fromisoformat(cell) == moment


def test_iso_cells_and_references() -> None:
    """Small readings that everything else stands on."""
    assert type(iso_cell("2026-11-22")) is DateText
    assert iso_cell("2026-11-22T10:00:00") == "2026-11-22 10:00:00"
    assert type(iso_cell("10:00")) is TimeText
    assert type(iso_cell("2026-11-22T10:00:00Z")) is str
    assert [column_of(ref) for ref in ("A1", "Z9", "AA10", "XFD1", "7")] == [0, 25, 26, 16_383, -1]
    assert range_of("B3:C15") == (3, 15)
    assert range_of("") == (0, 0)
    assert unescape("a_x000D_b_x5f") == "a\rb_x5f"


def rows(*lines: list[Cell], start: int = 1) -> list[Row]:
    """Rows one below the other; None is an empty cell."""
    return [
        Row(number, {at: cell for at, cell in enumerate(line) if cell is not None})
        for number, line in enumerate(lines, start)
    ]


ONE, TWO = IntText("1"), IntText("2")


def test_a_header_below_a_title_is_found() -> None:
    """Title lines are narrow, the table is wide."""
    sheet = rows(["Umsatz 2026"], ["Stand heute", None], ["Ort", "Art", "Menge", "Preis"], ["x", "y", ONE, TWO])

    best, other = layouts(sheet)

    assert (best.first_row, best.header) == (3, True)
    assert best.confidence > 0.9
    assert not other.header


def test_a_header_in_the_middle_of_a_table_is_none() -> None:
    """Nothing that may be a record is taken for a title."""
    best = layouts(rows(["x", ONE], ["Ort", "Menge"], ["y", TWO]))[0]

    assert (best.first_row, best.header) == (1, False)


def test_numbers_or_repeated_names_make_no_header() -> None:
    """Then the first row is a record, and a person may say otherwise."""
    assert not layouts(rows([ONE, TWO], [TWO, ONE]))[0].header
    assert not layouts(rows(["a", "a"], ["x", ONE]))[0].header
    assert not layouts(rows(["only"]))[0].header
