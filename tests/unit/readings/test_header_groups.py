"""Headers of several lines: names of groups within groups stand before the names of the columns, and only then."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.parse import header_names
from analysis.readings.records.kinds import Cell, IntText
from analysis.readings.records.xlsx_layout import layouts
from analysis.readings.records.xlsx_workbook import Row
from analysis.readings.structure import header_rows_of

BODY = [["Bern", "1", "2", "3", "4", "5", "6", "7", "8"], ["Graz", "2", "3", "4", "5", "6", "7", "8", "9"]] * 3
THREE = [
    ["", "2023", "", "", "", "2024", "", "", ""],
    ["", "Q1", "", "Q2", "", "Q1", "", "Q2", ""],
    ["Ort", "Umsatz", "Stück", "Umsatz", "Stück", "Umsatz", "Stück", "Umsatz", "Stück"],
]
NAMES = [
    "Ort", "2023 Q1 Umsatz", "2023 Q1 Stück", "2023 Q2 Umsatz", "2023 Q2 Stück",
    "2024 Q1 Umsatz", "2024 Q1 Stück", "2024 Q2 Umsatz", "2024 Q2 Stück",
]  # fmt: skip


def sheet(rows: Sequence[Sequence[str]], *, first: int = 1) -> list[Row]:
    """The rows as those of a spreadsheet, whose numbers are numbers."""
    made = []
    for at, row in enumerate(rows, start=first):
        found: dict[int, Cell] = {
            i: IntText(cell) if cell.isdecimal() else cell for i, cell in enumerate(row) if cell
        }
        made.append(Row(at, found))
    return made


def test_three_lines_of_groups_name_the_columns() -> None:
    """In a text and in a spreadsheet alike."""
    assert header_rows_of([*THREE, *BODY], 9) == 3
    assert header_names(THREE, 9) == NAMES
    best = layouts(sheet([*THREE, *BODY], first=4))[0]
    assert (best.first_row, best.header) == (4, 3)


def test_two_lines_of_groups_in_a_spreadsheet() -> None:
    """The names of the columns come again in each group; the row of the groups is no title."""
    two = [["", "Nord", "", "Süd", ""], ["Ort", "ein", "aus", "ein", "aus"]]
    body = [["Bern", "1", "2", "3", "4"], ["Graz", "5", "6", "7", "8"]]

    best, other = layouts(sheet([*two, *body]))

    assert (best.first_row, best.header) == (1, 2)
    assert (other.first_row, other.header) == (2, 1)
    assert header_names(two, 5) == ["Ort", "Nord ein", "Nord aus", "Süd ein", "Süd aus"]


@pytest.mark.parametrize(
    ("above", "title"),
    [
        (["Umsatz 2024", "", "Stand: Mai", "", ""], ["Ort", "ein", "aus", "netto", "brutto"]),
        (["Umsatz", "", "", "", ""], ["Ort", "ein", "aus", "ein", "aus"]),
    ],
)
def test_a_title_above_the_header_is_no_group(above: list[str], title: list[str]) -> None:
    """Where the columns' names differ by themselves, or would not differ with it."""
    body = [["Bern", "1", "2", "3", "4"], ["Graz", "5", "6", "7", "8"]]

    assert layouts(sheet([above, title, *body]))[0].header < 2


WORD = st.text("abcdefgh", min_size=3, max_size=6)


@given(data=st.data(), top=st.lists(WORD, min_size=2, max_size=3, unique=True))
def test_joined_names_lead_back_to_their_groups(data: st.DataObject, top: list[str]) -> None:
    """Whatever the groups are called: every column's name holds all of its groups, in order, and is there once."""
    inner = data.draw(st.lists(WORD, min_size=2, max_size=3, unique=True))
    leaves = data.draw(st.lists(WORD, min_size=2, max_size=3, unique=True))
    paths = [(a, b, c) for a in top for b in inner for c in leaves]
    span = len(inner) * len(leaves)
    rows = [
        ["", *(a if at % span == 0 else "" for at, (a, _b, _c) in enumerate(paths))],
        ["", *(b if at % len(leaves) == 0 else "" for at, (_a, b, _c) in enumerate(paths))],
        ["id", *(c for _a, _b, c in paths)],
    ]
    width = len(paths) + 1
    body = [[f"row{at}", *(str(at + i) for i in range(len(paths)))] for at in range(4)]

    assert header_names(rows, width) == ["id", *(" ".join(path) for path in paths)]
    assert header_rows_of([*rows, *body], width) == 3
    assert layouts(sheet([*rows, *body]))[0].header == 3


REPEATED = [["Region", "2024", "2024", "2025", "2025"], ["", "Umsatz", "Kosten", "Umsatz", "Kosten"]]
FIGURES = [[f"R{n}", str(n), str(n * 2), str(n * 3), str(n * 4)] for n in range(8)]


def test_groups_that_stand_over_each_of_their_columns_name_them() -> None:
    """Years are numbers like those below them; that the names below them come again tells them apart."""
    assert header_rows_of([*REPEATED, *FIGURES], 5) == 2
    assert header_names(REPEATED, 5) == ["Region", "2024 Umsatz", "2024 Kosten", "2025 Umsatz", "2025 Kosten"]


@pytest.mark.parametrize(
    "rows",
    [
        [["Region", "2024", "2024", "2025", "2025"], ["R9", "7", "8", "9", "1"], *FIGURES],  # records, both
        [
            ["Region", "2024", "2024", "2024", "2024"],
            ["", "a", "b", "a", "b"],
            *FIGURES,
        ],  # two columns of one name
        [["R8", "17", "17", "25", "25"], ["", "a", "b", "a", "b"], *FIGURES],  # these are no years
        [["Region", "2024", "2024", "2025", "2025"], ["", "a", "b", "c", "d"], *FIGURES],  # nothing comes again
    ],
)
def test_numbers_that_are_there_twice_are_no_groups(rows: list[list[str]]) -> None:
    """Where anything else explains them, they are not taken for names."""
    assert header_rows_of(rows, 5) != 2
