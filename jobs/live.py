"""The jobs this process runs now, and their heartbeat.

While at least one job runs, one thread renews the leases, writes progress, hears that a job was cancelled from
another process or taken over, and repeats interrupts until they are heard. Used by the runner, the manager and
the worker.
"""

import threading
import time
from typing import Final, Literal

from core.clock import Clock
from core.telemetry import log_error
from jobs.context import JobContext, Reason
from storage.database.database import Database
from storage.database.models import JobRow
from storage.database.unit_of_work import UnitOfWork

BEAT_S: Final = 0.25
"""Progress is written, and a cancel from elsewhere heard, this often."""

_STOPPING_BEAT_S: Final = 0.05
_RENEWALS_PER_LEASE: Final = 4

_Seen = tuple[float, str]


class LiveJobs:
    """Running jobs by owner; thread-safe."""

    def __init__(self, database: Database, *, lease_s: float, clock: Clock) -> None:
        self.lease_s = lease_s
        self._database = database
        self._clock = clock
        self._jobs: dict[str, JobContext] = {}
        self._written: dict[str, _Seen] = {}
        self._renew_at = 0.0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, context: JobContext) -> None:
        """Begin the heartbeat of a job; before it is claimed, so that it is never seen without one."""
        with self._lock:
            self._jobs[context.owner] = context
            if self._thread is None:
                self._renew_at = time.monotonic() + self.lease_s / _RENEWALS_PER_LEASE
                self._thread = threading.Thread(target=self._run, name="job-heartbeat", daemon=True)
                self._thread.start()

    def remove(self, context: JobContext) -> None:
        """End the heartbeat of a job."""
        with self._lock:
            self._jobs.pop(context.owner, None)
            self._written.pop(context.owner, None)
        self._wake.set()

    def runs(self, owner: str) -> bool:
        """Tell whether this process runs the job under this claim."""
        with self._lock:
            return owner in self._jobs

    def stop(self, job_id: str, reason: Reason) -> None:
        """Stop a job, if it runs here."""
        for context in self._contexts():
            if context.job_id == job_id:
                context.stop(reason)
        self._wake.set()

    def stop_all(self, reason: Reason) -> None:
        """Stop every job that runs here."""
        for context in self._contexts():
            context.stop(reason)
        self._wake.set()

    def count(self) -> int:
        """Return how many jobs run here."""
        with self._lock:
            return len(self._jobs)

    # ---- the heartbeat ------------------------------------------------------------------------------------

    def beat(self) -> None:
        """Write what is new, renew leases that are due, and stop jobs that were cancelled or lost."""
        # A claim that is not committed yet would look lost.
        contexts = [context for context in self._contexts() if context.attempt]
        seen: dict[str, _Seen] = {c.owner: (c.fraction, c.step) for c in contexts}
        news = {owner: now for owner, now in seen.items() if self._written.get(owner, (0.0, "")) != now}
        if not contexts:
            return
        due = time.monotonic() >= self._renew_at
        if due or news:
            verdicts = self._database.run_tx(lambda uow: self._write(uow, contexts, seen), label="job-beat")
            self._written.update(seen)
            self._renew_at = time.monotonic() + self.lease_s / _RENEWALS_PER_LEASE
        else:
            with self._database.read() as uow:
                verdicts = {c.owner: _verdict(uow.jobs.get(c.job_id), c) for c in contexts}
        for context in contexts:
            reason = verdicts[context.owner]
            if reason is not None:
                context.stop(reason)

    def _write(
        self, uow: UnitOfWork, contexts: list[JobContext], seen: dict[str, _Seen]
    ) -> "dict[str, Literal['cancel', 'lost'] | None]":
        lease_until = self._clock() + self.lease_s
        verdicts = {}
        for context in contexts:
            row = uow.jobs.get(context.job_id)
            verdict = verdicts[context.owner] = _verdict(row, context)
            if row is not None and verdict != "lost":
                fraction, step = seen[context.owner]
                uow.jobs.update(row, fraction=fraction, step=step, lease_until=lease_until)
        return verdicts

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._thread = None
                    return
            stopping = [context for context in self._contexts() if context.stopping]
            for context in stopping:
                context.interrupt()
            self._wake.wait(_STOPPING_BEAT_S if stopping else BEAT_S)
            self._wake.clear()
            try:
                self.beat()
            except Exception as error:
                log_error(error, {"during": "heartbeat"})

    def _contexts(self) -> list[JobContext]:
        with self._lock:
            return list(self._jobs.values())


def _verdict(row: JobRow | None, context: JobContext) -> "Literal['cancel', 'lost'] | None":
    if row is None or row.owner != context.owner or row.state != "running":
        return "lost"
    return "cancel" if row.cancel_requested else None
