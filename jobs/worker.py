"""Runs queued jobs: threads that answer the doorbell, and a sweeper that makes sure it is rung.

One lives in the engine, another one in each `bestand jobs worker`; any number of them may serve one profile.
"""

import threading
import time
from typing import Final

from core.clock import Clock
from core.errors import JobsNotRunningError
from core.i18n import _, decimal
from core.telemetry import log_error, metrics
from core.types import Json
from jobs.live import LiveJobs
from jobs.queue import Doorbell
from jobs.recovery import Recovery
from jobs.runner import RETRY_HORIZON_S, Runner
from storage.database.database import Database

_SWEEP_S: Final = 0.5
_RECOVER_S: Final = 2.0
_UNHEARD_S: Final = 3.0
_SILENT_S: Final = 15.0
"""A sweeper that was not heard of for this long does not work."""

_RING_AT_ONCE: Final = 200
_JOBS_TAG: Final = "table:job"


class Worker:
    """Starts and stops the threads of one process."""

    def __init__(
        self,
        database: Database,
        runner: Runner,
        recovery: Recovery,
        live: LiveJobs,
        bell: Doorbell,
        *,
        threads: int,
        clock: Clock,
    ) -> None:
        self._database = database
        self._runner = runner
        self._recovery = recovery
        self._live = live
        self._bell = bell
        self._threads = self._running_threads = threads
        self._clock = clock
        self._rung: set[tuple[str, int]] = set()
        self._first: tuple[tuple[str, int] | None, float] = (None, 0.0)
        self._answering = 0
        self._counting = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._sweeper: threading.Thread | None = None
        self._swept_at = 0.0
        database.on_committed(self._hear)

    def start(self, *, threads: int | None = None) -> None:
        """Take up what died and begin to run jobs; harmless when already running.

        Args:
            threads: Jobs run at once; as the settings say if not given.
        """
        if self._sweeper is not None:
            return
        self._stopping.clear()
        self._rung = set()
        self._swept_at = time.monotonic()
        self._running_threads = threads or self._threads
        self._bell.start(self._running_threads, self._answer)
        self._sweeper = threading.Thread(target=self._sweep_until_stopped, name="job-sweeper", daemon=True)
        self._sweeper.start()

    def stop(self, *, wait_s: float = 5.0) -> bool:
        """Stop running jobs, end the threads and let go of the queue file; harmless when not running.

        Jobs that run here are queued again, and begin anew with the next worker. Returns False if one did not
        stop in time; it is taken up after this process has ended.
        """
        sweeper, self._sweeper = self._sweeper, None
        if sweeper is None:
            self._bell.close()
            return True
        self._stopping.set()
        self._wake.set()
        self._live.stop_all("shutdown")
        stopped = self._bell.stop(wait_s=wait_s)
        sweeper.join(wait_s)
        self._bell.close()
        return stopped and not sweeper.is_alive()

    def health(self) -> dict[str, Json]:
        """Return what the worker does at present.

        Raises:
            JobsNotRunningError: it does nothing, or has not been heard of for a while.
        """
        sweeper = self._sweeper
        if sweeper is None or not sweeper.is_alive():
            raise JobsNotRunningError(_("No worker runs in this process, so nothing that is queued is done here."))
        silent_s = time.monotonic() - self._swept_at
        if silent_s > _SILENT_S:
            raise JobsNotRunningError(
                _("The worker has not looked for jobs for {silent_s} seconds.").format(
                    silent_s=decimal(silent_s, 0)
                )
            )
        return {
            "running": self._live.count(),
            "threads": self._running_threads,
            "queue_in_memory": self._bell.in_memory,
        }

    # ---- the threads --------------------------------------------------------------------------------------

    def _answer(self, job_id: str) -> None:
        """Run the job the bell was rung for, if nobody else has it."""
        if self._stopping.is_set():
            return
        try:
            self._runner.run(job_id)
        except Exception as error:
            log_error(error, {"job": job_id})
        finally:
            with self._counting:
                self._answering -= 1

    def _hear(self, tags: frozenset[str]) -> None:
        """Look at once when a commit changed a job, such as one queued in somebody's transaction."""
        if _JOBS_TAG in tags:
            self._wake.set()

    def _sweep_until_stopped(self) -> None:
        recover_at = 0.0
        while not self._stopping.is_set():
            try:
                if time.monotonic() >= recover_at:
                    self._recovery.recover()
                    self._bell.keep_threads_alive()
                    recover_at = time.monotonic() + _RECOVER_S
                self._ring_for_due()
                self._swept_at = time.monotonic()
            except Exception as error:
                log_error(error, {"during": "sweep"})
            self._wake.wait(_SWEEP_S)
            self._wake.clear()

    def _ring_for_due(self) -> None:
        """Ring for every due job once, and for all again when no message is left."""
        due = self._due()
        metrics().level.labels("jobs_due").set(len(due))
        known = {(job_id, attempt) for job_id, attempt, _ in due}
        if self._nobody_comes(due[0][:2] if due else None):
            self._bell.renew()
        again = not self._bell.waiting()
        self._bell.ring(
            (job_id, rank) for job_id, attempt, rank in due if again or (job_id, attempt) not in self._rung
        )
        self._rung = known

    def _nobody_comes(self, first: tuple[str, int] | None) -> bool:
        """Tell whether the most urgent job has waited for long although a thread is free: the queue is broken."""
        now = time.monotonic()
        if first is None or first != self._first[0] or self._answering >= self._running_threads:
            self._first = (first, now)
        elif now - self._first[1] > _UNHEARD_S:
            self._first = (first, now)
            return True
        return False

    def _due(self) -> list[tuple[str, int, int]]:
        """Return (id, attempts begun, priority) of jobs that may be claimed now, the most urgent first."""
        with self._database.read() as uow:
            return uow.jobs.due(self._clock(), horizon_s=RETRY_HORIZON_S, limit=_RING_AT_ONCE)
