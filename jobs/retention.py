"""Which ended jobs are still shown: those that ended long ago are taken out of sight, by the job `cleanup`."""

from typing import Final

from core.clock import iso
from jobs.specs import FINAL
from storage.database.database import Database
from storage.database.models import JobRow
from storage.database.unit_of_work import UnitOfWork

_AT_ONCE: Final = 50
"""Jobs per transaction, so that it stays short."""


def hide_ended(database: Database, *, before_s: float) -> int:
    """Take jobs out of sight that ended before a time (seconds since the epoch), and return how many."""
    before = iso(before_s)
    removed = 0
    while True:
        some = database.run_tx(lambda uow: _hide_some(uow, before), label="job-clean-up")
        removed += some
        if some < _AT_ONCE:
            return removed


def _hide_some(uow: UnitOfWork, before: str) -> int:
    rows = uow.jobs.list(JobRow.state.in_(FINAL), JobRow.finished_at < before, limit=_AT_ONCE)
    for row in rows:
        uow.jobs.delete(row)
    return len(rows)
