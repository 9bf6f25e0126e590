"""The Rows tab: one page of rows, searched, filtered, sorted and paged in the engine."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.features.explore import actions, texts
from app.features.explore.state import RowsState
from app.session import NOTHING_CHOSEN, put, value
from app.widgets import field_key
from app.widgets.parts import NULL_SIGN, ROW_PX, grid_height, grid_place
from app.widgets.words import counted, number

if TYPE_CHECKING:
    import pyarrow as pa

    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
FITS: Final = 20
"""Rows of a page that are on the screen whole in the smallest window."""


def draw_rows(ctx: "AppContext", manifest: "Manifest", rows: RowsState) -> None:
    """Draw the tools, the filters that hold, one page of rows and the way to the others."""
    _draw_tools(manifest, rows)
    _draw_chips(manifest, rows)
    page = actions.page(ctx, manifest.name, rows.query(ctx.config.query.page_rows))
    if page.table.num_rows == 0:
        st.markdown(texts.NO_ROWS)
        return
    _draw_grid(page.table, manifest, rows)
    _draw_pager(ctx, manifest, rows, page.total or 0, page.table.num_rows)


# ---- tools ------------------------------------------------------------------------------------------------


def _draw_tools(manifest: "Manifest", rows: RowsState) -> None:
    names = [column.name for column in manifest.columns]
    search = field_key(VIEW, "find", manifest.dataset_id)
    chosen = field_key(VIEW, "columns", manifest.dataset_id)

    def find() -> None:
        rows.find(str(value(search, "") or ""))

    def choose() -> None:
        rows.columns = tuple(value(chosen, list[str]())) or None

    with st.container(horizontal=True, vertical_alignment="center", key="rows_tools"):
        st.text_input(
            texts.SEARCH, key=search, type="search", live="300ms", width=260, placeholder=texts.SEARCH,
            label_visibility="collapsed", persist_state="session",
            on_change=guarded(VIEW, find),
        )  # fmt: skip
        with st.popover(texts.FILTER, icon=":material/filter_alt:", key=field_key(VIEW, "filter_box")):
            _draw_filter_form(manifest, rows, names)
        with st.popover(texts.COLUMNS, icon=":material/view_column:", key=field_key(VIEW, "columns_box")):
            st.multiselect(
                texts.COLUMNS, names, key=chosen, placeholder=texts.COLUMNS_HINT, persist_state="session",
                on_change=guarded(VIEW, choose),
            )  # fmt: skip
        st.caption(_order_line(rows), width="content")


def _order_line(rows: RowsState) -> str:
    if rows.sort is None:
        return texts.HEADER_HINT
    return f"{texts.SORT}: {escaped(rows.sort[0])} {'↓' if rows.sort[1] else '↑'}"


def _draw_filter_form(manifest: "Manifest", rows: RowsState, names: list[str]) -> None:
    column = field_key(VIEW, "filter_column", manifest.dataset_id)
    how = field_key(VIEW, "filter_how", manifest.dataset_id)
    what = field_key(VIEW, "filter_value", manifest.dataset_id)

    def add() -> None:
        from analysis.row_sql import Filter, Operator

        op: Operator = value(how, "contains")
        wanted = None if op in texts.WITHOUT_VALUE else str(value(what, "") or "")
        rows.narrow(*rows.filters, Filter(value(column, names[0]), op, wanted))
        put(what, "")

    st.selectbox(texts.COLUMN, names, key=column, on_change="ignore", persist_state="session")
    st.selectbox(
        texts.HOW, list(texts.OPERATORS), key=how, format_func=texts.OPERATORS.__getitem__, on_change="ignore",
        persist_state="session",
    )  # fmt: skip
    st.text_input(texts.VALUE, key=what, on_change="ignore")
    st.button(texts.ADD, key=field_key(VIEW, "filter_add"), type="primary", on_click=guarded(VIEW, add))


def _draw_chips(manifest: "Manifest", rows: RowsState) -> None:
    """Draw the filters that hold, each of which a click removes."""
    if not rows.filters:
        return
    with st.container(horizontal=True, key="rows_chips", gap="xsmall"):
        for index, one in enumerate(rows.filters):
            wanted = "" if one.op in texts.WITHOUT_VALUE else f" {one.value}"
            st.button(
                escaped(f"{one.column} {texts.OPERATORS.get(one.op, one.op)}{wanted}"),
                key=field_key(VIEW, "chip", f"{manifest.dataset_id}_{index}"),
                icon=":material/close:",
                icon_position="right",
                on_click=guarded(VIEW, rows.without),
                args=(index,),
            )
        st.button(texts.CLEAR, key=field_key(VIEW, "clear"), type="tertiary", on_click=guarded(VIEW, rows.narrow))


# ---- the grid ---------------------------------------------------------------------------------------------


def _draw_grid(page: "pa.Table", manifest: "Manifest", rows: RowsState) -> None:
    """Draw the page. A click on a head sorts in the engine; Streamlit's own sorting would sort this page only."""
    key = field_key(VIEW, "grid", manifest.dataset_id)

    def sort() -> None:
        chosen = st.session_state[key]["selection"]["columns"]
        if chosen and chosen[0] in {column.name for column in manifest.columns}:
            rows.sort_by(chosen[0])
        put(key, NOTHING_CHOSEN)

    from app.widgets.exact import for_screen

    shown, settings = for_screen(page)
    settings[page.column_names[0]] = st.column_config.NumberColumn(width=64, pinned=True, format="%d")
    height = grid_height(page.num_rows, FITS)
    with grid_place("rows", height):
        st.dataframe(
            shown,
            key=key,
            height=height,
            hide_index=True,
            row_height=ROW_PX,
            placeholder=NULL_SIGN,
            on_select=guarded(VIEW, sort),
            selection_mode="single-column",
            column_config=settings,
            alt=f"Rows of {manifest.name}",
            lazy=False,
        )


def _draw_pager(ctx: "AppContext", manifest: "Manifest", rows: RowsState, total: int, shown: int) -> None:
    size = ctx.config.query.page_rows
    pages = max(-(-total // size), 1)
    pager = field_key(VIEW, "page", manifest.dataset_id)
    jump = field_key(VIEW, "jump", manifest.dataset_id)
    put(pager, min(rows.page, pages))
    first = (rows.page - 1) * size + 1

    def turn() -> None:
        rows.page = int(value(pager, 1))

    def go_to() -> None:
        digits = "".join(sign for sign in str(value(jump, "")) if sign.isdigit())
        if digits:
            rows.page = min(max(-(-int(digits) // size), 1), pages)
        put(jump, "")

    with st.container(horizontal=True, vertical_alignment="center", key="rows_pager"):
        st.caption(f"{number(first)}–{number(first + shown - 1)} of {counted(total, 'row')}", width="content")
        st.space("stretch")
        if pages > 1:
            st.text_input(
                texts.GO_TO, key=jump, placeholder=texts.GO_TO, label_visibility="collapsed", width=110,
                on_change=guarded(VIEW, go_to),
            )  # fmt: skip
            st.pagination(pages, key=pager, on_change=guarded(VIEW, turn))
