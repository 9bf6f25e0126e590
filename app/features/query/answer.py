"""The answer of a question, drawn: one page of rows, the count and the other pages, or the reason why not."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import guarded, problem
from app.features.query import texts
from app.features.query.state import SqlState
from app.refresh import STATUS, refresh, view_key
from app.session import put, value
from app.widgets import field_key
from app.widgets.parts import grid_height, grid_place, table
from app.widgets.words import counted, number

if TYPE_CHECKING:
    from analysis.query.run import QueryRun

VIEW: Final = "sql"
FITS: Final = 12
"""Rows of an answer that are on the screen whole in the smallest window."""
_PAGE: Final = field_key(VIEW, "page")
_JUMP: Final = field_key(VIEW, "jump")


def draw_answer(sql: SqlState, page_rows: int) -> None:
    """Draw what there is of the answer by now; when the run has ended, let the page draw itself once more."""
    if sql.live and not sql.running:
        refresh(view_key(VIEW), STATUS)
    run = sql.run
    if sql.refused is not None or run is None:
        problem(*(sql.refused or ("", "")))
    elif run.error is not None:
        _draw_error(run)
    elif run.state == "running" and run.rows_so_far < page_rows:
        st.caption(texts.ASKING)
    else:
        _draw_rows(sql, run, page_rows)


def _draw_error(run: "QueryRun") -> None:
    if run.state == "cancelled":
        st.info(texts.STOPPED, icon=":material/info:")
    elif run.error is not None:
        problem(str(run.error), run.error.hint)


def _draw_rows(sql: SqlState, run: "QueryRun", page_rows: int) -> None:
    rows = run.page((sql.page - 1) * page_rows, page_rows)
    if rows.num_rows == 0:
        st.markdown(texts.NO_ROWS)
        return
    height = grid_height(rows.num_rows, FITS)
    with grid_place("answer", height):
        table(rows, key=field_key(VIEW, "answer", run.id), alt=texts.RESULT, height=height)
    _draw_pager(sql, run, rows.num_rows, page_rows)


def _draw_pager(sql: SqlState, run: "QueryRun", shown: int, page_rows: int) -> None:
    readable = run.row_count if run.row_count is not None else run.rows_so_far
    pages = max(-(-readable // page_rows), 1)
    put(_PAGE, min(sql.page, pages))

    def turn() -> None:
        sql.page = int(value(_PAGE, 1))

    def go_to() -> None:
        digits = "".join(sign for sign in str(value(_JUMP, "")) if sign.isdigit())
        if digits:
            sql.page = min(max(-(-int(digits) // page_rows), 1), pages)
        put(_JUMP, "")

    with st.container(horizontal=True, vertical_alignment="center", key="sql_pager"):
        st.caption(_count_line(sql, run, shown, page_rows), width="content")
        st.space("stretch")
        if pages > 1:
            st.text_input(
                texts.GO_TO, key=_JUMP, placeholder=texts.GO_TO, label_visibility="collapsed", width=110,
                on_change=guarded(VIEW, go_to),
            )  # fmt: skip
            st.pagination(pages, key=_PAGE, on_change=guarded(VIEW, turn))


def _count_line(sql: SqlState, run: "QueryRun", shown: int, page_rows: int) -> str:
    first = (sql.page - 1) * page_rows + 1
    if run.row_count is None:
        return texts.COUNTING.format(shown=number(first + shown - 1), rows=counted(run.rows_so_far, "row"))
    return f"{number(first)}–{number(first + shown - 1)} of {counted(run.row_count, 'row')}"
