"""What Home tells: where to go on, what was used last, what runs, whether all is well. No Streamlit."""

import re
import shutil
from collections.abc import Mapping
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

_ANSWERED: Final = (catalogue.DATASETS, "table:query")
DATASETS: Final = 6
QUESTIONS: Final = 5
_LOOKED_AT: Final = 30
"""Questions among which those are looked for; the same one asked again and again is one of them."""
JOBS: Final = 5
LOW_MEMORY_SHARE: Final = 0.05
"""Below this share of free memory the person is warned."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page.

    `recovered` tells that the engine before did not end in order, and nobody has taken note yet. `health` is one
    line; `troubles` are what is not well, as sentences. `stale` names the datasets that have changed since an
    answer was made, by the id of the answer or the question.
    """

    recovered: bool
    going_on: Visit | None
    datasets: "list[DatasetRow]"
    questions: "list[QueryRow]"
    jobs: "list[JobStatus]"
    health: str
    troubles: tuple[str, ...]
    stale: Mapping[str, tuple[str, ...]]

    @property
    def is_new(self) -> bool:
        """Whether nothing has been done in this profile yet."""
        return not (self.datasets or self.questions or self.jobs)


def overview(ctx: "AppContext") -> Overview:
    """Look at the profile; cheap enough for each drawing."""
    datasets, questions, jobs = ctx.changes.memo("home", [ANYTHING], lambda: _latest(ctx))
    health, troubles = _health(ctx)
    stale = ctx.changes.memo("home stale", _ANSWERED, lambda: _stale(ctx, datasets, questions))
    going_on = _going_on(ctx)
    return Overview(
        ctx.paths.killed_file.exists(), going_on, datasets, questions, jobs, health, troubles, stale
    )  # fmt: skip


def _latest(ctx: "AppContext") -> "tuple[list[DatasetRow], list[QueryRow], list[JobStatus]]":
    with ctx.storage.database.read() as uow:
        datasets = list(uow.datasets.list_recent(limit=DATASETS))
        asked = uow.queries.history(limit=_LOOKED_AT)
    newest: dict[str, QueryRow] = {}
    for row in asked:
        newest.setdefault(row.sql, row)
    questions = list(newest.values())[:QUESTIONS]
    waiting = work.UNFINISHED | work.WANTS_ATTENTION
    return datasets, questions, work.list_jobs(ctx, states=waiting, limit=JOBS)


def _stale(
    ctx: "AppContext", datasets: "list[DatasetRow]", questions: "list[QueryRow]"
) -> dict[str, tuple[str, ...]]:
    """Return what has changed since answers were made; asked only when datasets or questions changed.

    To read the questions themselves would load the engine's parser for a mark: a question is of the datasets that
    stand behind its `from`, `join` and commas.
    """
    done = [row for row in questions if row.state == "done"]
    with ctx.storage.database.read() as uow:
        found = catalogue.outdated_answers(uow, datasets)
        renewed = uow.versions.renewed_since(min(row.created_at for row in done)) if done else []
    for row in done:
        names = tuple(name for name, at in renewed if at > row.created_at and asks_of(row.sql, name))
        if names:
            found[row.id] = names
    return found


def asks_of(sql: str, name: str) -> bool:
    """Tell whether a question most likely reads a dataset."""
    exact = re.escape(name.replace('"', '""'))
    read = rf'(?:\b(?:from|join)\s|,)\s*(?:"{exact}"|{exact}(?![\w"]))'
    return re.search(read, sql, re.IGNORECASE) is not None


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
