"""Runs one job: claims it, calls its handler, brings it to its next state.

Used by the worker's threads and by `run_here`. A claim is a compare-and-set on the job's row, so of all threads
and processes that try, one gets it; the claim's owner is a fencing token, so who has lost a job changes nothing.
"""

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from core.clock import Clock, iso
from core.errors import BestandError, CancelledError, ProfileError
from core.i18n import N_, _, in_english
from core.telemetry import log_error, track
from core.trace import current_trace, trace
from core.types import Json
from jobs.context import JobContext
from jobs.live import LiveJobs
from jobs.registry import Registry
from jobs.specs import Args, JobOutcome, Record, Spec, State
from storage.database.database import Database
from storage.database.models import JobEventRow, JobRow
from storage.database.unit_of_work import UnitOfWork
from storage.processes import ProcessIdentity

OWNER_SEPARATOR: Final = "|"
RETRY_HORIZON_S: Final = 120.0
"""A retry that lies further ahead than this was planned under another clock; it is due now."""

_MARK_TRIES: Final = 6
_MARK_PAUSE_S: Final = 0.2
_NOTE_LIMIT: Final = 300


@dataclass(frozen=True, slots=True)
class _Claim:
    """One try of one job, won by this process."""

    job_id: str
    kind: str
    args: Args
    attempt: int
    max_attempts: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class _End:
    """What becomes of a job after a try."""

    state: State
    result: "Json | Callable[[], Json]" = None
    error: Json = None
    record: "Record | None" = None
    run_at: float | None = None
    attempt: int | None = None
    note: str = ""


class Runner:
    """Runs jobs in the calling thread; thread-safe."""

    def __init__(self, database: Database, registry: Registry, live: LiveJobs, *, clock: Clock) -> None:
        self._database = database
        self._registry = registry
        self._live = live
        self._clock = clock
        self.identity = str(ProcessIdentity.own())

    def run(self, job_id: str) -> bool:
        """Run the job if it can be claimed now; return whether it was ours.

        Raises:
            ProfileError: the claim could not be written; the job is as it was.
        """
        with self._database.read() as uow:
            row = uow.jobs.get(job_id)
        if row is None or not is_due(row, self._clock()):
            return False
        owner = f"{self.identity}{OWNER_SEPARATOR}{secrets.token_hex(8)}"
        context = JobContext(
            job_id, owner, what=_("'{label}'").format(label=self._registry.label(row.kind, row.args))
        )
        with trace(row.trace, actor=row.actor):
            self._live.add(context)
            try:
                claim = self._database.run_tx(lambda uow: self._claim(uow, job_id, owner), label="job-claim")
                if claim is None:
                    return False
                context.attempt = claim.attempt
                self._carry_out(claim, context)
            finally:
                self._live.remove(context)
        return True

    # ---- claiming -----------------------------------------------------------------------------------------

    def _claim(self, uow: UnitOfWork, job_id: str, owner: str) -> _Claim | None:
        row = uow.jobs.get(job_id)
        now = self._clock()
        if row is None or not is_due(row, now):
            return None
        uow.jobs.update(
            row,
            state="running",
            owner=owner,
            lease_until=now + self._live.lease_s,
            attempt=row.attempt + 1,
            started_at=iso(now),
            finished_at=None,
            fraction=0.0,
            step="",
            error=None,
        )
        note_event(uow, row, now)
        return _Claim(row.id, row.kind, dict(row.args), row.attempt, row.max_attempts, row.cancel_requested)

    # ---- working ------------------------------------------------------------------------------------------

    def _carry_out(self, claim: _Claim, context: JobContext) -> None:
        start = time.perf_counter()
        spec = self._registry.get(claim.kind)
        if claim.cancelled:
            context.stop("cancel")
        if spec is None:
            end = _End("failed", error=_unknown_kind(claim.kind), note="unknown kind")
        else:
            end = self._outcome(spec, claim, context)
        state = self._mark_or_fail(end, spec, claim, context)
        track(
            "job_ended",
            {
                "kind": claim.kind,
                "state": state,
                "attempt": claim.attempt,
                "duration_ms": round((time.perf_counter() - start) * 1000),
            },
        )

    def _outcome(self, spec: Spec, claim: _Claim, context: JobContext) -> _End:
        try:
            context.check()
            outcome = spec.handler(context, claim.args)
        except Exception as error:
            return self._after_error(error, spec, claim, context)
        return _done(outcome)

    def _mark_or_fail(self, end: _End, spec: Spec | None, claim: _Claim, context: JobContext) -> str:
        """Record the end and return its state; when recording a success is refused, that is how the job ended."""
        try:
            return self._mark(claim.job_id, end, context)
        except Exception as error:
            if spec is None or end.state != "done":
                raise
            return self._mark(claim.job_id, self._after_error(error, spec, claim, context), context)

    def _after_error(self, error: Exception, spec: Spec, claim: _Claim, context: JobContext) -> _End:
        note = f"{type(error).__name__}: {error}"[:_NOTE_LIMIT]
        facts = {"job": claim.job_id, "kind": claim.kind, "attempt": claim.attempt}
        stopped = isinstance(error, CancelledError)
        if not stopped:
            log_error(error, facts)
        if context.reason == "shutdown":
            # The next worker begins anew; this try does not count.
            return _End("queued", run_at=self._clock(), attempt=claim.attempt - 1, note="its process ended")
        if stopped or context.reason == "cancel":
            return _End("cancelled", error=dict(CancelledError(context.what).to_dict()), note="cancelled")
        if not isinstance(error, BestandError):
            return _End("failed", error=_bug(spec.label(claim.args), current_trace()), note=note)
        told: Json = dict(error.to_dict())
        if not error.retryable:
            return _End("failed", error=told, note=note)
        if claim.attempt >= claim.max_attempts:
            return _End("dead", error=told, note=note)
        return _End("retry", error=told, run_at=self._clock() + backoff(spec, claim.attempt), note=note)

    # ---- marking ------------------------------------------------------------------------------------------

    def _mark(self, job_id: str, end: _End, context: JobContext) -> str:
        """Write the end of a try; a database that cannot be written now is tried again for a while."""
        left = _MARK_TRIES
        while True:
            left -= 1
            try:
                return self._database.run_tx(
                    lambda uow: self._write_end(uow, job_id, end, context), label="job-end"
                )
            except ProfileError as error:
                if not left or not error.retryable:
                    raise
            time.sleep(_MARK_PAUSE_S * (_MARK_TRIES - left))

    def _write_end(self, uow: UnitOfWork, job_id: str, end: _End, context: JobContext) -> str:
        row = uow.jobs.get(job_id)
        if row is None or row.owner != context.owner or row.state != "running":
            return "lost"  # it belongs to somebody else by now, who will end it
        if end.record is not None:
            end.record(uow)
        now = self._clock()
        finished = end.state not in ("queued", "retry")
        uow.jobs.update(
            row,
            state=end.state,
            owner=None,
            lease_until=None,
            result=end.result() if callable(end.result) else end.result,
            error=end.error,
            run_at=row.run_at if end.run_at is None else end.run_at,
            attempt=row.attempt if end.attempt is None else end.attempt,
            fraction=1.0 if end.state == "done" else context.fraction,
            step="" if end.state == "done" else context.step,
            finished_at=iso(now) if finished else None,
        )
        note_event(uow, row, now, end.note)
        return end.state


def is_due(row: JobRow, now: float) -> bool:
    """Tell whether the job may be claimed; a clock that was set back delays nothing for long."""
    if row.state == "queued":
        return True
    return row.state == "retry" and (row.run_at <= now or row.run_at > now + RETRY_HORIZON_S)


def backoff(spec: Spec, attempt: int) -> float:
    """Return a random pause (full jitter), so that jobs that failed together do not come back together."""
    longest = min(spec.longest_backoff_s, spec.backoff_s * 2 ** min(attempt - 1, 30))
    return random.uniform(0, longest)  # noqa: S311 - jitter, not a secret


def note_event(uow: UnitOfWork, row: JobRow, now: float, note: str = "") -> None:
    """Write a step of a job's life."""
    uow.job_events.add(JobEventRow(job_id=row.id, at=iso(now), state=row.state, attempt=row.attempt, note=note))


def _done(outcome: JobOutcome) -> _End:
    return _End("done", result=outcome.result, record=outcome.record)


def _unknown_kind(kind: str) -> Json:
    return {
        "code": "unknown_job",
        "message": N_("This version of Bestand does not know jobs of the kind '{kind}'.").format(kind=kind),
        "hint": N_("Open the profile with the version that made the job."),
    }


def _bug(label: str, trace_id: str | None) -> Json:
    return {
        "code": "bug",
        "message": N_("'{label}' met a fault in Bestand itself; nothing half-done was kept.").format(
            label=in_english(label)
        ),
        "hint": N_("Run `bestand logs show --trace {trace_id}` for the details.").format(trace_id=trace_id),
    }
