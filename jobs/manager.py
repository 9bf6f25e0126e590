"""What the floors above do with jobs: queue, look, cancel, try again, run here.

The jobs table is the truth; everything here is a short transaction on it. Used by `app` for pages and by the
command line, which runs its jobs itself under the same rules as the worker.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from core.clock import Clock, iso
from core.errors import CancelledError
from core.i18n import _
from core.ids import new_id
from core.trace import current_actor, current_trace
from core.types import Json
from jobs.live import LiveJobs
from jobs.queue import Doorbell
from jobs.recovery import Recovery
from jobs.registry import Registry
from jobs.retention import hide_ended
from jobs.runner import OWNER_SEPARATOR, Runner, is_due, note_event
from jobs.specs import ACTIVE, FINAL, JobStatus
from storage.database.database import Database
from storage.database.models import JobRow
from storage.database.unit_of_work import UnitOfWork

__all__ = ["JobManager", "JobStatus"]

_LOOK_S: Final = 0.05
_RECOVER_S: Final = 2.0


class JobManager:
    """Jobs of one profile; thread-safe."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        runner: Runner,
        recovery: Recovery,
        live: LiveJobs,
        bell: Doorbell,
        *,
        clock: Clock,
    ) -> None:
        self._database = database
        self._registry = registry
        self._runner = runner
        self._recovery = recovery
        self._live = live
        self._bell = bell
        self._clock = clock

    # ---- queueing -----------------------------------------------------------------------------------------

    def enqueue(
        self,
        kind: str,
        args: Mapping[str, Json],
        *,
        priority: int = 0,
        uow: UnitOfWork | None = None,
        unique_key: str | None = None,
    ) -> str:
        """Queue a job and return its id.

        Args:
            kind: One of the registry.
            args: For the handler; stored as JSON.
            priority: Higher ones run first.
            uow: Queue it within this transaction, so that it exists exactly if the transaction is committed.
            unique_key: While a job with this key is queued or running, its id is returned instead.

        Raises:
            UsageError: there is no such kind.
        """
        spec = self._registry.require(kind)
        row = JobRow(
            kind=kind,
            args=dict(args),
            priority=priority,
            max_attempts=spec.max_attempts,
            run_at=self._clock(),
            unique_key=unique_key,
            actor=current_actor(),
            trace=current_trace() or new_id(),
        )
        if uow is not None:
            return self._add(uow, row)  # the worker hears of the commit
        job_id = self._database.run_tx(lambda own: self._add(own, _copy(row)), label="job-enqueue")
        self._bell.ring([(job_id, priority)])
        return job_id

    def _add(self, uow: UnitOfWork, row: JobRow) -> str:
        if row.unique_key is not None:
            twins = uow.jobs.list(JobRow.unique_key == row.unique_key, JobRow.state.in_(ACTIVE), limit=1)
            if twins:
                return twins[0].id
        uow.jobs.add(row)
        note_event(uow, row, self._clock())
        return row.id

    # ---- looking ------------------------------------------------------------------------------------------

    def poll(self, job_id: str) -> JobStatus:
        """Return the present state of a job.

        Raises:
            JobNotFoundError: there is no such job.
        """
        with self._database.read() as uow:
            return self._status(uow.jobs.require(job_id))

    def list(self, *, states: Collection[str] | None = None, limit: int = 100, offset: int = 0) -> list[JobStatus]:
        """Return one page of jobs, newest first; of the given states only."""
        where = () if states is None else (JobRow.state.in_(states),)
        newest = (JobRow.created_at.desc(), JobRow.id.desc())
        with self._database.read() as uow:
            rows = uow.jobs.list(*where, order_by=newest, limit=limit, offset=offset)
            return [self._status(row) for row in rows]

    def at_stake(self) -> int:
        """Return how many jobs wait for this process: those it works on, and those nobody has begun."""
        own = f"{self._runner.identity}{OWNER_SEPARATOR}"
        mine = (JobRow.state == "running") & JobRow.owner.startswith(own, autoescape=True)
        with self._database.read() as uow:
            return uow.jobs.count((JobRow.state == "queued") | mine)

    def _status(self, row: JobRow) -> JobStatus:
        return JobStatus.of(row, self._registry.label(row.kind, row.args))

    # ---- steering -----------------------------------------------------------------------------------------

    def cancel(self, job_id: str) -> bool:
        """Ask a job to stop; return False if it had ended already.

        A job that waits is cancelled at once, a running one stops within a second, wherever it runs.

        Raises:
            JobNotFoundError: there is no such job.
        """
        asked = self._database.run_tx(lambda uow: self._cancel(uow, job_id), label="job-cancel")
        self._live.stop(job_id, "cancel")
        return asked

    def _cancel(self, uow: UnitOfWork, job_id: str) -> bool:
        row = uow.jobs.require(job_id)
        if row.state in FINAL:
            return False
        if row.state == "running":
            uow.jobs.update(row, cancel_requested=True)
            return True
        now = self._clock()
        told = CancelledError(_("'{label}'").format(label=self._registry.label(row.kind, row.args))).to_dict()
        uow.jobs.update(row, state="cancelled", cancel_requested=True, error=dict(told), finished_at=iso(now))
        note_event(uow, row, now, "cancelled before it began")
        return True

    def retry(self, job_id: str) -> bool:
        """Queue an ended job once more, with all its tries; return False if it has not ended or was done.

        Raises:
            JobNotFoundError: there is no such job.
        """
        priority = self._database.run_tx(lambda uow: self._retry(uow, job_id), label="job-retry")
        if priority is not None:
            self._bell.ring([(job_id, priority)])
        return priority is not None

    def _retry(self, uow: UnitOfWork, job_id: str) -> int | None:
        row = uow.jobs.require(job_id)
        if row.state in ACTIVE or row.state == "done" or self._has_twin(uow, row):
            return None
        now = self._clock()
        uow.jobs.update(
            row,
            state="queued",
            attempt=0,
            run_at=now,
            cancel_requested=False,
            fraction=0.0,
            step="",
            error=None,
            finished_at=None,
        )
        note_event(uow, row, now, "asked for again")
        return row.priority

    def _has_twin(self, uow: UnitOfWork, row: JobRow) -> bool:
        if row.unique_key is None:
            return False
        return bool(uow.jobs.count(JobRow.unique_key == row.unique_key, JobRow.state.in_(ACTIVE)))

    def clean_up(self, *, older_than_s: float) -> int:
        """Take jobs that ended longer ago than this out of sight; return how many."""
        return hide_ended(self._database, before_s=self._clock() - older_than_s)

    def recover(self) -> dict[str, str]:
        """Bring jobs whose process died to their next state; return it by id."""
        return self._recovery.recover()

    # ---- running here -------------------------------------------------------------------------------------

    def run_here(self, job_id: str, *, watch: Callable[[JobStatus], None] | None = None) -> JobStatus:
        """Run a job in this process, or wait for the one that was faster, and return how it ended.

        Ctrl+C cancels the job, waits until nothing half-done is left, and returns it as cancelled; a second one,
        or one that came when the job was done already, is raised.

        Args:
            job_id: A queued job.
            watch: Told of every change, in the calling thread.

        Raises:
            JobNotFoundError: there is no such job.
            ProfileError: the database cannot be read or written.
        """
        attempt = _HereAndNow(self._runner, job_id)
        try:
            return self._follow(job_id, attempt, watch)
        except KeyboardInterrupt:
            self.cancel(job_id)
            ended = self._follow(job_id, attempt, None)
            if ended.state != "cancelled":
                raise
            return ended

    def _follow(self, job_id: str, attempt: "_HereAndNow", watch: Callable[[JobStatus], None] | None) -> JobStatus:
        told: JobStatus | None = None
        recover_at = time.monotonic() + _RECOVER_S
        while True:
            with self._database.read() as uow:
                row = uow.jobs.require(job_id)
            status = self._status(row)
            if watch is not None and status != told:
                watch(status)
                told = status
            if status.ended and not attempt.running:
                return status
            if not attempt.running and is_due(row, self._clock()):
                attempt.begin()
            attempt.wait(_LOOK_S)
            if time.monotonic() >= recover_at:  # whoever was faster may have died since
                self._recovery.recover()
                recover_at = time.monotonic() + _RECOVER_S


class _HereAndNow:
    """Runs one job in a thread, so that the calling thread stays free for Ctrl+C."""

    def __init__(self, runner: Runner, job_id: str) -> None:
        self._runner = runner
        self._job_id = job_id
        # Waited for in place of the thread: a join that Ctrl+C interrupts makes Python 3.11 take the running
        # thread for ended, and the process would leave while the engine is at work.
        self._ended: threading.Event | None = None
        self._error: BaseException | None = None

    @property
    def running(self) -> bool:
        return self._ended is not None and not self._ended.is_set()

    def begin(self) -> None:
        self._ended = threading.Event()
        threading.Thread(target=self._run, args=(self._ended,), name=f"job-{self._job_id}", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait a moment; raises what prevented the claim."""
        if self._ended is None:
            time.sleep(seconds)
            return
        was_running = self.running
        self._ended.wait(seconds)
        if self._error is not None:
            raise self._error
        if not was_running:
            time.sleep(seconds)

    def _run(self, ended: threading.Event) -> None:
        try:
            self._runner.run(self._job_id)
        except BaseException as error:
            self._error = error
        finally:
            ended.set()


def _copy(row: JobRow) -> JobRow:
    """Return the row as new, since a transaction's function may run more than once."""
    return JobRow(
        id=row.id,
        kind=row.kind,
        args=row.args,
        priority=row.priority,
        max_attempts=row.max_attempts,
        run_at=row.run_at,
        unique_key=row.unique_key,
        actor=row.actor,
        trace=row.trace,
    )
