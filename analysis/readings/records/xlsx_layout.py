"""Where in a sheet the table is: which row names the columns, and what stands above it.

Used by the spreadsheet reader. Looks at the first rows only; decides nothing about values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.readings.records.headings import CERTAIN, LIKELY
from analysis.readings.records.kinds import Cell
from analysis.readings.records.xlsx_workbook import Row

SAMPLE_ROWS: Final = 200
WITHOUT_HEADER: Final = 0.75
_FILLED: Final = 0.8
"""A header leaves at most this share of its columns without a name."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where the table begins. `first_row` is the header's number, or the first record's if `header` is False."""

    first_row: int
    header: bool
    confidence: float


def layouts(rows: Sequence[Row]) -> list[SheetLayout]:
    """Return the possible beginnings of the table, best first.

    Args:
        rows: The first rows that hold something, at least one.
    """
    without = SheetLayout(rows[0].number, header=False, confidence=WITHOUT_HEADER)
    for position, row in enumerate(rows[:-1]):
        below = rows[position + 1 :]
        sure = _header_confidence(row, below)
        if sure:
            other = SheetLayout(row.number, header=False, confidence=1 - sure)
            return [SheetLayout(row.number, header=True, confidence=sure), other]
        if len(row.cells) > max(len(each.cells) for each in below) // 2:
            break  # too wide for a title above the table, so it is the table
    return [without]


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
