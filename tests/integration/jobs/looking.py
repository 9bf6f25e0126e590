"""How tests of jobs look at what happened."""

from jobs.manager import JobManager, JobStatus
from jobs.specs import FINAL
from storage.open import Storage
from tests.waiting import wait_until


def ended(manager: JobManager, job_id: str) -> JobStatus:
    """Wait for a job's end."""
    wait_until(lambda: manager.poll(job_id).state in FINAL, timeout_s=30, what="the job's end")
    return manager.poll(job_id)


def states(storage: Storage, job_id: str) -> list[str]:
    """Return the states a job went through."""
    with storage.database.read() as uow:
        return [event.state for event in uow.job_events.of(job_id)]


def recorded(storage: Storage) -> list[str]:
    """Return what handlers recorded with their success."""
    with storage.database.read() as uow:
        return sorted(row.sql for row in uow.queries.list())
