"""How delimited text marks its cells, and the strict split of one record.

Used by the parser, the judge and the repair. Knows nothing of lines, types or what is done about a broken record.
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate, pairwise

from core.types import FileFormat, Reading


class Outcome(Enum):
    """What a strict split came to."""

    GOOD = "good"
    OPEN = "open"
    """The text ended within quotes: the record goes on in the next line."""
    BROKEN = "broken"
    """Something other than a delimiter follows a closing quote."""


@dataclass(frozen=True, slots=True)
class Split:
    """The cells of one record. `stray` tells whether an unquoted cell holds a quote."""

    cells: list[str]
    outcome: Outcome
    stray: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """Delimiter, quote and escape of a file; or the widths of its columns.

    A quote inside quotes is doubled; `escape` (a backslash, or None) is a second way to write one, and also guards
    delimiters and line ends outside of quotes. `skip_blank` means that one space right after a delimiter belongs
    to the delimiter. A delimiter may be several characters. With `widths` there is neither delimiter nor quote: a
    cell is what stands in its columns of the line, without the blanks around it; the last one goes on to the end.
    """

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    skip_blank: bool = False
    widths: tuple[int, ...] = ()
    _plain: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _quoted: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _escaped: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.delimiter or any(len(mark) > 1 for mark in (self.quote or "", self.escape or "")):
            raise ValueError("a delimiter is some characters, quote and escape are one each")
        delimiter, quote, escape = (re.escape(mark or "") for mark in (self.delimiter, self.quote, self.escape))
        if self.escape:
            other = _other_than(self.delimiter, self.escape)
            plain = rf"{other}*(?:{escape}.{other}*)*{escape}?"
            quoted = rf"[^{quote}{escape}]*(?:(?:{quote}{quote}|{escape}.)[^{quote}{escape}]*)*{quote}(?!{quote})"
            escaped = rf"{escape}({delimiter}|{escape}|{quote or escape}|\r\n|\n|\r)"
        else:
            plain = rf"{_other_than(self.delimiter)}*"
            quoted = rf"[^{quote}]*(?:{quote}{quote}[^{quote}]*)*{quote}(?!{quote})"
            escaped = "(?!)"
        if not self.quote:
            quoted = "(?!)"
        object.__setattr__(self, "_plain", re.compile(plain, re.DOTALL))
        object.__setattr__(self, "_quoted", re.compile(quoted, re.DOTALL))
        object.__setattr__(self, "_escaped", re.compile(escaped))

    @classmethod
    def of(cls, reading: Reading) -> "Dialect":
        """Return the dialect of a reading of delimited text."""
        if reading.format is not FileFormat.DELIMITED:
            raise ValueError("only delimited text has a dialect")
        if reading.widths:
            return cls.fixed(reading.widths)
        escape = reading.escape if reading.escape != reading.quote else None
        return cls(reading.delimiter or ",", reading.quote, escape, reading.skip_blank)

    @classmethod
    def fixed(cls, widths: tuple[int, ...]) -> "Dialect":
        """Return the dialect of columns of fixed width."""
        return cls(" ", None, None, widths=widths)

    @property
    def starts(self) -> list[int]:
        """Where the columns of fixed width begin."""
        return [0, *accumulate(self.widths[:-1])] if self.widths else []

    @property
    def is_bare(self) -> bool:
        """Whether a text without a quote is split by its delimiter and nothing else."""
        return not self.skip_blank and not self.widths

    def is_plain(self, text: str) -> bool:
        """Tell whether the text can be split at its delimiters without looking any closer."""
        return (self.quote is None or self.quote not in text) and (self.escape is None or self.escape not in text)

    def split_plain(self, text: str) -> list[str]:
        """Return the cells of a text for which `is_plain` holds."""
        if self.widths:
            starts = [start for start in self.starts if start < len(text)] or [0]
            return [text[a:b].strip(" ") for a, b in pairwise([*starts, len(text)])]
        cells = text.split(self.delimiter)
        if self.skip_blank:
            cells[1:] = [cell[1:] if cell[:1] == " " else cell for cell in cells[1:]]
        return cells

    def split(self, text: str) -> Split:
        """Return the cells of a record, strictly by the rules; what came before a fault is in `cells`."""
        if self.is_plain(text):
            return Split(self.split_plain(text), Outcome.GOOD)
        cells: list[str] = []
        stray = False
        at = 0
        while True:
            if self.quote and text.startswith(self.quote, at):
                found = self._quoted.match(text, at + len(self.quote))
                if found is None:
                    return Split(cells, Outcome.OPEN, stray)
                end = found.end()
                cells.append(self.unquote(text[at + 1 : end - 1]))
                if end < len(text) and not text.startswith(self.delimiter, end):
                    return Split(cells, Outcome.BROKEN, stray)
            else:
                found = self._plain.match(text, at)
                end = found.end() if found else len(text)
                raw = text[at:end]
                stray = stray or bool(self.quote and self.quote in self._escaped.sub("", raw))
                cells.append(self._escaped.sub(r"\1", raw) if self.escape else raw)
                if end == len(text) and self.ends_escaped(raw):
                    return Split(cells, Outcome.OPEN, stray)
            if end >= len(text):
                return Split(cells, Outcome.GOOD, stray)
            at = self._after_delimiter(text, end)

    def unquote(self, inner: str) -> str:
        """Return what the text between two quotes means."""
        if self.quote is None:
            return inner
        if self.escape is None:
            return inner.replace(self.quote * 2, self.quote)
        doubled = re.escape(self.quote * 2)
        return re.sub(
            f"{doubled}|{self._escaped.pattern}",
            lambda found: self.quote if found[1] is None else found[1],  # type: ignore[arg-type,return-value]
            inner,
        )

    def _after_delimiter(self, text: str, end: int) -> int:
        at = end + len(self.delimiter)
        return at + 1 if self.skip_blank and text.startswith(" ", at) else at

    def quotes_in(self, text: str) -> int:
        """Return how many quotes the text has, escaped ones not counted."""
        if self.quote is None:
            return 0
        if self.escape and self.escape in text:
            text = re.sub(re.escape(self.escape) + ".", "", text)
        return text.count(self.quote)

    def ends_escaped(self, raw: str) -> bool:
        """Tell whether the text ends in an escape that guards the line end after it."""
        if self.escape is None or not raw.endswith(self.escape):
            return False
        return (len(raw) - len(raw.rstrip(self.escape))) % 2 == 1


def _other_than(delimiter: str, escape: str = "") -> str:
    """Return the pattern of one character at which neither mark begins."""
    if len(delimiter) == 1:
        return f"[^{re.escape(delimiter)}{re.escape(escape)}]"
    guard = f"(?!{re.escape(delimiter)}" + (f"|{re.escape(escape)})" if escape else ")")
    return f"(?:{guard}.)"
