"""How long what is over is kept: jobs that ended, windows that were closed, drafts nobody came back to.

Used by the job `cleanup`.
"""

from typing import Final

from core.clock import iso
from jobs.specs import FINAL
from storage.database.database import Database
from storage.database.models import FormRow, JobRow
from storage.database.unit_of_work import UnitOfWork

WINDOWS_KEPT_S: Final = 60 * 86_400.0
"""How long a closed window is remembered, to begin the next one where it was."""
DRAFTS_KEPT_S: Final = 365 * 86_400.0
"""How long something half-typed waits for its person; it is small, and nobody else has it."""
IMPORT_FORMS: Final = "import:"
"""How the names of the forms begin that say how an open file is read; the file is imported or gone by then."""
_AT_ONCE: Final = 50
"""Jobs, or forms, per transaction, so that it stays short."""


def hide_ended(database: Database, *, before_s: float) -> int:
    """Take jobs out of sight that ended before a time (seconds since the epoch), and return how many."""
    before = iso(before_s)
    removed = 0
    while True:
        some = database.run_tx(lambda uow: _hide_some(uow, before), label="job-clean-up")
        removed += some
        if some < _AT_ONCE:
            return removed


def forget_sessions(database: Database, *, now_s: float) -> tuple[int, int]:
    """Forget windows and drafts nobody has touched for long; return how many of each.

    What was chosen about files that were to be imported counts as a draft.
    """

    def work(uow: UnitOfWork) -> tuple[int, int]:
        windows = uow.windows.expire(iso(now_s - WINDOWS_KEPT_S))
        return windows, uow.journal.expire(iso(now_s - DRAFTS_KEPT_S))

    windows, drafts = database.run_tx(work, label="session-clean-up")
    return windows, drafts + _forget_imports(database, iso(now_s - DRAFTS_KEPT_S))


def _forget_imports(database: Database, before: str) -> int:
    def some(uow: UnitOfWork) -> int:
        rows = uow.forms.list(FormRow.name.startswith(IMPORT_FORMS), FormRow.updated_at < before, limit=_AT_ONCE)
        for row in rows:
            uow.form_versions.drop(row.id, ())
            uow.forms.purge(row)
        return len(rows)

    removed = 0
    while found := database.run_tx(some, label="form-clean-up"):
        removed += found
    return removed


def _hide_some(uow: UnitOfWork, before: str) -> int:
    rows = uow.jobs.list(JobRow.state.in_(FINAL), JobRow.finished_at < before, limit=_AT_ONCE)
    for row in rows:
        uow.jobs.delete(row)
    return len(rows)
