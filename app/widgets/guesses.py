"""What is known of a column's type, in words: what else it could be, and the cells that speak against it.

Used by the Import page about the column that was pressed, and by the ledger about all columns of a dataset.
"""

from typing import TYPE_CHECKING, Final

from app.boundary import escaped
from app.widgets.words import percent
from core.i18n import N_, _, retold
from core.words import type_word

if TYPE_CHECKING:
    from analysis.readings import Guess

EXAMPLES: Final = 5
CELL_CHARACTERS: Final = 40
_COULD_BE: Final = N_("could be {type}: {share} of its cells fit")
_NOT_FITTING: Final = N_("These do not fit:")
_CELL: Final = N_("line {line}: {cell}")
_CELL_OF: Final = N_("{file}, line {line}: {cell}")


def guess_words(guess: "Guess") -> list[str]:
    """Return all there is to say of a guess, as pieces of Markdown."""
    told = []
    if guess.offered:
        could_be = _(_COULD_BE).format(type=type_word(guess.offered), share=percent(guess.share))
        told.append(escaped(could_be))
    if guess.note:
        told.append(escaped(retold(guess.note)))
    if guess.counterexamples:
        cells = ", ".join(_example(*one) for one in guess.examples()[:EXAMPLES])
        told.append(f"{_(_NOT_FITTING)} {cells}")
    return told


def _example(file: str | None, line: int, cell: str) -> str:
    cut = cell if len(cell) <= CELL_CHARACTERS else cell[:CELL_CHARACTERS] + "…"
    shown = f"“{cut}”"
    if file is None:
        return escaped(_(_CELL).format(line=line, cell=shown))
    return escaped(_(_CELL_OF).format(file=file, line=line, cell=shown))
