"""The SQL page: a question above, its answer below, earlier questions at hand."""

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import catalogue
from app.boundary import guarded, part
from app.desk import Subject
from app.features.query import actions, texts
from app.features.query.answer import draw_answer
from app.features.query.state import SqlState
from app.page import Page, Params
from app.refresh import STATUS, redraw, view_key
from app.router import navigate
from app.session import kept, put, value
from app.widgets import field_key
from app.widgets.parts import body, empty, toolbar
from app.widgets.words import counted, duration, when
from core.errors import BestandError
from core.telemetry import log_error

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk
    from app.features.query.actions import HistoryLine

VIEW: Final = "sql"
ANSWER: Final = "sql_answer"
POLL_EVERY_S: Final = 0.3
EDITOR_PX: Final = 150
HISTORY_PX: Final = 420
SQL_SHOWN: Final = 300
_TEXT: Final = field_key(VIEW, "text")
_HISTORY_SEARCH: Final = field_key(VIEW, "history_search")


class SqlPage(Page):
    """Questions in SQL."""

    slug = VIEW
    icon = "terminal"

    @property
    def title(self) -> str:
        """The page's name."""
        return texts.TITLE

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        """Draw the editor and, as a part of its own, the answer."""
        del params
        with toolbar(VIEW, texts.TITLE):
            _draw_history(ctx)
        with body(VIEW):
            st.text_area(
                texts.EDITOR, key=_TEXT, height=EDITOR_PX, label_visibility="collapsed", placeholder=_example(ctx),
                on_change="ignore", persist_state="session",
            )  # fmt: skip
            state().live = state().running
            part(ANSWER, partial(_draw_below, ctx, desk), every=POLL_EVERY_S if state().live else None)


def _example(ctx: "AppContext") -> str:
    names = catalogue.names(ctx, limit=1)
    return texts.EXAMPLE.format(name=names[0]) if names else ""


def state() -> SqlState:
    """Return what this window remembers of the SQL page."""
    return kept(VIEW, SqlState)


def _draw_below(ctx: "AppContext", desk: "Desk") -> None:
    sql = state()
    with st.container(horizontal=True, vertical_alignment="center", key="sql_run", gap="small"):
        if sql.running:
            st.button(
                texts.STOP, key=field_key(VIEW, "stop"), icon=":material/stop:", on_click=guarded(VIEW, _stop)
            )
        else:
            st.button(
                texts.RUN, key=field_key(VIEW, "run"), icon=":material/play_arrow:", type="primary",
                shortcut="Ctrl+Enter", on_click=guarded(VIEW, _run), args=(ctx,),
            )  # fmt: skip
        if sql.run is not None:
            st.caption(duration(sql.run.elapsed_s), width="content")
        st.space("stretch")
        answered = sql.run is not None and sql.run.state == "done"
        desk.export(VIEW, Subject(name="answer", sql=sql.run.sql) if answered and sql.run else None)
    if sql.run is None and sql.refused is None:
        _draw_empty(ctx)
    else:
        draw_answer(sql, ctx.config.query.page_rows)


def _draw_empty(ctx: "AppContext") -> None:
    if catalogue.names(ctx, limit=1):
        empty(texts.EMPTY)
        return
    empty(texts.EMPTY_NO_DATA)
    st.button(texts.TO_IMPORT, key=field_key(VIEW, "to_import"), on_click=navigate, args=("import",))


def _run(ctx: "AppContext") -> None:
    """Ask; what the engine refuses at once is the answer, shown where the rows would be."""
    question = str(value(_TEXT, "") or "").strip()
    if not question:
        return
    try:
        state().ask(actions.run(ctx, question))
    except BestandError as error:
        log_error(error, {"where": VIEW})
        state().refuse(str(error), error.hint)
    redraw(view_key(VIEW), STATUS)


def _stop() -> None:
    state().stop()
    redraw(view_key(VIEW))


# ---- history ----------------------------------------------------------------------------------------------


def _draw_history(ctx: "AppContext") -> None:
    box = st.popover(texts.HISTORY, icon=":material/history:", key=field_key(VIEW, "history"), on_change="rerun")
    if not box.open:
        return
    with box, st.container(width=HISTORY_PX, height=HISTORY_PX, border=False, key="sql_history"):
        st.text_input(
            texts.HISTORY_SEARCH, key=_HISTORY_SEARCH, type="search", live=True, placeholder=texts.HISTORY_SEARCH,
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        lines = actions.history(ctx, str(value(_HISTORY_SEARCH, "") or ""))
        if not lines:
            st.caption(texts.HISTORY_EMPTY)
        for line in lines:
            _draw_earlier(line)


def _draw_earlier(line: "HistoryLine") -> None:
    facts = [texts.STATES.get(line.state, line.state) + " " + when(line.asked_at)]
    if line.rows is not None:
        facts.append(counted(line.rows, "row"))
    if line.duration_ms is not None:
        facts.append(duration(line.duration_ms / 1000))
    with st.container(gap=None, key=field_key("sql_earlier", "line", line.id)):
        st.code(line.sql[:SQL_SHOWN], language="sql")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(" · ".join(facts), width="content")
            st.button(
                texts.RESTORE, key=field_key(VIEW, "restore", line.id), type="tertiary", on_click=_restore,
                args=(line.sql,),
            )  # fmt: skip


def _restore(sql: str) -> None:
    put(_TEXT, sql)
