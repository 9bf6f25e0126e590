"""Background work as features see it: look, wait, stop, start again.

Features never import each other, so what the Jobs page and the progress bars of other pages share lives here.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from core.i18n import retold

if TYPE_CHECKING:
    from app.context import AppContext
    from core.types import Json
    from jobs.manager import JobStatus

ENDED: Final = frozenset({"done", "failed", "cancelled", "interrupted", "dead"})
"""States nothing leaves by itself."""
UNFINISHED: Final = frozenset({"queued", "running", "retry"})
"""States in which the work is still to be done."""
WANTS_ATTENTION: Final = frozenset({"failed", "interrupted", "dead"})
"""States a person should look at."""


def list_jobs(
    ctx: "AppContext", *, states: Collection[str] | None = None, limit: int = 100, offset: int = 0
) -> "list[JobStatus]":
    """Return jobs, newest first; only those in the given states."""
    return ctx.jobs.manager.list(states=states, limit=limit, offset=offset)


def poll(ctx: "AppContext", job_id: str) -> "JobStatus":
    """Return the present state of one job.

    Raises:
        JobNotFoundError: there is no such job.
    """
    return ctx.jobs.manager.poll(job_id)


def cancel(ctx: "AppContext", job_id: str) -> bool:
    """Ask a job to stop; False if it had ended already.

    Raises:
        JobNotFoundError: there is no such job.
    """
    return ctx.jobs.manager.cancel(job_id)


def retry(ctx: "AppContext", job_id: str) -> bool:
    """Queue an ended job once more; False if it has not ended or was done.

    Raises:
        JobNotFoundError: there is no such job.
    """
    return ctx.jobs.manager.retry(job_id)


def result_of(status: "JobStatus") -> "dict[str, Json]":
    """Return what a job that is done has to tell; empty while it is not."""
    return status.result if isinstance(status.result, dict) else {}


def reason_of(status: "JobStatus", otherwise: str) -> tuple[str, str]:
    """Return why a job failed, as message and hint; `otherwise` is the message of one that kept none."""
    error = status.error if isinstance(status.error, dict) else {}
    return retold(str(error.get("message") or otherwise)), retold(str(error.get("hint") or ""))
