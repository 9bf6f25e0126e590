"""Picking a range of a chart: by dragging over it, or by two lists; and what can be done with the rows in it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import streamlit as st

from app.boundary import escaped, guarded
from app.features.chart import texts
from app.features.chart.state import Drawing, Picked, changed
from app.page import Event
from app.router import navigate, redraw_view, router
from app.widgets import field_key, s_select

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartSpec
    from analysis.row_sql import Filter
    from app.context import AppContext

VIEW: Final = "chart"
DATA: Final = "data"
SQL: Final = "sql"
ALL: Final = -1
"""Stands for an end of a range that is not chosen."""
_ALONG_X: Final = frozenset({"bar", "line", "area", "histogram", "box"})
_ENDS: Final = ("span_from", "span_to")
_QUIET_MS: Final = 250
TOOL_PX: Final = 15
TOOLS_PX: Final = 96
"""What the tools at the upper right of a chart need."""


def brush_kind(mark: str) -> Literal["lineX", "rect"] | None:
    """Return what is picked by dragging over a kind of chart: a range along x, an area, or nothing."""
    if mark == "scatter":
        return "rect"
    return "lineX" if mark in _ALONG_X else None


def with_brush(option: dict[str, Any], mark: str) -> dict[str, Any]:
    """Return the drawing so that places can be clicked, a range picked by dragging, and a part of it zoomed."""
    drawn = {**option, "series": [{**one, "selectedMode": "single"} for one in option["series"]]}
    kind = brush_kind(mark)
    if kind is None:
        return drawn
    axes = {"xAxisIndex": "all"} if kind == "lineX" else {"xAxisIndex": "all", "yAxisIndex": "all"}
    brush = {
        "toolbox": [kind, "clear"], "brushMode": "single", "throttleType": "debounce", "throttleDelay": _QUIET_MS,
        "outOfBrush": {"colorAlpha": 0.3}, **axes,
    }  # fmt: skip
    titles = {kind: texts.drag_to_pick(), "clear": texts.pick_nothing()}
    drawn |= {
        "brush": brush,
        "dataZoom": _zooms(drawn, kind),
        "toolbox": {
            "right": 8, "top": -10, "itemSize": TOOL_PX, "feature": {"brush": {"title": titles}},
        },
    }  # fmt: skip
    if "legend" in drawn:
        drawn["legend"] = {**drawn["legend"], "right": TOOLS_PX}
    return drawn


def _zooms(drawn: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return what the wheel does while Ctrl is held: all small charts are zoomed alike, as they share their x."""
    both = ("xAxis", "yAxis") if kind == "rect" else ("xAxis",)
    return [
        {
            "type": "inside", f"{axis}Index": list(range(len(drawn[axis]))), "zoomOnMouseWheel": "ctrl",
            "moveOnMouseWheel": "shift", "moveOnMouseMove": False,
            "filterMode": "none" if kind == "rect" else "filter",
        }
        for axis in both
    ]  # fmt: skip


def brushed(chart: "Chart", areas: Sequence[dict[str, Any]]) -> "tuple[Filter, ...]":
    """Return the filters that leave the rows of the range a person dragged over; none if it was taken away."""
    from analysis.chart.narrow import filters_of_area, filters_of_span

    if not areas:
        return ()
    kind, ends = areas[-1]["brush_type"], areas[-1]["coord_range"]
    if kind == "rect":
        return filters_of_area(chart, {"x": ends[0], "y": ends[1]})
    return filters_of_span(chart, min(ends), max(ends)) if kind == "lineX" else ()


def draw_offer(drawing: Drawing, spec: "ChartSpec", change: Callable[[str, Picked], None]) -> None:
    """Draw what can be done with the range that is picked; nothing if none is."""
    picked = drawing.picked_rows
    if not picked:
        return

    def narrow() -> None:
        change(texts.filters(), changed(drawing.picked, filters=_all_of(drawing)))

    def show() -> None:
        filters = [{"column": one.column, "op": one.op, "value": _text(one.value)} for one in _all_of(drawing)]
        event = Event("filter", {"dataset": spec.dataset, "sql": spec.sql, "filters": filters})
        if spec.sql is not None:
            router().tell(SQL, event)
            navigate(SQL)
        router().tell(DATA, event)
        navigate(DATA, dataset=spec.dataset)

    def drop() -> None:
        drawing.picked_rows = ()
        drawing.drops += 1
        redraw_view(VIEW)

    with st.container(horizontal=True, wrap=False, key="chart_offer", gap="small", vertical_alignment="center"):
        told = ", ".join(texts.filter_name(one) for one in picked)
        st.markdown(escaped(texts.picked(told)), width="content")
        st.button(texts.only_these(), key=field_key(VIEW, "narrow"), on_click=guarded(VIEW, narrow))
        st.button(texts.show_rows(), key=field_key(VIEW, "rows"), on_click=guarded(VIEW, show))
        st.button(
            texts.pick_nothing(), key=field_key(VIEW, "unpick"), type="tertiary", on_click=guarded(VIEW, drop)
        )


def draw_ends(ctx: "AppContext", drawing: Drawing, chart: "Chart") -> None:
    """Draw the two ends of a range along x as lists: the same as dragging, by keyboard."""
    from analysis.chart.narrow import filters_of_span

    if chart.spec.mark not in _ALONG_X:
        return
    places = drawing.shown_of(chart).places
    if len(places) < 2:  # a single place needs no range
        return

    step = f"{drawing.form.standing.last}_{drawing.drops}"

    def pick(_chosen: int) -> None:
        first, last = (int(st.session_state[field_key(VIEW, name, step)]) for name in _ENDS)
        low = places[0 if first == ALL else first][0]
        high = places[-1 if last == ALL else last][0]
        open_ended = first == ALL and last == ALL
        drawing.picked_rows = () if open_ended else filters_of_span(chart, min(low, high), max(low, high))
        redraw_view(VIEW)

    st.subheader(texts.a_range(), anchor=False)
    for name, label in zip(_ENDS, (texts.span_from(), texts.span_to()), strict=True):
        s_select(
            ctx, VIEW, name, instance=step, label=label, options=[ALL, *range(len(places))], on_change=pick,
            naming=lambda at: texts.any_end() if at == ALL else places[at][1],
        )  # fmt: skip


def _all_of(drawing: Drawing) -> "tuple[Filter, ...]":
    from analysis.chart.narrow import added

    return added(drawing.picked.spec.filters, drawing.picked_rows)


def _text(value: object) -> object:
    """Return what a filter compares with as the grid writes it."""
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)
