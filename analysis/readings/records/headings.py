"""Whether the first row of a list of rows names the columns.

Used for JSON lists of lists and for spreadsheets.
"""

from collections.abc import Sequence
from statistics import mode

from analysis.readings.records.kinds import Cell

CERTAIN = 0.98
LIKELY = 0.85
"""All cells are text: the first row may as well be a record."""


def names_columns(first: Sequence[Cell], later: Sequence[Sequence[Cell]]) -> float:
    """Return how sure it is (0..1) that the first row is a header, 0 if it is none.

    A header is text in every column and says nothing twice; it is certain where something else stands below.

    Args:
        first: The cells of the first row.
        later: The rows below, as far as they were looked at.
    """
    filled = [cell for cell in first if cell is not None]
    if not filled or any(type(cell) is not str or not cell.strip() for cell in filled):
        return 0.0
    usual = mode(map(len, later)) if later else len(first)
    if len(filled) < max(len(first), usual) or len({cell for cell in filled if isinstance(cell, str)}) < len(
        filled
    ):
        return 0.0
    if any(type(cell) not in (str, type(None)) for row in later for cell in row):
        return CERTAIN
    return LIKELY


def titles(header: Sequence[Cell] | None, width: int) -> list[str]:
    """Return the name of each of `width` columns as the header has it; empty where it has none."""
    found = ["" if cell is None else str(cell) for cell in header or ()][:width]
    return found + [""] * (width - len(found))
