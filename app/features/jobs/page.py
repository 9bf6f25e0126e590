"""The Jobs page: what runs, what ran, what failed and why; the chosen job stands in the right-hand pane.

Nothing here polls: the engine pushes what changed, and the view is drawn again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import guarded
from app.components.lines import Head, Row, line_table
from app.features.jobs import actions, texts
from app.features.jobs.detail import VIEW, draw_all, draw_detail, remaining
from app.page import Page, Params
from app.router import navigate, redraw_inspector
from app.session import kept
from app.widgets import field_key, s_segments
from app.widgets.parts import body, empty, toolbar
from app.widgets.words import seconds_between
from core.i18n import _, duration, retold, when

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk
    from jobs.manager import JobStatus

SHOWN: Final = 200
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
        with toolbar(VIEW, _(texts.TITLE)):
            wanted: str = s_segments(
                ctx, VIEW, "filter", label=_(texts.SHOW), options=list(_STATES), naming=_, hide_label=True,
                default=texts.ALL, width="content",
            )  # fmt: skip
        with body(VIEW):
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
            draw_all(_listed(ctx, texts.ALL))
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
    states = _STATES[wanted]
    jobs = ctx.changes.memo(
        f"jobs:{wanted}", JobsPage.watches, lambda: actions.list_jobs(ctx, states=states, limit=SHOWN)
    )
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
    chosen = _state().chosen

    def choose(line: int) -> None:
        _state().chosen = ids[line]
        redraw_inspector(VIEW)

    line_table(
        [
            Head(_(texts.JOB)),
            Head(_(texts.STATE)),
            Head(_(texts.PROGRESS), "bar"),
            Head(_(texts.STEP)),
            Head(_(texts.STARTED)),
            Head(_(texts.TOOK)),
            Head(_(texts.BY)),
        ],
        [Row(_cells(job)) for job in jobs],
        key=field_key(VIEW, "list"),
        label=_(texts.LIST),
        chosen=ids.index(chosen) if chosen in ids else None,
        on_choose=guarded(VIEW, choose),
    )


def _cells(job: "JobStatus") -> tuple[str | float, ...]:
    return (
        job.label,
        texts.state(job.state),
        1.0 if job.state == "done" else job.fraction,
        _step(job),
        when(job.started_at),
        _took(job),
        job.actor,
    )


def _step(job: "JobStatus") -> str:
    if job.state not in actions.UNFINISHED:
        return ""
    return " · ".join(filter(None, (retold(job.step), remaining(job))))


def _took(job: "JobStatus") -> str:
    seconds = seconds_between(job.started_at, job.finished_at)
    return duration(seconds) if seconds is not None else "–"
