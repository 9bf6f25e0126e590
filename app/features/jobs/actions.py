"""Background work: look, wait, stop, start again.

Called by the Jobs page and by `bestand jobs`. Nothing here knows Streamlit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.work import ENDED, UNFINISHED, WANTS_ATTENTION, cancel, list_jobs, poll, retry
from core.logging import read_log

if TYPE_CHECKING:
    from app.context import AppContext
    from core.types import Json
    from jobs.manager import JobStatus

__all__ = [
    "ENDED", "UNFINISHED", "WANTS_ATTENTION",
    "cancel", "detail", "list_jobs", "log_of", "poll", "remaining_s", "retry",
]  # fmt: skip

LOG_LINES: Final = 200
"""Most log lines shown with a job."""
_EARLY: Final = 0.02
"""Before this share is done nobody knows how long the rest takes."""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One step in a job's life; `at` is ISO 8601 UTC."""

    at: str
    state: str
    attempt: int
    note: str


@dataclass(frozen=True, slots=True)
class JobDetail:
    """A job with its arguments and what became of it, oldest first."""

    status: "JobStatus"
    inputs: "Mapping[str, Json]"
    events: tuple[JobEvent, ...]


def detail(ctx: "AppContext", job_id: str) -> JobDetail:
    """Return everything about one job.

    Raises:
        JobNotFoundError: there is no such job.
    """
    status = poll(ctx, job_id)
    with ctx.storage.database.read() as uow:
        inputs = dict(uow.jobs.require(job_id).args)
        events = tuple(JobEvent(one.at, one.state, one.attempt, one.note) for one in uow.job_events.of(job_id))
    return JobDetail(status, inputs, events)


def log_of(ctx: "AppContext", trace_id: str) -> list[dict[str, Any]]:
    """Return the newest log lines of a trace, oldest first; reads the whole log, so only on request."""
    return list(read_log(ctx.paths.logs, trace_id=trace_id))[-LOG_LINES:]


def remaining_s(fraction: float, elapsed_s: float) -> float | None:
    """Return how many seconds a job will still take if it goes on as so far; None while nobody can know."""
    if not _EARLY <= fraction < 1.0:
        return None
    return elapsed_s * (1.0 - fraction) / fraction
