"""Values as the texts a person reads, exactly as they are stored.

A browser counts in 64-bit floats, so nothing travels as a number: every value goes as its full text, a missing one
as None, and the browser only groups the digits it is given. Used by the grid's routes and by copying; knows
Arrow, nothing of HTTP or of where rows come from.
"""

import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

import pyarrow as pa

Kind: TypeAlias = Literal["number", "bool", "time", "text", "other"]
"""How a column is aligned and written: numbers right and grouped, the others left and as they are."""

UTC_MARK: Final = "+00:00"
_NUMBERS: Final = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*|FLOAT|DOUBLE|REAL")
_TIMES: Final = re.compile(r"DATE|TIME.*")
_TEXTS: Final = frozenset({"VARCHAR", "UUID", "ENUM"})
_NO_FRACTION: Final = re.compile(r"\.0+$")
_OUT_OF_RANGE: Final = re.compile(r"<value out of range: (-?\d+)>")
_END_OF_DAY: Final = re.compile(r"86400(000)*")
_MONTHS_OF_A_YEAR: Final = 12
_NANOSECONDS: Final = 1_000_000_000

Formatter: TypeAlias = Callable[[pa.ChunkedArray], list[str | None]]


def kind_of(sql_type: str) -> Kind:
    """Return how values of an SQL type are shown."""
    if _NUMBERS.fullmatch(sql_type):
        return "number"
    if sql_type == "BOOLEAN":
        return "bool"
    if _TIMES.fullmatch(sql_type):
        return "time"
    return "text" if sql_type in _TEXTS or sql_type.startswith("ENUM") else "other"


def texts(column: pa.ChunkedArray) -> list[str | None]:
    """Return each value of a column as text, None where it is missing; exact for every type.

    Decimals are written out, never with an exponent; floats as the shortest text that gives the same float;
    moments in the time they are stored in, those with a zone in UTC; bytes in hexadecimal; nested values as JSON
    whose leaves are these texts.
    """
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
        kind = kind.storage_type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = kind.value_type
    for fits, form in _FORMS:
        if fits(kind):
            return form(column)
    return [None if value is None else _one(value) for value in column.to_pylist()]


def cut(values: Sequence[str | None], longest: int) -> tuple[list[str | None], list[int]]:
    """Return the values, none longer than `longest` characters, and the places of those that were longer."""
    places = [place for place, value in enumerate(values) if value is not None and len(value) > longest]
    shortened = list(values)
    for place in places:
        shortened[place] = (values[place] or "")[:longest]
    return shortened, places


def _plain(column: pa.ChunkedArray) -> list[str | None]:
    shown: list[str | None] = column.cast(pa.string()).to_pylist()
    return shown


def _whole_if_possible(column: pa.ChunkedArray) -> list[str | None]:
    return [
        None if text is None else "NaN" if text == "nan" else _NO_FRACTION.sub("", text) for text in _plain(column)
    ]


def _decimals(column: pa.ChunkedArray) -> list[str | None]:
    return [None if value is None else format(value, "f") for value in column.to_pylist()]


def _moments(column: pa.ChunkedArray) -> list[str | None]:
    kind = column.type
    mark = ""
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        mark = UTC_MARK
        column = column.cast(pa.timestamp(kind.unit, "UTC")).cast(pa.timestamp(kind.unit))
    return [None if text is None else _moment(text) + mark for text in _plain(column)]


def _moment(text: str) -> str:
    """Return a moment without an empty fraction; what lies beyond all calendars is named as the engine does."""
    beyond = _OUT_OF_RANGE.fullmatch(text)
    if beyond is None:
        return _NO_FRACTION.sub("", text)
    if _END_OF_DAY.fullmatch(beyond[1]):  # which Arrow's clock does not know
        return "24:00:00"
    return "-infinity" if beyond[1].startswith("-") else "infinity"


def _bytes(column: pa.ChunkedArray) -> list[str | None]:
    return [None if value is None else value.hex() for value in column.to_pylist()]


def _nested(column: pa.ChunkedArray) -> list[str | None]:
    return [None if leaf is None else _written(leaf) for leaf in _leaves(column)]


class _Number(str):
    """The text of a number inside a nested value."""

    __slots__ = ()


def _written(leaf: object) -> str:
    """Return a nested value as JSON; its numbers keep all their digits."""
    if isinstance(leaf, _Number):
        return str(leaf)
    if isinstance(leaf, dict):
        return f"{{{', '.join(f'{_written(str(name))}: {_written(one)}' for name, one in leaf.items())}}}"
    if isinstance(leaf, list):
        return f"[{', '.join(map(_written, leaf))}]"
    return json.dumps(leaf, ensure_ascii=False)


def _leaves(column: pa.ChunkedArray) -> list[Any]:
    """Return nested values as lists and objects whose leaves are texts, truth values or None."""
    kind = column.type
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], kind)
    valid = array.is_valid().to_pylist()
    if pa.types.is_struct(kind):
        parts = {
            field.name: _leaves(pa.chunked_array([part]))
            for field, part in zip(kind, array.flatten(), strict=True)
        }
        return [
            {name: values[i] for name, values in parts.items()} if there else None for i, there in enumerate(valid)
        ]
    if pa.types.is_map(kind):
        keys, items = _leaves(pa.chunked_array([array.keys])), _leaves(pa.chunked_array([array.items]))
        spans = _spans(array)
        return [
            {_key(keys[i]): items[i] for i in range(*span)} if there else None
            for span, there in zip(spans, valid, strict=True)
        ]
    if pa.types.is_fixed_size_list(kind):
        array = array.cast(pa.list_(kind.value_type))
        return _leaves(pa.chunked_array([array]))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = _leaves(pa.chunked_array([array.values]))
        return [
            inner[span[0] : span[1]] if there else None for span, there in zip(_spans(array), valid, strict=True)
        ]
    if pa.types.is_boolean(kind):
        values: list[Any] = array.to_pylist()
        return values
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return [None if text is None else _Number(text) for text in texts(column)]
    return list(texts(column))


def _spans(array: pa.Array) -> list[tuple[int, int]]:
    ends: list[int] = array.offsets.to_pylist()
    return list(itertools.pairwise(ends))


def _key(leaf: object) -> str:
    return str(leaf) if isinstance(leaf, str) else _written(leaf)


def _one(value: object) -> str:
    """Return a value of a kind that is rare: an interval, a duration, a union."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, pa.MonthDayNano):
        return _interval(*value)
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, Mapping | list) else str(value)


def _interval(months: int, days: int, nanoseconds: int) -> str:
    years, months = int(months / _MONTHS_OF_A_YEAR), int(months - int(months / _MONTHS_OF_A_YEAR) * 12)
    parts = [
        f"{count} {unit}{'' if abs(count) == 1 else 's'}"
        for count, unit in ((years, "year"), (months, "month"), (days, "day"))
        if count
    ]
    if nanoseconds or not parts:
        seconds, rest = divmod(abs(nanoseconds), _NANOSECONDS)
        sign = "-" if nanoseconds < 0 else ""
        fraction = f".{rest:09d}".rstrip("0") if rest else ""
        parts.append(f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}")
    return " ".join(parts)


_FORMS: Final[tuple[tuple[Callable[[pa.DataType], bool], Formatter], ...]] = (
    (lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind), lambda column: column.to_pylist()),
    (lambda kind: pa.types.is_integer(kind) or pa.types.is_boolean(kind), _plain),
    (pa.types.is_floating, _whole_if_possible),
    (pa.types.is_decimal, _decimals),
    (lambda kind: pa.types.is_temporal(kind) and not _counts_time(kind), _moments),
    (lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind), _bytes),
    (pa.types.is_fixed_size_binary, _bytes),
    (pa.types.is_nested, _nested),
)
"""What kind of Arrow type is written how, the frequent ones first."""


def _counts_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_duration(kind) or pa.types.is_interval(kind))
