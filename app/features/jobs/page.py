"""The Jobs page: what runs, what ran, what failed and why; the chosen job stands in the right-hand pane.

Nothing here polls: the engine pushes what changed, and the view is drawn again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import guarded
from app.features.jobs import actions, texts
from app.features.jobs.detail import VIEW, draw_detail, remaining
from app.page import Page, Params
from app.router import navigate, redraw_inspector
from app.session import kept, seed, value
from app.widgets import field_key
from app.widgets.parts import body, empty, toolbar
from app.widgets.words import seconds_between
from core.i18n import _, duration, retold, when

if TYPE_CHECKING:
    import pyarrow as pa

    from app.context import AppContext
    from app.desk import Desk
    from jobs.manager import JobStatus

SHOWN: Final = 200
_FILTER: Final = field_key(VIEW, "filter")
_LIST: Final = field_key(VIEW, "list")
_GIVEN_UP: Final = frozenset({"dead"})
_HOUSEKEEPING: Final = "cleanup"
_STATES: Final = {
    texts.ALL: None,
    texts.RUNNING: actions.UNFINISHED,
    texts.FAILED: actions.WANTS_ATTENTION,
    texts.DONE: frozenset({"done"}),
}


class JobsParams(Params):
    """Which job is looked at."""

    job: str | None = None


@dataclass(slots=True)
class _JobsState:
    """Which job is looked at; `asked` is the one the address named last."""

    chosen: str | None = None
    asked: str | None = None


class JobsPage(Page):
    """Background work."""

    slug = VIEW
    icon = "pending_actions"
    params = JobsParams
    watches = ("table:job",)

    @property
    def title(self) -> str:
        """The page's name."""
        return _(texts.TITLE)

    def badge(self, ctx: "AppContext") -> int:
        """Return how many jobs ended badly."""
        return len(actions.list_jobs(ctx, states=actions.WANTS_ATTENTION, limit=99))

    def render(self, ctx: "AppContext", desk: "Desk", params: JobsParams) -> None:
        """Draw the list."""
        del desk
        _take_over(params)
        seed(_FILTER, texts.ALL)
        with toolbar(VIEW, _(texts.TITLE)):
            st.segmented_control(
                _(texts.SHOW), list(_STATES), key=_FILTER, required=True, label_visibility="collapsed",
                format_func=_, persist_state="session",
            )  # fmt: skip
        with body(VIEW):
            wanted = str(value(_FILTER, texts.ALL))
            jobs = _listed(ctx, wanted)
            if jobs:
                _draw_list(jobs)
            else:
                _draw_none(wanted)

    def inspector(self, ctx: "AppContext", desk: "Desk", params: JobsParams) -> None:
        """Draw the chosen job."""
        del desk
        _take_over(params)
        chosen = _state().chosen
        if chosen is None:
            st.caption(_(texts.CHOOSE))
        else:
            draw_detail(ctx, chosen)


def _state() -> _JobsState:
    return kept(VIEW, _JobsState)


def _take_over(params: JobsParams) -> None:
    """Look at the job the address names, once."""
    state = _state()
    if params.job is not None and params.job != state.asked:
        state.chosen = params.job
    state.asked = params.job


def _listed(ctx: "AppContext", wanted: str) -> "list[JobStatus]":
    """Return the jobs to show, newest first, those nothing tries again any more on top."""
    jobs = actions.list_jobs(ctx, states=_STATES[wanted], limit=SHOWN)
    if wanted == texts.ALL:  # tidying up that went well is nobody's business
        jobs = [job for job in jobs if job.kind != _HOUSEKEEPING or job.state != "done"]
    return sorted(jobs, key=lambda job: job.state not in _GIVEN_UP)


def _draw_none(wanted: str) -> None:
    if wanted != texts.ALL:
        empty(_(texts.NONE_SUCH))
        return
    empty(_(texts.EMPTY))
    st.button(
        _(texts.TO_IMPORT), key=field_key(VIEW, "to_import"), type="primary", on_click=navigate, args=("import",)
    )


def _draw_list(jobs: "Sequence[JobStatus]") -> None:
    ids = [job.id for job in jobs]

    def choose() -> None:
        rows = st.session_state[_LIST]["selection"]["rows"]
        _state().chosen = ids[rows[0]] if rows and rows[0] < len(ids) else None
        redraw_inspector(VIEW)

    st.dataframe(
        _as_arrow(jobs),
        key=_LIST,
        on_select=guarded(VIEW, choose),
        selection_mode="single-row",
        hide_index=True,
        row_height=28,
        height="content",
        column_config={
            _(texts.STATE): st.column_config.TextColumn(width=110),
            _(texts.JOB): st.column_config.TextColumn(width=230),
            _(texts.PROGRESS): st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="percent", width=110
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
            _(texts.STEP): [_step(job) for job in jobs],
            _(texts.STARTED): [when(job.started_at) for job in jobs],
            _(texts.TOOK): [_took(job) for job in jobs],
            _(texts.BY): [job.actor for job in jobs],
        }
    )


def _step(job: "JobStatus") -> str:
    if job.state not in actions.UNFINISHED:
        return ""
    return " · ".join(filter(None, (retold(job.step), remaining(job))))


def _took(job: "JobStatus") -> str:
    seconds = seconds_between(job.started_at, job.finished_at)
    return duration(seconds) if seconds is not None else "–"
