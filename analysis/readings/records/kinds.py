"""What a cell is before its column has a type, and which type holds a whole column without loss.

Used by the JSON and spreadsheet readers through `staging`. A cell is its text together with a kind, and the kind
is the Python type: `str` for text, one of the classes below for the rest, `bool`, or None for nothing. So numbers
keep the digits they had in the file until the whole column is known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Final, TypeAlias

from core.i18n import N_


class IntText(str):
    """A whole number, as its digits."""

    __slots__ = ()


class FloatText(str):
    """A number with a fraction or an exponent, as it was written."""

    __slots__ = ()


class RawJson(str):
    """A nested value, as the file has it."""

    __slots__ = ()


class DateText(str):
    """A day, ISO 8601."""

    __slots__ = ()


class DateTimeText(str):
    """A moment without a zone, ISO 8601."""

    __slots__ = ()


class TimeText(str):
    """A time of day, ISO 8601."""

    __slots__ = ()


Cell: TypeAlias = "str | bool | None"
"""One value; which subclass of `str` it is says what it stands for."""

_WORDS: Final[dict[type, str]] = {
    str: N_("text"),
    IntText: N_("numbers"),
    FloatText: N_("numbers"),
    RawJson: N_("nested values"),
    DateText: N_("dates"),
    DateTimeText: N_("dates"),
    TimeText: N_("times"),
    bool: N_("true/false"),
}
_SIMPLE: Final[dict[type, str]] = {
    str: "VARCHAR",
    RawJson: "VARCHAR",
    bool: "BOOLEAN",
    DateText: "DATE",
    DateTimeText: "TIMESTAMP",
    TimeText: "TIME",
}
_NUMBERS = frozenset({IntText, FloatText})
_MOMENTS = frozenset({DateText, DateTimeText})

_SHORT = 15
"""A plain number of at most this many digits is given back by a double unchanged."""
_NARROW = 18
"""Digits of a DECIMAL that the engine keeps in 64 bits."""
_WIDE = 38
"""Most digits of a DECIMAL. HUGEINT holds more, but a Parquet file would store it as a double."""
_BIGINT = range(-(2**63), 2**63)


@dataclass(slots=True)
class ColumnFacts:
    """What has been seen in one column so far; small, however many values there were.

    `first_seen` maps each kind to the first line (or record) it was met in.
    """

    first_seen: dict[type, int] = field(default_factory=dict)
    whole_digits: int = 0
    scale: int = 0
    beyond_bigint: bool = False
    plain: bool = True
    doubles: bool = True

    def add(self, values: Sequence[Cell], lines: Sequence[int]) -> None:
        """Take note of the values of one batch.

        Args:
            values: The column's cells, one per record.
            lines: The line or number of each of these records.
        """
        kinds = set(map(type, values))
        kinds.discard(type(None))
        for kind in kinds - self.first_seen.keys():
            at = next(at for at, value in enumerate(values) if type(value) is kind)
            self.first_seen[kind] = lines[at]
        if IntText in kinds:
            self._add_ints([value for value in values if type(value) is IntText])
        if FloatText in kinds:
            self._add_floats(value for value in values if type(value) is FloatText)

    def type(self, *, decimals: bool) -> str:
        """Return the SQL type that holds every value seen exactly.

        Args:
            decimals: Prefer DECIMAL to DOUBLE for fractions; no, where the file itself holds doubles.
        """
        kinds = self.first_seen.keys()
        if len(kinds) == 1:
            simple = _SIMPLE.get(next(iter(kinds)))
            if simple:
                return simple
        if kinds and kinds <= _NUMBERS:
            return self._number_type(decimals=decimals) if FloatText in kinds else self._int_type()
        return "TIMESTAMP" if kinds and kinds <= _MOMENTS else "VARCHAR"

    def mixture(self) -> tuple[str, int] | None:
        """Return in words what is mixed in the column and the line where the second kind begins, or None."""
        first: dict[str, int] = {}
        for kind, line in sorted(self.first_seen.items(), key=itemgetter(1)):
            first.setdefault(_WORDS[kind], line)
        words = list(first)
        if len(words) < 2:
            return None
        return N_("{kinds} and {last}").format(kinds=", ".join(words[:-1]), last=words[-1]), first[words[1]]

    def _add_ints(self, values: Sequence[str]) -> None:
        widest = max(map(len, values))
        self.whole_digits = max(self.whole_digits, widest)
        if "-0" in values:  # minus zero is a double, not a whole number
            self.plain = False
            self.first_seen.setdefault(FloatText, self.first_seen[IntText])
        if widest > _SHORT:
            for value in values:
                if len(value) > _SHORT:
                    self._add_wide_int(value)

    def _add_wide_int(self, value: str) -> None:
        if len(value) > _NARROW:
            self.beyond_bigint = self.beyond_bigint or len(value) > _WIDE or int(value) not in _BIGINT
        self.doubles = self.doubles and _survives_as_double(value)

    def _add_floats(self, values: Iterable[str]) -> None:
        for value in values:
            whole, _, fraction = value.partition(".")
            plain = fraction.isdigit() and not _is_minus_zero(value)
            self.plain = self.plain and plain
            self.whole_digits = max(self.whole_digits, len(whole))
            self.scale = max(self.scale, len(fraction))
            if self.doubles and (len(value) > _SHORT or not plain):
                self.doubles = _survives_as_double(value)

    def _int_type(self) -> str:
        if not self.beyond_bigint:
            return "BIGINT"
        return f"DECIMAL({_WIDE},0)" if self.whole_digits <= _WIDE else "VARCHAR"

    def _number_type(self, *, decimals: bool) -> str:
        digits = self.whole_digits + self.scale
        if decimals and self.plain and digits <= _NARROW:
            return f"DECIMAL({_NARROW},{self.scale})"
        if self.doubles:
            return "DOUBLE"
        if decimals and self.plain and digits <= _WIDE:
            return f"DECIMAL({_WIDE},{self.scale})"
        return "VARCHAR"


def _is_minus_zero(value: str) -> bool:
    return value[0] == "-" and not value.strip("-0.")


def _survives_as_double(value: str) -> bool:
    """Tell whether the shortest text of the nearest double is the same number."""
    try:
        return Decimal(repr(float(value))) == Decimal(value)
    except (ValueError, OverflowError, InvalidOperation):
        return False


def as_text(value: Cell) -> str | None:
    """Return the cell as it is stored before its column has a type."""
    if value is None or isinstance(value, str):
        return value
    return "true" if value else "false"


def storable(text: str) -> tuple[str, bool]:
    r"""Return the text as it can be stored, and whether it is unchanged.

    Half of a surrogate pair is no character; it becomes the escape `\uXXXX`, as it stands in the file.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode(), False
    return text, True
