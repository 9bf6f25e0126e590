"""The one writer of a SQLite database: many callers, one thread, one commit for all who wait.

Used by `Database` only. While the disk confirms one commit, the next callers queue up; they then share the next
commit. Each caller runs in a savepoint of its own, with its own audit actor and trace. When the disk (or SQLite)
throws the whole batch away because of one caller, the others run again one by one, so they never pay for it.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage.database.audit import AuditedSession
from storage.database.engine import in_transaction
from storage.database.faults import is_busy, is_io_error
from storage.database.unit_of_work import UnitOfWork

T = TypeVar("T")

MAX_BATCH = 256
"""Callers that share one commit at most."""

_BATCH_S = 0.05
"""A batch takes no further callers after this, so that the first of it does not wait for ever."""

_BUSY_PAUSE_S = 0.005

_VERSION = "PRAGMA data_version"

_NO_RESULT: Any = object()


@dataclass(slots=True)
class _Call:
    """One caller that waits."""

    fn: Callable[[UnitOfWork], Any]
    context: Context
    done: Future[Any] = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)
    result: Any = _NO_RESULT
    tags: frozenset[str] = frozenset()


class _LookedError(Exception):
    """Nothing was to be done but to begin."""


def _look(_uow: UnitOfWork) -> None:
    raise _LookedError


class _BatchLostError(Exception):
    """SQLite ended the transaction of the whole batch because of one call, which was told already."""


class GroupWriter:
    """Runs callers' functions on the writer thread.

    Args:
        engine: Its transactions begin IMMEDIATE.
        publish: Called on the writer thread after each commit with the tags of all its callers; never raises.
        busy_timeout_s: How long a caller waits for other processes' transactions.

    `others` counts how often, at the beginning of a transaction, somebody else had committed since the one before.
    """

    def __init__(
        self, engine: Engine, *, publish: Callable[[frozenset[str]], None], busy_timeout_s: float
    ) -> None:
        self._engine = engine
        self._publish = publish
        self._busy_timeout_s = busy_timeout_s
        self._queue: deque[_Call] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self.others = 0
        self._seen: tuple[object, int] | None = None
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    def is_current_thread(self) -> bool:
        """Tell whether the caller is inside a transaction function or a commit listener."""
        return threading.current_thread() is self._thread

    def run(self, fn: Callable[[UnitOfWork], T]) -> T:
        """Run `fn` and return its result once it is on the disk; raises what `fn` raises."""
        call = _Call(fn, copy_context())
        with self._wake:
            if self._closing:
                raise RuntimeError("the database is closed")
            self._queue.append(call)
            self._wake.notify()
        try:
            result: T = call.done.result()
        except BaseException:
            call.done.cancel()  # an impatient caller (Ctrl+C): skipped if its turn has not come yet
            raise
        return result

    def look(self) -> int:
        """Begin a transaction and take it back, so that `others` is up to date; return it."""
        with suppress(_LookedError):
            self.run(_look)
        return self.others

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    # ---- the writer thread --------------------------------------------------------------------------------

    def _run(self) -> None:
        while self._wait_for_call():
            lost: list[_Call] = []
            try:
                with self._engine.connect() as connection:
                    lost = self._serve(connection)
            except Exception as error:  # the thread must outlive any failure; callers get it
                self._fail_waiting(error, only_expired=False)
            for call in lost:
                self._run_alone(call)

    def _wait_for_call(self) -> bool:
        with self._wake:
            while not self._queue and not self._closing:
                self._wake.wait()
            return bool(self._queue)

    def _serve(self, connection: Connection) -> list[_Call]:
        """Commit batches on one connection until nobody waits.

        Returns:
            Callers of a batch that was thrown away without their fault; the connection is of no use then.
        """
        while self._queue:
            if not self._begin(connection):
                continue
            batch: list[_Call] = []
            try:
                self._fill(connection, batch)
                self._commit(connection, batch)
            except _BatchLostError:
                connection.invalidate()
                return batch
            except Exception as error:  # the commit itself failed; each caller is told
                connection.invalidate()
                if len(batch) > 1 and not is_io_error(error):
                    return batch
                for call in batch:  # after an I/O error nobody knows what a commit left behind
                    _fail(call, error)
                return []
        return []

    def _begin(self, connection: Connection) -> bool:
        """Begin a transaction; callers whom another process makes wait too long are told."""
        try:
            connection.begin()
            self._notice(connection)
        except Exception as error:
            connection.rollback()
            if not is_busy(error):
                raise
            self._fail_waiting(error, only_expired=True)
            time.sleep(_BUSY_PAUSE_S)
            return False
        return True

    def _notice(self, connection: Connection) -> None:
        """Count a commit by anybody else; SQLite tells it by a number each connection sees differently."""
        version = (connection.connection.dbapi_connection, connection.exec_driver_sql(_VERSION).scalar_one())
        if self._seen is not None and version != self._seen:
            self.others += 1
        self._seen = version

    def _fill(self, connection: Connection, batch: list[_Call]) -> None:
        """Run callers until nobody waits or the batch is full."""
        deadline = time.monotonic() + _BATCH_S
        while len(batch) < MAX_BATCH and (not batch or time.monotonic() < deadline):
            call = self._next()
            if call is None:
                return
            try:
                call.result, call.tags = call.context.run(_work, connection, call.fn, alone=not batch)
            except BaseException as error:  # whatever it is belongs to that caller
                _fail(call, error)
                if not batch:  # so far the transaction was this caller's own
                    connection.rollback()
                    return
                if not in_transaction(connection):
                    raise _BatchLostError from error
            else:
                batch.append(call)

    def _next(self) -> _Call | None:
        with self._wake:
            while self._queue:
                call = self._queue.popleft()
                if call.done.set_running_or_notify_cancel():
                    return call
        return None

    def _commit(self, connection: Connection, batch: list[_Call]) -> None:
        if not batch:
            return
        connection.commit()
        self._publish(frozenset().union(*(call.tags for call in batch)))
        for call in batch:
            call.done.set_result(call.result)

    def _run_alone(self, call: _Call) -> None:
        """Give a caller of a lost batch a transaction of its own."""
        try:
            with self._engine.connect() as connection:
                try:
                    connection.begin()
                    call.result, call.tags = call.context.run(_work, connection, call.fn, alone=True)
                    self._commit(connection, [call])
                except BaseException:
                    connection.invalidate()
                    raise
        except BaseException as error:  # whatever it is belongs to that caller
            _fail(call, error)

    def _fail_waiting(self, error: Exception, *, only_expired: bool) -> None:
        limit = time.monotonic() - (self._busy_timeout_s if only_expired else 0)
        with self._wake:
            failed = [call for call in self._queue if call.since <= limit]
            self._queue = deque(call for call in self._queue if call.since > limit)
        for call in failed:
            if call.done.set_running_or_notify_cancel():
                _fail(call, error)


def _fail(call: _Call, error: BaseException) -> None:
    if not call.done.done():
        call.done.set_exception(error)


def _work(connection: Connection, fn: Callable[[UnitOfWork], T], *, alone: bool) -> tuple[T, frozenset[str]]:
    """Run one caller; return its result and what it changed.

    A failure takes the caller back to its savepoint; when `alone`, it has none and takes the transaction with it.
    """
    mode: Literal["rollback_only", "create_savepoint"] = "rollback_only" if alone else "create_savepoint"
    session = AuditedSession(connection, join_transaction_mode=mode, expire_on_commit=False)
    try:
        uow = UnitOfWork(session)
        result = fn(uow)
        session.refuse_if_lost()
        session.commit()
    except BaseException:
        # When SQLite has ended the whole transaction there is no savepoint to go back to; the first error counts.
        with suppress(DBAPIError):
            session.close()
        raise
    session.close()
    return result, uow.tags
