"""Where the cells of a record stand in its text, so that they can be shown there.

Used by the raw lines. The cells are those the parser gave; here they are only found again, so a repaired record is
coloured by what was made of it, too. A cell that stands nowhere (one that was added, or one put together from
several pieces) has no place.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TypeAlias

from analysis.readings.dialect import Dialect

MOST_CELLS = 2_000
"""In a wider record the later cells are not looked for: nobody sees them."""


@dataclass(frozen=True, slots=True)
class Span:
    """A cell in its record's text: from `start` to before `end`, its quotes included; `column` counts from 0."""

    start: int
    end: int
    column: int


def locate(text: str, cells: Sequence[str], dialect: Dialect) -> tuple[Span, ...]:
    """Return where the cells stand, in order and without overlap.

    Args:
        text: The whole record, line ends within it included.
        cells: As the parser gave them, the header's or the record's own.
        dialect: How the file marks its cells.
    """
    if dialect.widths:
        return tuple(_by_width(text, cells[:MOST_CELLS], dialect.widths))
    return tuple(_Search(text, dialect).run(cells[:MOST_CELLS]))


def _by_width(text: str, cells: Sequence[str], widths: Sequence[int]) -> Iterator[Span]:
    """Yield cells where their column is, without the blanks around them; some run over the border."""
    starts = [0, *accumulate(widths)]
    at = 0
    for column, cell in enumerate(cells):
        begin = starts[column] if column < len(starts) else at
        found = text.find(cell, max(at, begin - len(cell)) if cell else begin)
        if cell and found >= 0:
            at = found + len(cell)
            yield Span(found, at, column)


class _Search:
    """Walks through the text cell by cell."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text, self.dialect = text, dialect
        marks = (dialect.delimiter, dialect.quote or "", dialect.escape or "")
        self.plain, self.quoted, self.airy, self.escaped = _patterns(*marks)
        self.delimiter = re.compile(rf"[ \t]*?{re.escape(dialect.delimiter)}")

    def run(self, cells: Sequence[str]) -> list[Span]:
        spans: list[Span] = []
        at = 0
        for column, cell in enumerate(cells):
            if at > len(self.text):
                break
            found = self._exact(cell, at) or self._somewhere(cell, at)
            if found is None:
                continue
            spans.append(Span(*found, column))
            at = self._after(found[1])
        return spans

    def _exact(self, cell: str, at: int) -> tuple[int, int] | None:
        """Return the cell's place if it begins right here, by the rules."""
        text = self.text
        quoted = self.quoted.match(text, at) if self.quoted else None
        if quoted and self._ends(quoted.end()) and self.dialect.unquote(quoted[0][1:-1]) == cell:
            return quoted.span()
        plain = self.plain.match(text, at)
        end = plain.end() if plain else at
        if text[at:end] == cell or (self.escaped and self.escaped.sub(r"\1", text[at:end]) == cell):
            return at, end
        return None

    def _somewhere(self, cell: str, at: int) -> tuple[int, int] | None:
        """Return the next place where a cell of a repaired record may stand, its quotes included."""
        quote, text = self.dialect.quote, self.text
        if quote:
            airy = self.airy.match(text, at) if self.airy else None
            if airy and self.dialect.unquote(airy[1]) == cell:
                return airy.span()
            quoted = f"{quote}{cell.replace(quote, quote * 2)}{quote}"
            start = text.find(quoted, at)
            if start >= 0:
                return start, start + len(quoted)
        start = text.find(cell, at) if cell else -1
        return (start, start + len(cell)) if start >= 0 else None

    def _ends(self, end: int) -> bool:
        return end >= len(self.text) or self.text.startswith(self.dialect.delimiter, end)

    def _after(self, end: int) -> int:
        """Return where the next cell may begin; past the end when nothing follows."""
        found = self.delimiter.match(self.text, end)
        if found is None:
            return end if end < len(self.text) else len(self.text) + 1
        at = found.end()
        return at + 1 if self.dialect.skip_blank and self.text.startswith(" ", at) else at


_Pattern: TypeAlias = re.Pattern[str]


@lru_cache(maxsize=32)
def _patterns(
    delimiter: str, quote: str, escape: str
) -> tuple[_Pattern, _Pattern | None, _Pattern | None, _Pattern | None]:
    """Return what an unquoted cell is, a quoted one, one with blanks around its quotes, and an escaped sign."""
    d, q, e = re.escape(delimiter), re.escape(quote), re.escape(escape)
    guarded = f"{e}.|" if escape else ""
    plain = re.compile(f"(?:{guarded}(?!{d}).)*", re.DOTALL)
    quoted = re.compile(f"{q}(?:{guarded}{q}{q}|(?!{q}).)*{q}(?!{q})", re.DOTALL) if quote else None
    airy = re.compile(rf"[ \t]*{q}(.*?){q}[ \t]*(?={d}|$)", re.DOTALL) if quote else None
    escaped = re.compile(rf"{e}({d}|{e}|{q or e}|\r\n|\n|\r)") if escape else None
    return plain, quoted, airy, escaped
