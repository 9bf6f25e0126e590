"""Finds jobs whose process is gone and brings them to their next state, once each.

Called when a worker starts, then every few seconds, and by a command that waits for a job. A job is taken from
its owner only if that process is dead, or of another machine and silent for longer than its lease: neither a
jump of the clock nor a laptop that slept makes a job run twice.
"""

from functools import partial

from core.clock import Clock, iso
from core.i18n import N_, in_english
from core.types import Json
from jobs.live import LiveJobs
from jobs.registry import Registry
from jobs.runner import OWNER_SEPARATOR, note_event
from storage.database.database import Database
from storage.database.models import JobRow
from storage.database.unit_of_work import UnitOfWork
from storage.processes import ProcessIdentity

_BEGUN_ONCE = N_("'{label}' was begun once, and Bestand ended before it was done.")
_BEGUN_OFTEN = N_("'{label}' was begun {count} times, and each time Bestand ended before it was done.")
_AT_ONCE = 50
"""Jobs per transaction, so that it stays short."""


class Recovery:
    """Recovers jobs of one profile; thread-safe, also against other processes that do the same."""

    def __init__(self, database: Database, registry: Registry, live: LiveJobs, *, clock: Clock) -> None:
        self._database = database
        self._registry = registry
        self._live = live
        self._clock = clock
        self._own = ProcessIdentity.own()

    def recover(self) -> dict[str, str]:
        """Return the new state of each job that was recovered, by id.

        Raises:
            ProfileError: the database cannot be read or written.
        """
        with self._database.read() as uow:
            running = uow.jobs.list(JobRow.state == "running", order_by=(JobRow.id,), limit=1_000)
        lost = [(row.id, row.owner) for row in running if self._is_lost(row)]
        recovered: dict[str, str] = {}
        for start in range(0, len(lost), _AT_ONCE):
            some = lost[start : start + _AT_ONCE]
            recovered |= self._database.run_tx(partial(self._requeue, some), label="job-recovery")
        return recovered

    def _is_lost(self, row: JobRow) -> bool:
        owner = row.owner or ""
        identity = ProcessIdentity.parse(owner.partition(OWNER_SEPARATOR)[0])
        if identity is None:
            return True
        if identity == self._own:
            return not self._live.runs(owner)
        alive = identity.is_alive()
        if alive is None:
            return row.lease_until is None or row.lease_until < self._clock()
        return not alive

    def _requeue(self, lost: list[tuple[str, str | None]], uow: UnitOfWork) -> dict[str, str]:
        states: dict[str, str] = {}
        now = self._clock()
        for job_id, owner in lost:
            row = uow.jobs.get(job_id)
            if row is None or row.state != "running" or row.owner != owner:
                continue  # somebody else was faster
            state, error = self._next(row)
            uow.jobs.update(
                row,
                state=state,
                error=error,
                owner=None,
                lease_until=None,
                run_at=now,
                finished_at=None if state == "retry" else iso(now),
            )
            note_event(uow, row, now, "its process died")
            states[job_id] = state
        return states

    def _next(self, row: JobRow) -> tuple[str, Json]:
        label = in_english(self._registry.label(row.kind, row.args))
        spec = self._registry.get(row.kind)
        if row.cancel_requested:
            return "cancelled", {
                "code": "cancelled",
                "message": N_("'{label}' was stopped; nothing half-done was kept.").format(label=label),
                "hint": N_("Start it again when you want it."),
            }
        if spec is not None and spec.on_crash == "mark":
            return "interrupted", _crashed(
                N_("'{label}' ended in the middle, together with Bestand.").format(label=label)
            )
        if row.attempt >= row.max_attempts:
            told = _BEGUN_ONCE if row.attempt == 1 else _BEGUN_OFTEN
            return "dead", _crashed(told.format(label=label, count=row.attempt))
        return "retry", None


def _crashed(message: str) -> Json:
    return {"code": "crashed", "message": message, "hint": N_("Run `bestand jobs retry ID` to try it again.")}
