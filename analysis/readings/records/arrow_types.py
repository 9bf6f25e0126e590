"""Arrow's types as a Parquet file can hold them: most as they are, the others in a form that loses nothing.

Used by the Arrow reader. What has to change its type is told by a flag for its column.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from core.i18n import N_

_UNIT_DIGITS: Final = {"s": 0, "ms": 3, "us": 6, "ns": 9}
_AS_TEXT: Final = N_("has a type that is kept as text ({kind}).")
_AS_SECONDS: Final = N_("holds spans of time; they are kept as seconds.")
_WIDEST_DECIMAL: Final = 38


@dataclass(frozen=True, slots=True)
class Conversion:
    """What becomes of one column: its type in the table, how its values get there, and what is to be told."""

    type: pa.DataType
    convert: Callable[[pa.Array], pa.Array]
    told: str = ""


def conversion(kind: pa.DataType) -> Conversion:
    """Return how a column of a type is kept."""
    if isinstance(kind, pa.BaseExtensionType):
        inner = conversion(kind.storage_type)
        return Conversion(inner.type, lambda array: inner.convert(array.storage), inner.told)
    if pa.types.is_dictionary(kind):
        inner = conversion(kind.value_type)
        return Conversion(inner.type, lambda array: inner.convert(array.dictionary_decode()), inner.told)
    if pa.types.is_run_end_encoded(kind):
        inner = conversion(kind.value_type)
        return Conversion(inner.type, lambda array: inner.convert(pc.run_end_decode(array)), inner.told)
    if pa.types.is_duration(kind):
        digits = _UNIT_DIGITS[kind.unit]
        seconds = pa.decimal128(_WIDEST_DECIMAL, digits)
        return Conversion(seconds, lambda array: _seconds(array, digits, seconds), _AS_SECONDS)
    if pa.types.is_float16(kind):
        return Conversion(pa.float32(), lambda array: array.cast(pa.float32()))
    if pa.types.is_null(kind):
        return Conversion(pa.string(), lambda array: array.cast(pa.string()))
    if pa.types.is_decimal(kind) and kind.precision <= _WIDEST_DECIMAL and kind.scale >= 0:
        plain = pa.decimal128(kind.precision, kind.scale)
        return Conversion(plain, lambda array: array.cast(plain))
    if _fits(kind):
        return Conversion(kind, lambda array: array)
    return Conversion(pa.string(), _texts, _AS_TEXT.format(kind=str(kind)[:80]))


def _fits(kind: pa.DataType) -> bool:
    """Tell whether a Parquet file holds the type, and every type inside it, as it is."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _fits(kind.value_type)
    if pa.types.is_map(kind):
        return _fits(kind.key_type) and _fits(kind.item_type)
    if pa.types.is_struct(kind):
        return kind.num_fields > 0 and all(_fits(kind.field(at).type) for at in range(kind.num_fields))
    return any(
        test(kind)
        for test in (
            pa.types.is_boolean, pa.types.is_integer, pa.types.is_float32, pa.types.is_float64, pa.types.is_string,
            pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary,
            pa.types.is_date, pa.types.is_time, pa.types.is_timestamp, _is_plain_decimal,
        )
    )  # fmt: skip


def _is_plain_decimal(kind: pa.DataType) -> bool:
    return bool(pa.types.is_decimal128(kind) and kind.scale >= 0)


def _seconds(array: pa.Array, digits: int, kind: pa.DataType) -> pa.Array:
    counts = array.cast(pa.int64()).to_pylist()
    return pa.array([None if count is None else Decimal(count).scaleb(-digits) for count in counts], kind)


def _texts(array: pa.Array) -> pa.Array:
    return pa.array([None if value is None else _text(value) for value in array.to_pylist()], pa.string())


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the column holds
    if isinstance(value, pa.MonthDayNano):
        value = {"months": value.months, "days": value.days, "nanoseconds": value.nanoseconds}
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, default=str, ensure_ascii=False)
    return value.hex() if isinstance(value, bytes) else str(value)
