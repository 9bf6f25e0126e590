"""The tables of the state database.

Used by the repositories and by migrations. A change here needs a migration in `migrations/versions` and its
number in `schema.py`; a test compares the two. The conditions of unique indexes stand here for SQLite only: named
for Postgres, too, they would load its dialect at every start. The scripts, which make every table, have both.
"""

from typing import ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.types import Json
from storage.database.base import Base, Row

metadata = Base.metadata
"""All tables, as the migration library compares them."""

_JSON = JSON(none_as_null=True)
_LIVE = text("deleted_at IS NULL")
_ACTIVE_KEY = text("unique_key IS NOT NULL AND state IN ('queued', 'running', 'retry')")


class DatasetRow(Row, kw_only=True):
    """One imported table; its rows live in Parquet versions, not here. `row_count` is that of the current one."""

    __tablename__ = "dataset"
    __table_args__ = (
        Index("uq_dataset_name", "name", unique=True, sqlite_where=_LIVE),
    )  # fmt: skip

    name: Mapped[str] = mapped_column(Text)
    current_version: Mapped[int]
    row_count: Mapped[int] = mapped_column(BigInteger)


class VersionRow(Row, kw_only=True):
    """One published version of a dataset. Digests are BLAKE3 hex; `manifest` is the JSON text of the folder's."""

    __tablename__ = "version"
    __table_args__ = (Index("uq_version_dataset_id_version", "dataset_id", "version", unique=True),)

    dataset_id: Mapped[str] = mapped_column(String(26), ForeignKey("dataset.id"))
    version: Mapped[int]
    rows: Mapped[int] = mapped_column(BigInteger)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    source_digest: Mapped[str] = mapped_column(String(64), index=True)
    manifest: Mapped[str] = mapped_column(Text)


class JobRow(Row, kw_only=True):
    """One piece of background work and its state; the truth the queue only points to.

    `run_at` and `lease_until` are seconds since the epoch; `fraction` is 0..1. Replace `args`, `result` and
    `error` as a whole: a change inside them is not seen.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_state_run_at", "state", "run_at"),
        Index(
            "uq_job_unique_key", "unique_key", unique=True,
            sqlite_where=_ACTIVE_KEY,
        ),
    )  # fmt: skip
    unaudited: ClassVar[frozenset[str]] = frozenset({"fraction", "step", "lease_until"})

    kind: Mapped[str] = mapped_column(String(64))
    args: Mapped[dict[str, Json]] = mapped_column(_JSON)
    state: Mapped[str] = mapped_column(String(16), default="queued")
    priority: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=1)
    run_at: Mapped[float] = mapped_column(default=0.0)
    owner: Mapped[str | None] = mapped_column(String(128), default=None)
    lease_until: Mapped[float | None] = mapped_column(default=None)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    fraction: Mapped[float] = mapped_column(default=0.0)
    step: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[Json] = mapped_column(_JSON, default=None)
    error: Mapped[Json] = mapped_column(_JSON, default=None)
    unique_key: Mapped[str | None] = mapped_column(Text, default=None)
    actor: Mapped[str] = mapped_column(String(64))
    trace: Mapped[str | None] = mapped_column(String(64), default=None)
    started_at: Mapped[str | None] = mapped_column(String(24), default=None)
    finished_at: Mapped[str | None] = mapped_column(String(24), default=None)


class JobEventRow(Row, kw_only=True):
    """One step in a job's life. `at` is ISO 8601 UTC."""

    __tablename__ = "job_event"
    __table_args__ = (Index("ix_job_event_job_id_at", "job_id", "at"),)

    job_id: Mapped[str] = mapped_column(String(26), ForeignKey("job.id"))
    at: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")


class QueryRow(Row, kw_only=True):
    """One question that was asked, at `created_at`. `state` is done, failed or cancelled."""

    __tablename__ = "query"
    __table_args__ = (Index("ix_query_created_at", "created_at", "id"),)

    sql: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16))
    rows: Mapped[int | None] = mapped_column(BigInteger, default=None)
    duration_ms: Mapped[float | None] = mapped_column(default=None)
    error: Mapped[str | None] = mapped_column(Text, default=None)


class SavedQueryRow(Row, kw_only=True):
    """A question somebody keeps under a name; unique among those that are not deleted."""

    __tablename__ = "saved_query"
    __table_args__ = (
        Index("uq_saved_query_name", "name", unique=True, sqlite_where=_LIVE),
    )  # fmt: skip

    name: Mapped[str] = mapped_column(Text)
    sql: Mapped[str] = mapped_column(Text)


class FormRow(Row, kw_only=True):
    """One form of one person: what it holds now, what was saved last, and where in its history it stands.

    `data` is the state at the step `mark`; `tip` is the step at the end of the line redo follows; `last` is the
    number of the newest version. `saved_data` is what the version `saved` kept, the state of the step
    `saved_mark`; None while that is what the form holds, so that nothing is written twice. All of it follows from
    the versions, which are audited.
    """

    __tablename__ = "form"
    __table_args__ = (Index("uq_form_person_name", "person", "name", unique=True),)
    unaudited: ClassVar[frozenset[str]] = frozenset(
        {"data", "mark", "tip", "last", "saved", "saved_mark", "saved_data"}
    )

    person: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Json]] = mapped_column(_JSON)
    mark: Mapped[int] = mapped_column(default=0)
    tip: Mapped[int] = mapped_column(default=0)
    last: Mapped[int] = mapped_column(default=0)
    saved: Mapped[int | None] = mapped_column(default=None)
    saved_mark: Mapped[int | None] = mapped_column(default=None)
    saved_data: Mapped[dict[str, Json] | None] = mapped_column(_JSON, default=None)


class FormVersionRow(Row, kw_only=True):
    """One thing that happened to a form; the history only grows, an undo is a version too.

    `number` counts from 1 within the form. `mark` is the step whose state the form had then: its own number for
    what made a new state, whose `changes` lead there from the state of the step `parent`. `kind` is begin, step,
    undo, redo, jump, save, reset, merge, or aside for a state that was kept beside the line because another
    window was first; a merge says with `settles` which one it has decided.
    """

    __tablename__ = "form_version"
    __table_args__ = (Index("uq_form_version_form_id_number", "form_id", "number", unique=True),)

    form_id: Mapped[str] = mapped_column(String(26), ForeignKey("form.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    mark: Mapped[int]
    parent: Mapped[int | None] = mapped_column(default=None)
    label: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[list[Json] | None] = mapped_column(_JSON, default=None)
    window: Mapped[str | None] = mapped_column(String(64), default=None)
    settles: Mapped[int | None] = mapped_column(default=None)


class SavedReadingRow(Row, kw_only=True):
    """How files of one kind are read, under a name that is unique among those that are not deleted.

    `document` is the reading as TOML; `signature` and `files` are taken from it, to find it by a file's columns
    and name.
    """

    __tablename__ = "saved_reading"
    __table_args__ = (
        Index("uq_saved_reading_name", "name", unique=True, sqlite_where=_LIVE),
    )  # fmt: skip

    name: Mapped[str] = mapped_column(Text)
    files: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(64), index=True)
    document: Mapped[str] = mapped_column(Text)


class ConnectionRow(Row, kw_only=True):
    """One outbound connection that was asked for, written down before it was opened; `created_at` is when."""

    __tablename__ = "connection"

    host: Mapped[str] = mapped_column(Text)
    port: Mapped[int]
    purpose: Mapped[str] = mapped_column(Text)
    allowed: Mapped[bool]


class AuditRow(Base, kw_only=True):
    """One write: who, when, in which trace, and what changed.

    `before` and `after` hold the changed columns of an update, all columns of an insert (`after`) or of a
    final removal (`before`). `action` is insert, update, delete, restore or purge.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_table_name_row_id", "table_name", "row_id"),)

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True, init=False
    )
    at: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(String(64))
    trace: Mapped[str | None] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(16))
    table_name: Mapped[str] = mapped_column(String(64))
    row_id: Mapped[str] = mapped_column(String(26))
    before: Mapped[dict[str, Json] | None] = mapped_column(_JSON)
    after: Mapped[dict[str, Json] | None] = mapped_column(_JSON)


class JournalRow(Base, kw_only=True):
    """What one window last left in one field. `value` is JSON; `at` is ISO 8601 UTC.

    `seq` orders the values, within a window and between windows; `revision` counts the writes of the field. `seen`
    is the number up to which the window has seen what others put there and stayed with its own.
    """

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_person_id_seq", "person_id", "seq"), Index("ix_journal_at", "at"))

    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    window_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(24))
    seen: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)


class JournalAsideRow(Base, kw_only=True):
    """A value of a field that is not in it: an older one that came late, or one the field no longer takes."""

    __tablename__ = "journal_aside"
    __table_args__ = (Index("ix_journal_aside_person_id_key", "person_id", "key"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True, init=False
    )
    person_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(200))
    window_id: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(String(16))
    at: Mapped[str] = mapped_column(String(24))


class SessionRow(Base, kw_only=True):
    """One window of a person, open or closed: where it was and what it showed. `state` is JSON with its version.

    `since` is the number up to which it has seen the fields of other windows.
    """

    __tablename__ = "session"
    __table_args__ = (Index("ix_session_person_id_seen_at", "person_id", "seen_at"),)

    window_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64))
    device_id: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[str] = mapped_column(String(24))
    seen_at: Mapped[str] = mapped_column(String(24))
    since: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)


class AboutRow(Base, kw_only=True):
    """A fact about the database itself; `app_version` names who migrated it last, for a message to older ones."""

    __tablename__ = "about"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
