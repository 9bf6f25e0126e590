"""What a cell looks like, and whether a record looks like the other records of its file.

Used by the judge, which prefers the dialect whose cells look like something, and by the parser, which has to
decide where a surplus cell belongs. Only looks; types are decided elsewhere, by the engine, on every cell.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Shape(Enum):
    """Coarse looks of a cell."""

    EMPTY = "empty"
    NUMBER = "number"
    MOMENT = "moment"
    """A date, a time, or both."""
    TRUTH = "truth"
    LINK = "link"
    """A web or mail address, a path."""
    CODE = "code"
    """Letters and digits without a space: an identifier."""
    WORDS = "words"
    """One or more words, as people write them."""
    LIST = "list"
    """Several items within one cell, with a delimiter of their own."""
    OTHER = "other"


_MONTH = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*\.?"
_DATE = (
    rf"(?:\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}|\d{{1,2}}([-/.])\d{{1,2}}\2\d{{2}}(?:\d\d)?"
    rf"|\d{{1,2}}[-. ]?{_MONTH}[-. ]?\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}|\d{{4}}-\d\d)"
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]\.?m\.?)?(?: ?(?:z|utc|[+-]\d\d:?\d\d))?"
_INNER = r"\w.'’`´‘&()\[\]/+*°§%!?@#\"“”„«»:…–—$€£=~-"
_WORD = rf"[{_INNER}]+[;,]?"
"""A comma or semicolon may end a word, but not stand within one: there it looks like a delimiter."""
_DIGITS = r"\d+(?:[.,' \u202f\u00a0]\d{3})*(?:[.,]\d*)?"
_ADDRESS = r"(?:https?|ftp|file|s3)://\S+|www\.\S+|mailto:\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_PATTERNS = (
    (Shape.NUMBER, rf"[-+]?(?:[$€£¥] ?)?[-+]?(?:{_DIGITS}|[.,]\d+)(?:e[-+]?\d+)?(?: ?(?:%|[$€£¥]|eur|usd))?"),
    (Shape.NUMBER, r"\((?:[$€£¥] ?)?\d[\d.,]*\)|[-+]?(?:nan|inf|infinity)"),
    (Shape.MOMENT, rf"{_DATE}(?:[t ]{_TIME})?|{_TIME}"),
    (Shape.TRUTH, r"true|false|yes|no|ja|nein|y|n|t|f"),
    (Shape.LINK, rf"{_ADDRESS}|(?:/|\.{{1,2}}/|[a-z]:\\)\S+"),
    (Shape.EMPTY, r"n/?a|null|none|nil|-|--|#n/a|\\n|\?"),
    (Shape.CODE, r"(?=\S*\d)[\w#][\w.#/:+*-]*|[\w.-]*_[\w.-]*"),
    (Shape.WORDS, rf"{_WORD}(?: +{_WORD})*"),
    *((Shape.LIST, rf"[^,;|]+(?:{mark}[^,;|]+)+{mark}?") for mark in (";", ",", r"\|")),
)  # fmt: skip
_ALL = re.compile(
    "|".join(f"(?P<s{i}>{pattern})" for i, (_, pattern) in enumerate(_PATTERNS))
    .replace(r"\1", r"(?:[-/.])")
    .replace(r"\2", r"(?:[-/.])"),
    re.IGNORECASE,
)
_NAMES = {f"s{i}": shape for i, (shape, _) in enumerate(_PATTERNS)}
_WIDEST = 256
"""In a wider table surplus cells are joined at the end: trying all places would take too long."""
_LONGEST = 300
"""Of a longer cell only the beginning is looked at."""


def shape_of(cell: str) -> Shape:
    """Return what the cell looks like."""
    text = cell.strip()
    if not text:
        return Shape.EMPTY
    found = _ALL.fullmatch(text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0])
    return _NAMES[found.lastgroup] if found and found.lastgroup else Shape.OTHER


_DIGIT, _UPPER, _LOWER = re.compile(r"\d"), re.compile(r"[A-ZÀ-Þ]"), re.compile(r"[a-zß-ÿ]")
_MASKED = 24
_RARE = 0.03
"""What fewer cells of a column do is no habit of it: it may be the very record that is looked at."""


def mask_of(cell: str) -> str:
    """Return the pattern of a short cell, such as "AA-9999"; "" for a longer one."""
    if len(cell) > _MASKED:
        return ""
    return _LOWER.sub("a", _UPPER.sub("A", _DIGIT.sub("9", cell)))


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """How the cells of one column look.

    Attributes:
        shares: Of each shape among them.
        masks: Of each pattern among them.
        begins: Of each kind of first letter among them.
        quoted: Share of those that hold an odd number of quotes.
    """

    shares: dict[Shape, float]
    masks: dict[str, float]
    begins: dict[str, float]
    quoted: float = 0.0

    @property
    def empty(self) -> float:
        """Share of the cells that are empty."""
        return self.shares.get(Shape.EMPTY, 0.0)

    def likes(self, cell: str) -> float:
        """Return how usual this cell would be here (0..1)."""
        usual = self.shares.get(shape_of(cell), 0.0)
        if self.begins.get(_kind_of(cell), 0.0) < _RARE:
            usual *= 0.5
        if self.quoted < _RARE and cell.count('"') % 2:
            usual *= 0.5
        return usual

    def worth(self, cell: str) -> float:
        """Return how usual it would be, its pattern included (0..1.5)."""
        return self.likes(cell) + 0.5 * self.masks.get(mask_of(cell), 0.0)

    @classmethod
    def of(cls, cells: Sequence[str]) -> "ColumnLook":
        """Return how some cells of one column look."""
        total = max(len(cells), 1)
        masks = Counter(filter(None, map(mask_of, cells)))
        return cls(
            _shares(cells),
            {mask: count / total for mask, count in masks.items()},
            {kind: count / total for kind, count in Counter(map(_kind_of, cells)).items()},
            sum(cell.count('"') % 2 for cell in cells) / total,
        )


def _kind_of(cell: str) -> str:
    """Return what kind of letter a cell begins with."""
    first = cell[:1]
    return "letter" if first.isalpha() else "digit" if first.isdigit() else "blank" if first.isspace() else "mark"


class RecordLook:
    """How the records of a file look; tells where a record with too many cells went wrong.

    `count` is how many were looked at, `lonely` the share of those with nothing but the first cell.
    """

    def __init__(self, records: Sequence[Sequence[str]], width: int) -> None:
        self.count = len(records)
        self.lonely = sum(not any(cell.strip() for cell in r[1:]) for r in records) / max(len(records), 1)
        self.columns = [ColumnLook.of([r[i] for r in records if i < len(r)]) for i in range(width)]

    def fit(self, cells: Sequence[str]) -> float:
        """Return how usual the whole record would be: the mean over its columns."""
        if not self.columns:
            return 0.0
        return sum(look.likes(cell) for look, cell in zip(self.columns, cells, strict=False)) / len(self.columns)

    def worth(self, cells: Sequence[str]) -> float:
        """Return how usual the whole record would be in cells, patterns included; missing cells count nothing."""
        return sum(look.worth(cell) for look, cell in zip(self.columns, cells, strict=False))

    def narrow(self, cells: list[str], delimiter: str) -> list[str]:
        """Return the record with as many cells as there are columns, nothing but delimiters and air taken away.

        Surplus cells either are empty and go, or are joined to their neighbour by the delimiter between them,
        wherever the result looks most usual; if in doubt at the end.
        """
        width = len(self.columns)
        surplus = len(cells) - width
        if surplus <= 0 or width == 0:
            return cells
        best: tuple[float, list[str]] | None = None
        for at in range(width - 1, -1 if width <= _WIDEST else width - 2, -1):
            for candidate in _narrowed(cells, at, surplus, delimiter):
                fit = self.fit(candidate)
                if best is None or fit > best[0] + 1e-9:
                    best = (fit, candidate)
        return best[1] if best else cells


def _narrowed(cells: list[str], at: int, surplus: int, delimiter: str) -> list[list[str]]:
    """Return the ways to lose `surplus` cells at one position."""
    part = cells[at : at + surplus + 1]
    filled = [cell for cell in part if cell]
    whole = [*cells[:at], delimiter.join(part), *cells[at + surplus + 1 :]]
    if len(filled) > 1:
        return [whole]
    return [[*cells[:at], filled[0] if filled else "", *cells[at + surplus + 1 :]]]


def _shares(cells: Sequence[str]) -> dict[Shape, float]:
    counts = Counter(map(shape_of, cells))
    total = max(sum(counts.values()), 1)
    return {shape: count / total for shape, count in counts.items()}
