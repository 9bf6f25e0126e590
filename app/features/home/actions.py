"""What Home tells: where to go on, what was used last, what runs, whether all is well. No Streamlit."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psutil

from app import catalogue, visits, work
from app.changes import ANYTHING
from app.visits import Visit
from core.i18n import _, size
from storage.health import LOW_DISK_BYTES

if TYPE_CHECKING:
    from app.context import AppContext
    from jobs.manager import JobStatus
    from storage.database.models import DatasetRow, QueryRow

DATASETS: Final = 6
QUESTIONS: Final = 5
JOBS: Final = 5
LOW_MEMORY_SHARE: Final = 0.05
"""Below this share of free memory the person is warned."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page.

    `recovered` tells that the engine before did not end in order, and nobody has taken note yet. `health` is one
    line; `troubles` are what is not well, as sentences.
    """

    recovered: bool
    going_on: Visit | None
    datasets: "list[DatasetRow]"
    questions: "list[QueryRow]"
    jobs: "list[JobStatus]"
    health: str
    troubles: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether nothing has been done in this profile yet."""
        return not (self.datasets or self.questions or self.jobs)


def overview(ctx: "AppContext") -> Overview:
    """Look at the profile; cheap enough for each drawing."""
    datasets, questions, jobs = ctx.changes.memo("home", [ANYTHING], lambda: _latest(ctx))
    health, troubles = _health(ctx)
    return Overview(ctx.paths.killed_file.exists(), _going_on(ctx), datasets, questions, jobs, health, troubles)


def _latest(ctx: "AppContext") -> "tuple[list[DatasetRow], list[QueryRow], list[JobStatus]]":
    with ctx.storage.database.read() as uow:
        datasets = list(uow.datasets.list_recent(limit=DATASETS))
        questions = list(uow.queries.history(limit=QUESTIONS))
    waiting = work.UNFINISHED | work.WANTS_ATTENTION
    return datasets, questions, work.list_jobs(ctx, states=waiting, limit=JOBS)


def take_note(ctx: "AppContext") -> None:
    """Do not tell again that the engine before did not end in order."""
    with suppress(OSError):  # it is told once more, which is no harm
        ctx.paths.killed_file.unlink()


def _going_on(ctx: "AppContext") -> Visit | None:
    """Return the last place that was not Home and is still there."""
    for visit in visits.visits(ctx.paths):
        dataset = visit.params.get("dataset")
        if visit.page != "home" and (dataset is None or catalogue.shown(ctx, dataset) is not None):
            return visit
    return None


def _health(ctx: "AppContext") -> tuple[str, tuple[str, ...]]:
    free = shutil.disk_usage(ctx.paths.root).free
    memory = psutil.virtual_memory()
    others = len(ctx.storage.lock.holders()) - 1
    troubles = []
    if free < LOW_DISK_BYTES:
        troubles.append(_("The disk that holds this profile has only {size} left.").format(size=size(free)))
    if memory.available < memory.total * LOW_MEMORY_SHARE:
        troubles.append(_("This machine has only {size} of free memory.").format(size=size(memory.available)))
    line = _("{disk} free on the disk · {memory} of memory free · {locks}").format(
        disk=size(free), memory=size(memory.available), locks=_locks(others)
    )
    return line, tuple(troubles)


def _locks(others: int) -> str:
    return _("no other process has this profile open") if others <= 0 else _("also open in another process")
