"""The select lists behind an export: rows as lines of text (CSV, JSON), or as columns a format has types for.

Used by `Exporter`. Pure SQL text. A line is one expression per row, so that the engine formats in parallel and
Python only moves bytes. Columns are addressed as `c0`, `c1`, …; names appear as quoted texts only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa
from pyarrow import types

from analysis.values import text_literal

EXACT_INTEGER: Final = 2**53 - 1
"""JSON readers that know only floating point keep whole numbers up to here."""

_NOT_FOR_CELLS: Final = (types.is_nested, types.is_union, types.is_interval, types.is_binary)


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How values are written.

    `delimiter` (one character), `bom` (a byte order mark, which some spreadsheets want) and `guard_formulas` (an
    apostrophe before texts a spreadsheet would run) are for csv. `numbers` is for json and ndjson: "exact" writes
    decimals, and whole numbers beyond 2^53, as texts, because most readers would round them.
    """

    delimiter: str = ","
    bom: bool = False
    guard_formulas: bool = False
    numbers: Literal["exact", "native"] = "exact"


def csv_line(schema: pa.Schema, options: ExportOptions) -> str:
    """Return the expression of one CSV record with its line end.

    A missing value is nothing at all, an empty text is `""`, so that both come back as they were; only where a
    record has a single field both are `""`, because an empty line would be no record.
    """
    cells = [_csv_cell(f"c{i}", field.type, options) for i, field in enumerate(schema)]
    if len(cells) == 1:
        return f"concat(coalesce({cells[0]}, '\"\"'), chr(10))"
    return f"concat({f', {text_literal(options.delimiter)}, '.join(cells)}, chr(10))"


def csv_header(names: Sequence[str], options: ExportOptions) -> str:
    """Return the header record with its line end."""
    special = {options.delimiter, '"', "\r", "\n"}
    cells = [
        f'"{name.replace(chr(34), chr(34) * 2)}"' if not name or special & set(name) else name for name in names
    ]
    return options.delimiter.join(cells) + "\n"


def json_line(schema: pa.Schema, options: ExportOptions) -> str:
    """Return the expression of one JSON object, names in the order of the columns, without a line end."""
    exact = options.numbers == "exact"
    pairs = [
        f"{text_literal(field.name)}, {_json(f'c{i}', field.type, exact=exact)}" for i, field in enumerate(schema)
    ]
    return f"json_object({', '.join(pairs)})::VARCHAR"


def parquet_columns(schema: pa.Schema) -> str:
    """Return the select list for Parquet: spans of time and unions as text, since it has no type for them."""
    return _columns(schema, lambda kind: types.is_interval(kind) or types.is_union(kind))


def sheet_columns(schema: pa.Schema) -> str:
    """Return the select list for a worksheet: everything with parts as text, and bytes too."""
    return _columns(
        schema,
        lambda kind: (
            types.is_nested(kind) or types.is_interval(kind) or types.is_union(kind) or types.is_binary(kind)
        ),
    )


def _columns(schema: pa.Schema, as_text: Callable[[pa.DataType], bool]) -> str:
    return ", ".join(f"c{i}::VARCHAR" if as_text(field.type) else f"c{i}" for i, field in enumerate(schema))


def _csv_cell(place: str, kind: pa.DataType, options: ExportOptions) -> str:
    text = f"{place}::VARCHAR"
    if _never_quoted(kind):
        return text
    if options.guard_formulas and not types.is_nested(kind):
        text = f"(case when regexp_matches({text}, '^[=+@\\t\\r-]') then '''' || {text} else {text} end)"
    # Four plain searches are faster than one pattern.
    special = " or ".join(
        f"contains({text}, {text_literal(sign)})" for sign in ('"', options.delimiter, "\n", "\r")
    )
    quoted = f"concat('\"', replace({text}, '\"', '\"\"'), '\"')"
    return f"case when {text} = '' or {special} then {quoted} else {text} end"


def _never_quoted(kind: pa.DataType) -> bool:
    """Tell whether the text of such values holds digits, signs, points, colons and letters only."""
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_decimal(kind)
        or types.is_boolean(kind)
        or (types.is_temporal(kind) and not types.is_interval(kind))
    )


def _json(place: str, kind: pa.DataType, *, exact: bool, depth: int = 0) -> str:
    """Return the expression of one value as JSON, or of something the engine turns into the right JSON."""
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind) or types.is_map(kind):
        return _json_list(place, kind, exact=exact, depth=depth)
    if types.is_struct(kind):
        pairs = _pairs(place, kind, exact=exact, depth=depth)
        return f"case when {place} is null then null else json_object({pairs}) end"
    if types.is_timestamp(kind):
        if kind.tz:
            return f"replace(({place} at time zone 'UTC')::VARCHAR, ' ', 'T') || 'Z'"
        return f"replace({place}::VARCHAR, ' ', 'T')"
    if types.is_binary(kind) or types.is_large_binary(kind):
        return f"base64({place})"
    if types.is_boolean(kind):
        return place
    return _json_number(place, kind, exact=exact) or f"{place}::VARCHAR"


def _json_number(place: str, kind: pa.DataType, *, exact: bool) -> str | None:
    text = f"to_json({place}::VARCHAR)"
    if types.is_floating(kind):
        return f"case when isfinite({place}) then to_json({place}) else {text} end"
    if types.is_decimal(kind) and kind.scale:
        return text if exact else f"to_json({place})"
    if types.is_integer(kind) and kind.bit_width < 64:
        return place
    if types.is_integer(kind) or types.is_decimal(kind):
        if not exact:
            return f"to_json({place})"
        within = f"{place} between -{EXACT_INTEGER} and {EXACT_INTEGER}"
        return f"case when {within} then to_json({place}) else {text} end"
    return None


def _json_list(place: str, kind: pa.DataType, *, exact: bool, depth: int) -> str:
    one = f"x{depth}"
    if types.is_map(kind):
        entry = pa.struct([("key", kind.key_type), ("value", kind.item_type)])
        pairs = _pairs(one, entry, exact=exact, depth=depth + 1)
        return f"list_transform(map_entries({place}), lambda {one}: json_object({pairs}))"
    inner = _json(one, kind.value_type, exact=exact, depth=depth + 1)
    return f"list_transform({place}, lambda {one}: {inner})"


def _pairs(place: str, kind: pa.DataType, *, exact: bool, depth: int) -> str:
    return ", ".join(
        f"{text_literal(part.name)}, "
        + _json(f"struct_extract({place}, {text_literal(part.name)})", part.type, exact=exact, depth=depth)
        for part in kind
    )
