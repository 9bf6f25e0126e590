"""Columns whose type a person chose: what each cell says of it, and which cells do not fit.

Used by the exact parser, which tells of a cell that does not fit as of any other repaired line, and by the typed
writer. A cell that does not fit has no value; its text is kept beside the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.readings.conversions import Convert
from analysis.readings.events import Note
from core.i18n import N_

CODE = "does_not_fit"
_TOLD = N_("'{cell}' in the column '{column}' is no {type}; the cell is empty, its text is kept.")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """One such column.

    Attributes:
        at: Its position.
        column: Its name in the table.
        sql_type: The type that was chosen.
        convert: From a cell to what it says.
        null_words: Cells that stand for nothing.
    """

    at: int
    column: str
    sql_type: str
    convert: Convert
    null_words: frozenset[str] = frozenset()

    def said(self, cell: str) -> str | None:
        """Return what a cell says, as text the engine can cast; None if it is empty or does not fit."""
        found = None if not cell or cell in self.null_words else self.convert(cell)
        return found.text if found is not None else None

    def misfit(self, cells: Sequence[str]) -> Note | None:
        """Return what there is to tell of the record's cell, if anything."""
        cell = cells[self.at]
        if not cell or cell in self.null_words or self.convert(cell) is not None:
            return None
        shown = cell if len(cell) <= _SHOWN else f"{cell[: _SHOWN - 1]}…"
        return Note(CODE, _TOLD.format(cell=shown, column=self.column, type=self.sql_type), self.column)


def misfits(asked: Sequence[Asked], cells: Sequence[str]) -> list[Note]:
    """Return what there is to tell of a record's cells that do not fit."""
    return [note for one in asked if (note := one.misfit(cells)) is not None]
