"""What the database's own exceptions become; what is a bug stays one."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
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
from storage.database import faults
from storage.database.faults import database_errors, is_busy, is_io_error, is_retryable_conflict, translate


def sqlite_error(code: int) -> OperationalError:
    original = sqlite3.OperationalError("refused")
    original.sqlite_errorcode = code
    return OperationalError("select 1", {}, original)


class ServerError(Exception):
    """What Postgres' driver raises, as far as we look at it."""

    def __init__(self, state: str | None) -> None:
        super().__init__("refused")
        self.sqlstate = state


def server_error(state: str | None, *, lost: bool = False) -> DBAPIError:
    return OperationalError("select 1", {}, ServerError(state), connection_invalidated=lost)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (sqlite3.SQLITE_BUSY, DatabaseBusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, DatabaseBusyError),
        (sqlite3.SQLITE_LOCKED, DatabaseBusyError),
        (sqlite3.SQLITE_FULL, DiskFullError),
        (sqlite3.SQLITE_READONLY, ProfileReadOnlyError),
        (sqlite3.SQLITE_CORRUPT, DatabaseDamagedError),
        (sqlite3.SQLITE_NOTADB, DatabaseDamagedError),
        (sqlite3.SQLITE_IOERR_WRITE, StorageIOError),
        (sqlite3.SQLITE_CANTOPEN, StorageIOError),
    ],
)
def test_sqlites_refusals_have_our_words(tmp_path: Path, code: int, wanted: type[BestandError]) -> None:
    """Each names the database and knows whether trying again may help."""
    error = translate(sqlite_error(code), tmp_path / "state.db")
    assert type(error) is wanted
    assert str(tmp_path) in str(error)


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("40001", DatabaseBusyError), ("40P01", DatabaseBusyError), ("55P03", DatabaseBusyError),
        ("53100", DiskFullError), ("25006", ProfileReadOnlyError), ("57P01", StorageIOError),
        ("08006", StorageIOError),
    ],
)  # fmt: skip
def test_postgres_refusals_have_our_words(state: str, wanted: type[BestandError]) -> None:
    """The same classes as on SQLite."""
    assert type(translate(server_error(state), "server")) is wanted


def test_a_lost_connection_is_told() -> None:
    """Also when the driver gives no state."""
    assert type(translate(server_error(None, lost=True), "server")) is StorageIOError


def test_a_bug_stays_a_bug(tmp_path: Path) -> None:
    """Wrong SQL and broken constraints are not hidden behind a sentence for people."""
    bugs = [
        sqlite_error(sqlite3.SQLITE_ERROR),
        IntegrityError("insert", {}, sqlite3.IntegrityError("unique")),
        server_error("42601"),
        server_error(None),
        ValueError("no database at all"),
    ]
    assert [translate(bug, tmp_path / "state.db") for bug in bugs] == [None] * len(bugs)
    with pytest.raises(IntegrityError), database_errors(tmp_path):
        raise bugs[1]


def test_a_write_in_a_read_session_is_a_bug(tmp_path: Path) -> None:
    """There the database's refusal is our mistake, not a read-only profile."""
    assert translate(sqlite_error(sqlite3.SQLITE_READONLY), tmp_path / "state.db", reading=True) is None
    assert translate(server_error("25006"), "server", reading=True) is None


def test_an_input_error_on_a_full_disk_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite calls some refusals for lack of room plain I/O errors; a person hears the cause."""
    monkeypatch.setattr(faults, "ALMOST_FULL_BYTES", 1 << 62)
    assert type(translate(sqlite_error(sqlite3.SQLITE_IOERR_SHMSIZE), tmp_path / "state.db")) is DiskFullError


def test_a_vanished_folder_is_told(tmp_path: Path) -> None:
    """A drive that was unplugged is not called full or read-only."""
    error = translate(sqlite_error(sqlite3.SQLITE_CANTOPEN), tmp_path / "gone" / "state.db")
    assert type(error) is StorageIOError
    assert "is gone" in str(error)


def test_waiting_for_a_session_and_stale_rows_have_our_words() -> None:
    """The library's other two ways to refuse."""
    assert type(translate(PoolTimeoutError("pool"), "db")) is DatabaseBusyError
    assert type(translate(StaleDataError("stale"), "db")) is RevisionConflictError


def test_the_cause_is_kept(tmp_path: Path) -> None:
    """The log still shows what the database itself said."""
    with pytest.raises(DiskFullError) as caught, database_errors(tmp_path / "state.db"):
        raise sqlite_error(sqlite3.SQLITE_FULL)
    assert isinstance(caught.value.__cause__, OperationalError)


def test_kinds_are_told_apart() -> None:
    """Busy, a failing disk, and a conflict that is worth another try."""
    assert is_busy(sqlite_error(sqlite3.SQLITE_BUSY))
    assert not is_busy(sqlite_error(sqlite3.SQLITE_FULL))
    assert is_io_error(sqlite_error(sqlite3.SQLITE_IOERR_FSYNC))
    assert not is_io_error(ValueError())
    assert is_retryable_conflict(server_error("40001"))
    assert not is_retryable_conflict(server_error("23505"))
