"""The SQL behind a profile: what is asked about one column.

Used by `profile`. Pure text, no engine. Columns are addressed by position, as in `row_sql`.
"""

import re
from enum import StrEnum
from typing import Final

from analysis.row_sql import is_number

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Which quantiles a profile gives."""

TOP_VALUES: Final = 10
BINS: Final = 20
MAX_TEXT: Final = 1_000
"""A longer value is cut in a profile."""

_HUGE: Final = "1e150"

_NESTED: Final = re.compile(r"STRUCT.*|MAP.*|UNION.*|.*\]|JSON|BIT|VARIANT.*|GEOMETRY.*", re.DOTALL)


class Kind(StrEnum):
    """What can be said about a column depends on this."""

    NUMBER = "number"
    APPROXIMATE = "approximate"
    TIME = "time"
    TEXT = "text"
    OTHER = "other"


def kind_of(column_type: str) -> Kind:
    """Return the kind of an SQL type."""
    if column_type in ("DOUBLE", "FLOAT", "REAL"):
        return Kind.APPROXIMATE
    if is_number(column_type):
        return Kind.NUMBER
    if column_type == "DATE" or column_type.startswith("TIMESTAMP"):
        return Kind.TIME
    return Kind.TEXT if column_type == "VARCHAR" else Kind.OTHER


def value(place: str, column_type: str) -> str:
    """Return the expression whose values are counted: nested values are compared by their text."""
    return f"{place}::VARCHAR" if _NESTED.fullmatch(column_type) else place


def counted(place: str, column_type: str) -> str:
    """Return the expression statistics are made of: without what is no number, and without infinite times."""
    kind = kind_of(column_type)
    if kind in (Kind.APPROXIMATE, Kind.TIME):
        return f"case when isfinite({place}) then {place} end"
    return value(place, column_type)


def basics(place: str, column_type: str) -> list[str]:
    """Return the aggregates that one pass gives exactly; those that make no sense for the type are NULL.

    Eight: values, usable values, smallest, largest, mean, deviation, shortest and longest length.
    """
    one = counted(place, column_type)
    kind = kind_of(column_type)
    numeric = kind in (Kind.NUMBER, Kind.APPROXIMATE)
    text = kind is Kind.TEXT
    return [
        f"count({place})",
        f"count({one})",
        f"left(min({one})::VARCHAR, {MAX_TEXT})",
        f"left(max({one})::VARCHAR, {MAX_TEXT})",
        _if_not_huge("avg", one) if numeric else "null",
        _if_not_huge("stddev_samp", one) if numeric else "null",
        f"min(length({one}))" if text else "null",
        f"max(length({one}))" if text else "null",
    ]


def quantiles(place: str, column_type: str) -> str | None:
    """Return the aggregate of all quantiles as texts; None where there is no meaning in them."""
    kind = kind_of(column_type)
    wanted = ", ".join(str(share) for share in QUANTILES)
    one = counted(place, column_type)
    if kind in (Kind.NUMBER, Kind.APPROXIMATE):
        return f"quantile_cont({one}::DOUBLE, [{wanted}])::VARCHAR[]"
    if kind is Kind.TIME:
        return f"quantile_disc({one}, [{wanted}])::VARCHAR[]"
    return None


def top(place: str, column_type: str, source: str) -> str:
    """Return the statement for the most frequent values with their counts; ties in the order of the values."""
    one = value(place, column_type)
    return (
        f"select left(x::VARCHAR, {MAX_TEXT}), n from (select {one} x, count(*) n from {source} "
        f"where {place} is not null group by all order by n desc, x limit {TOP_VALUES})"
    )


def histogram(place: str, column_type: str, source: str) -> str | None:
    """Return the statement for the histogram: low and high edge as text, count; None where it has no meaning.

    Equally wide bins from the smallest to the largest value, empty ones too; whole numbers get bins of whole
    width. The last bin holds its upper edge too.
    """
    kind = kind_of(column_type)
    if kind not in (Kind.NUMBER, Kind.APPROXIMATE, Kind.TIME):
        return None
    one = counted(place, column_type)
    number = f"epoch(({one})::TIMESTAMP)" if kind is Kind.TIME else f"({one})::DOUBLE"
    step = "greatest(1, ceil((hi - lo + 1) / bins))" if _is_whole(column_type) else "(hi / bins - lo / bins)"
    edge = "make_timestamp((({0}) * 1000000)::BIGINT)::VARCHAR" if kind is Kind.TIME else "({0})::VARCHAR"
    low, high = edge.format("lo + i * step"), edge.format("lo + (i + 1) * step")
    return (
        f"with v as materialized (select {number} x from {source} where {place} is not null), "
        f"e as (select min(x) lo, max(x) hi, {BINS} bins from v), "
        f"s as materialized (select lo, hi, bins, {step} step from e where isfinite(lo)), "
        "b as (select case when step > 0 then least(floor((x - lo) / step), bins - 1) else 0 end i, count(*) n "
        "from v, s where x is not null group by 1), "
        "a as (select unnest(range((select max(i) + 1 from b)::BIGINT)) i) "
        f"select {low}, {high}, coalesce(n, 0) from a left join b using (i), s order by i"
    )


def distinct_exact(place: str, column_type: str) -> str:
    """Return the aggregate that counts the different values."""
    return f"count(distinct {value(place, column_type)})"


def distinct_guess(place: str, column_type: str) -> str:
    """Return the aggregate that tells the order of magnitude of the number of different values."""
    return f"approx_count_distinct({value(place, column_type)})"


def distinct_below(place: str, column_type: str, threshold: int) -> str:
    """Return the aggregate that counts the different values whose hash lies below a threshold (of 2^64)."""
    hashed = f"hash({value(place, column_type)})"
    return f"count(distinct {hashed}) filter (where {place} is not null and {hashed} < {threshold})"


def _if_not_huge(aggregate: str, one: str) -> str:
    """Return the aggregate, or NULL where a value is so large that its square or a sum is no number any more."""
    number = f"({one})::DOUBLE"
    usable = f"case when abs({number}) < {_HUGE} then {number} end"
    return f"case when max(abs({number})) < {_HUGE} then {aggregate}({usable}) end"


def _is_whole(column_type: str) -> bool:
    return is_number(column_type) and "INT" in column_type
