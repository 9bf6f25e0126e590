"""The chart page: what is picked above, the chart with its caption below, its settings on the right."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app import catalogue
from app.boundary import boundary, escaped, guarded, part
from app.features.chart import actions, texts
from app.features.chart.files import export_panel
from app.features.chart.settings import draw_settings
from app.features.chart.state import ChartState, Drawing, Picked, changed
from app.later import Later
from app.page import Action, Crumb, Page, Params
from app.refresh import refresh, view_key
from app.router import navigate, redraw_view
from app.session import kept, put, value
from app.widgets import field_key
from app.widgets.parts import body, empty, grid_place, table, toolbar

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartSpec
    from analysis.row_sql import Filter
    from app.context import AppContext
    from app.desk import Desk
    from core.types import Column

VIEW: Final = "chart"
AT_ONCE_S: Final = 0.5
"""A chart that is there within this is drawn without a progress bar before it."""
LOOK_EVERY_S: Final = 0.3
DATA_PX: Final = 300
SVG_ROWS: Final = 1_500
"""Up to so many places the drawing is made of shapes, which stay sharp; above, of pixels, which stay fast."""
NO_COLUMN: Final = ""


class ChartParams(Params):
    """What the chart shows: a dataset or the answer of a question."""

    dataset: str | None = None
    sql: str | None = None


class ChartPage(Page):
    """Charts."""

    slug = VIEW
    icon = "bar_chart"
    params = ChartParams
    watches = ("table:dataset",)

    @property
    def title(self) -> str:
        """The page's name."""
        return texts.title()

    def crumbs(self, params: ChartParams) -> Sequence[Crumb]:
        """Return the page, and the dataset below it."""
        named = [params.dataset] if params.dataset else [texts.answer()] if params.sql else []
        return (Crumb(self.title, VIEW), *(Crumb(name) for name in named))

    def actions(self, ctx: "AppContext", params: ChartParams) -> Sequence[Action]:
        """Return undo and redo."""
        drawing = _drawing(ctx, params)
        if drawing is None:
            return ()
        return (
            Action("chart.undo", texts.undo(), partial(_step, drawing.undo), "mod+z", texts.title()),
            Action("chart.redo", texts.redo(), partial(_step, drawing.redo), "mod+shift+z", texts.title()),
        )

    def render(self, ctx: "AppContext", desk: "Desk", params: ChartParams) -> None:
        """Draw the chart of the place, or what this place is for."""
        del desk
        drawing = _drawing(ctx, params)
        if drawing is None:
            _draw_empty()
            return
        spec = actions.suited(ctx, drawing.picked.spec, drawing.picked.mark)
        _making(ctx, drawing, spec).wait(AT_ONCE_S)  # what is drawn above the chart depends on it
        with toolbar(VIEW, spec.dataset or texts.answer()):
            _draw_tools(ctx, drawing, spec)
        with body(VIEW):
            _draw_picks(ctx, drawing, spec)
            _draw_chips(drawing)
            with boundary(VIEW):
                _draw_chart(ctx, drawing, spec)

    def inspector(self, ctx: "AppContext", desk: "Desk", params: ChartParams) -> None:
        """Draw how the chart counts, and where its numbers come from."""
        del desk
        drawing = _drawing(ctx, params)
        if drawing is not None:
            spec = actions.suited(ctx, drawing.picked.spec, drawing.picked.mark)
            draw_settings(
                drawing, spec, actions.columns(ctx, spec), _finished(drawing, spec), partial(_change, drawing)
            )


def state() -> ChartState:
    """Return what this window remembers of its charts."""
    return kept(VIEW, ChartState)


def _drawing(ctx: "AppContext", params: ChartParams) -> Drawing | None:
    """Return the chart of the place: what it names, what was shown last, or the first dataset."""
    if params.dataset is not None or params.sql is not None:
        return state().of(params.dataset, params.sql)
    names = catalogue.names(ctx)
    last = state().shown
    if last is not None and (last[1] is not None or last[0] in names):
        return state().of(*last)
    return state().of(names[0], None) if names else None


def _change(drawing: Drawing, name: str, picked: Picked) -> None:
    """Within a callback: make a step and draw the chart anew."""
    drawing.change(name, picked)
    redraw_view(VIEW)


def _step(step: Callable[[], None]) -> None:
    step()
    redraw_view(VIEW)


def _draw_empty() -> None:
    with toolbar(VIEW, texts.title()):
        pass
    with body(VIEW):
        empty(texts.empty())
        with st.container(horizontal=True):
            st.button(
                texts.to_import(), key=field_key(VIEW, "to_import"), type="primary", on_click=navigate,
                args=("import",),
            )  # fmt: skip
            st.button(
                texts.to_sample(), key=field_key(VIEW, "to_sample"), on_click=navigate, args=("import",),
                kwargs={"event": "sample"},
            )  # fmt: skip


# ---- above ------------------------------------------------------------------------------------------------


def _draw_tools(ctx: "AppContext", drawing: Drawing, spec: "ChartSpec") -> None:
    if spec.sql is None:
        key, names = field_key(VIEW, "dataset"), catalogue.names(ctx)
        put(key, spec.dataset if spec.dataset in names else None)

        def other() -> None:
            navigate(VIEW, dataset=value(key, ""))

        st.selectbox(
            texts.dataset(), names, key=key, label_visibility="collapsed", width=220,
            on_change=guarded(VIEW, other), placeholder=texts.dataset(),
        )  # fmt: skip
    for name, icon, steps, step in (
        ("undo", ":material/undo:", drawing.past, drawing.undo),
        ("redo", ":material/redo:", drawing.future, drawing.redo),
    ):
        told = texts.undo() if name == "undo" else texts.redo()
        st.button(
            told, key=field_key(VIEW, name), icon=icon, type="tertiary", disabled=not steps,
            help=f"{told}: {steps[-1].name}" if steps else None, on_click=guarded(VIEW, partial(_step, step)),
        )  # fmt: skip
    chart = _finished(drawing, spec)
    export_panel(ctx, drawing, chart)


def _draw_picks(ctx: "AppContext", drawing: Drawing, spec: "ChartSpec") -> None:
    from analysis.chart.check import ROLES

    key = field_key(VIEW, "mark")
    put(key, spec.mark)

    def choose() -> None:
        _change(drawing, texts.kind(), Picked(_with_picks(drawing, spec), value(key, spec.mark)))

    st.segmented_control(
        texts.kind(), list(texts.MARK_ICONS), key=key, label_visibility="collapsed", required=True,
        format_func=lambda one: f"{texts.MARK_ICONS[one]} {texts.mark(one)}", on_change=guarded(VIEW, choose),
    )  # fmt: skip
    columns = actions.columns(ctx, spec)
    roles = ROLES[spec.mark]
    with st.container(key="chart_picks"):
        for place, role in zip(st.columns(len(roles), gap="small"), roles, strict=True):
            with place:
                _draw_pick(drawing, spec, role, columns)


def _draw_pick(drawing: Drawing, spec: "ChartSpec", role: str, columns: "Sequence[Column]") -> None:
    key = field_key(VIEW, "pick", role)
    kinds = {column.name: texts.type_sign(column.type) for column in columns}
    put(key, getattr(spec, role) or NO_COLUMN)

    def pick() -> None:
        chosen = str(value(key, NO_COLUMN)) or None
        forgotten: dict[str, Any] = {}
        if role == "x":
            forgotten = {"bins": None, "unit": None, "sort": None, "limit": None}
        if role == "y" or (role == "colour" and spec.mark == "heatmap"):
            forgotten = {"aggregate": None}
        picks = Picked(_with_picks(drawing, spec), drawing.picked.mark)
        _change(drawing, texts.role(role, spec.mark), changed(picks, **{role: chosen}, **forgotten))

    st.selectbox(
        texts.role(role, spec.mark), [NO_COLUMN, *kinds], key=key,
        format_func=lambda one: f"{kinds[one]} {one}" if one else texts.no_column(role),
        on_change=guarded(VIEW, pick),
    )  # fmt: skip


def _with_picks(drawing: Drawing, spec: "ChartSpec") -> "ChartSpec":
    """Return the person's description with the columns that are shown, so that a pick changes one of them only."""
    return replace(drawing.picked.spec, x=spec.x, y=spec.y if spec.y is not None else drawing.picked.spec.y)


def _draw_chips(drawing: Drawing) -> None:
    """Draw the filters that hold, each of which a click removes."""
    filters = drawing.picked.spec.filters
    if not filters:
        return

    def keep(*kept_filters: "Filter") -> None:
        _change(drawing, texts.filters(), changed(drawing.picked, filters=kept_filters))

    with st.container(horizontal=True, key="chart_chips", gap="xsmall"):
        for index, one in enumerate(filters):
            st.button(
                escaped(texts.filter_name(one)), key=field_key(VIEW, "chip", index), icon=":material/close:",
                icon_position="right", on_click=guarded(VIEW, keep),
                args=tuple(other for i, other in enumerate(filters) if i != index),
            )  # fmt: skip
        st.button(texts.clear(), key=field_key(VIEW, "clear"), type="tertiary", on_click=guarded(VIEW, keep))


# ---- the chart --------------------------------------------------------------------------------------------


def _making(ctx: "AppContext", drawing: Drawing, spec: "ChartSpec") -> "Later[Chart]":
    """Return the chart on its way; one that nobody waits for any more is stopped."""
    basis = actions.basis(ctx, spec)
    if drawing.making is not None:
        if drawing.making[:2] == (spec, basis):
            return drawing.making[2]
        drawing.making[2].cancel()
    making = Later(lambda progress: actions.draw(ctx, spec, progress=progress), what=texts.title())
    drawing.making = (spec, basis, making)
    return making


def _finished(drawing: Drawing, spec: "ChartSpec") -> "Chart | None":
    """Return the chart if it is computed already."""
    if drawing.making is None or drawing.making[0] != spec or not drawing.making[2].wait(0):
        return None
    making = drawing.making[2]
    return None if making.failed else making.value()


def _draw_chart(ctx: "AppContext", drawing: Drawing, spec: "ChartSpec") -> None:
    making = _making(ctx, drawing, spec)
    if not making.wait(0):
        part("chart_making", partial(_draw_making, making), every=LOOK_EVERY_S)
        return
    _draw(drawing, making.value())


def _draw_making(making: "Later[Chart]") -> None:
    st.progress(min(making.fraction, 1.0), texts.computing())
    st.button(texts.stop(), key=field_key(VIEW, "stop"), on_click=making.cancel)
    if making.wait(0):
        refresh(view_key(VIEW))


def _draw(drawing: Drawing, chart: "Chart") -> None:
    from analysis.chart.words import caption

    if chart.table.num_rows == 0:
        st.markdown(texts.no_rows())
        st.caption(escaped(caption(chart)))
        return
    with grid_place("chart", DATA_PX if drawing.shows_data else "stretch"):
        _draw_picture(drawing, chart)
    with st.container(key="chart_caption", gap=None):
        st.caption(escaped(caption(chart)))
    key = field_key(VIEW, "data")
    put(key, drawing.shows_data)

    def toggle() -> None:
        drawing.shows_data = bool(value(key, default=False))
        redraw_view(VIEW)

    st.toggle(texts.data_behind(), key=key, on_change=guarded(VIEW, toggle))
    if drawing.shows_data:
        from analysis.chart.shown import shown_table

        table(shown_table(chart), key=field_key(VIEW, "table"), alt=texts.data_behind(), height=DATA_PX)


def _draw_picture(drawing: Drawing, chart: "Chart") -> None:
    from analysis.chart.option import picture
    from analysis.chart.words import title

    drawn = picture(chart)
    key = field_key(VIEW, "picture", drawing.clicks)

    def clicked() -> None:
        from analysis.chart.narrow import added

        more = _meant(chart, drawn.lines, st.session_state[key]["selection"])
        if more:
            filters = added(drawing.picked.spec.filters, more)
            _change(drawing, texts.filters(), changed(drawing.picked, filters=filters))

    option = {**drawn.option, "series": [{**one, "selectedMode": "single"} for one in drawn.option["series"]]}
    if chart.spec.mark == "scatter":
        option |= {"brush": {"toolbox": ["rect", "clear"], "xAxisIndex": "all", "yAxisIndex": "all"}}
        option |= {"toolbox": {"right": 8, "top": 0}}
    st.echarts_chart(
        option, key=key, height=DATA_PX if drawing.shows_data else "stretch", alt=title(chart),
        on_select=guarded(VIEW, clicked), renderer="svg" if chart.table.num_rows <= SVG_ROWS else "canvas",
    )  # fmt: skip


def _meant(
    chart: "Chart", lines: Sequence[Sequence[int | None]], selection: dict[str, Any]
) -> "tuple[Filter, ...]":
    """Return the filters a click or a brushed area means; none for what stands for no rows of its own."""
    from analysis.chart.narrow import filters_of_area, filters_of_place

    if chart.spec.mark == "scatter":
        areas = selection["areas"]
        if not areas or areas[-1]["brush_type"] != "rect":
            return ()
        x, y = areas[-1]["coord_range"]
        return filters_of_area(chart, {"x": x, "y": y})
    rows = chart.table.to_pylist()
    found: list[Filter] = []
    for group in selection["selected"]:
        for index in group["data_indices"]:
            line = lines[group["series_index"]][index]
            if line is not None:
                found += filters_of_place(chart, rows[line])
    return tuple(found)
