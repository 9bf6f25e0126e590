"""The wall where the database library's exceptions become ours.

Used wherever `storage` talks to SQLite or Postgres. What is left untranslated (a broken constraint, wrong SQL)
is a bug of ours and stays as it is.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from core.errors import (
    BestandError,
    DatabaseBusyError,
    DatabaseDamagedError,
    DiskFullError,
    ProfileReadOnlyError,
    RevisionConflictError,
    StorageIOError,
)
from core.i18n import _

ALMOST_FULL_BYTES = 256 * 1024
"""SQLite reports some writes refused for lack of room as plain I/O errors; with less room than this they are."""

_RETRY_STATES = frozenset({"40001", "40P01"})
"""Postgres: serialization failure, deadlock."""


@contextmanager
def database_errors(path: Path | str, *, reading: bool = False) -> Iterator[None]:
    """Translate what the block's database calls raise.

    Args:
        path: The database, as messages shall name it.
        reading: The session cannot write by construction, so a refused write is a bug and stays untranslated.
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError, StaleDataError, sqlite3.Error) as error:
        translated = translate(error, path, reading=reading)
        if translated is None:
            raise
        raise translated from error


def translate(error: BaseException, path: Path | str, *, reading: bool = False) -> BestandError | None:
    """Return the error a person can act on, or None when `error` is a bug or already ours."""
    if isinstance(error, StaleDataError):
        return RevisionConflictError(_("Somebody else changed this since it was read."))
    if isinstance(error, PoolTimeoutError):
        return DatabaseBusyError(_("The database '{path}' is read by too many at once.").format(path=path))
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(original, Path(path), reading=reading)
    state = getattr(original, "sqlstate", None)
    if isinstance(error, DBAPIError) and (state or error.connection_invalidated):
        return _from_postgres(str(state or "08006"), path, reading=reading)
    return None


def is_retryable_conflict(error: BaseException) -> bool:
    """Tell whether Postgres only asks to run the transaction again."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _RETRY_STATES


def is_busy(error: BaseException) -> bool:
    """Tell whether SQLite found the database locked by another connection."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return _primary(original) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_io_error(error: BaseException) -> bool:
    """Tell whether the disk failed under SQLite, so that nobody knows what it kept of a commit."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return _primary(original) == sqlite3.SQLITE_IOERR


def _primary(error: BaseException | None) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def _from_sqlite(error: sqlite3.Error, path: Path, *, reading: bool) -> BestandError | None:
    match _primary(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseBusyError(_("Another process keeps the database '{path}' locked.").format(path=path))
        case sqlite3.SQLITE_FULL:
            return DiskFullError(path)
        case sqlite3.SQLITE_READONLY:
            return None if reading else ProfileReadOnlyError(path.parent)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DatabaseDamagedError(
                _("The database '{path}' is damaged: {error}.").format(path=path, error=error)
            )
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return _from_refusal(error, path)
    return None


def _from_refusal(error: sqlite3.Error, path: Path) -> BestandError:
    """SQLite says only that the system refused; look at the disk to say why."""
    if not path.parent.is_dir():
        return StorageIOError(_("The folder of the database '{path}' is gone.").format(path=path), path=str(path))
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        return ProfileReadOnlyError(path.parent)
    if shutil.disk_usage(path.parent).free < ALMOST_FULL_BYTES:
        return DiskFullError(path)
    return StorageIOError(
        _("The disk refused to work on '{path}': {error}.").format(path=path, error=error), path=str(path)
    )


def _from_postgres(state: str, path: Path | str, *, reading: bool) -> BestandError | None:
    if state in _RETRY_STATES or state == "55P03":
        return DatabaseBusyError(
            _("Others keep changing the same rows of the database '{path}'.").format(path=path)
        )
    if state == "53100":
        return DiskFullError(path)
    if state == "25006":
        return None if reading else ProfileReadOnlyError(path)
    if state.startswith(("08", "57P")):
        return StorageIOError(_("The database '{path}' does not answer.").format(path=path), path=str(path))
    return None
