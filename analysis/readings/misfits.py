"""The likeliest cells of a record that obeys the rules of its dialect, but has not as many cells as its table.

Used by the parser. Knows how the other records look: a delimiter that is missing is put back only where the cells
on both sides then look like their columns and did not before; a record with other delimiters is taken apart at
those. Whoever calls flags what was done. Broken quotes are the business of `repair`.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

from analysis.readings.dialect import Dialect, Outcome
from analysis.readings.events import Note
from analysis.readings.repair import MISSING_PRICE, mend
from analysis.readings.shapes import RecordLook
from core.i18n import N_

OTHER_DELIMITERS = (",", ";", "\t", "|", " ")
MIN_WIDTH = 3
"""In a narrower table too little is known to tell cells apart by their looks."""
_UNLIKELY = 0.02
"""A cell that looks as less than this share of its column does not belong there."""
_LIKELY = 0.3
_CLEARLY = 0.4
"""How many cells' worth of looks a repair must win over leaving the record alone."""
_FITS = 0.5
_FITS_WELL = 0.85
_SHORT_CELL = 48
_MAX_CUTS = 64
_MAX_SURPLUS = 40
_EDGE = re.compile(r"(?<=[^\W\d_])(?=[\d\W])|(?<=\d)(?=\D)|(?<=[^\w\s])(?=\w)|(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")
_NAMES = {"\t": N_("a tab"), " ": N_("a space")}

MISSING = Note(
    "missing_delimiter", N_("A delimiter is missing in this record; the likeliest cells were told apart.")
)


class Misfits:
    """Finds the cells of records that do not fit; `look` None means that nothing is known of the others."""

    def __init__(self, dialect: Dialect, width: int, look: RecordLook | None) -> None:
        self._dialect, self._width = dialect, width
        self._look = look if width >= MIN_WIDTH else None

    def apart(self, text: str, cells: list[str]) -> list[str] | None:
        """Return the cells of a well-formed record where a delimiter is missing; None if none can be seen to be.

        Args:
            text: The whole record.
            cells: What the strict rules make of it.
        """
        if self._look is None:
            return None
        ways = [way for way in (self._at_quotes(text), self._at_seam(cells)) if way is not None]
        best = max(ways, key=self._look.worth, default=None)
        if best is None or self._look.worth(best) < self._look.worth(self._left_alone(cells)) + _CLEARLY:
            return None
        return best

    def _left_alone(self, cells: list[str]) -> list[str]:
        """Return what becomes of the cells without a better idea."""
        if self._look is None or len(cells) < self._width:
            return [*cells, *[""] * (self._width - len(cells))]
        return self._look.narrow(cells, self._dialect.delimiter)

    def by_other_delimiter(self, text: str) -> tuple[list[str], Note] | None:
        """Return the cells if another delimiter gives exactly the width, and they look like the others."""
        if self._look is None:
            return None
        for delimiter in OTHER_DELIMITERS:
            if delimiter == self._dialect.delimiter or delimiter not in text:
                continue
            split = Dialect(delimiter, self._dialect.quote, self._dialect.escape).split(text)
            if split.outcome is not Outcome.GOOD:
                continue
            cells, least = split.cells, _FITS
            if len(cells) != self._width:
                cells, least = self._grouped(cells, delimiter), _FITS_WELL
            if len(cells) == self._width and self._look.fit(cells) > least:
                name = _NAMES.get(delimiter, f"'{delimiter}'")
                return cells, Note(
                    "other_delimiter", N_("The cells of this record are separated by {what}.").format(what=name)
                )
        return None

    # ---- a delimiter is missing ---------------------------------------------------------------------------

    def _at_quotes(self, text: str) -> list[str] | None:
        """Return the cells with borders where quotes touch something else, if that gives the width."""
        if self._dialect.quote is None or self._dialect.quote not in text:
            return None
        found = mend(text, self._width, self._dialect, lenient=True)
        if len(found.cells) != self._width or found.price < MISSING_PRICE:
            return None  # what is cheaper has nothing to do with a delimiter
        return found.cells

    def _at_seam(self, cells: list[str]) -> list[str] | None:
        """Return the cells with the one cut in two that looks like two columns run together."""
        look, width = self._look, self._width
        if look is None or len(cells) != width - 1:
            return None
        likes = [look.columns[i].likes(cell) for i, cell in enumerate(cells)]
        shifted = [look.columns[i + 1].likes(cell) for i, cell in enumerate(cells)]
        before, after = [0.0, *accumulate(likes)], [0.0, *accumulate(reversed(shifted))]
        best: tuple[float, list[str]] | None = None
        for i, cell in enumerate(cells):
            around = before[i] + after[len(cells) - 1 - i]
            if likes[i] > _UNLIKELY or around < (width - 2) * _FITS:
                continue
            for cut in _cuts(cell):
                left, right = look.columns[i], look.columns[i + 1]
                if left.likes(cell[:cut]) < _LIKELY or right.likes(cell[cut:]) < _LIKELY:
                    continue
                worth = around + left.worth(cell[:cut]) + right.worth(cell[cut:])
                if best is None or worth > best[0]:
                    best = (worth, [*cells[:i], cell[:cut], cell[cut:], *cells[i + 1 :]])
        return best[1] if best else None

    # ---- other delimiters ---------------------------------------------------------------------------------

    def _grouped(self, tokens: list[str], delimiter: str) -> list[str]:
        """Return too many cells as the width's, neighbours joined where the result looks most usual.

        A token that holds the delimiter itself stood in quotes, so it is a cell.
        """
        look, width, count = self._look, self._width, len(tokens)
        if look is None or not width < count <= width + _MAX_SURPLUS:
            return tokens
        best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
        for column in range(width):
            here: dict[int, tuple[float, int]] = {}
            for start, (worth, _) in best[-1].items():
                for end in range(start + 1, count - (width - column - 1) + 1):
                    if end - start > 1 and any(delimiter in token for token in tokens[start:end]):
                        break
                    total = worth + look.columns[column].worth(delimiter.join(tokens[start:end]))
                    if end not in here or total > here[end][0]:
                        here[end] = (total, start)
            best.append(here)
        if count not in best[width]:
            return tokens
        cells: list[str] = []
        end = count
        for column in range(width, 0, -1):
            start = best[column][end][1]
            cells.append(delimiter.join(tokens[start:end]))
            end = start
        return cells[::-1]


def _cuts(cell: str) -> Iterator[int]:
    """Yield where a cell may be two: anywhere in a short one, where the kind of letter changes in a long one."""
    if len(cell) <= _SHORT_CELL:
        yield from range(1, len(cell))
        return
    for found, _ in zip(_EDGE.finditer(cell), range(_MAX_CUTS), strict=False):
        yield found.start()
