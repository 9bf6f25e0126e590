"""The lower half of the SQL page: the answers in their tabs, the count, the rows, or the reason why not."""

import re
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import catalogue
from app.boundary import escaped, guarded, part, problem
from app.components.answers import Act, AnswerTab, answer_tabs
from app.components.grid import answer_rows, grid
from app.features.query import actions
from app.features.query.editing import BELOW, EDITOR, VIEW, ask_again, state
from app.features.query.state import SqlState, Tab
from app.features.query.tools import draw_tools, took_words
from app.refresh import STATUS, redraw, refresh
from app.router import navigate
from app.widgets import field_key
from app.widgets.parts import empty, grid_place
from app.widgets.stamp import draw_stamp
from core.i18n import _, number
from core.words import counted

if TYPE_CHECKING:
    from analysis.query.run import QueryRun
    from app.context import AppContext
    from app.desk import Desk

ANSWER: Final = "sql_answer"
POLL_EVERY_S: Final = 0.3
NAME_CHARS: Final = 24
PLAN_COLUMNS: Final = ("explain_key", "explain_value")
SIGNS: Final = {"running": "◐", "done": "✓", "failed": "✕", "cancelled": "–"}
_COMMENT: Final = re.compile(r"\s*--[ \t]*(\S[^\n]*?)[ \t]*(?:\n|$)")


def draw_below(ctx: "AppContext", desk: "Desk") -> None:
    """Draw everything below the editor; by a timer only while an answer is being made."""
    sql = state()
    sql.live = sql.running
    part(ANSWER, partial(_draw, ctx, desk), every=POLL_EVERY_S if sql.live else None)


def _draw(ctx: "AppContext", desk: "Desk") -> None:
    sql = state()
    if sql.live and not sql.running:
        refresh(EDITOR, BELOW, STATUS)
    tab = sql.tab
    if tab is None:
        _draw_empty(ctx)
        return
    answer_tabs(
        [_shown(one) for one in sql.tabs], sql.chosen, key="sql_tabs", labels=_labels(),
        on_act=guarded(VIEW, partial(_act, sql)),
    )  # fmt: skip
    with st.container(key="sql_tools", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.markdown(escaped(_count_line(tab)), width="content")
        st.space("stretch")
        draw_tools(ctx, desk, tab)
    if tab.run is not None and tab.run.state == "done":  # else it is made anew anyway, or there is none
        draw_stamp(VIEW, actions.outdated(ctx, tab.run), partial(ask_again, ctx, tab))
    _draw_content(tab)


def _draw_empty(ctx: "AppContext") -> None:
    with st.container(key="sql_empty"):
        if catalogue.names(ctx, limit=1):
            empty(_("Ask your datasets by their names. Only reading is possible here; nothing can be changed."))
            return
        empty(_("There is no data to ask yet."))
        st.button(_("Import a file"), key=field_key(VIEW, "to_import"), on_click=navigate, args=("import",))


# ---- tabs ---------------------------------------------------------------------------------------------------


def _shown(tab: Tab) -> AnswerTab:
    count = tab.run.row_count if tab.run is not None else None
    state_of = tab.run.state if tab.run is not None else "failed"
    return AnswerTab(
        id=tab.id,
        name=tab.name or proposed_name(tab.sql),
        about=number(count) if count is not None else "",
        state=state_of,
        sign=SIGNS[state_of],
        pinned=tab.pinned,
    )


def proposed_name(sql: str) -> str:
    """Return what a question calls itself in its first comment, else its beginning; on one line."""
    comment = _COMMENT.match(sql)
    line = comment[1] if comment else " ".join(sql.rstrip("; \n").split())
    return line if len(line) <= NAME_CHARS else line[: NAME_CHARS - 1].rstrip() + "…"


def _act(sql: SqlState, act: Act, tab_id: int, name: str) -> None:
    tab = sql.find(tab_id)
    match act:
        case "choose":
            sql.chosen = tab_id if tab else sql.chosen
        case "pin":
            sql.pin(tab_id)
        case "close":
            sql.close(tab_id)
        case "rename" if tab is not None:
            tab.name = name
            tab.pinned = True  # whoever gives it a name wants to keep it
    redraw(EDITOR, BELOW)


def _labels() -> dict[str, str]:
    return {
        "list": _("Answers"),
        "pin": _("Keep {name}"),
        "unpin": _("No longer keep {name}"),
        "close": _("Close {name}"),
        "rename": _("Double click or F2 renames"),
    }


# ---- what is in a tab ---------------------------------------------------------------------------------------


def _count_line(tab: Tab) -> str:
    """Return how many rows there are and how long it took; exact, or what is known by now."""
    run = tab.run
    if run is None or run.error is not None:
        return " "
    if run.row_count is not None:
        return f"{counted(run.row_count, 'row')} · {took_words(run.elapsed_s)}"
    if run.rows_so_far == 0:
        return _("Asking …")
    return _("first {count} of …, counting").format(count=number(run.rows_so_far))


def _draw_content(tab: Tab) -> None:
    run, error = tab.run, tab.error
    if run is not None and run.state == "cancelled":
        st.info(_("The question was stopped."), icon=":material/info:")
    elif error is not None:
        problem(actions.placed(error, tab.start), error.hint)
    elif run is not None and run.columns == PLAN_COLUMNS:
        _draw_plan(run)
    elif run is not None and (run.row_count is not None or run.rows_so_far):
        _draw_rows(run, tab)


def _draw_plan(run: "QueryRun") -> None:
    with grid_place("plan", "stretch"):
        st.code("\n".join(str(plan) for plan in run.first_page().column(1).to_pylist()), language=None)


def _draw_rows(run: "QueryRun", tab: Tab) -> None:
    if run.row_count == 0:
        st.markdown(_("The answer has no rows."))
        return
    with grid_place("answer", "stretch"):
        grid(
            answer_rows(run), key=field_key(VIEW, "answer", run.id), label=_("Answer"), lasting=False,
            view=tab.view if run.state == "done" else None,
        )  # fmt: skip
