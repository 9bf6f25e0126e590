"""A computed chart as an ECharts option: a pure function from numbers to a drawing, plain JSON.

Used by the page (which adds its theme), by the exported html, and by `render` for svg and png, so all three draw
the same. Knows no file and no engine. `picture` also says which line of the table each drawn thing is, so that a
click becomes a filter.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from analysis.chart.data import AT, BOX, REST, VALUE, Chart, Role
from analysis.chart.scale import next_begin, nice_bins
from analysis.chart.spec import Unit
from analysis.chart.words import measure_name, place_name

Option = dict[str, Any]

_SYMBOLS: Final = ("circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle")
"""Series differ by sign as well as by colour."""
_RAMP: Final = ("#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725")
"""From few to many; its steps look even and are told apart by people who see fewer colours."""
_FEW_POINTS: Final = 60
_LONG_LABELS: Final = 12
_MOST_GAPS: Final = 5_000
_TOP: Final = 8
_LEGEND: Final = 30


@dataclass(frozen=True, slots=True)
class Picture:
    """The option, and for each series the line of the table behind each of its items (None: none)."""

    option: Option
    lines: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class _Pane:
    """One small chart: where it lies (in percent) and which lines of the table it shows."""

    title: str
    box: Mapping[str, Any]
    lines: tuple[int, ...]


@dataclass(slots=True)
class _Drawing:
    """What is put together, pane by pane."""

    option: Option
    lines: list[tuple[int | None, ...]]

    def add(self, series: Option, lines: Sequence[int | None], pane: int) -> None:
        """Add one series of a pane; ECharts would stack those of one name on each other in all panes together."""
        if "stack" in series:
            series = {**series, "stack": f"{series['stack']} {pane}"}
        self.option["series"].append({**series, "xAxisIndex": pane, "yAxisIndex": pane})
        self.lines.append(tuple(lines))


def picture(chart: Chart) -> Picture:
    """Return the drawing of a computed chart."""
    rows = chart.table.to_pylist()
    if chart.hides_rest:
        rows = [row for row in rows if not row[f"x{REST}"]]
    panes = _panes(chart, rows)
    drawing = _Drawing(_frame(chart, rows, panes), [])
    draw = {"scatter": _scatter, "heatmap": _heatmap, "box": _boxes}.get(chart.spec.mark, _series)
    for index, pane in enumerate(panes):
        draw(chart, rows, pane, index, drawing)
    if len(panes) > 1 and chart.spec.mark not in ("heatmap", "scatter"):
        _share_scale(chart, rows, drawing.option)
    return Picture(drawing.option, tuple(drawing.lines))


# ---- the frame --------------------------------------------------------------------------------------------


def _frame(chart: Chart, rows: list[dict[str, Any]], panes: Sequence[_Pane]) -> Option:
    names = [name for name, _at in _names(chart, rows, "colour")]
    item = chart.spec.mark in ("scatter", "heatmap", "box")
    option: Option = {
        "animation": False,
        "aria": {"enabled": True},
        "tooltip": {"trigger": "item" if item else "axis", "confine": True},
        "grid": [{**pane.box} for pane in panes],
        "xAxis": [],
        "yAxis": [],
        "series": [],
    }
    if names and chart.spec.mark != "heatmap":
        option["legend"] = {"type": "scroll", "top": 0, "left": 8, "right": 8, "data": names}
    if len(panes) > 1:
        option["title"] = [
            {
                "text": _short(pane.title),
                "left": pane.box["left"],
                "top": _above(pane),
                "textStyle": {"fontSize": 12},
            }
            for pane in panes
        ]
    for index in range(len(panes)):
        x, y = _axes(chart, rows, small=len(panes) > 1)
        option["xAxis"].append({**x, "gridIndex": index})
        option["yAxis"].append({**y, "gridIndex": index})
    return option


def _above(pane: _Pane) -> str:
    return f"{max(float(str(pane.box['top']).rstrip('%')) - 5.5, 0):.4g}%"


def _panes(chart: Chart, rows: list[dict[str, Any]]) -> list[_Pane]:
    legend = chart.axis("colour") is not None and chart.spec.mark != "heatmap"
    right = "150" if chart.spec.mark == "heatmap" else "24"
    if chart.axis("facet") is None:
        box = {"left": "16", "right": right, "top": str(_TOP + 20 + (_LEGEND if legend else 0)), "bottom": "34"}
        return [_Pane("", {**box, **_OUTER}, tuple(range(len(rows))))]
    names = _names(chart, rows, "facet")
    across = min(math.ceil(math.sqrt(len(names))), 3)
    down = math.ceil(len(names) / across)
    first = 12.0 if legend else 6.0
    wide, high = (86.0 if chart.spec.mark == "heatmap" else 98.0) / across, (98.0 - first) / down
    panes = []
    for index, (name, at) in enumerate(names):
        lines = tuple(i for i, row in enumerate(rows) if row[f"facet{AT}"] == at)
        box = {
            "left": f"{1 + index % across * wide:.4g}%",
            "top": f"{first + index // across * high:.4g}%",
            "width": f"{wide - 2:.4g}%",
            "height": f"{high - 8:.4g}%",
        }
        panes.append(_Pane(name, {**box, **_OUTER}, lines))
    return panes


_OUTER: Final = {"containLabel": True}


def _axes(chart: Chart, rows: list[dict[str, Any]], *, small: bool) -> tuple[Option, Option]:
    x: Option = (
        _place_axis(chart, rows, "x") if chart.axis("x") is not None else {"type": "category", "data": [""]}
    )
    if chart.spec.mark in ("scatter", "heatmap"):
        y = _place_axis(chart, rows, "y")
    else:
        y = {"type": "value", "name": "" if small else measure_name(chart), "nameGap": 10}
        y |= {"nameTextStyle": {"align": "left"}}
        if chart.spec.mark in ("line", "box"):
            y["scale"] = True
    column = chart.axis("x")
    if column is not None and not small:
        x |= {"name": column.column, "nameLocation": "middle", "nameGap": 26}
        if x.get("axisLabel", {}).get("rotate"):
            x |= {"name": ""}
    return x, y


def _place_axis(chart: Chart, rows: list[dict[str, Any]], role: Role) -> Option:
    """Return the axis for the places of a role: of texts, of numbers or of times."""
    axis, cut = chart.axis(role), chart.cut(role)
    if axis is None:
        return {"type": "category", "data": [""]}
    if is_continuous(chart, role):
        kind = "time" if axis.kind == "time" else "value"
        found: Option = {"type": kind, "scale": True}
        if role == "y":
            found |= {"name": axis.column, "nameGap": 10, "nameTextStyle": {"align": "left"}}
        return found
    names = [name for name, _at in _names(chart, rows, role)]
    if chart.spec.mark == "histogram" and cut.bins is not None:
        names = [place_name(chart, role, {role: str(i), f"{role}{REST}": False}) for i in range(cut.bins.count)]
    found = {"type": "category", "data": names, "axisTick": {"alignWithLabel": True}}
    longest = max((len(name) for name in names), default=0)
    label: Option = {"overflow": "truncate", "width": 140, "hideOverlap": True}
    if role == "x" and axis.kind == "category" and len(names) * min(longest, _LONG_LABELS) > 110:
        label |= {"rotate": 40, "interval": 0 if len(names) <= 60 else "auto"}
    if role == "y":
        found |= {"name": axis.column, "nameGap": 10, "nameTextStyle": {"align": "left"}}
        label |= {"width": 110}
    return {**found, "axisLabel": label}


def is_continuous(chart: Chart, role: Role) -> bool:
    """Tell whether the axis has a scale instead of places side by side."""
    axis, cut = chart.axis(role), chart.cut(role)
    if axis is None or axis.kind == "category":
        return False
    if chart.spec.mark == "scatter":
        return True
    return chart.spec.mark in ("line", "area") and cut.bins is None and chart.spec.sort in (None, "up")


def _names(chart: Chart, rows: list[dict[str, Any]], role: Role) -> list[tuple[str, int | None]]:
    """Return the names of the places of a role with their positions, in order, the rest last."""
    if f"{role}{AT}" not in chart.table.column_names:
        return []
    found: dict[int | None, str] = {}
    for row in rows:
        found.setdefault(row[f"{role}{AT}"], place_name(chart, role, row))
    ordered = sorted(found.items(), key=lambda one: (one[0] is None, one[0] or 0))
    return [(name, at) for at, name in _unique(ordered)]


def _unique(places: Sequence[tuple[int | None, str]]) -> list[tuple[int | None, str]]:
    """Return the places with different names: a value may be called like all the others together."""
    seen: dict[str, int] = {}
    found = []
    for at, name in places:
        seen[name] = seen.get(name, 0) + 1
        found.append((at, name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return found


# ---- series -----------------------------------------------------------------------------------------------


def _series(chart: Chart, rows: list[dict[str, Any]], pane: _Pane, index: int, drawing: _Drawing) -> None:
    """Draw bars, lines, areas and histograms: one series per colour."""
    positions = {at: i for i, (_name, at) in enumerate(_names(chart, rows, "x"))}
    for number, (name, lines) in enumerate(_by_colour(chart, rows, pane)):
        style = _style(chart, name, number)
        if is_continuous(chart, "x"):
            points = _points(chart, rows, lines)
            few = len(points) <= _FEW_POINTS and chart.spec.mark == "line"
            style |= {"showSymbol": few, "symbolSize": 7}
            drawing.add(
                {**style, "data": [point for point, _line in points]}, [line for _p, line in points], index
            )
            continue
        empty = 0 if chart.spec.mark == "histogram" else None
        size = _bin_count(chart) or len(positions)
        values: list[Any] = [empty] * size
        behind: list[int | None] = [None] * size
        for line in lines:
            row = rows[line]
            at = (
                int(row["x"]) if chart.spec.mark == "histogram" and _bin_count(chart) else positions[row[f"x{AT}"]]
            )
            values[at], behind[at] = _drawn(row[VALUE]), line
        drawing.add({**style, "data": values}, behind, index)


def _bin_count(chart: Chart) -> int:
    bins = chart.cut("x").bins
    return bins.count if bins is not None and chart.spec.mark == "histogram" else 0


def _style(chart: Chart, name: str, number: int) -> Option:
    mark = chart.spec.mark
    style: Option = {"name": name or measure_name(chart), "type": "line" if mark in ("line", "area") else "bar"}
    stacked = bool(name) and mark != "line" and chart.spec.aggregate in ("count", "sum", None)
    if stacked:
        style["stack"] = "all"
    if mark == "area":
        style["areaStyle"] = {"opacity": 0.7 if stacked else 0.25}
    if mark in ("line", "area"):
        style |= {"symbol": _SYMBOLS[number % len(_SYMBOLS)]}
    if mark == "histogram":
        style["barCategoryGap"] = "2%"
    if mark == "bar":
        style["barMaxWidth"] = 60
    return style


def _by_colour(chart: Chart, rows: list[dict[str, Any]], pane: _Pane) -> list[tuple[str, list[int]]]:
    """Return the lines of a pane by colour, every colour of the chart in each pane."""
    if f"colour{AT}" not in chart.table.column_names:
        return [("", list(pane.lines))]
    return [
        (name, [line for line in pane.lines if rows[line][f"colour{AT}"] == at])
        for name, at in _names(chart, rows, "colour")
    ]


def _points(chart: Chart, rows: list[dict[str, Any]], lines: Sequence[int]) -> list[tuple[list[Any], int | None]]:
    """Return the points of a line over numbers or times, in order; a time without rows is a gap, or a zero."""
    unit = chart.cut("x").unit
    if unit is None:
        found = [([float(rows[line]["x"]), _drawn(rows[line][VALUE])], line) for line in lines]
        return sorted(found, key=lambda one: one[0][0])
    by_time = {rows[line]["x"]: line for line in lines}
    empty = 0 if chart.spec.aggregate == "count" else None
    return [
        (
            [begin, _drawn(rows[by_time[begin]][VALUE]) if begin in by_time else empty],
            by_time.get(begin),
        )
        for begin in _every(sorted(by_time), unit)
    ]


def _every(begins: Sequence[str], unit: Unit) -> list[str]:
    """Return all units of time from the first to the last; only those that are there if they are too many."""
    found: list[str] = []
    begin = begins[0] if begins else None
    while begin is not None and begin <= begins[-1] and len(found) <= _MOST_GAPS:
        found.append(begin)
        begin = next_begin(begin, unit)
    return found if set(begins) <= set(found) else list(begins)


def _scatter(chart: Chart, rows: list[dict[str, Any]], pane: _Pane, index: int, drawing: _Drawing) -> None:
    kinds = {role: axis.kind if (axis := chart.axis(role)) else "number" for role in ("x", "y")}

    def at(row: Mapping[str, Any], role: str) -> Any:  # noqa: ANN401 - a number or a moment
        return row[role] if kinds[role] == "time" else float(row[role])

    for number, (name, lines) in enumerate(_by_colour(chart, rows, pane)):
        series = {
            "name": name or measure_name(chart) or "rows",
            "type": "scatter",
            "symbol": _SYMBOLS[number % len(_SYMBOLS)],
            "symbolSize": 6,
            "itemStyle": {"opacity": 0.65},
            "dimensions": [axis.column for axis in chart.axes if axis.role in ("x", "y")],
            "encode": {"x": 0, "y": 1, "tooltip": [0, 1]},
            "data": [[at(rows[line], "x"), at(rows[line], "y")] for line in lines],
        }
        drawing.add(series, lines, index)


def _heatmap(chart: Chart, rows: list[dict[str, Any]], pane: _Pane, index: int, drawing: _Drawing) -> None:
    places = {role: {at: i for i, (_name, at) in enumerate(_names(chart, rows, role))} for role in ("x", "y")}  # type: dict[str, dict[int | None, int]]
    lines = [line for line in pane.lines if rows[line][VALUE] is not None]
    data = [
        [places["x"][rows[line][f"x{AT}"]], places["y"][rows[line][f"y{AT}"]], _drawn(rows[line][VALUE])]
        for line in lines
    ]
    drawing.add({"name": measure_name(chart), "type": "heatmap", "data": data}, lines, index)
    values = [float(row[VALUE]) for row in rows if row[VALUE] is not None]
    drawing.option["visualMap"] = {
        "type": "continuous",
        "calculable": True,
        "min": min(values, default=0.0),
        "max": max(values, default=1.0),
        "right": 8,
        "top": "middle",
        "precision": 0 if all(value == int(value) for value in values) else 2,
        "inRange": {"color": list(_RAMP)},
    }


def _boxes(chart: Chart, rows: list[dict[str, Any]], pane: _Pane, index: int, drawing: _Drawing) -> None:
    positions = {at: i for i, (_name, at) in enumerate(_names(chart, rows, "x"))} or {0: 0}
    values: list[Any] = [None] * len(positions)
    behind: list[int | None] = [None] * len(positions)
    for line in pane.lines:
        row = rows[line]
        if row[BOX[2]] is not None:
            at = positions[row.get(f"x{AT}", 0)]
            values[at], behind[at] = [float(row[name]) for name in BOX], line
    series = {
        "name": measure_name(chart),
        "type": "boxplot",
        "boxWidth": [8, 48],
        "data": [["-"] * 5 if one is None else one for one in values],
    }
    drawing.add(series, behind, index)


def _share_scale(chart: Chart, rows: list[dict[str, Any]], option: Option) -> None:
    """Give all small charts the same vertical scale, so that they can be compared."""
    low, high = _ends(chart, rows, option)
    if chart.spec.mark != "box":
        low, high = min(low, 0.0), max(high, 0.0)
    if not math.isfinite(low) or low == high:
        return
    bins = nice_bins(low, high, 5, whole=False)
    for axis in option["yAxis"]:
        axis |= {"min": bins.edge(0), "max": bins.edge(bins.count)}


def _ends(chart: Chart, rows: list[dict[str, Any]], option: Option) -> tuple[float, float]:
    if chart.spec.mark == "box":
        ends = [float(row[name]) for row in rows for name in BOX if row[name] is not None]
        return min(ends, default=math.nan), max(ends, default=math.nan)
    stacked = any("stack" in series for series in option["series"])
    above: dict[tuple[Any, ...], float] = {}
    below: dict[tuple[Any, ...], float] = {}
    for number, row in enumerate(rows):
        if row[VALUE] is None:
            continue
        value = float(row[VALUE])
        key = (row[f"facet{AT}"], row.get(f"x{AT}")) if stacked else (number,)
        side = above if value >= 0 else below
        side[key] = side.get(key, 0.0) + value
    return min(below.values(), default=0.0), max(above.values(), default=0.0)


def _drawn(value: Any) -> float | int | None:  # noqa: ANN401 - whatever number the engine gave
    """Return a number as the drawing needs it; the table beside it keeps the exact one."""
    if value is None or isinstance(value, bool):
        return value
    return value if isinstance(value, int) and abs(value) < 2**53 else float(value)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
