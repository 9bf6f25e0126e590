"""Every write leaves a row that says who did it and what it changed, in the same transaction.

Hooked into the session itself, so that no way of changing a row escapes: repositories, plain attributes,
`session.add`. Bulk statements would escape; they are refused.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import event, func, insert, inspect, select
from sqlalchemy.orm import InstanceState, ORMExecuteState, Session, UOWTransaction

from core.clock import now_iso
from core.trace import current_actor, current_trace
from core.types import Json
from storage.database.base import Row
from storage.database.models import AuditRow, DatasetRow, VersionRow

_PENDING = "audit_pending"
_TAGS = "changed_tags"
_LOST = "lost"
_BOOKKEEPING = frozenset({"updated_at", "revision"})


class AuditLog:
    """Reads the trail; it is written by the session hooks only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, row: Row) -> Sequence[AuditRow]:
        """Return everything that happened to one row, oldest first."""
        query = select(AuditRow).where(AuditRow.table_name == row.__tablename__, AuditRow.row_id == row.id)
        return self._session.scalars(query.order_by(AuditRow.seq)).all()

    def list(self, *, limit: int = 100, offset: int = 0, trace: str | None = None) -> Sequence[AuditRow]:
        """Return one page, newest first; of one trace if given."""
        query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(limit).offset(offset)
        return self._session.scalars(query.where(AuditRow.trace == trace) if trace else query).all()

    def count(self) -> int:
        """Return how many writes there were."""
        return self._session.scalar(select(func.count()).select_from(AuditRow)) or 0


class AuditedSession(Session):
    """A session whose every write is audited; `changed_tags` collects the names of what changed."""

    @property
    def changed_tags(self) -> set[str]:
        """What was changed so far: `table:<name>`, `dataset:<id>` and what callers add."""
        tags: set[str] = self.info.setdefault(_TAGS, set())
        return tags

    @property
    def lost(self) -> BaseException | None:
        """Why the database has ended the transaction behind our back; then nothing more can be done in it."""
        found: BaseException | None = self.info.get(_LOST)
        return found

    @lost.setter
    def lost(self, error: BaseException) -> None:
        self.info[_LOST] = error

    def refuse_if_lost(self) -> None:
        """Raise what ended the transaction; without one, each statement would be kept by itself."""
        if self.lost is not None:
            raise self.lost


@event.listens_for(AuditedSession, "before_flush")
def _before_flush(session: AuditedSession, _context: UOWTransaction, _objects: object) -> None:
    session.refuse_if_lost()
    pending: list[dict[str, Any]] = []
    session.info[_PENDING] = pending
    tags = session.changed_tags
    for row in _rows(session.dirty):
        changes = _changes(session, row)
        if changes is not None:
            row.updated_at = now_iso()
            _note_update(pending, row, changes)
            _tag(tags, row)
    for row in _rows(session.deleted):
        pending.append(_entry("purge", row, _values(row), None))
        _tag(tags, row)
    for row in _rows(session.new):
        _tag(tags, row)


@event.listens_for(AuditedSession, "after_flush")
def _after_flush(session: AuditedSession, _context: UOWTransaction) -> None:
    pending: list[dict[str, Any]] = session.info.pop(_PENDING)
    pending.extend(_entry("insert", row, None, _values(row)) for row in _rows(session.new))
    if pending:
        session.connection().execute(insert(AuditRow), pending)


@event.listens_for(AuditedSession, "do_orm_execute")
def _refuse(state: ORMExecuteState) -> None:
    if isinstance(state.session, AuditedSession):
        state.session.refuse_if_lost()
    if state.is_insert or state.is_update or state.is_delete:
        raise RuntimeError("a bulk statement would leave no audit row; write through the repositories")


def _rows(instances: Iterable[object]) -> Iterable[Row]:
    return (instance for instance in instances if isinstance(instance, Row))


def _changes(session: Session, row: Row) -> tuple[dict[str, Json], dict[str, Json]] | None:
    """Return the changed columns before and after, or None when the row only looks changed."""
    state: InstanceState[Row] = inspect(row)
    before: dict[str, Json] = {}
    after: dict[str, Json] = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if not history.has_changes() or attribute.key in _BOOKKEEPING:
            continue
        column = attribute.columns[0]
        if history.deleted:
            before[attribute.key] = history.deleted[0]
        else:  # it was set without having been loaded
            query = select(column).where(type(row).id == row.id)
            before[attribute.key] = session.connection().execute(query).scalar()
        after[attribute.key] = history.added[0] if history.added else None
    return (before, after) if after else None


def _note_update(
    pending: list[dict[str, Any]], row: Row, changes: tuple[dict[str, Json], dict[str, Json]]
) -> None:
    before, after = changes
    if after.keys() <= row.unaudited:
        return
    action = "update"
    if "deleted_at" in after:
        action = "delete" if after["deleted_at"] else "restore"
    pending.append(_entry(action, row, before, after))


def _entry(action: str, row: Row, before: dict[str, Json] | None, after: dict[str, Json] | None) -> dict[str, Any]:
    return {
        "at": now_iso(),
        "actor": current_actor(),
        "trace": current_trace(),
        "action": action,
        "table_name": row.__tablename__,
        "row_id": row.id,
        "before": before,
        "after": after,
    }


def _values(row: Row) -> dict[str, Json]:
    return {attribute.key: getattr(row, attribute.key) for attribute in inspect(row).mapper.column_attrs}


def _tag(tags: set[str], row: Row) -> None:
    tags.add(f"table:{row.__tablename__}")
    if isinstance(row, DatasetRow):
        tags.add(f"dataset:{row.id}")
    elif isinstance(row, VersionRow):
        tags.add(f"dataset:{row.dataset_id}")
