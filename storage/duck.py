"""Connections to the analytical engine, the one place where it is opened.

Used by `analysis` for everything that reads or writes columns. Two kinds of connection, both in memory only (no
database file is ever held open): *trusted* for SQL this project wrote, *locked* for SQL a person typed. Knows
nothing of datasets, readings or questions.

What the engine's lock keeps out is shown statement by statement in its tests. It is one of two walls: it cannot
stop everything (writing into the dataset folders, `CALL enable_logging` to a file, which ends the process), so
no text reaches a locked connection before the parser of `analysis/query` has let it through.
"""

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import duckdb

from core.config import AppConfig, EngineSection
from core.errors import BestandError, CancelledError, DiskFullError, MemoryLimitError, QueryFailedError
from core.i18n import _
from core.ids import new_id
from core.logging import get_logger
from core.paths import ProfilePaths

Connection: TypeAlias = duckdb.DuckDBPyConnection
"""One conversation with the engine; for one thread at a time, but `interrupt()` may come from any."""

_PREFIX = re.compile(r"^(?P<kind>[A-Z][A-Za-z ]{1,30}) Error: ")
_NO_SPACE = re.compile(r"no space left on|not enough space on the disk|max_temp_directory_size", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]+)"')
_BESIDE_MIB: Final = 192
_INTERRUPTED = "Query interrupted"
"""What the engine says, as a plain `RuntimeError`, when Ctrl+C met it in the main thread."""


class DuckEngine:
    """Opens connections; thread-safe.

    All trusted connections share one engine instance and all locked ones another, so each has one memory limit,
    one pool of threads and one cache of Parquet footers, and opening one costs far less than a millisecond.
    Temporary tables, views and session settings are private to a connection. `SET` of an instance-wide setting
    (threads, memory_limit, preserve_insertion_order) on a trusted connection would reach the others: ask for a
    private instance by `memory_mib` instead.
    """

    def __init__(self, config: AppConfig, paths: ProfilePaths) -> None:
        self._settings = config.engine
        self._datasets = paths.datasets
        self._tmp = paths.tmp
        self._spill_prefix = f"duck-{new_id()}-"
        self._memory_mib = engine_share_mib(config.engine.memory_limit_mib)
        self._own = _Instance(lambda: self._open(self._memory_mib))
        self._for_people = _Instance(self._open_locked)

    def trusted(self, *, memory_mib: int | None = None) -> AbstractContextManager[Connection]:
        """Open a connection for SQL of our own, with access to files and none to the network.

        Args:
            memory_mib: Take a private instance with this limit, open while the block lasts (costs about 8 ms).
        """
        if memory_mib is None:
            return self._own.borrow()
        return self._private(memory_mib)

    @contextmanager
    def locked(self, tables: Mapping[str, Path]) -> Iterator[Connection]:
        """Open a connection for a person's SQL.

        Args:
            tables: Parquet file below the datasets folder by table name; each becomes a temporary view. Name
                only what the statement needs: every view costs about 0.3 ms.
        """
        with self._for_people.borrow() as connection:
            for name, file in tables.items():
                connection.execute(
                    f"create temp view {quote_identifier(name)} as "
                    f"select * from read_parquet({quote_literal(str(file))})"
                )
            yield connection

    @property
    def settings(self) -> EngineSection:
        """The limits that hold now."""
        return self._settings

    def adjust(self, settings: EngineSection) -> None:
        """Let new connections have these limits; those in use end with their own."""
        if settings == self._settings:
            return
        self._settings = settings
        self._memory_mib = engine_share_mib(settings.memory_limit_mib)
        self._own.renew()
        self._for_people.renew()

    def version(self) -> str:
        """Return the engine's version, as `1.5.5`."""
        return duckdb.__version__

    def close(self) -> None:
        """Close both instances and remove what they spilled; connections still in use end by themselves."""
        self._own.close()
        self._for_people.close()
        for folder in self._tmp.glob(f"{self._spill_prefix}*"):
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _private(self, memory_mib: int) -> Iterator[Connection]:
        connection = self._open(memory_mib)
        try:
            yield connection
        finally:
            connection.close()

    def _open(self, memory_mib: int) -> Connection:
        """Open an instance that can neither load nor fetch an extension, with a spill folder of its own."""
        # Two instances in one spill folder would write to files of the same name. The engine makes the folder
        # itself when it needs it, but not the one above.
        folder = str(self._tmp / f"{self._spill_prefix}{new_id()}")
        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory_mib}MiB",
            "temp_directory": folder,
            "extension_directory": folder,
            "secret_directory": folder,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
        }
        if self._settings.threads:
            options["threads"] = self._settings.threads
        connection = duckdb.connect(":memory:", config=options)
        connection.execute("set global TimeZone = 'UTC'")
        # Published files never change, so a footer read once holds for as long as its path does.
        connection.execute("set global parquet_metadata_cache = true")
        return connection

    def _open_locked(self) -> Connection:
        connection = self._open(self._memory_mib)
        # The order matters: the folder list cannot be changed once access is off, nothing once it is locked.
        connection.execute(f"set allowed_directories = [{quote_literal(str(self._datasets))}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection


def engine_share_mib(limit_mib: int) -> int:
    """Return what the engine may take of a process's limit; the rest is for Python, Arrow and the code itself."""
    return max(limit_mib - _BESIDE_MIB, limit_mib // 2)


class _Instance:
    """One engine instance, opened at first use, and again after an error that made it unusable."""

    def __init__(self, opener: Callable[[], Connection]) -> None:
        self._opener = opener
        self._root: Connection | None = None
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self) -> Iterator[Connection]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        with self._lock:
            if self._root is not None:
                self._root.close()
            self._root = None

    def renew(self) -> None:
        """Open the instance anew for whoever comes next; it lives on until the last connection to it is closed."""
        with self._lock:
            self._root = None

    def _connect(self) -> Connection:
        with self._lock:
            if self._root is not None:
                try:
                    return _checked(self._root.cursor())
                except duckdb.Error as error:
                    # Running out of memory in the wrong place invalidates an instance for good.
                    get_logger("duck").warning("engine instance replaced", reason=str(error))
                    self._root = None
            self._root = self._opener()
            return _checked(self._root.cursor())


def _checked(connection: Connection) -> Connection:
    connection.execute("select 1")
    return connection


@contextmanager
def duck_errors(what: str, *, otherwise: Callable[[str], BestandError] = QueryFailedError) -> Iterator[None]:
    """Translate the engine's errors in the block, also those that reach us through an Arrow stream.

    Args:
        what: The thing that is done, as the beginning of a sentence: "The question", "Reading 'a.csv'".
        otherwise: Makes the error for everything that has no class of its own, from its message.

    Raises:
        CancelledError: `interrupt()` was called.
        MemoryLimitError: the work did not fit, not even with the disk's help.
        DiskFullError: nor did the disk have room.
        KeyboardInterrupt: Ctrl+C reached the engine, which hides it.
    """
    try:
        yield
    except duckdb.Error as error:
        raise _translated(error, what, otherwise) from error
    except OSError as error:
        if error.errno is not None or not _PREFIX.match(str(error)):
            raise
        raise _translated(error, what, otherwise) from error
    except RuntimeError as error:
        if str(error) != _INTERRUPTED:
            raise
        raise KeyboardInterrupt from error


def _translated(error: Exception, what: str, otherwise: Callable[[str], BestandError]) -> BestandError:
    text = str(error)
    found = _PREFIX.match(text)
    kind = found["kind"] if found else ""
    if isinstance(error, duckdb.InterruptException) or kind == "INTERRUPT":
        return CancelledError(what)
    if _NO_SPACE.search(text):
        place = _QUOTED.search(text)
        return DiskFullError(place[1] if place else _("the temporary folder"))
    if isinstance(error, duckdb.OutOfMemoryException) or kind == "Out of Memory":
        return MemoryLimitError(_("{what} needs more memory than it may use.").format(what=what))
    return otherwise(_("{what} failed: {reason}").format(what=what, reason=_reason(text)))


def _reason(text: str) -> str:
    """Return the engine's explanation as one line, without its kind and without the quoted statement."""
    told = _PREFIX.sub("", text).split("\n\nLINE ")[0].split("\n\nPossible solutions")[0]
    line = " ".join(told.split())
    return line if line.endswith((".", "!", "?")) else f"{line}."


def quote_identifier(name: str) -> str:
    """Return the name as an SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """Return the text as an SQL string literal, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"
