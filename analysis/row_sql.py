"""The SQL behind a page of rows: which rows, in which order, which columns.

Used by `rows`. Pure text, no engine. Columns are addressed by position (`c0`, `c1`, …, and `r` for the row
number), so no column name ever becomes part of the SQL, whatever it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, TypeAlias, get_args

from analysis.values import Value, literal, text_literal
from core.errors import UsageError
from core.i18n import _
from core.types import Column
from storage.duck import quote_literal

Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "contains", "starts", "is_null", "not_null", "in"]
"""How a filter compares."""

OPERATORS: Final[tuple[str, ...]] = get_args(Operator)

_VIRTUAL_ROW_NUMBER: Final = "file_row_number"
_WHOLE: Final = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_APPROXIMATE: Final = frozenset({"FLOAT", "DOUBLE", "REAL"})
_MOMENT: Final = re.compile(r"DATE|TIME|TIMESTAMP( WITH TIME ZONE|_S|_MS|_NS)?")
_COMPARED_AS_TEXT: Final = re.compile(r"BLOB|BIT|STRUCT|MAP|UNION|.*\]|JSON|ENUM", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on one column.

    `value` is a list for `in` and ignored for `is_null` and `not_null`. `contains` and `starts` compare text and
    do not care for case; the others compare in the column's own type. `!=` keeps rows without a value: they are
    not equal either, and a filter must not lose rows unseen.
    """

    column: str
    op: Operator
    value: Value = None


def is_number(column_type: str) -> bool:
    """Tell whether values of this SQL type are numbers."""
    return bool(_WHOLE.fullmatch(column_type)) or column_type.startswith("DECIMAL") or column_type in _APPROXIMATE


def rows_source(file: str, columns: Sequence[Column]) -> str:
    """Return the FROM item: the file's columns as `c0`…, and `r`, the row's number from 0."""
    path = quote_literal(file)
    if any(column.name.lower() == _VIRTUAL_ROW_NUMBER for column in columns):
        # A column of that name hides the engine's own row number; counting is slower, but right.
        names = ", ".join(["r", *(f"c{i}" for i in range(len(columns)))])
        return f"(select row_number() over () - 1, * from read_parquet({path})) t({names})"
    names = ", ".join([*(f"c{i}" for i in range(len(columns))), "r"])
    return f"read_parquet({path}, file_row_number = true) t({names})"


def condition(filters: Sequence[Filter], search: str | None, columns: Sequence[Column]) -> str:
    """Return the WHERE expression for all filters and the search, or nothing when all rows are wanted.

    The columns of the filters must be among `columns`.

    Raises:
        UsageError: a filter compares with something its column cannot hold.
    """
    places = {column.name: i for i, column in enumerate(columns)}
    parts = [_filter(one, f"c{places[one.column]}", columns[places[one.column]].type) for one in filters]
    if search:
        parts.append(_search(search, columns))
    return " and ".join(f"({part})" for part in parts)


def casts(filters: Sequence[Filter], columns: Sequence[Column]) -> list[tuple[str, str, str]]:
    """Return (column, value as text, type) for each value the engine has to understand, to be checked before."""
    types = {column.name: column.type for column in columns}
    found = []
    for one in filters:
        if one.op in ("=", "!=", "<", "<=", ">", ">=", "in") and _is_cast(types[one.column]):
            values = one.value if isinstance(one.value, list | tuple) else [one.value]
            found += [(one.column, str(value), types[one.column]) for value in values if value is not None]
    return found


def order(sort: Sequence[tuple[str, bool]], places: Mapping[str, int]) -> str:
    """Return the ORDER BY list; the row number ends it, so the order is total and pages never overlap."""
    parts = [f"c{places[name]} {'desc' if falling else 'asc'} nulls last" for name, falling in sort]
    return ", ".join([*parts, "r"])


def has_edge(column_type: str) -> bool:
    """Tell whether the engine skips rows of this type unread by comparing them: numbers and times, no texts."""
    return is_number(column_type) or _MOMENT.fullmatch(column_type) is not None


def edge(source: str, place: str, *, falling: bool, rows: int) -> str:
    """Return the statement for the value of the last of so many first rows of an order by one column, as text."""
    way = "desc" if falling else "asc"
    last = f"select {place} from {source} order by {place} {way} nulls last limit 1 offset {rows - 1}"
    return f"select {place}::VARCHAR from ({last})"  # in one select it would write out every value


def within(place: str, column_type: str, value: str, *, falling: bool) -> str:
    """Return the condition that a row lies before an edge or on it."""
    return f"{place} {'>=' if falling else '<='} cast({text_literal(value)} as {column_type})"


def _filter(one: Filter, place: str, column_type: str) -> str:
    match one.op:
        case "is_null":
            return f"{place} is null"
        case "not_null":
            return f"{place} is not null"
        case "contains":
            return f"contains({_folded(place)}, lower({text_literal(_text(one))}))"
        case "starts":
            return f"starts_with({_folded(place)}, lower({text_literal(_text(one))}))"
        case "in":
            return _among(one, place, column_type)
        case "=" | "!=" | "<" | "<=" | ">" | ">=":
            return _compared(one, place, column_type)
    raise UsageError(
        _("'{op}' is no way to filter.").format(op=one.op),
        hint=_("Use one of {names}.").format(names=", ".join(OPERATORS)),
    )


def _compared(one: Filter, place: str, column_type: str) -> str:
    if one.value is None:
        if one.op in ("=", "!="):
            return f"{place} is {'not ' if one.op == '!=' else ''}null"
        raise UsageError(
            _("The filter on column '{column}' has nothing to compare with.").format(column=one.column)
        )
    left, right = _sides(one.column, one.value, place, column_type)
    return f"{left} is distinct from {right}" if one.op == "!=" else f"{left} {one.op} {right}"


def _among(one: Filter, place: str, column_type: str) -> str:
    if isinstance(one.value, str | bytes) or not isinstance(one.value, Sequence):
        raise UsageError(_("The filter on column '{column}' needs a list of values.").format(column=one.column))
    sides = [_sides(one.column, value, place, column_type) for value in one.value if value is not None]
    parts = [f"{sides[0][0]} in ({', '.join(right for _, right in sides)})"] if sides else []
    if None in one.value:
        parts.append(f"{place} is null")
    return " or ".join(parts) or "false"


def _sides(column: str, value: Value, place: str, column_type: str) -> tuple[str, str]:
    """Return both sides of a comparison, in the type in which they can be compared without loss."""
    if is_number(column_type):
        return place, literal(_number(column, value))
    if _is_cast(column_type):
        return place, f"cast({text_literal(str(value))} as {column_type})"
    return (place if column_type == "VARCHAR" else f"{place}::VARCHAR"), text_literal(str(value))


def _is_cast(column_type: str) -> bool:
    """Tell whether a value is compared in this type after a cast: dates, times, truth values, ids."""
    as_text = column_type == "VARCHAR" or _COMPARED_AS_TEXT.fullmatch(column_type)
    return not as_text and not is_number(column_type)


def _number(column: str, value: Value) -> Value:
    """Return a number as it was written: casting '1.5' to a whole column would compare with 2."""
    if isinstance(value, int | float | Decimal):
        return value
    try:
        return Decimal(str(value).strip())
    except InvalidOperation as error:
        raise UsageError(
            _("Column '{column}' holds numbers and cannot be compared with '{value}'.").format(
                column=column, value=value
            ),
            hint=_("Write the number with a point and without thousands separators."),
        ) from error


def _search(text: str, columns: Sequence[Column]) -> str:
    wanted = f"lower({text_literal(text)})"
    parts = [
        f"contains({_folded(f'c{i}')}, {wanted})"
        for i, column in enumerate(columns)
        if _may_contain(column.type, text)
    ]
    return " or ".join(parts) or "false"


def _may_contain(column_type: str, text: str) -> bool:
    """Tell whether a value of this type, written out, can contain the text; saves reading the column."""
    if _WHOLE.fullmatch(column_type):
        return set(text) <= set("0123456789-")
    if column_type.startswith("DECIMAL"):
        return set(text) <= set("0123456789-.")
    return True


def _folded(place: str) -> str:
    return f"lower({place}::VARCHAR)"


def _text(one: Filter) -> str:
    return "" if one.value is None else str(one.value)
