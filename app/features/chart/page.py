"""The chart page: what is picked above, the chart with its caption below, its settings on the right."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app import catalogue
from app.boundary import boundary, escaped, guarded, part
from app.components.charting import complete_chart
from app.features.chart import actions, texts
from app.features.chart.files import export_panel
from app.features.chart.ranges import brush_kind, brushed, draw_offer, with_brush
from app.features.chart.settings import draw_settings
from app.features.chart.state import ChartState, Drawing, Picked, changed, chart_form, form_name
from app.later import Later
from app.page import Action, Crumb, Page, Params
from app.refresh import refresh, view_key
from app.router import navigate, redraw_view
from app.session import kept
from app.widgets import field_key, s_checkbox, s_segments, s_select
from app.widgets.form import draw_steps, form_actions, form_steps, open_form
from app.widgets.merge_view import draw_merge
from app.widgets.parts import body, empty, grid_place, table, toolbar

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartSpec
    from analysis.chart.spec import Mark
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
        drawing = _drawing(ctx, params, drawn=False)
        return () if drawing is None else form_actions(VIEW, drawing.form, texts.title())

    def render(self, ctx: "AppContext", desk: "Desk", params: ChartParams) -> None:
        """Draw the chart of the place, or what this place is for."""
        del desk
        drawing = _drawing(ctx, params)
        if drawing is None:
            _draw_empty()
            return
        spec = actions.suited(ctx, drawing.picked.spec, drawing.picked.mark)
        _making(ctx, drawing, spec).wait(AT_ONCE_S)  # what is drawn above the chart depends on it
        with toolbar(VIEW, spec.dataset or texts.answer(), steps=form_steps(VIEW, drawing.form)):
            _draw_tools(ctx, drawing, spec)
        with body(VIEW):
            draw_merge(ctx, VIEW, drawing.form)
            _draw_picks(ctx, drawing, spec)
            _draw_chips(drawing)
            draw_offer(drawing, spec, partial(_change, drawing))
            with boundary(VIEW):
                _draw_chart(ctx, drawing, spec)

    def inspector(self, ctx: "AppContext", desk: "Desk", params: ChartParams) -> None:
        """Draw how the chart counts, and where its numbers come from."""
        del desk
        drawing = _drawing(ctx, params)
        if drawing is not None:
            spec = actions.suited(ctx, drawing.picked.spec, drawing.picked.mark)
            draw_settings(
                ctx, drawing, spec, actions.columns(ctx, spec), _finished(drawing, spec), partial(_change, drawing)
            )


def state() -> ChartState:
    """Return what this window remembers of its charts."""
    return kept(VIEW, ChartState)


def _drawing(ctx: "AppContext", params: ChartParams, *, drawn: bool = True) -> Drawing | None:
    """Return the chart of the place: what it names, what was shown last, or the first dataset."""
    if params.dataset is not None or params.sql is not None:
        return _of(ctx, params.dataset, params.sql, drawn=drawn)
    names = catalogue.names(ctx)
    last = state().shown
    if last is not None and (last[1] is not None or last[0] in names):
        return _of(ctx, *last, drawn=drawn)
    return _of(ctx, names[0], None, drawn=drawn) if names else None


def _of(ctx: "AppContext", dataset: str | None, sql: str | None, *, drawn: bool) -> Drawing:
    """Return the chart of a dataset, or else of a question."""
    known = None if dataset is None else catalogue.shown(ctx, dataset) or catalogue.current(ctx, dataset)
    dataset_id = None if known is None else known.dataset_id
    form = open_form(ctx, VIEW, chart_form(), form_name(dataset_id, sql), drawing=drawn)
    return state().of(form, dataset, sql)


def _change(drawing: Drawing, name: str, picked: Picked) -> None:
    """Within a callback: make a step and draw the chart anew."""
    drawing.change(name, picked)
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
        names = catalogue.names(ctx)
        s_select(
            ctx, VIEW, "dataset", label=texts.dataset(), options=names, default=None, hide_label=True, width=220,
            shows=spec.dataset if spec.dataset in names else None, placeholder=texts.dataset(),
            on_change=lambda chosen: navigate(VIEW, dataset=chosen),
        )  # fmt: skip
    draw_steps(VIEW, drawing.form)
    chart = _finished(drawing, spec)
    export_panel(ctx, drawing, chart)


def _draw_picks(ctx: "AppContext", drawing: Drawing, spec: "ChartSpec") -> None:
    from analysis.chart.check import ROLES

    def choose(mark: "Mark") -> None:
        _change(drawing, texts.kind(), Picked(_with_picks(drawing, spec), mark))

    s_segments(
        ctx, VIEW, "mark", label=texts.kind(), options=list(texts.MARK_ICONS), hide_label=True, shows=spec.mark,
        naming=lambda one: f"{texts.MARK_ICONS[one]} {texts.mark(one)}", on_change=choose,
    )  # fmt: skip
    columns = actions.columns(ctx, spec)
    roles = ROLES[spec.mark]
    with st.container(key="chart_picks"):
        for place, role in zip(st.columns(len(roles), gap="small"), roles, strict=True):
            with place:
                _draw_pick(ctx, drawing, spec, role, columns)


def _draw_pick(
    ctx: "AppContext", drawing: Drawing, spec: "ChartSpec", role: str, columns: "Sequence[Column]"
) -> None:
    kinds = {column.name: texts.type_sign(column.type) for column in columns}

    def pick(chosen: str) -> None:
        forgotten: dict[str, Any] = {}
        if role == "x":
            forgotten = {"bins": None, "unit": None, "sort": None, "limit": None}
        if role == "y" or (role == "colour" and spec.mark == "heatmap"):
            forgotten = {"aggregate": None}
        picks = Picked(_with_picks(drawing, spec), drawing.picked.mark)
        _change(drawing, texts.role(role, spec.mark), changed(picks, **{role: chosen or None}, **forgotten))

    s_select(
        ctx, VIEW, "pick", instance=role, label=texts.role(role, spec.mark), options=[NO_COLUMN, *kinds],
        shows=getattr(spec, role) or NO_COLUMN, on_change=pick,
        naming=lambda one: f"{kinds[one]} {one}" if one else texts.no_column(role),
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
    if drawing.making is not None and drawing.making[:2] == (spec, basis):
        return drawing.making[2]
    making = Later(lambda progress: actions.draw(ctx, spec, progress=progress), what=texts.title())
    drawing.make(spec, basis, making)
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
        if drawing.glance is None:
            drawing.glance = Later(
                lambda progress: actions.glance(ctx, spec, progress=progress), what=texts.title()
            )
        part("chart_making", partial(_draw_making, drawing, making), every=LOOK_EVERY_S)
        return
    first = drawing.first_look() if making.failed else None
    if first is None:
        _draw(ctx, drawing, making.value())
        return

    def count() -> None:
        drawing.making = None
        redraw_view(VIEW)

    _draw_first(drawing, first)
    st.button(texts.exactly(), key=field_key(VIEW, "exactly"), on_click=guarded(VIEW, count))


def _draw_making(drawing: Drawing, making: "Later[Chart]") -> None:
    first = drawing.first_look()
    if first is not None and first.table.num_rows:
        _draw_first(drawing, first)
    st.progress(min(making.fraction, 1.0), texts.computing() if first is None else texts.computing_exactly())
    st.button(texts.stop(), key=field_key(VIEW, "stop"), on_click=making.cancel)
    if making.wait(0):
        refresh(view_key(VIEW))


def _draw_first(drawing: Drawing, chart: "Chart") -> None:
    """Draw a chart that is nearly right, with how nearly."""
    with grid_place("chart", "stretch"):
        _draw_picture(drawing, chart)
    with st.container(key="chart_caption", gap=None):
        st.caption(escaped(drawing.shown_of(chart).caption))


def _draw(ctx: "AppContext", drawing: Drawing, chart: "Chart") -> None:
    if chart.table.num_rows == 0:
        from analysis.chart.words import caption

        st.markdown(texts.no_rows())
        st.caption(escaped(caption(chart)))
        return
    with grid_place("chart", DATA_PX if drawing.shows_data else "stretch"):
        _draw_picture(drawing, chart)
    with st.container(key="chart_caption", gap=None):
        st.caption(escaped(drawing.shown_of(chart).caption))

    def toggle(on: bool) -> None:
        drawing.shows_data = on
        redraw_view(VIEW)

    s_checkbox(
        ctx, VIEW, "data", label=texts.data_behind(), switch=True, shows=drawing.shows_data, on_change=toggle
    )  # fmt: skip
    if drawing.shows_data:
        from analysis.chart.shown import shown_table

        table(shown_table(chart), key=field_key(VIEW, "table"), alt=texts.data_behind(), height=DATA_PX)


def _draw_picture(drawing: Drawing, chart: "Chart") -> None:
    shown = drawing.shown_of(chart)
    key = field_key(VIEW, "picture", f"{drawing.form.standing.last}_{drawing.drops}")

    def clicked() -> None:
        from analysis.chart.narrow import added

        selection = st.session_state[key]["selection"]
        if selection["areas"] or drawing.picked_rows or chart.spec.mark == "scatter":
            drawing.picked_rows = brushed(chart, selection["areas"])
            redraw_view(VIEW)
        more = _meant(chart, shown.picture.lines, selection)
        if more:
            filters = added(drawing.picked.spec.filters, more)
            _change(drawing, texts.filters(), changed(drawing.picked, filters=filters))

    option = with_brush(shown.picture.option, chart.spec.mark)
    st.echarts_chart(
        option, key=key, height=DATA_PX if drawing.shows_data else "stretch", alt=shown.title,
        on_select=guarded(VIEW, clicked), renderer="svg" if chart.table.num_rows <= SVG_ROWS else "canvas",
    )  # fmt: skip
    complete_chart(key, brush=brush_kind(chart.spec.mark), all_again=texts.show_all(), key="chart_complete")


def _meant(
    chart: "Chart", lines: Sequence[Sequence[int | None]], selection: dict[str, Any]
) -> "tuple[Filter, ...]":
    """Return the filters a click means; none for what stands for no rows of its own."""
    from analysis.chart.narrow import filters_of_place

    rows = chart.table.to_pylist()
    found: list[Filter] = []
    for group in selection["selected"]:
        for index in group["data_indices"]:
            line = lines[group["series_index"]][index]
            if line is not None:
                found += filters_of_place(chart, rows[line])
    return tuple(found)
