"""The datasets as features see them; the one part of the catalogue that more than one feature needs.

Features never import each other, so what both the list of datasets and a dataset's own page ask lives here.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from core.errors import UsageError
from core.i18n import _, retold
from core.types import Json, Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.context import AppContext
    from storage.database.models import DatasetRow
    from storage.database.unit_of_work import UnitOfWork

DATASETS: Final = "table:dataset"
"""The tag of every change to the list of datasets."""
LIST_LIMIT = 1_000
"""Most datasets listed at once."""


class Asked(Protocol):
    """A version of a dataset that an answer was made of."""

    @property
    def name(self) -> str:
        """What it was called then."""

    @property
    def dataset_id(self) -> str:
        """Its id."""

    @property
    def version(self) -> int:
        """The version that was read."""


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """One line of the list of datasets. `changed_at` is ISO 8601 UTC; `source` is the file it came from.

    `is_answer` tells that it came from a question instead; `outdated` names the datasets that have changed since;
    `reads` are the ids of those it was made of.
    """

    id: str
    name: str
    version: int
    rows: int
    columns: int
    size_bytes: int
    source: str
    changed_at: str
    is_answer: bool = False
    outdated: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of a dataset; `at` is ISO 8601 UTC."""

    version: int
    rows: int
    at: str


def list_datasets(
    ctx: "AppContext", search: str | None = None, *, limit: int = LIST_LIMIT, offset: int = 0
) -> list[DatasetLine]:
    """Return the datasets by name, those whose name contains `search`."""
    with ctx.storage.database.read() as uow:
        rows = uow.datasets.list_by_name(limit=limit, offset=offset, search=search or None)
        manifests = uow.versions.manifests([(row.id, row.current_version) for row in rows])
        return [_line(uow, row, manifests[row.id]) for row in rows]


def shown_datasets(ctx: "AppContext", search: str = "") -> list[DatasetLine]:
    """Return what `list_datasets` does, for drawing: known for a moment."""
    return ctx.changes.memo(f"datasets:{search}", [DATASETS], lambda: list_datasets(ctx, search))


def versions(ctx: "AppContext", dataset_id: str) -> list[VersionLine]:
    """Return the versions of a dataset, the present one first, for drawing: known for a moment."""

    def ask() -> list[VersionLine]:
        with ctx.storage.database.read() as uow:
            return [VersionLine(row.version, row.rows, row.created_at) for row in uow.versions.all_of(dataset_id)]

    return ctx.changes.memo(f"versions:{dataset_id}", [DATASETS], ask)


def names(ctx: "AppContext", *, limit: int = LIST_LIMIT) -> list[str]:
    """Return the names of all datasets, in order; cheaper than `list_datasets`, and known for a moment."""

    def ask() -> list[str]:
        with ctx.storage.database.read() as uow:
            return uow.datasets.names(limit=limit)

    return ctx.changes.memo(f"names:{limit}", [DATASETS], ask)


def shown(ctx: "AppContext", name: str) -> Manifest | None:
    """Return what `find` does, for drawing: known for a moment, so whoever acts on it asks `find` or `current`."""
    return ctx.changes.memo(f"dataset:{name}", [DATASETS], lambda: find(ctx, name))


def current(ctx: "AppContext", name: str) -> Manifest:
    """Return what the current version of a dataset says of itself.

    Raises:
        DatasetNotFoundError: there is no such dataset; the nearest name is told.
    """
    with ctx.storage.database.read() as uow:
        return _manifest(uow, uow.datasets.require_name(name))


def find(ctx: "AppContext", name: str) -> Manifest | None:
    """Return what the current version of a dataset says of itself; None if there is no such dataset."""
    with ctx.storage.database.read() as uow:
        row = uow.datasets.by_name(name)
        return _manifest(uow, row) if row is not None else None


def deleted_id(ctx: "AppContext", name: str) -> str | None:
    """Return the id of the dataset of this name that was deleted last, with which `restore` brings it back."""
    with ctx.storage.database.read() as uow:
        return uow.datasets.deleted_id(name)


def changed_since(ctx: "AppContext", asked: "Iterable[Asked]") -> tuple[str, ...]:
    """Return the names of those datasets that have another version by now, or are gone."""
    with ctx.storage.database.read() as uow:
        return _changed(uow, asked)


def outdated(ctx: "AppContext", manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the datasets that have changed since this one was made of them; known for a moment."""
    question = manifest.question
    if question is None:
        return ()
    key = f"outdated:{manifest.dataset_id}:{manifest.version}"
    return ctx.changes.memo(key, [DATASETS], lambda: changed_since(ctx, question.datasets))


def outdated_answers(uow: "UnitOfWork", rows: "Iterable[DatasetRow]") -> dict[str, tuple[str, ...]]:
    """Return which datasets have changed since those of these that are answers were made of them, by their id."""
    versions = uow.versions.manifests([(row.id, row.current_version) for row in rows])
    found = {}
    for dataset_id, text in versions.items():
        if '"question"' in text:  # the others may have thousands of columns to read
            question = Manifest.from_json(text).question
            changed = _changed(uow, question.datasets) if question is not None else ()
            if changed:
                found[dataset_id] = changed
    return found


def ask_again(ctx: "AppContext", manifest: Manifest) -> str:
    """Queue a job that makes the answer to the same question the dataset's next version; return the job's id.

    Raises:
        UsageError: the dataset is no answer.
    """
    question = manifest.question
    if question is None:
        raise UsageError(_("'{name}' is not the answer to a question.").format(name=manifest.name))
    args: dict[str, Json] = {
        "sql": question.sql, "name": manifest.name, "params": dict(question.parameters), "replace": True,
    }  # fmt: skip
    return ctx.jobs.manager.enqueue("save_query", args, unique_key=f"again:{manifest.dataset_id}")


def reading_line(manifest: Manifest) -> str:
    """Return how a dataset's file was read, in words."""
    from analysis.readings.words import describe

    return retold(describe(manifest.reading, width=len(manifest.columns)))


def rename(ctx: "AppContext", dataset_id: str, wanted: str) -> str:
    """Call a dataset something else and return its new name; its rows and its history stay as they are.

    Raises:
        DatasetNotFoundError: it is gone.
        NameTakenError: another dataset has that name.
    """
    from analysis.importing import dataset_name

    def work(uow: "UnitOfWork") -> str:
        row = uow.datasets.require(dataset_id)
        uow.touch(f"dataset:{row.id}")
        return uow.datasets.update(row, name=dataset_name(wanted)).name

    return ctx.storage.database.run_tx(work, label="rename dataset")


def delete(ctx: "AppContext", name: str) -> str:
    """Take a dataset out of the list and return its id, with which `restore` brings it back.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """

    def work(uow: "UnitOfWork") -> str:
        row = uow.datasets.require_name(name)
        uow.datasets.delete(row)
        uow.touch(f"dataset:{row.id}")
        return row.id

    return ctx.storage.database.run_tx(work, label="delete dataset")


def restore(ctx: "AppContext", dataset_id: str) -> str:
    """Bring a deleted dataset back and return its name.

    Raises:
        DatasetNotFoundError: nothing was ever stored under this id.
        NameTakenError: another dataset has taken the name meanwhile.
    """

    def work(uow: "UnitOfWork") -> str:
        row = uow.datasets.restore(dataset_id)
        uow.touch(f"dataset:{row.id}")
        return row.name

    return ctx.storage.database.run_tx(work, label="restore dataset")


def _changed(uow: "UnitOfWork", asked: "Iterable[Asked]") -> tuple[str, ...]:
    changed = []
    for one in asked:
        row = uow.datasets.get(one.dataset_id, deleted=True)
        if row is None or row.deleted_at is not None or row.current_version != one.version:
            changed.append(row.name if row is not None else one.name)
    return tuple(changed)


def _line(uow: "UnitOfWork", row: "DatasetRow", manifest_text: str) -> DatasetLine:
    manifest = Manifest.from_json(manifest_text)
    reads = manifest.question.datasets if manifest.question is not None else ()
    return DatasetLine(
        id=row.id,
        name=row.name,
        version=row.current_version,
        rows=row.row_count,
        columns=len(manifest.columns),
        size_bytes=manifest.size_bytes,
        source=manifest.source.name,
        changed_at=row.updated_at,
        is_answer=manifest.question is not None,
        outdated=_changed(uow, reads),
        reads=tuple(one.dataset_id for one in reads),
    )


def _manifest(uow: "UnitOfWork", row: "DatasetRow") -> Manifest:
    """Return what the current version says of itself, under the name the dataset has by now."""
    return replace(Manifest.from_json(uow.versions.of(row.id, row.current_version).manifest), name=row.name)
