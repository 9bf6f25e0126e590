"""Where in a sheet the table is: which row names the columns, and what stands above it.

Used by the spreadsheet reader. Looks at the first rows only; decides nothing about values.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.readings.records.headings import CERTAIN, LIKELY
from analysis.readings.records.kinds import Cell
from analysis.readings.records.xlsx_workbook import Row
from analysis.readings.structure import MAX_HEADER_ROWS, are_names, grouped_names, has_nested_groups

SAMPLE_ROWS: Final = 200
_YEAR: Final = re.compile("(?:19|20)[0-9][0-9]")
WITHOUT_HEADER: Final = 0.75
_FILLED: Final = 0.8
"""A header leaves at most this share of its columns without a name."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where the table begins. `first_row` is the header's number, or the first record's if `header` is 0.

    `header` counts the rows that name the columns.
    """

    first_row: int
    header: int
    confidence: float


def layouts(rows: Sequence[Row]) -> list[SheetLayout]:
    """Return the possible beginnings of the table, best first.

    Args:
        rows: The first rows that hold something, at least one.
    """
    without = SheetLayout(rows[0].number, header=0, confidence=WITHOUT_HEADER)
    for position, row in enumerate(rows[:-1]):
        below = rows[position + 1 :]
        grouped = _grouped_rows(rows[position:])
        if grouped:
            deeper = rows[position + grouped - 1].number
            return [
                SheetLayout(row.number, header=grouped, confidence=LIKELY),
                SheetLayout(deeper, header=1, confidence=1 - LIKELY),
            ]
        sure = _header_confidence(row, below)
        if sure:
            other = SheetLayout(row.number, header=0, confidence=1 - sure)
            return [SheetLayout(row.number, header=1, confidence=sure), other]
        if len(row.cells) > max(len(each.cells) for each in below) // 2:
            break  # too wide for a title above the table, so it is the table
    return [without]


def header_texts(rows: Sequence[Row], columns: range) -> list[list[str]]:
    """Return the cells of header rows as text, empty where there is none."""
    return [
        ["" if row.cells.get(column) is None else str(row.cells[column]) for column in columns] for row in rows
    ]


def _grouped_rows(rows: Sequence[Row]) -> int:
    """Return how many of these rows name groups of columns and the columns in them; 0 where one row names them.

    The columns' own names come again from group to group, so that only with the groups they tell columns apart.
    """
    used = {column for row in rows for column in row.cells}
    columns = range(min(used), max(used) + 1)
    for count in range(MAX_HEADER_ROWS, 1, -1):
        header, body = rows[:count], rows[count:]
        if len(body) < 2 or [row.number for row in header] != [*range(rows[0].number, rows[0].number + count)]:
            continue
        texts = header_texts(header, columns)
        own = [cell for cell in texts[-1] if cell.strip()]
        if not all(_is_title(cell) for row in header for cell in row.cells.values()) or header[-1].errors:
            continue
        contrast = any(not _is_text(cell) for row in body for cell in row.cells.values())
        again = len(set(own)) < len(own)
        if contrast and again and has_nested_groups(texts) and are_names(grouped_names(texts)):
            return count
    return 0


def _is_title(cell: Cell) -> bool:
    return _is_text(cell) or _YEAR.fullmatch(str(cell)) is not None


def _header_confidence(row: Row, below: Sequence[Row]) -> float:
    """Return how sure it is that a row names the columns of the rows below it; 0 if it does not."""
    texts = [cell for cell in row.cells.values() if _is_text(cell)]
    if not below or len(texts) < len(row.cells) or not texts or row.errors:
        return 0.0
    used = {column for each in below for column in each.cells}
    columns = range(min(used | row.cells.keys()), max(used | row.cells.keys()) + 1)
    if len(texts) < max(_FILLED * len(used), 1) or (len(columns) > 1 and len(texts) < 2):
        return 0.0
    if len(set(texts)) < len(texts):
        return 0.0
    contrast = any(not _is_text(cell) for each in below for cell in each.cells.values())
    return CERTAIN if contrast else LIKELY


def _is_text(cell: Cell) -> bool:
    return type(cell) is str and bool(cell.strip())
