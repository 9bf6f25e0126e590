"""What a click or a brushed area in a chart means as filters on the rows.

Used by the chart page. Pure. A filter that was made from a place holds for exactly the rows that place counts.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from analysis.chart.data import REST, Chart, Role
from analysis.chart.scale import next_begin
from analysis.chart.sql import LABEL_SIGNS
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


def added(filters: Sequence[Filter], more: Sequence[Filter]) -> tuple[Filter, ...]:
    """Return all filters, each once."""
    return tuple(dict.fromkeys((*filters, *more)))


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
