"""The chart that suits the columns a person has picked, before anything else is said.

Used by the chart page at once after each pick, and by `bestand chart` for what its options leave open. Pure: looks
at names and types only.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from analysis.chart.check import kind_of, trimmed
from analysis.chart.data import Kind
from analysis.chart.spec import Aggregate, ChartSpec, Mark
from core.types import Column

_NUMBER_BY_NAME: Final = re.compile(
    r"(^|[_\s-])(id|ids|nr|no|num|number|nummer|key|code|plz|zip|postcode|phone|year|jahr|index)($|[_\s-])|(Id|ID|Nr)$",
    re.IGNORECASE,
)
"""Numbers that name something: adding them up means nothing."""
_RATE_BY_NAME: Final = re.compile(
    r"rate|ratio|share|percent|prozent|anteil|avg|mean|average|price|preis|temp|age|alter|score|lat|lon|%",
    re.IGNORECASE,
)
"""Numbers whose mean says more than their sum."""


def suggest(spec: ChartSpec, columns: Sequence[Column], *, mark: Mark | None = None) -> ChartSpec:
    """Return the description with a kind of chart, and with columns where none are picked.

    Args:
        spec: What is picked so far; its mark is not looked at.
        columns: Those of the dataset or of the answer.
        mark: The kind of chart, if a person has chosen one; otherwise the one that suits the columns.
    """
    picked = spec if spec.x or spec.y else _first_pick(spec, columns)
    found = replace(picked, mark=mark or _mark(picked, columns))
    found = trimmed(_turned(found, columns))
    if found.mark in ("scatter", "histogram", "box"):
        return replace(found, aggregate=None)
    return replace(found, aggregate=found.aggregate or _aggregate(found, columns))


def measures(columns: Sequence[Column]) -> list[Column]:
    """Return the columns whose numbers can be added up, most likely ones first."""
    return [one for one in columns if kind_of(one.type) == "number" and not _NUMBER_BY_NAME.search(one.name)]


def _turned(spec: ChartSpec, columns: Sequence[Column]) -> ChartSpec:
    """Return the description with the one column that is picked where its kind of chart has a place for it."""
    kinds: dict[str, Kind] = {one.name: kind_of(one.type) for one in columns}
    if spec.mark == "box" and spec.y is None and kinds.get(spec.x or "") == "number":
        return replace(spec, x=None, y=spec.x)
    if spec.mark != "box" and spec.x is None and spec.y is not None:
        return replace(spec, x=spec.y, y=None)
    return spec


def _first_pick(spec: ChartSpec, columns: Sequence[Column]) -> ChartSpec:
    """Return a chart for a table nobody has picked a column of: over time, else by group, else its spread."""
    by_kind = {
        kind: [one for one in columns if kind_of(one.type) == kind] for kind in ("time", "category", "number")
    }
    numbers = measures(columns)
    x = (by_kind["time"] or by_kind["category"] or numbers or by_kind["number"] or list(columns))[:1]
    if not x:
        return spec
    y = numbers[0].name if numbers and kind_of(x[0].type) != "number" else None
    return replace(spec, x=x[0].name, y=spec.y or y)


def _mark(spec: ChartSpec, columns: Sequence[Column]) -> Mark:
    kinds: dict[str, Kind] = {one.name: kind_of(one.type) for one in columns}
    x = kinds.get(spec.x or "")
    y = kinds.get(spec.y or "")
    if x is None:
        return "box"
    if y is None and x == "number":
        return "histogram"
    if x == "category" and y == "category":
        return "heatmap"
    if x == "number" and y == "number":
        return "scatter"
    return "line" if x == "time" else "bar"


def _aggregate(spec: ChartSpec, columns: Sequence[Column]) -> Aggregate:
    name = spec.colour if spec.mark == "heatmap" else spec.y
    column = next((one for one in columns if one.name == name), None)
    if column is None or kind_of(column.type) != "number":
        return "count"
    if _NUMBER_BY_NAME.search(column.name):
        return "distinct"
    return "mean" if _RATE_BY_NAME.search(column.name) else "sum"
