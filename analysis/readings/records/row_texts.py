"""A row of a spreadsheet as one line of text, and back: what the ledger keeps, and what a person makes of it.

Used by the spreadsheet reader. Cells are separated by tabs, in the order of the sheet, with empty ones for those
that hold nothing; a tab, a line end or a backslash within a cell is escaped by a backslash.
"""

import re
from dataclasses import replace
from typing import Final

from analysis.readings.records.kinds import Cell, DateText, DateTimeText, TimeText, as_text
from analysis.readings.records.xlsx_values import iso_cell, number_cell
from analysis.readings.records.xlsx_workbook import Row

_ESCAPES: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_MEANT: Final = {escape[1]: sign for sign, escape in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\([\\tnr])")
_SPECIAL = re.compile(r"[\\\t\n\r]")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_TRUTHS: Final = {"true": True, "false": False}


def row_text(row: Row, columns: range) -> bytes:
    """Return a row as text.

    Args:
        row: The row.
        columns: Those of the table; a cell beside them is told, too.
    """
    return "\t".join(_texts(row, columns)).encode("utf-8", "backslashreplace")


def corrected_row(row: Row, columns: range, text: str) -> Row:
    """Return a row as a person wrote it down; cells they left alone stay what they are.

    Args:
        row: As the file has it.
        columns: Those of the table.
        text: As `row_text` has it, with other cells. A new text is what it looks like (a number, a day, true or
            false), unless the cell was text before.
    """
    before, start = _texts(row, columns), _reach(row, columns).start
    cells = dict(row.cells)
    changed = set()
    after = text.split("\t")
    for at in range(max(len(before), len(after))):
        was, now = (texts[at] if at < len(texts) else "" for texts in (before, after))
        if now == was:
            continue
        column = start + at
        changed.add(column)
        cell = _meant(_unescaped(now), row.cells.get(column), error=column in row.errors)
        if cell is None:
            cells.pop(column, None)
        else:
            cells[column] = cell
    return replace(
        row,
        cells=dict(sorted(cells.items())),
        errors=[column for column in row.errors if column not in changed],
        uncomputed=[column for column in row.uncomputed if column not in changed],
    )


def _texts(row: Row, columns: range) -> list[str]:
    return [_escaped(as_text(row.cells.get(column)) or "") for column in _reach(row, columns)]


def _reach(row: Row, columns: range) -> range:
    """Return the columns from the first to the last that the table or the row has."""
    used = [columns.start, columns.stop - 1, *row.cells]
    return range(min(used), max(used) + 1)


def _meant(text: str, before: Cell, *, error: bool) -> Cell:
    if not text:
        return None
    if type(before) is str and not error:
        return text
    if _PLAIN_NUMBER.fullmatch(text):
        return number_cell(text)
    if text.lower() in _TRUTHS:
        return _TRUTHS[text.lower()]
    cell = iso_cell(text.replace(" ", "T", 1))
    return cell if isinstance(cell, DateText | DateTimeText | TimeText) else text


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _MEANT[found[1]], text)
