"""What can be done with the rows of one table; the same on SQLite and Postgres.

A repository belongs to one unit of work and never commits. Each write is flushed at once, so that a refusal is
raised where it was caused, and leaves its audit row.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, UnaryExpression, func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.clock import now_iso
from core.errors import BestandError, NotFoundError, RevisionConflictError
from core.i18n import _
from storage.database.base import Row

RowT = TypeVar("RowT", bound=Row)

Order = ColumnElement[Any] | UnaryExpression[Any] | InstrumentedAttribute[Any]


class Repository(Generic[RowT]):
    """One table's rows. Deleted rows stay, and are seen only where `deleted` is asked for."""

    row_type: ClassVar[type[Row]]

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _type(self) -> type[RowT]:
        return self.row_type  # type: ignore[return-value]  # a class variable cannot name the type parameter

    def missing(self, row_id: str) -> NotFoundError:
        """Return the error for an id that is not there."""
        return NotFoundError(
            _("There is no {thing} '{row_id}'.").format(thing=self._type.__tablename__, row_id=row_id),
            row_id=row_id,
        )

    def taken(self, row: RowT) -> BestandError | None:
        """Return the error for a row whose unique value another one has; None when that is a bug."""
        del row
        return None

    def check(self, row: RowT) -> None:
        """Refuse a row before the database would, so that the transaction stays usable."""

    # ---- reading ------------------------------------------------------------------------------------------

    def get(self, row_id: str, *, deleted: bool = False) -> RowT | None:
        """Return the row with this id, or None."""
        row = self._session.get(self._type, row_id)
        return row if row is not None and (deleted or row.deleted_at is None) else None

    def require(self, row_id: str, *, deleted: bool = False) -> RowT:
        """Return the row with this id.

        Raises:
            NotFoundError: there is none.
        """
        row = self.get(row_id, deleted=deleted)
        if row is None:
            raise self.missing(row_id)
        return row

    def list(
        self,
        *where: ColumnElement[bool],
        order_by: Sequence[Order] = (),
        limit: int = 100,
        offset: int = 0,
        deleted: bool = False,
    ) -> Sequence[RowT]:
        """Return one page; the id ends every order, so that pages never overlap."""
        query = self._query(where, deleted=deleted).order_by(*order_by, self._type.id)
        return self._session.scalars(query.limit(limit).offset(offset)).all()

    def count(self, *where: ColumnElement[bool], deleted: bool = False) -> int:
        """Return how many rows there are."""
        inner = self._query(where, deleted=deleted).with_only_columns(self._type.id).subquery()
        return self._session.scalar(select(func.count()).select_from(inner)) or 0

    def _query(self, where: Iterable[ColumnElement[bool]], *, deleted: bool) -> Select[RowT]:
        query = select(self._type).where(*where)
        return query if deleted else query.where(self._type.deleted_at.is_(None))

    # ---- writing ------------------------------------------------------------------------------------------

    def add(self, row: RowT) -> RowT:
        """Insert a row and return it."""
        self.check(row)
        self._session.add(row)
        self._flush(row)
        return row

    def add_all(self, rows: Sequence[RowT]) -> Sequence[RowT]:
        """Insert many rows by few statements and return them.

        Raises:
            BestandError: two of them, or one of them and a stored one, share what only one may have.
        """
        for row in rows:
            self.check(row)
        self._session.add_all(rows)
        self._flush(*rows)
        return rows

    def update(self, row: RowT, *, revision: int | None = None, **changes: object) -> RowT:
        """Change columns of a row; return the row as it is now.

        Args:
            row: May come from this unit of work or from an earlier, ended one; then nobody may have changed it.
            revision: The revision the change is based on, if not the one `row` carries.
            changes: New values by column name.

        Raises:
            RevisionConflictError: somebody changed the row since.
            NotFoundError: the row is gone.
        """
        current = self._current(row, revision)
        for name, value in changes.items():
            if name not in inspect(current).mapper.column_attrs:
                raise AttributeError(f"{type(current).__name__} has no column '{name}'")
            setattr(current, name, value)
        try:
            with self._session.no_autoflush:
                self.check(current)
        except BestandError:
            self._session.expire(current)
            raise
        self._flush(current)
        return current

    def delete(self, row: RowT) -> RowT:
        """Take a row out of sight; `restore` brings it back."""
        return self.update(row, deleted_at=now_iso())

    def restore(self, row_id: str) -> RowT:
        """Bring a deleted row back; nothing happens to one that is not deleted."""
        row = self.require(row_id, deleted=True)
        return self.update(row, deleted_at=None) if row.deleted_at else row

    def purge(self, row: RowT) -> None:
        """Remove a row for good; its last content stays in the audit trail."""
        self._session.delete(self._current(row, None))
        self._flush(row)

    def _current(self, row: RowT, revision: int | None) -> RowT:
        if row in self._session:
            current = row
            if inspect(row).expired:
                self._session.refresh(row)
        else:
            current = self.require(row.id, deleted=True)
        if current.revision != (row.revision if revision is None else revision):
            raise RevisionConflictError(
                _("Somebody else changed this {thing} since it was read.").format(thing=row.__tablename__),
                row_id=row.id,
            )
        return current

    def _flush(self, *rows: RowT) -> None:
        """Write; where the database refuses, it does not say which of several rows is at fault."""
        try:
            self._session.flush()
        except IntegrityError as error:
            taken = next((told for row in self._doubled(rows) if (told := self.taken(row)) is not None), None)
            if taken is None:
                raise
            raise taken from error

    def _doubled(self, rows: Sequence[RowT]) -> Sequence[RowT]:
        """Return the rows whose errors name the same thing as another's, first; then all."""
        told = [str(self.taken(row)) for row in rows]
        return [*(row for row, text in zip(rows, told, strict=True) if told.count(text) > 1), *rows]
