"""The right-hand pane of the chart page: how the chart counts, and where its numbers come from."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.boundary import escaped
from app.features.chart import texts
from app.features.chart.ranges import draw_ends
from app.features.chart.state import Drawing, Picked, changed
from app.widgets import field_key, s_select

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartSpec
    from app.context import AppContext
    from core.types import Column

VIEW: Final = "chart"
AUTO: Final = "auto"
BINS: Final = (0, 5, 10, 20, 30, 50, 100)
LIMITS: Final = (5, 10, 20, 50, 100, 200)

Changing = Callable[[str, Picked], None]


def draw_settings(
    ctx: "AppContext", drawing: Drawing, spec: "ChartSpec", columns: "Sequence[Column]", chart: "Chart | None",
    change: Changing,
) -> None:  # fmt: skip
    """Draw the settings that mean something for this chart."""
    from analysis.chart.check import kind_of
    from analysis.chart.spec import ORDERS, UNITS

    kinds = {column.name: kind_of(column.type) for column in columns}
    along = [kinds.get(name or "") for name in (spec.x, spec.y if spec.mark == "heatmap" else None)]
    st.subheader(texts.how(), anchor=False)
    if spec.mark not in ("scatter", "histogram", "box"):
        _draw_aggregate(ctx, drawing, spec, kinds, change)
    if spec.mark != "scatter":
        if "number" in along:
            _draw_choice(ctx, drawing, "bins", texts.bins(), BINS, texts.bins_name, change)
        if "time" in along:
            _draw_choice(ctx, drawing, "unit", texts.unit(), UNITS, texts.unit_name, change)
        if spec.mark != "histogram":
            _draw_choice(ctx, drawing, "sort", texts.sort(), ORDERS, texts.sort_name, change)
            _draw_choice(ctx, drawing, "limit", texts.limit(), LIMITS, texts.limit_name, change)
    if chart is not None:
        draw_ends(ctx, drawing, chart)
        _draw_origin(chart)


def _draw_aggregate(
    ctx: "AppContext", drawing: Drawing, spec: "ChartSpec", kinds: dict[str, Any], change: Changing
) -> None:
    from analysis.chart.spec import AGGREGATES

    column = spec.colour if spec.mark == "heatmap" else spec.y
    usable = ["count"]
    if column is not None:
        usable = [*AGGREGATES] if kinds.get(column) == "number" else ["count", "distinct"]

    def choose(aggregate: str) -> None:
        change(texts.aggregate(), changed(drawing.picked, aggregate=aggregate))

    s_select(
        ctx, VIEW, "aggregate", label=texts.aggregate(), options=usable, naming=texts.aggregate_name,
        shows=spec.aggregate if spec.aggregate in usable else "count", on_change=choose,
        disabled=len(usable) == 1,
    )  # fmt: skip


def _draw_choice(
    ctx: "AppContext",
    drawing: Drawing,
    name: str,
    label: str,
    choices: Sequence[Any],
    told: Callable[[Any], str],
    change: Changing,
) -> None:
    present = getattr(drawing.picked.spec, name)

    def choose(chosen: object) -> None:
        change(label, changed(drawing.picked, **{name: None if chosen == AUTO else chosen}))

    options = [AUTO, *choices, *([present] if present is not None and present not in choices else [])]
    # Streamlit takes None for "nothing chosen", so what suits the data has a word of its own here.
    s_select(
        ctx, VIEW, name, label=label, options=options, naming=lambda one: told(None if one == AUTO else one),
        shows=AUTO if present is None else present, on_change=choose,
    )  # fmt: skip


def _draw_origin(chart: "Chart") -> None:
    from analysis.chart.words import provenance_lines

    st.subheader(texts.origin(), anchor=False)
    told = [f"**{escaped(heading)}** {escaped(line)}" for heading, line in provenance_lines(chart, brief=True)]
    st.caption("\n\n".join(told))  # one element: each costs the engine as much as a small query
    box = st.expander(texts.query(), key=field_key(VIEW, "query"), on_change="rerun")
    if box.open:
        with box:
            st.code(chart.provenance.query, language="sql", wrap_lines=True)
