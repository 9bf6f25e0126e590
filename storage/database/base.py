"""What every table has: naming conventions, id, times, revision, soft deletion.

Used by the models. Plain declarations that hold on SQLite and Postgres alike; no I/O.
"""

from typing import ClassVar

from sqlalchemy import MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, mapped_column

from core.clock import now_iso
from core.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can drop it on any database."""


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Root of all tables."""

    metadata = MetaData(naming_convention=NAMING)


class Row(Base, kw_only=True):
    """A row a person (or a job for them) makes, changes, deletes and restores; every write is audited.

    `revision` counts the writes and guards against lost updates. `deleted_at` is set while the row is deleted.
    `created_at` and `updated_at` are ISO 8601 UTC.
    """

    __abstract__ = True

    unaudited: ClassVar[frozenset[str]] = frozenset()
    """Columns that change many times a minute and say nothing about the past (a heartbeat, a fraction)."""

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default_factory=new_id)
    created_at: Mapped[str] = mapped_column(String(24), default_factory=now_iso)
    updated_at: Mapped[str] = mapped_column(String(24), default_factory=now_iso)
    revision: Mapped[int] = mapped_column(init=False)
    deleted_at: Mapped[str | None] = mapped_column(String(24), default=None)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, object]:
        """Count and compare the revision at each UPDATE."""
        return {"version_id_col": cls.__table__.c.revision}
