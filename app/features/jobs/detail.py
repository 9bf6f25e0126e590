"""One job in the right-hand pane: how far it is, why it failed, what came of it, its inputs and its log."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from app import work
from app.boundary import escaped, guarded, problem
from app.features.jobs import actions, texts
from app.refresh import NAV, STATUS, redraw, view_key
from app.router import navigate
from app.widgets import field_key, s_checkbox
from app.widgets.facts import facts
from app.widgets.parts import progress
from app.widgets.words import seconds_between
from core.i18n import _, duration, number, retold, size, when
from core.types import Ledger
from core.words import counted, ledger_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.context import AppContext
    from app.features.jobs.actions import JobDetail
    from core.types import Json
    from jobs.manager import JobStatus

VIEW: Final = "jobs"
VALUE_CHARS: Final = 300
"""Longer inputs are cut."""
_QUIET: Final = frozenset({"at", "level", "event", "trace", "logger", "actor", "pid", "exception"})


def draw_detail(ctx: "AppContext", job_id: str) -> None:
    """Draw everything about a job; raises when there is no such job."""
    detail = actions.detail(ctx, job_id)
    job = detail.status
    st.subheader(escaped(job.label), anchor=False)
    st.markdown(f"{texts.state(job.state)} · {counted(job.attempt, 'attempt')}")
    if job.state in actions.UNFINISHED:
        progress(job, job.label)
        st.caption(remaining(job) or " ")
    if job.error:
        problem(*work.reason_of(job, _(texts.FAILED_JOB)))
    _draw_tools(ctx, job)
    _draw_outcome(job)
    _draw_facts(job)
    _draw_inputs(detail.inputs)
    _draw_events(detail)
    _draw_log(ctx, job)


def draw_all(jobs: "Sequence[JobStatus]") -> None:
    """Draw what there is in all, while no job is chosen."""
    st.subheader(_(texts.ALL_JOBS), anchor=False)
    counts = Counter(job.state for job in jobs)
    facts(
        {texts.state(state): number(counts[state]) for state in texts.STATES if counts[state]},
        label=_(texts.STATE),
    )
    failed = [job for job in jobs if job.state in actions.WANTS_ATTENTION]
    if failed:
        last = max(failed, key=lambda job: job.finished_at or job.created_at)
        st.markdown(f"**{_(texts.LAST_FAILED)}** · {escaped(last.label)} · {when(last.finished_at)}")
        problem(*work.reason_of(last, _(texts.FAILED_JOB)))
    st.caption(_(texts.CHOOSE))


def remaining(job: "JobStatus") -> str:
    """Return how long a running job will still take, in words; empty while nobody can know."""
    elapsed = seconds_between(job.started_at, None)
    if job.state != "running" or elapsed is None:
        return ""
    left = actions.remaining_s(job.fraction, elapsed)
    return _("about {duration} left").format(duration=duration(left)) if left is not None else ""


def _draw_tools(ctx: "AppContext", job: "JobStatus") -> None:
    def stop() -> None:
        actions.cancel(ctx, job.id)
        redraw(view_key(VIEW), STATUS)

    def again() -> None:
        actions.retry(ctx, job.id)
        redraw(view_key(VIEW), NAV, STATUS)

    with st.container(horizontal=True, gap="small", key="jobs_tools"):
        if job.state in actions.UNFINISHED:
            st.button(_(texts.CANCEL), key=field_key(VIEW, "cancel"), on_click=guarded(VIEW, stop))
        elif job.state != "done":
            st.button(_(texts.RETRY), key=field_key(VIEW, "retry"), type="primary", on_click=guarded(VIEW, again))
        _draw_result(job)


def _draw_result(job: "JobStatus") -> None:
    """Draw the way to what came of a job."""
    result = work.result_of(job)
    if job.state != "done":
        return
    if "dataset" in result:
        st.button(
            _("Open {name}").format(name=escaped(str(result["dataset"]))), key=field_key(VIEW, "open"),
            icon=":material/table:", type="primary", on_click=navigate, args=("data",),
            kwargs={"dataset": str(result["dataset"])},
        )  # fmt: skip
    elif "path" in result:
        path = Path(str(result["path"]))
        if path.is_file():
            st.download_button(
                _("Save a copy"), data=path.read_bytes, file_name=path.name, key=field_key(VIEW, "copy"),
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
        st.caption(escaped(str(path)))


def _draw_outcome(job: "JobStatus") -> None:
    """Draw what a job that is done made, in figures."""
    result = work.result_of(job)
    if job.state != "done":
        return
    known: dict[str, str] = {}
    for name, word in texts.RESULT_NAMES.items():
        given = result.get(name)
        if isinstance(given, int) and not isinstance(given, bool):
            known[_(word)] = size(given) if name == "bytes" else number(given)
        elif isinstance(given, str):
            known[_(word)] = Path(given).name if name == "path" else given
    ledger, flags = result.get("ledger"), result.get("flags")
    if isinstance(ledger, dict):
        known[_(texts.LEDGER)] = ledger_line(Ledger(**cast("dict[str, Any]", ledger)))
    if isinstance(flags, list) and flags:
        known[_(texts.FLAGS)] = number(len(flags))
    if known:
        st.subheader(_(texts.RESULT), anchor=False)
        facts(known, label=_(texts.RESULT))


def _draw_facts(job: "JobStatus") -> None:
    took = seconds_between(job.started_at, job.finished_at)
    facts(
        {
            _("Queued"): when(job.created_at),
            _(texts.STARTED): when(job.started_at),
            _(texts.TOOK): duration(took) if took is not None else "–",
            _(texts.BY): job.actor,
            _("Id"): job.id,
            _("Trace"): job.trace or "–",
        },
        label=job.label,
        code=[_("Id"), _("Trace")],
    )


def _draw_inputs(inputs: "Mapping[str, Json]") -> None:
    shown = {
        _(texts.INPUT_NAMES[name]) if name in texts.INPUT_NAMES else name: _cut(given)
        for name, given in inputs.items()
        if given not in (None, "", False, [], {})
    }
    if shown:
        st.subheader(_(texts.INPUTS), anchor=False)
        facts(shown, label=_(texts.INPUTS))


def _cut(given: "Json") -> str:
    text = _("yes") if given is True else str(given)
    return text if len(text) <= VALUE_CHARS else text[: VALUE_CHARS - 1] + "…"


def _draw_events(detail: "JobDetail") -> None:
    lines = []
    for event in detail.events:
        note = f" · {escaped(retold(event.note))}" if event.note else ""
        lines.append(f"{when(event.at)} · {texts.state(event.state)}{note}")
    st.subheader(_("What happened"), anchor=False)
    st.markdown("  \n".join(lines))


def _draw_log(ctx: "AppContext", job: "JobStatus") -> None:
    if not s_checkbox(ctx, VIEW, "log", label=_("Log"), switch=True) or not job.trace:
        return
    lines = [_line(entry) for entry in actions.log_of(ctx, job.trace)]
    st.code("\n".join(lines) or _("The log has nothing about this job."), language=None, wrap_lines=True)


def _line(entry: "Mapping[str, Json]") -> str:
    told = {name: given for name, given in entry.items() if name not in _QUIET and given is not None}
    facts = " ".join(f"{name}={given}" for name, given in told.items())
    stack = f"\n{entry['exception']}" if entry.get("exception") else ""
    head = f"{when(str(entry.get('at', '')) or None)} {entry.get('level', '')} {entry.get('event', '')}"
    return f"{head} {facts}{stack}"
