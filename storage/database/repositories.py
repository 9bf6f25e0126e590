"""The repository of each table: what is asked of it beyond the common ways."""

import difflib
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select, tuple_

from core.errors import (
    BestandError,
    DatasetNotFoundError,
    JobNotFoundError,
    NameTakenError,
    NotFoundError,
    RevisionConflictError,
    SavedReadingNotFoundError,
)
from core.i18n import _
from storage.database.models import (
    ConnectionRow,
    DatasetRow,
    JobEventRow,
    JobRow,
    QueryRow,
    SavedQueryRow,
    SavedReadingRow,
    VersionRow,
)
from storage.database.repository import Repository

_PAIRS: Final = 400
"""Most pairs in one statement; every database takes so many parameters."""


class DatasetRepository(Repository[DatasetRow]):
    """The catalogue of datasets. A name is unique among those that are not deleted."""

    row_type = DatasetRow

    def missing(self, row_id: str) -> NotFoundError:
        """Return the error for an id that is not there."""
        return DatasetNotFoundError(row_id)

    def taken(self, row: DatasetRow) -> BestandError | None:
        """Return the error for a name another dataset has."""
        return NameTakenError(row.name)

    def check(self, row: DatasetRow) -> None:
        """Refuse a name that another dataset has."""
        other = self.by_name(row.name) if row.deleted_at is None else None
        if other is not None and other is not row:
            raise NameTakenError(row.name)

    def by_name(self, name: str) -> DatasetRow | None:
        """Return the dataset of this name, or None."""
        query = select(DatasetRow).where(DatasetRow.name == name, DatasetRow.deleted_at.is_(None))
        return self._session.scalars(query).one_or_none()

    def deleted_id(self, name: str) -> str | None:
        """Return the id of the dataset of this name that was deleted last, or None."""
        query = select(DatasetRow.id).where(DatasetRow.name == name, DatasetRow.deleted_at.is_not(None))
        return self._session.scalars(query.order_by(DatasetRow.deleted_at.desc()).limit(1)).first()

    def require_name(self, name: str) -> DatasetRow:
        """Return the dataset of this name.

        Raises:
            DatasetNotFoundError: there is none; the message names the nearest one.
        """
        row = self.by_name(name)
        if row is None:
            names = self._session.scalars(select(DatasetRow.name).where(DatasetRow.deleted_at.is_(None))).all()
            nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            raise DatasetNotFoundError(name, nearest=nearest[0] if nearest else None)
        return row

    def list_by_name(
        self, *, limit: int = 100, offset: int = 0, search: str | None = None
    ) -> Sequence[DatasetRow]:
        """Return one page in order of the names; `search` keeps names that contain it, whatever its case."""
        return self.list(*_contains(search), order_by=(DatasetRow.name,), limit=limit, offset=offset)

    def names(self, *, limit: int) -> list[str]:
        """Return the names of the first datasets, in order."""
        query = select(DatasetRow.name).where(DatasetRow.deleted_at.is_(None))
        return list(self._session.scalars(query.order_by(DatasetRow.name, DatasetRow.id).limit(limit)))

    def list_recent(self, *, limit: int) -> Sequence[DatasetRow]:
        """Return those that were changed last, the latest first."""
        return self.list(order_by=(DatasetRow.updated_at.desc(), DatasetRow.id.desc()), limit=limit)

    def count_by_name(self, *, search: str | None = None) -> int:
        """Return how many datasets `list_by_name` would give in all."""
        return self.count(*_contains(search))


class VersionRepository(Repository[VersionRow]):
    """The published versions of all datasets."""

    row_type = VersionRow

    def of(self, dataset_id: str, version: int | None = None) -> VersionRow:
        """Return one version of a dataset; the current one if none is named.

        Raises:
            DatasetNotFoundError: there is no such dataset, or it is deleted.
            NotFoundError: it has no such version.
        """
        dataset = self._session.get(DatasetRow, dataset_id)
        if dataset is None or dataset.deleted_at is not None:
            raise DatasetNotFoundError(dataset_id)
        wanted = dataset.current_version if version is None else version
        rows = self.list(VersionRow.dataset_id == dataset_id, VersionRow.version == wanted, limit=1)
        if not rows:
            raise NotFoundError(
                _("Dataset '{name}' has no version {wanted}.").format(name=dataset.name, wanted=wanted),
                hint=_("Run `bestand data show DATASET` to see its versions."),
            )
        return rows[0]

    def renewed_since(self, at: str) -> list[tuple[str, str]]:
        """Return the datasets whose present version is not their first and younger: name, and when it came."""
        current = (VersionRow.dataset_id == DatasetRow.id) & (VersionRow.version == DatasetRow.current_version)
        query = (
            select(DatasetRow.name, VersionRow.created_at)
            .join(VersionRow, current)
            .where(DatasetRow.deleted_at.is_(None), VersionRow.version > 1, VersionRow.created_at > at)
        )
        return [(row.name, row.created_at) for row in self._session.execute(query)]

    def manifests(self, wanted: Collection[tuple[str, int]]) -> dict[str, str]:
        """Return the manifests of (dataset id, version) as they are stored, by dataset id; at most one of each."""
        found: dict[str, str] = {}
        asked = list(wanted)
        for start in range(0, len(asked), _PAIRS):
            pairs = tuple_(VersionRow.dataset_id, VersionRow.version).in_(asked[start : start + _PAIRS])
            query = select(VersionRow.dataset_id, VersionRow.manifest).where(
                pairs, VersionRow.deleted_at.is_(None)
            )
            found.update((row.dataset_id, row.manifest) for row in self._session.execute(query))
        return found

    def all_of(self, dataset_id: str) -> Sequence[VersionRow]:
        """Return every version of a dataset, newest first."""
        query = self._query((VersionRow.dataset_id == dataset_id,), deleted=False)
        return self._session.scalars(query.order_by(VersionRow.version.desc())).all()

    def published(self) -> frozenset[tuple[str, int]]:
        """Return (dataset id, version) of all that were ever recorded, deleted ones too: they can be restored."""
        pairs = self._session.execute(select(VersionRow.dataset_id, VersionRow.version))
        return frozenset((dataset_id, version) for dataset_id, version in pairs)


class JobRepository(Repository[JobRow]):
    """All jobs, of every state."""

    row_type = JobRow

    def missing(self, row_id: str) -> NotFoundError:
        """Return the error for an id that is not there."""
        return JobNotFoundError(row_id)

    def due(self, now: float, *, horizon_s: float, limit: int) -> list[tuple[str, int, int]]:
        """Return (id, attempts begun, priority) of jobs that may be claimed now, the most urgent first.

        Args:
            now: The time, in seconds since the epoch.
            horizon_s: A retry planned further ahead than this was planned under another clock; it is due.
            limit: Most jobs returned.
        """
        past = or_(JobRow.run_at <= now, JobRow.run_at > now + horizon_s)
        query = (
            select(JobRow.id, JobRow.attempt, JobRow.priority)
            .where(JobRow.deleted_at.is_(None))
            .where(or_(JobRow.state == "queued", (JobRow.state == "retry") & past))
            .order_by(JobRow.priority.desc(), JobRow.run_at, JobRow.id)
            .limit(limit)
        )
        return [(row.id, row.attempt, row.priority) for row in self._session.execute(query)]


class JobEventRepository(Repository[JobEventRow]):
    """What happened to jobs."""

    row_type = JobEventRow

    def of(self, job_id: str) -> Sequence[JobEventRow]:
        """Return one job's life, oldest first."""
        query = self._query((JobEventRow.job_id == job_id,), deleted=False)
        return self._session.scalars(query.order_by(JobEventRow.at, JobEventRow.id)).all()


class QueryRepository(Repository[QueryRow]):
    """The history of questions."""

    row_type = QueryRow

    def history(self, *, limit: int = 100, offset: int = 0, search: str | None = None) -> Sequence[QueryRow]:
        """Return one page, newest first; `search` keeps questions whose text contains it."""
        where = [func.lower(QueryRow.sql).contains(search.lower(), autoescape=True)] if search else []
        newest = (QueryRow.created_at.desc(), QueryRow.id.desc())
        return self.list(*where, order_by=newest, limit=limit, offset=offset)

    def trim(self, keep: int) -> int:
        """Remove the oldest questions for good until `keep` are left; return how many went."""
        newest = (QueryRow.created_at.desc(), QueryRow.id.desc())
        surplus = self._session.scalars(select(QueryRow).order_by(*newest).offset(keep).limit(10_000)).all()
        for row in surplus:
            self._session.delete(row)
        self._session.flush()
        return len(surplus)


class SavedQueryRepository(Repository[SavedQueryRow]):
    """Questions kept under a name. A name is unique among those that are not deleted."""

    row_type = SavedQueryRow

    def missing(self, row_id: str) -> NotFoundError:
        """Return the error for an id that is not there."""
        return NotFoundError(_("There is no saved question '{id}'.").format(id=row_id), row_id=row_id)

    def taken(self, row: SavedQueryRow) -> BestandError | None:
        """Return the error for a name another question has."""
        return _question_taken(row.name)

    def check(self, row: SavedQueryRow) -> None:
        """Refuse a name that another question has."""
        other = self.by_name(row.name) if row.deleted_at is None else None
        if other is not None and other is not row:
            raise _question_taken(row.name)

    def by_name(self, name: str) -> SavedQueryRow | None:
        """Return the question of this name, or None."""
        query = select(SavedQueryRow).where(SavedQueryRow.name == name, SavedQueryRow.deleted_at.is_(None))
        return self._session.scalars(query).one_or_none()

    def list_by_name(self, *, limit: int = 100, offset: int = 0) -> Sequence[SavedQueryRow]:
        """Return one page in order of the names."""
        return self.list(order_by=(SavedQueryRow.name,), limit=limit, offset=offset)


class SavedReadingRepository(Repository[SavedReadingRow]):
    """How files of some kinds are read. A name is unique among those that are not deleted."""

    row_type = SavedReadingRow

    def missing(self, row_id: str) -> NotFoundError:
        """Return the error for an id that is not there."""
        return SavedReadingNotFoundError(row_id)

    def taken(self, row: SavedReadingRow) -> BestandError | None:
        """Return the error for a name another reading has."""
        return _reading_taken(row.name)

    def check(self, row: SavedReadingRow) -> None:
        """Refuse a name that another reading has."""
        other = self.by_name(row.name) if row.deleted_at is None else None
        if other is not None and other is not row:
            raise _reading_taken(row.name)

    def by_name(self, name: str) -> SavedReadingRow | None:
        """Return the reading of this name, or None."""
        query = select(SavedReadingRow).where(SavedReadingRow.name == name, SavedReadingRow.deleted_at.is_(None))
        return self._session.scalars(query).one_or_none()

    def require_name(self, name: str) -> SavedReadingRow:
        """Return the reading of this name.

        Raises:
            SavedReadingNotFoundError: there is none; the message names the nearest one.
        """
        row = self.by_name(name)
        if row is None:
            names = [other.name for other in self.list_by_name(limit=1_000)]
            nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            raise SavedReadingNotFoundError(name, nearest=nearest[0] if nearest else None)
        return row

    def list_by_name(self, *, limit: int = 100, offset: int = 0) -> Sequence[SavedReadingRow]:
        """Return one page in order of the names."""
        return self.list(order_by=(SavedReadingRow.name,), limit=limit, offset=offset)


def _reading_taken(name: str) -> RevisionConflictError:
    return RevisionConflictError(_("Another saved reading is called '{name}'.").format(name=name), name=name)


def _question_taken(name: str) -> RevisionConflictError:
    return RevisionConflictError(_("Another saved question is called '{name}'.").format(name=name), name=name)


def _contains(search: str | None) -> list[ColumnElement[bool]]:
    return [func.lower(DatasetRow.name).contains(search.lower(), autoescape=True)] if search else []


class ConnectionRepository(Repository[ConnectionRow]):
    """The network ledger, which only grows."""

    row_type = ConnectionRow

    def opened(self) -> int:
        """Return how many connections were let through since the profile was made."""
        return self.count(ConnectionRow.allowed.is_(True))

    def newest(self, *, limit: int) -> Sequence[ConnectionRow]:
        """Return the connections that were asked for last, the newest first."""
        return self.list(order_by=(ConnectionRow.id.desc(),), limit=limit)
