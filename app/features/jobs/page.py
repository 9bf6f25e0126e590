"""The Jobs page: what runs, what ran, what failed and why; stop it or start it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import escaped, guarded, part, problem
from app.features.jobs import actions, texts
from app.page import Page, Params
from app.refresh import NAV, STATUS, redraw, refresh, view_key
from app.router import navigate
from app.session import kept, seed, value
from app.widgets import field_key
from app.widgets.parts import body, empty, progress, toolbar
from app.widgets.words import counted, duration, seconds_between, when
from core.i18n import _, retold

if TYPE_CHECKING:
    import pyarrow as pa

    from app.context import AppContext
    from app.desk import Desk
    from jobs.manager import JobStatus

VIEW: Final = "jobs"
POLL_EVERY_S: Final = 1.0
SHOWN: Final = 200
_FILTER: Final = field_key(VIEW, "filter")
_STATES: Final = {
    texts.ALL: None,
    texts.RUNNING: actions.UNFINISHED,
    texts.FAILED: actions.WANTS_ATTENTION,
    texts.DONE: frozenset({"done"}),
}


@dataclass(slots=True)
class _JobsState:
    """Which job is looked at, and whether the list is drawn by a timer."""

    chosen: str | None = None
    running: bool = False


class JobsPage(Page):
    """Background work."""

    slug = VIEW
    icon = "pending_actions"
    watches = ("table:job",)

    @property
    def title(self) -> str:
        """The page's name."""
        return _(texts.TITLE)

    def badge(self, ctx: "AppContext") -> int:
        """Return how many jobs ended badly."""
        return len(actions.list_jobs(ctx, states=actions.WANTS_ATTENTION, limit=99))

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        """Draw the list and the chosen job."""
        del desk, params
        seed(_FILTER, texts.ALL)
        with toolbar(VIEW, _(texts.TITLE)):
            st.segmented_control(
                _(texts.SHOW), list(_STATES), key=_FILTER, required=True, label_visibility="collapsed",
                format_func=_,
                persist_state="session",
            )  # fmt: skip
        with body(VIEW):
            running = bool(actions.list_jobs(ctx, states=actions.UNFINISHED, limit=1))
            _state().running = running
            part("jobs_list", partial(_draw_jobs, ctx), every=POLL_EVERY_S if running else None)


def _state() -> _JobsState:
    return kept(VIEW, _JobsState)


def _draw_jobs(ctx: "AppContext") -> None:
    """Draw the list, again and again while something in it runs."""
    wanted = str(value(_FILTER, texts.ALL))
    jobs = actions.list_jobs(ctx, states=_STATES[wanted], limit=SHOWN)
    running = bool(actions.list_jobs(ctx, states=actions.UNFINISHED, limit=1))
    if running != _state().running:
        refresh(view_key(VIEW))
    if not jobs:
        _draw_none(wanted)
        return
    _draw_list(jobs)
    _draw_chosen(ctx, jobs)


def _draw_none(wanted: str) -> None:
    if wanted != texts.ALL:
        empty(_(texts.NONE_SUCH))
        return
    empty(_(texts.EMPTY))
    st.button(
        _(texts.TO_IMPORT), key=field_key(VIEW, "to_import"), type="primary", on_click=navigate, args=("import",)
    )


def _draw_list(jobs: "Sequence[JobStatus]") -> None:
    state = _state()
    key = field_key(VIEW, "list")
    ids = [job.id for job in jobs]

    def choose() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        state.chosen = ids[rows[0]] if rows and rows[0] < len(ids) else None

    st.dataframe(
        _as_arrow(jobs),
        key=key,
        on_select=guarded(VIEW, choose),
        selection_mode="single-row",
        hide_index=True,
        row_height=28,
        height="content",
        column_config={
            _(texts.STATE): st.column_config.TextColumn(width=130),
            _(texts.JOB): st.column_config.TextColumn(width=360),
            _(texts.PROGRESS): st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="percent", width=120
            ),
        },
        alt=_(texts.LIST),
        lazy=False,
    )


def _as_arrow(jobs: "Sequence[JobStatus]") -> "pa.Table":
    import pyarrow as pa

    return pa.table(
        {
            _(texts.STATE): [texts.state(job.state) for job in jobs],
            _(texts.JOB): [job.label for job in jobs],
            _(texts.PROGRESS): [1.0 if job.state == "done" else job.fraction for job in jobs],
            _(texts.STEP): [retold(job.step) if job.state in actions.UNFINISHED else "" for job in jobs],
            _(texts.STARTED): [when(job.started_at) for job in jobs],
            _(texts.TOOK): [_took(job) for job in jobs],
            _(texts.BY): [job.actor for job in jobs],
        }
    )


def _took(job: "JobStatus") -> str:
    seconds = seconds_between(job.started_at, job.finished_at)
    return duration(seconds) if seconds is not None else "–"


def _draw_chosen(ctx: "AppContext", jobs: "Sequence[JobStatus]") -> None:
    chosen = next((job for job in jobs if job.id == _state().chosen), None)
    if chosen is None:
        st.caption(_(texts.CHOOSE))
        return
    with st.container(border=True, key="jobs_chosen"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(chosen.label)}**", width="content")
            st.caption(f"{texts.state(chosen.state)} · {counted(chosen.attempt, 'attempt')}")
            _draw_tools(ctx, chosen)
        if chosen.state in actions.UNFINISHED:
            progress(chosen, chosen.label)
        if chosen.error:
            problem(*work.reason_of(chosen, _(texts.FAILED_JOB)))
        st.caption(_(texts.IDS).format(id=chosen.id, trace=chosen.trace or "–"))


def _draw_tools(ctx: "AppContext", job: "JobStatus") -> None:
    def stop() -> None:
        actions.cancel(ctx, job.id)
        redraw(view_key(VIEW), STATUS)

    def again() -> None:
        actions.retry(ctx, job.id)
        redraw(view_key(VIEW), NAV, STATUS)

    if job.state in actions.UNFINISHED:
        st.button(_(texts.CANCEL), key=field_key(VIEW, "cancel"), on_click=guarded(VIEW, stop))
    elif job.state != "done":
        st.button(_(texts.RETRY), key=field_key(VIEW, "retry"), on_click=guarded(VIEW, again))
