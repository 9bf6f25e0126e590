"""What a click, a picked range or a brushed area in a chart means as filters on the rows.

Used by the chart page. Pure. A filter that was made from a place holds for exactly the rows that place counts.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from analysis.chart.data import AT, REST, Chart, Role
from analysis.chart.option import is_continuous
from analysis.chart.scale import next_begin
from analysis.chart.sql import LABEL_SIGNS
from analysis.chart.words import place_name
from analysis.row_sql import Filter

_MS: Final = 1_000.0


def filters_of_place(chart: Chart, line: Mapping[str, Any]) -> tuple[Filter, ...]:
    """Return the filters that leave the rows of one line of the chart's table.

    All the other places together, and texts too long to be held whole, give none.
    """
    roles: tuple[Role, ...] = ("facet", "x", "y") if chart.spec.mark == "heatmap" else ("facet", "colour", "x")
    found: list[Filter] = []
    for role in roles:
        if f"{role}{REST}" in line and not line[f"{role}{REST}"]:
            found += _of_axis(chart, role, line[role])
    return tuple(found)


def filters_of_area(chart: Chart, ranges: Mapping[Role, Sequence[float]]) -> tuple[Filter, ...]:
    """Return the filters that leave the rows inside a brushed area of axes with a scale.

    Args:
        chart: The chart that was brushed.
        ranges: Smallest and largest value by role; times in milliseconds since 1970.
    """
    found: list[Filter] = []
    for role, (low, high) in ranges.items():
        axis = chart.axis(role)
        if axis is None or axis.kind == "category":
            continue
        ends = _round(low, high) if axis.kind == "number" else [_moment(end, axis.type) for end in (low, high)]
        found += [Filter(axis.column, ">=", ends[0]), Filter(axis.column, "<=", ends[1])]
    return tuple(found)


def span_places(chart: Chart) -> list[tuple[float, str]]:
    """Return where the places along x lie and what they are called, in order; none where x has no places.

    Side by side they lie at 0, 1, …; on an axis with a scale at their number, or milliseconds since 1970.
    """
    if chart.axis("x") is None or f"x{REST}" not in chart.table.column_names:
        return []
    own = [row for row in chart.table.to_pylist() if not row[f"x{REST}"]]
    names = {_at(chart, row): place_name(chart, "x", row) for row in own}
    return [(_position(chart, at, order), names[at]) for order, at in enumerate(sorted(names))]


def filters_of_span(chart: Chart, low: float, high: float) -> tuple[Filter, ...]:
    """Return the filters that leave the rows of the places along x between two positions, see `span_places`."""
    inside = {name for at, name in span_places(chart) if low <= at <= high}
    rows = [
        row for row in chart.table.to_pylist() if not row[f"x{REST}"] and place_name(chart, "x", row) in inside
    ]
    axis, cut = chart.axis("x"), chart.cut("x")
    texts = list(dict.fromkeys(row["x"] for row in rows if row["x"] is not None))
    if axis is None or not rows:
        return ()
    if not texts:
        return (Filter(axis.column, "is_null"),)
    if axis.kind == "category":
        whole = [text for text in texts if len(text) < LABEL_SIGNS]
        if len(whole) == 1:
            return (Filter(axis.column, "=", whole[0]),)
        return (Filter(axis.column, "in", tuple(whole)),) if whole else ()
    if cut.bins is not None:
        ends = sorted(int(text) for text in texts)
        return (
            Filter(axis.column, ">=", cut.bins.edge(ends[0])),
            Filter(axis.column, "<", cut.bins.edge(ends[-1] + 1)),
        )
    if cut.unit is not None:
        after = next_begin(max(texts), cut.unit)
        return (
            Filter(axis.column, ">=", min(texts)),
            *((Filter(axis.column, "<", after),) if after else ()),
        )
    return (Filter(axis.column, ">=", min(texts, key=float)), Filter(axis.column, "<=", max(texts, key=float)))


def _at(chart: Chart, row: Mapping[str, Any]) -> int:
    """Return the number of the place of a line along x; bins without rows count, too."""
    bins = chart.cut("x").bins
    return int(row["x"]) if bins is not None and chart.spec.mark == "histogram" else int(row[f"x{AT}"])


def _position(chart: Chart, at: int, order: int) -> float:
    if not is_continuous(chart, "x"):
        return float(at if chart.spec.mark == "histogram" and chart.cut("x").bins is not None else order)
    text = next(row["x"] for row in chart.table.to_pylist() if row[f"x{AT}"] == at)
    axis = chart.axis("x")
    if axis is None or axis.kind == "number":
        return float(text)
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * _MS


def added(filters: Sequence[Filter], more: Sequence[Filter]) -> tuple[Filter, ...]:
    """Return all filters, each once."""
    found: list[Filter] = []
    for one in (*filters, *more):
        if one not in found:
            found.append(one)
    return tuple(found)


def _of_axis(chart: Chart, role: Role, text: str | None) -> list[Filter]:
    axis, cut = chart.axis(role), chart.cut(role)
    if axis is None:
        return []
    column = axis.column
    if text is None:
        return [Filter(column, "is_null")]
    if cut.bins is not None:
        index = int(text)
        return [Filter(column, ">=", cut.bins.edge(index)), Filter(column, "<", cut.bins.edge(index + 1))]
    if cut.unit is not None:
        after = next_begin(text, cut.unit)
        return [Filter(column, ">=", text), *([Filter(column, "<", after)] if after else [])]
    return [Filter(column, "=", text)] if len(text) < LABEL_SIGNS else []


def _round(low: float, high: float) -> list[float]:
    """Return the ends as numbers a person would write, far finer than a hand can draw."""
    if high == low:
        return [low, high]
    digits = 3 - math.floor(math.log10(high - low))
    return [round(low, digits), round(high, digits)]


def _moment(milliseconds: float, column_type: str) -> str:
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=milliseconds / _MS)
    if column_type == "DATE":
        return moment.date().isoformat()
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
