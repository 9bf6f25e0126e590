"""The state database: write transactions that are durable when they return, and read sessions.

Used by every floor above through `Storage.database`. On SQLite all writers of this process share one thread and
its commits; on Postgres each transaction is its own, serializable, and run again when the server asks for it.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, make_url

from core.telemetry import log_error, metrics
from storage.database.audit import AuditedSession
from storage.database.checks import DatabaseHealth, check
from storage.database.engine import engine_for, reader_for, sqlite_url
from storage.database.faults import database_errors, is_retryable_conflict
from storage.database.unit_of_work import UnitOfWork
from storage.database.writer import GroupWriter

T = TypeVar("T")

Listener = Callable[[frozenset[str]], None]

BUSY_TIMEOUT_S = 10.0
"""How long a write waits for other processes before `DatabaseBusyError`."""

_BACKOFF_S = (0.002, 0.25)


class Database:
    """One open state database; safe to use from all threads.

    Args:
        where: A SQLite file, or a SQLAlchemy URL. Its schema must be there: `migrate` makes it.
        busy_timeout_s: How long a write waits for other processes' transactions.
    """

    def __init__(self, where: Path | URL | str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = sqlite_url(where) if isinstance(where, Path) else make_url(where)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._name = (self.url.database or "") if self.is_sqlite else self.url.render_as_string()
        self._listeners: list[Listener] = []
        self._inside = threading.local()
        self._write_engine = engine_for(self.url)
        self._read_engine = reader_for(self.url)
        self._writer: GroupWriter | None = None
        self._busy_timeout_s = busy_timeout_s
        self._closed = False
        self._starting = threading.Lock()
        self._in_conflict = threading.Lock()

    @property
    def path(self) -> Path | None:
        """The database file; None on a server."""
        return Path(self._name) if self.is_sqlite else None

    def run_tx(self, fn: Callable[[UnitOfWork], T], *, label: str = "") -> T:
        """Run `fn` in a write transaction; when this returns, the change is on the disk.

        Args:
            fn: Database work only: no waiting, no files, below 50 ms. It may run more than once (each time
                from a clean state), so it must not change anything else. An exception takes it all back.
            label: What it does, for the timings.

        Returns:
            What `fn` returned.

        Raises:
            DatabaseBusyError: other processes kept the database locked.
            DiskFullError, ProfileReadOnlyError, StorageIOError: the disk refused; nothing was changed.
            DatabaseDamagedError: the file is broken.
            RevisionConflictError: somebody else changed a row this transaction changes.
            RuntimeError: it was called inside another transaction of this thread (use `uow.nested`).
        """
        if self._is_inside():
            raise RuntimeError("run_tx was called inside a transaction; use uow.nested()")
        with metrics().timed(f"tx:{label or 'unnamed'}"), database_errors(self._name):
            return self._sqlite_writer().run(fn) if self.is_sqlite else self._run_on_server(fn)

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Open a session that sees one snapshot and cannot write.

        Raises:
            DatabaseBusyError: too many sessions are open for too long.
        """
        with (
            database_errors(self._name, reading=True),
            AuditedSession(self._read_engine, autoflush=False, expire_on_commit=False) as session,
        ):
            yield UnitOfWork(session)

    def on_committed(self, listener: Listener) -> None:
        """Call `listener` with the changed tags after each commit, before `run_tx` returns.

        It runs on the committing thread: it must be quick and must not call `run_tx`. What it raises is logged.
        """
        self._listeners.append(listener)

    def others_committed(self) -> int:
        """Return how often another process was seen to have committed; two equal answers mean none has meanwhile.

        Takes a short turn at the writer. On a server nothing is counted.

        Raises:
            DatabaseBusyError: other processes kept the database locked.
        """
        if not self.is_sqlite:
            return 0
        with database_errors(self._name):
            return self._sqlite_writer().look()

    def close(self) -> None:
        """Finish running transactions and close every connection; harmless when closed already."""
        with self._starting:
            self._closed = True
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        # Readers first: the last connection to close folds the log into the file, and readers may not.
        self._read_engine.dispose()
        self._write_engine.dispose()

    def health(self) -> DatabaseHealth:
        """Read the whole database once and say what is wrong with it; never raises."""
        return check(self)

    def _is_inside(self) -> bool:
        writer = self._writer
        on_writer = writer is not None and writer.is_current_thread()
        return on_writer or bool(getattr(self._inside, "depth", 0))

    def _sqlite_writer(self) -> GroupWriter:
        writer = self._writer
        if writer is not None:
            return writer
        with self._starting:
            if self._closed:
                raise RuntimeError("the database is closed")
            if self._writer is None:
                self._writer = GroupWriter(
                    self._write_engine, publish=self._publish, busy_timeout_s=self._busy_timeout_s
                )
            return self._writer

    def _run_on_server(self, fn: Callable[[UnitOfWork], T]) -> T:
        if self._closed:
            raise RuntimeError("the database is closed")
        try:
            return self._once_on_server(fn)
        except Exception as error:
            if not is_retryable_conflict(error):
                raise
        # Who met a conflict queues up with the others of this process: fewer meet the next one.
        deadline = time.monotonic() + self._busy_timeout_s
        with self._in_conflict:
            for attempt in count():
                try:
                    return self._once_on_server(fn)
                except Exception as error:
                    if time.monotonic() >= deadline or not is_retryable_conflict(error):
                        raise
                low, high = _BACKOFF_S
                time.sleep(random.uniform(0, min(high, low * 2**attempt)))  # noqa: S311 - jitter, not a secret
        raise AssertionError("the loop returns or raises")

    def _once_on_server(self, fn: Callable[[UnitOfWork], T]) -> T:
        self._inside.depth = 1
        try:
            with AuditedSession(self._write_engine, expire_on_commit=False) as session:
                uow = UnitOfWork(session)
                result = fn(uow)
                session.commit()
            self._publish(uow.tags)
            return result
        finally:
            self._inside.depth = 0

    def _publish(self, tags: frozenset[str]) -> None:
        if not tags:
            return
        for listener in self._listeners:
            try:
                listener(tags)
            except Exception as error:  # the commit stands, whatever a listener thinks of it
                log_error(error, {"listener": getattr(listener, "__qualname__", repr(listener))})
