"""The likeliest cells of a record whose quotes do not obey the rules.

Used by the parser when the strict split fails. Looks for the way to split one text into as many cells as its table
has columns with the fewest assumptions: that a quote is meant literally, that a closing quote lacks its doubling,
that blanks lie around quotes. Every assumption has a price; without a way to the wanted width the cheapest is
taken.
"""

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.readings.dialect import Dialect

MAX_TEXT = 1 << 15
"""A longer record is not searched: it is split plainly."""
_MAX_STEPS = 6_000
_MAX_CLOSINGS = 12

_STRAY = 1.0
"""A quote within a cell that is neither doubled nor escaped."""
_LITERAL_OPEN = 2.0
"""A cell that begins with a quote which opens nothing."""
_BLANKS = 0.5
"""Blanks between a quote and its delimiter."""
MISSING_PRICE = 1.5
"""A delimiter that is missing beside a quote; less than two stray quotes, which would explain the same."""
_BOUNDARY = 1.5
"""A quoted cell that holds what looks like the border between two cells."""


_State = tuple[int, int]
"""Where the next cell begins, and how many cells came before."""
_Span = tuple[int, int, bool]
"""Where a cell's text lies, and whether it stood in quotes."""


@dataclass(frozen=True, slots=True)
class Mended:
    """The cells that were found and what they cost; 0 means that nothing had to be assumed."""

    cells: list[str]
    price: float


def mend(text: str, width: int, dialect: Dialect, *, lenient: bool = False) -> Mended:
    """Return the likeliest cells of a record.

    Args:
        text: The whole record, without its last line end.
        width: How many cells it should have.
        dialect: With a quote.
        lenient: Also look for delimiters that are missing beside a quote.
    """
    if len(text) > MAX_TEXT or dialect.quote is None:
        return Mended(dialect.split_plain(text), _LITERAL_OPEN)
    return _Search(text, width, dialect, lenient=lenient).run()


class _Search:
    """Dijkstra over (position, cells so far)."""

    def __init__(self, text: str, width: int, dialect: Dialect, *, lenient: bool) -> None:
        self.text, self.width, self.dialect, self.lenient = text, width, dialect, lenient
        self.quote = dialect.quote or ""
        quote, delimiter = re.escape(self.quote), re.escape(dialect.delimiter)
        self.closing = re.compile(rf"{quote}([ \t]*)(?={delimiter}|$)")
        self.opening = re.compile(rf"[ \t]*{quote}")
        self.border = re.compile(rf"{quote}{delimiter}|{delimiter}{quote}")
        self.pair = re.compile(rf"(?<!{quote})(?:{quote}{quote})+(?!{quote})")
        self.runs = re.compile(f"(?:{quote})+")

    def run(self) -> Mended:
        queue: list[tuple[float, int, int]] = [(0.0, 0, 0)]
        came: dict[_State, tuple[_State, _Span, float]] = {}
        done: set[_State] = set()
        ends: list[tuple[float, _State]] = []
        while queue and len(came) < _MAX_STEPS:
            price, at, count = heapq.heappop(queue)
            if (at, count) in done:
                continue
            done.add((at, count))
            if at > len(self.text):
                ends.append((price + abs(count - self.width), (at, count)))
                if count == self.width:
                    return Mended(self._cells((at, count), came), price)
                continue
            for span, following, extra in self._ways(at):
                target = (following, count + 1)
                known = came.get(target)
                if target not in done and (known is None or price + extra < known[2]):
                    came[target] = ((at, count), span, price + extra)
                    heapq.heappush(queue, (price + extra, following, count + 1))
        if not ends:
            return Mended(self.dialect.split_plain(self.text), _LITERAL_OPEN)
        price, state = min(ends)
        return Mended(self._cells(state, came), price)

    def _ways(self, at: int) -> Iterator[tuple[_Span, int, float]]:
        """Yield (cell, where the next begins, price) for the cell that begins here."""
        opening = self.opening.match(self.text, at)
        end = self.text.find(self.dialect.delimiter, at)
        end = len(self.text) if end < 0 else end
        stray = self.text.find(self.quote, at, end) >= 0
        yield (at, end, False), self._next(end), _LITERAL_OPEN if opening else _STRAY * stray
        if opening is None:
            if stray and self.lenient:
                cut = self.text.index(self.quote, at, end)
                yield (at, cut, False), cut, self._missing(cut)
            return
        inner_at = opening.end()
        before = _BLANKS * (inner_at - at > len(self.quote))
        for found, _ in zip(self.closing.finditer(self.text, inner_at), range(_MAX_CLOSINGS), strict=False):
            price = before + self._price(self.text[inner_at : found.start()], found[1])
            yield (inner_at, found.start(), True), self._next(found.end()), price
        for found, _ in zip(
            self.pair.finditer(self.text, inner_at), range(self.lenient * _MAX_CLOSINGS), strict=False
        ):
            opening_at = found.end() - len(self.quote)  # of a longer run, the last two close and open
            closing_at = opening_at - len(self.quote)
            price = before + self._price(self.text[inner_at:closing_at], "") + self._missing(opening_at)
            yield (inner_at, closing_at, True), opening_at, price

    def _missing(self, opening_at: int) -> float:
        """Return the price of a delimiter that is missing right before this quote."""
        inner = self.text[opening_at + len(self.quote) : opening_at + len(self.quote) + 1]
        return MISSING_PRICE + _BLANKS * inner.isspace()

    def _price(self, inner: str, blanks: str) -> float:
        odd = sum(1 for run in self.runs.findall(inner) if len(run) // len(self.quote) % 2)
        return _STRAY * odd + _BOUNDARY * len(self.border.findall(inner)) + _BLANKS * bool(blanks)

    def _next(self, end: int) -> int:
        """Return where the next cell begins; past the text's end when there is none."""
        if end >= len(self.text):
            return len(self.text) + 1
        at = end + len(self.dialect.delimiter)
        return at + 1 if self.dialect.skip_blank and self.text.startswith(" ", at) else at

    def _cells(self, state: _State, came: dict[_State, tuple[_State, _Span, float]]) -> list[str]:
        cells: list[str] = []
        while state in came:
            state, (start, end, quoted), _ = came[state]
            text = self.text[start:end]
            cells.append(self.dialect.unquote(text) if quoted else text)
        return cells[::-1]
