"""What can be done with an answer: save it as a dataset, draw it, look at its plan, export all of it."""

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import escaped, guarded, part, problem
from app.desk import Subject
from app.features.query import actions
from app.features.query.editing import BELOW, EDITOR, VIEW, ask
from app.refresh import NAV, STATUS, redraw, refresh
from app.router import navigate, router
from app.session import forget_inputs, value
from app.widgets import field_key, s_checkbox, s_text
from app.widgets.parts import progress
from core.i18n import _, duration, number
from core.rules import DATASET_NAME
from core.words import counted

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk
    from app.features.query.state import Tab
    from jobs.manager import JobStatus

SAVING: Final = "sql_saving"
PANEL_PX: Final = 320
PROGRESS_EVERY_S: Final = 0.4
CHART: Final = "chart"
_SHORT_S: Final = 0.1


def draw_tools(ctx: "AppContext", desk: "Desk", tab: "Tab") -> None:
    """Draw the tools of an answer; without an answer they are there, but cannot be used."""
    answered = tab.run is not None and tab.run.state == "done"
    plan = tab.sql.lstrip().lower().startswith("explain")
    usable = answered and not plan
    with st.popover(
        _("Save as dataset"), icon=":material/dataset:", key=field_key(VIEW, "save"), disabled=not usable
    ):
        if usable:
            part(SAVING, partial(_draw_saving, ctx, tab))
    if CHART in router().pages:
        st.button(
            _("Chart"), key=field_key(VIEW, "chart"), icon=":material/bar_chart:",
            disabled=not usable or bool(tab.parameters),
            help=_("Save it as a dataset first; a chart knows no values of $names.") if tab.parameters else None,
            on_click=navigate, args=(CHART,), kwargs={"sql": tab.sql},
        )  # fmt: skip
    st.button(
        _("Explain"), key=field_key(VIEW, "explain"), icon=":material/account_tree:", disabled=plan,
        help=_("Shows how the engine answers it"), on_click=guarded(VIEW, _explain), args=(ctx, tab),
    )  # fmt: skip
    desk.export(VIEW, _subject(tab) if usable else None)


def _subject(tab: "Tab") -> Subject:
    """Return the answer of a tab as what is to be exported."""
    run = tab.run
    return Subject(
        name=tab.name or "answer",
        sql=tab.sql,
        parameters=tuple(sorted(tab.parameters.items())),
        run=run.id if run is not None else None,
        answer=run.identity.fingerprint if run is not None and run.identity is not None else None,
    )


def took_words(seconds: float) -> str:
    """Return how long a question took: 12 ms, 0.4 s, 3 min 5 s."""
    if seconds < _SHORT_S:
        return _("{count} ms").format(count=number(max(round(seconds * 1000), 1)))
    return duration(seconds)


def _explain(ctx: "AppContext", tab: "Tab") -> None:
    name = tab.name
    tab.pinned = True
    plan = ask(ctx, f"explain\n{tab.sql}", parameters=tab.parameters)
    plan.name = _("Plan of {name}").format(name=name) if name else _("Plan")
    redraw(EDITOR, BELOW)


# ---- saving ---------------------------------------------------------------------------------------------------


def _draw_saving(ctx: "AppContext", tab: "Tab") -> None:
    field = field_key(VIEW, "dataset_name")
    with st.container(width=PANEL_PX, key="sql_save_panel"):
        if tab.job is None:
            _draw_form(ctx, tab, field)
            return
        status = work.poll(ctx, tab.job)
        if status.state in work.ENDED:
            _draw_end(tab, status)
        else:
            part("sql_saving_progress", partial(_draw_progress, ctx, tab), every=PROGRESS_EVERY_S)


def _draw_form(ctx: "AppContext", tab: "Tab", field: str) -> None:
    def save() -> None:
        name = str(value(field, "") or "")
        forget_inputs(field)
        tab.job = actions.start_save(ctx, tab.sql, name, parameters=tab.parameters, replace=again, run=tab.run)
        redraw(SAVING, STATUS)

    s_text(
        ctx, VIEW, "dataset_name", label=_("Name of the dataset"), rule=DATASET_NAME, placeholder=tab.name or None
    )  # fmt: skip
    again = s_checkbox(ctx, VIEW, "replace", label=_("As the next version, if there is one of that name"))
    st.button(_("Save"), key=field_key(VIEW, "save_start"), type="primary", on_click=guarded(VIEW, save))
    st.caption(_("The whole answer as it is shown; it remembers the question."))


def _draw_progress(ctx: "AppContext", tab: "Tab") -> None:
    if tab.job is None:
        return
    status = work.poll(ctx, tab.job)
    progress(status, _("Saving"))
    st.button(
        _("Cancel"), key=field_key(VIEW, "save_cancel"), on_click=guarded(VIEW, _cancel), args=(ctx, tab.job)
    )
    if status.state in work.ENDED:
        refresh(SAVING, NAV, STATUS)


def _cancel(ctx: "AppContext", job_id: str) -> None:
    work.cancel(ctx, job_id)


def _draw_end(tab: "Tab", ended: "JobStatus") -> None:
    def again() -> None:
        tab.job = None
        redraw(SAVING)

    if ended.state == "done":
        result = work.result_of(ended)
        told = counted(int(str(result["rows"])), "row")
        name = str(result["dataset"])
        st.markdown(f"**{escaped(name)}** · {told}")
        st.button(
            _("Open the dataset"), key=field_key(VIEW, "open_saved"), type="primary", on_click=navigate,
            args=("data",), kwargs={"dataset": name},
        )  # fmt: skip
    elif ended.state == "cancelled":
        st.info(_("Saving was stopped; nothing was kept."), icon=":material/info:")
    else:
        problem(*work.reason_of(ended, _("The answer could not be saved.")))
    st.button(_("Save again"), key=field_key(VIEW, "save_again"), on_click=guarded(VIEW, again))
