"""The second layer: encoded values on disk, shared by all processes of the profile.

Used by the cache only. diskcache does the bookkeeping; what it would pickle is refused in both directions. Any
trouble (damage, a full or read-only disk, another process in the way) means that a value is not there.
"""

import shutil
import sqlite3
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import diskcache
from diskcache.core import MODE_BINARY, MODE_RAW, UNKNOWN

from core.ids import new_id
from core.logging import get_logger

_WAIT_S = 5.0
"""How long a write, or opening, waits for another process before the value is not kept."""

_PAUSE_BUSY_S = 0.02
_PAUSE_S = 30.0
"""After a failure to open, the disk is left alone for this long."""

_LARGEST_SHARE = 4
_BROKEN = "broken-"


class PlantedValueError(ValueError):
    """A row that this cache cannot have written, such as a pickle."""


class BytesDisk(diskcache.Disk):  # type: ignore[misc]  # the library has no types
    """Keys are text, values are bytes; nothing is ever pickled or unpickled, no path leaves the folder."""

    def put(self, key: object) -> tuple[str, bool]:
        """Return the key as stored."""
        if type(key) is not str:
            raise TypeError("a key of the disk cache is text")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """Return the key as given."""
        if not raw or type(key) is not str:
            raise PlantedValueError("a key that is no text")
        return key

    def store(self, value: object, read: bool, key: object = UNKNOWN) -> Any:  # noqa: ANN401 - the library's signature
        """Store bytes."""
        if type(value) is not bytes or read:
            raise TypeError("a value of the disk cache is bytes")
        return super().store(value, read, key)

    def fetch(self, mode: int, filename: str | None, value: object, read: bool) -> bytes:
        """Return bytes."""
        if mode not in (MODE_RAW, MODE_BINARY) or read:
            raise PlantedValueError(f"a value of mode {mode}")
        if filename is not None:
            self._check_inside(filename)
        content = super().fetch(mode, filename, value, read)
        if type(content) is not bytes:
            raise PlantedValueError(f"a value of type {type(content).__name__}")
        return content

    def remove(self, file_path: str) -> None:
        """Remove a value's file."""
        self._check_inside(file_path)
        super().remove(file_path)

    def _write(self, full_path: str, *rest: Any) -> int:  # noqa: ANN401 - the library's signature
        """Write a file; what a full disk cut short does not stay."""
        try:
            size: int = super()._write(full_path, *rest)
        except OSError:
            Path(full_path).unlink(missing_ok=True)
            raise
        return size

    def _check_inside(self, name: str) -> None:
        folder = Path(self._directory).resolve()
        if not (folder / name).resolve().is_relative_to(folder):
            raise PlantedValueError("a file outside the cache")


class _Store(diskcache.Cache):  # type: ignore[misc]  # the library has no types
    """The library's cache, whose connections are closed with the threads that made them, or that failed to."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        try:
            super().__init__(
                str(folder),
                timeout=_WAIT_S,
                disk=BytesDisk,
                size_limit=limit_bytes,
                eviction_policy="least-recently-stored",
                statistics=0,
                tag_index=0,
            )
        except BaseException:
            if hasattr(self, "_local"):
                self.close()
            raise

    @property
    def _con(self) -> sqlite3.Connection:
        """Return this thread's connection; the library would leave the closing to the garbage collector."""
        known: sqlite3.Connection | None = getattr(self._local, "con", None)
        if known is not None:
            return known
        # The library's own would refuse to be closed by the thread that happens to collect what another one left.
        made = sqlite3.connect(
            Path(self._directory, diskcache.core.DBNAME), timeout=self._timeout, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip
        self._local.con, self._local.thread = made, _Thread()
        closing = weakref.finalize(self._local.thread, _close, made)
        closing.atexit = False  # a thread that still reads at the end must not lose it in the middle
        with suppress(sqlite3.OperationalError):  # a new database has no settings yet
            for name, value in made.execute("select key, value from Settings").fetchall():
                if name.startswith("sqlite_"):
                    self.reset(name, value, update=False)
        return made


class _Thread:
    """Lies in a thread's own storage and goes with it."""


def _close(connection: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        connection.close()


class DiskLayer:
    """Bytes by key; thread-safe; never raises.

    Args:
        folder: Below the profile's cache folder; made when needed.
        limit_bytes: Those stored longest ago go when the values take more.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._store: Any = None
        self._lock = threading.RLock()
        self._closed_until = 0.0
        self.failures = 0

    def get(self, key: str) -> bytes | None:
        """Return the value, or None."""
        store = self._opened()
        if store is None:
            return None
        try:
            content: bytes | None = store.get(key)
        except PlantedValueError as error:
            self._failed("a planted value was refused", error)
            self.discard(key)
            return None
        except (sqlite3.Error, OSError, diskcache.Timeout) as error:
            self._trouble(store, error)
            return None
        return content

    def put(self, key: str, payload: bytes, *, lifetime_s: float | None) -> None:
        """Keep a value for at most `lifetime_s`, unless it is too large."""
        if len(payload) > self._limit // _LARGEST_SHARE:
            return
        store = self._opened()
        if store is None:
            return
        if not (self._folder / diskcache.core.DBNAME).exists():  # somebody emptied the folder
            store = self._reopened(store)
        try:
            if store is not None:
                store.set(key, payload, expire=lifetime_s)
        except (sqlite3.Error, OSError, diskcache.Timeout, PlantedValueError) as error:
            self._trouble(store, error)

    def discard(self, key: str) -> None:
        """Forget one value."""
        store = self._opened()
        try:
            if store is not None:
                store.delete(key)
        except (sqlite3.Error, OSError, diskcache.Timeout, PlantedValueError) as error:
            self._trouble(store, error)

    def clear(self) -> None:
        """Forget everything, and remove what was moved aside."""
        store = self._opened()
        try:
            if store is not None:
                store.clear()
        except (sqlite3.Error, OSError, diskcache.Timeout, PlantedValueError) as error:
            self._trouble(store, error)
        self._remove_broken()

    def size(self) -> tuple[int, int]:
        """Return how many values there are and how many bytes they take on disk; zeros when that is unknown."""
        store = self._opened()
        try:
            return (len(store), store.volume()) if store is not None else (0, 0)
        except (sqlite3.Error, OSError) as error:
            self._trouble(store, error)
            return 0, 0

    @property
    def working(self) -> bool:
        """Tell whether values are kept at present."""
        return self._opened() is not None

    def close(self) -> None:
        """Close the files; the next use opens them again."""
        with self._lock:
            store, self._store = self._store, None
        if store is not None:
            store.close()

    # ---- opening and trouble ------------------------------------------------------------------------------

    def _opened(self) -> Any:  # noqa: ANN401 - the library has no types
        """Return the open store, or None while it cannot be used."""
        if not self._limit:
            return None
        store = self._store
        if store is not None:
            return store
        with self._lock:
            if self._store is None and time.monotonic() >= self._closed_until:
                self._store = self._open()
            return self._store

    def _open(self) -> Any:  # noqa: ANN401
        deadline = time.monotonic() + _WAIT_S
        moved = False
        while True:
            try:
                self._remove_left_over()
                return _Store(self._folder, self._limit)
            except (sqlite3.Error, OSError, ValueError, TypeError, diskcache.Timeout) as error:
                if _is_busy(error) and time.monotonic() < deadline:
                    time.sleep(_PAUSE_BUSY_S)  # another process opens it for the first time
                    continue
                self._failed("the disk cache cannot be opened", error)
                if moved or not _is_damage(error):
                    self._closed_until = time.monotonic() + _PAUSE_S
                    return None
                moved = True
                self._move_aside()

    def _remove_left_over(self) -> None:
        """Remove what lies beside a database that somebody deleted.

        A new database would take the shared memory of the old one for its own and cut it short under whoever still
        reads it, which ends the process.
        """
        database = self._folder / diskcache.core.DBNAME
        if not database.exists():
            for ending in ("-wal", "-shm"):
                database.with_name(database.name + ending).unlink(missing_ok=True)

    def _trouble(self, store: Any, error: Exception) -> None:  # noqa: ANN401
        """Note a failure; a damaged database is moved aside, for anything else the next call tries again."""
        self._failed("the disk cache failed", error)
        if _is_damage(error):
            with self._lock:
                if self._store is store:
                    self.close()
                    self._move_aside()

    def _reopened(self, store: Any) -> Any:  # noqa: ANN401
        with self._lock:
            if self._store is store:
                self.close()
        return self._opened()

    def _move_aside(self) -> None:
        """Take the damaged files out of the way, as the only ones that are kept for a look at them."""
        self._remove_broken()
        try:
            self._folder.rename(self._folder.with_name(f"{_BROKEN}{new_id()}"))
        except FileNotFoundError:
            return
        except OSError as error:  # Windows: another process has it open
            self._failed("the damaged disk cache cannot be moved", error)
            self._closed_until = time.monotonic() + _PAUSE_S

    def _remove_broken(self) -> None:
        for old in self._folder.parent.glob(f"{_BROKEN}*"):
            shutil.rmtree(old, ignore_errors=True)

    def _failed(self, what: str, error: Exception) -> None:
        self.failures += 1
        get_logger("cache").warning(what, reason=str(error), kind=type(error).__name__)


def _is_busy(error: Exception) -> bool:
    return isinstance(error, diskcache.Timeout) or (
        isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
    )


def _is_damage(error: Exception) -> bool:
    """Tell damage from a disk or another process that is in the way just now."""
    if isinstance(error, sqlite3.OperationalError):
        return "no such" in str(error)  # a table or column is missing
    return isinstance(error, sqlite3.Error | ValueError | TypeError)
