"""What reading a database of several tables has in common, whatever wrote it.

Used by the SQLite and DuckDB readers: which tables there are, which of them may be meant, and the candidates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.readings.model import Candidate, Choice, Judgement, Part
from analysis.readings.several import MOST_CANDIDATES, undecided
from analysis.readings.words import some_names
from core.errors import NotATableError
from core.i18n import _

MOST_LOOKED_AT: Final = 50
"""Tables whose rows are counted; a database with more has them listed without."""


@dataclass(frozen=True, slots=True)
class DatabaseTable:
    """A table, as the database calls it; `rows` is None where it was not counted."""

    name: str
    rows: int | None = None
    own: bool = False


def judge_tables(
    tables: Sequence[DatabaseTable], choice: Choice, name: str, look: Callable[[str], Candidate]
) -> Judgement:
    """Return the candidates of a database.

    Args:
        tables: All tables in it.
        choice: The one that is wanted, if somebody said so.
        name: What the file is called.
        look: Makes the candidate of a table.

    Raises:
        NotATableError: there is no table, or none of that name.
    """
    parts = tuple(Part(table.name, "table", rows=table.rows, hidden=table.own) for table in tables)
    if choice.table is not None:
        check_table(choice.table, tables, name)
        return Judgement((look(choice.table),), parts)
    people = [table for table in tables if not table.own]
    filled = [table for table in people if table.rows != 0] or people
    if not filled:
        raise NotATableError(name, _("is a database without a table in it."))
    if len(filled) == 1:
        return Judgement((look(filled[0].name),), parts)
    return Judgement(undecided([look(table.name) for table in filled[:MOST_CANDIDATES]], len(filled)), parts)


def check_table(wanted: str, tables: Sequence[DatabaseTable], name: str) -> None:
    """Make sure that there is a table of this name.

    Raises:
        NotATableError: there is none.
    """
    names = [table.name for table in tables]
    if wanted not in names:
        raise NotATableError(
            name,
            _("has no table '{table}'.").format(table=wanted),
            hint=_("Choose one of: {names}.").format(names=some_names(names)),
        )
