"""What was asked before and what is kept under a name: bring it back into the editor, or ask it again."""

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import messages
from app.boundary import escaped, guarded
from app.features.query import actions
from app.features.query.editing import BELOW, EDITOR, VIEW, ask, state
from app.features.query.tools import took_words
from app.refresh import NAV, STATUS, redraw, view_key
from app.session import forget_inputs, put, value
from app.widgets import field_key, s_text
from core.i18n import _, when
from core.words import counted

if TYPE_CHECKING:
    from app.context import AppContext
    from app.features.query.actions import HistoryLine, SavedQuestion

DRAWER_PX: Final = 460
SQL_SHOWN: Final = 300
SIGNS: Final = {"done": "✓", "failed": "✕", "cancelled": "–"}
_NAME: Final = field_key(VIEW, "kept_name")


def draw_history(ctx: "AppContext") -> None:
    """Draw earlier questions, newest first; nothing is read before it is opened."""
    box = st.popover(_("History"), icon=":material/history:", key=field_key(VIEW, "history"), on_change="rerun")
    if not box.open:
        return
    with box, st.container(width=DRAWER_PX, height=DRAWER_PX, border=False, key="sql_history"):
        search = s_text(
            ctx, VIEW, "history_search", label=_("Search earlier questions"), live=True, hide_label=True,
            placeholder=_("Search earlier questions"),
        )  # fmt: skip
        lines = actions.history(ctx, search or "")
        if not lines:
            st.caption(_("No questions yet. Each one you run is kept here."))
        for line in lines:
            _draw_earlier(ctx, line)


def _draw_earlier(ctx: "AppContext", line: "HistoryLine") -> None:
    facts = [f"{SIGNS.get(line.state, line.state)} {when(line.asked_at)}"]
    if line.rows is not None:
        facts.append(counted(line.rows, "row"))
    if line.duration_ms is not None:
        facts.append(took_words(line.duration_ms / 1000))
    if line.error:
        facts.append(line.error)
    with st.container(gap=None, key=field_key("sql_earlier", "line", line.id)):
        st.code(_short(line.sql), language="sql")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.caption(escaped(" · ".join(facts)), width="stretch")
            _draw_acts(ctx, line.id, line.sql)


def _draw_acts(ctx: "AppContext", line_id: str, sql: str) -> None:
    st.button(
        _("Edit again"), key=field_key(VIEW, "restore", line_id), type="tertiary",
        on_click=guarded(VIEW, _bring), args=(sql,),
    )  # fmt: skip
    st.button(
        _("Run again"), key=field_key(VIEW, "rerun", line_id), type="tertiary",
        on_click=guarded(VIEW, _again), args=(ctx, sql),
    )  # fmt: skip


def draw_kept(ctx: "AppContext") -> None:
    """Draw the questions kept under a name, and what keeps the present one."""
    box = st.popover(_("Saved"), icon=":material/bookmark:", key=field_key(VIEW, "kept"), on_change="rerun")
    if not box.open:
        return
    with box, st.container(width=DRAWER_PX, height=DRAWER_PX, border=False, key="sql_kept"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            s_text(
                ctx, VIEW, "kept_name", label=_("Name"), rule=actions.QUESTION_NAME,
                placeholder=_("Name of the question in the editor"),
            )  # fmt: skip
            st.button(_("Keep"), key=field_key(VIEW, "keep"), on_click=guarded(VIEW, _keep), args=(ctx,))
        saved = actions.saved_questions(ctx)
        if not saved:
            st.caption(_("No saved questions yet. Name the statement the caret is in and keep it."))
        for one in saved:
            _draw_saved(ctx, one)


def _draw_saved(ctx: "AppContext", one: "SavedQuestion") -> None:
    with st.container(gap=None, key=field_key("sql_saved", "line", one.id)):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.markdown(f"**{escaped(one.name)}**", width="stretch")
            st.caption(when(one.changed_at), width="content")
            _draw_acts(ctx, one.id, one.sql)
            st.button(
                _("Remove"), key=field_key(VIEW, "drop", one.id), type="tertiary",
                on_click=guarded(VIEW, _drop), args=(ctx, one.id),
            )  # fmt: skip
        st.code(_short(one.sql), language="sql")


def _short(sql: str) -> str:
    return sql if len(sql) <= SQL_SHOWN else sql[: SQL_SHOWN - 1] + "…"


def _bring(sql: str) -> None:
    state().bring(sql)
    redraw(EDITOR)


def _again(ctx: "AppContext", sql: str) -> None:
    state().bring(sql)
    ask(ctx, sql)
    redraw(EDITOR, BELOW, STATUS)


def _keep(ctx: "AppContext") -> None:
    name = str(value(_NAME, "") or "").strip()
    actions.keep_question(ctx, name, state().statement)
    put(_NAME, "")
    forget_inputs(_NAME)
    before = actions.earlier_version(ctx, name)
    if before is not None:
        messages.say(
            _("'{name}' was replaced.").format(name=name), undo=partial(_bring_back, ctx, name, before)
        )  # fmt: skip
    redraw(view_key(VIEW), NAV)


def _bring_back(ctx: "AppContext", name: str, version: int) -> None:
    """Let a kept question be again what it was before it was replaced."""
    actions.bring_back_question(ctx, name, version)
    redraw(view_key(VIEW), NAV)


def _drop(ctx: "AppContext", question_id: str) -> None:
    actions.drop_question(ctx, question_id)
    redraw(view_key(VIEW))
