"""Values on the screen exactly as they are stored.

The browser counts in 64-bit floats, so a long identifier or a decimal would be shown rounded. What it cannot hold
becomes text here, numbers aligned as numbers are. Used by every grid; loads Arrow, so pages import it when drawn.
"""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

EXACT_INTEGER: Final = 2**53
"""Integers up to here are exact in the browser."""
_UTC_MARK: Final = "+00:00"


def for_screen(rows: pa.Table) -> tuple[pa.Table, dict[str, Any]]:
    """Return the table in a form the grid shows exactly, and the settings of its columns by name."""
    settings: dict[str, Any] = {}
    for index, field in enumerate(rows.schema):
        shown = _exact(rows.column(index))
        if shown is not None:
            rows = rows.set_column(index, field.name, shown)
            settings[field.name] = st.column_config.TextColumn(
                alignment="right" if _counts(field.type) else "left"
            )
        elif pa.types.is_floating(field.type):
            settings[field.name] = st.column_config.NumberColumn(format="plain")
    return rows, settings


def _counts(kind: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(kind) or pa.types.is_integer(kind))


def _exact(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return the column as text if the grid would not show it as it is; None if it would."""
    kind = column.type
    if pa.types.is_decimal(kind) or pa.types.is_time(kind):
        return column.cast(pa.string())
    if pa.types.is_integer(kind):
        return column.cast(pa.string()) if _too_long(column) else None
    if pa.types.is_timestamp(kind):
        return _moment(column)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.chunked_array([[None if one is None else one.hex() for one in column.to_pylist()]], pa.string())
    if pa.types.is_nested(kind) or pa.types.is_duration(kind) or pa.types.is_interval(kind):
        return pa.chunked_array([[None if one is None else str(one) for one in column.to_pylist()]], pa.string())
    return None


def _too_long(column: pa.ChunkedArray) -> bool:
    if column.type.bit_width < 64 or len(column) == column.null_count:
        return False
    ends = pc.min_max(column).as_py()
    return bool(ends["min"] < -EXACT_INTEGER or ends["max"] > EXACT_INTEGER)


def _moment(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return moments as text; those with a time zone in UTC, which is how they are stored."""
    if column.type.tz is None:
        return column.cast(pa.string())
    wall = column.cast(pa.timestamp(column.type.unit, "UTC")).cast(pa.timestamp(column.type.unit))
    return pc.binary_join_element_wise(wall.cast(pa.string()), _UTC_MARK, "")
