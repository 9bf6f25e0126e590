"""A database file as it is at one moment, with everything that was written to it.

Used before a database is imported, in the process that reads it. What a program has written to a database may
still lie in a file beside it, and while it writes, the file alone is half of one state and half of another. The
person's files are never written to: what has to be put together is put together in a copy.
"""

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from analysis.readings.records import duckdb_reader, sqlite_reader
from core.errors import DamagedFileError, LockedFileError
from core.i18n import _
from core.types import FileFormat
from storage.duck import DuckEngine, duck_errors, quote_literal

_BESIDE = ("-wal", "-journal")
_SHARED = "-shm"


def database_kind(head: bytes) -> FileFormat | None:
    """Return which database a file with these first bytes is."""
    if head.startswith(sqlite_reader.MAGIC):
        return FileFormat.SQLITE
    at = duckdb_reader.MAGIC_AT
    return FileFormat.DUCKDB if head[at : at + len(duckdb_reader.MAGIC)] == duckdb_reader.MAGIC else None


def settle(kind: FileFormat, path: Path, target: Path, name: str, duck: DuckEngine) -> bool:
    """Make sure that nobody is writing a database; write it as a whole where it is not in one piece.

    Args:
        kind: What it is.
        path: The file.
        target: Where the whole goes; nothing is there yet.
        name: What the file is called.
        duck: The engine.

    Returns:
        True if it was written to `target`; False if the file itself is all there is.

    Raises:
        LockedFileError: a program is writing it.
        DamagedFileError: it is no sound database.
    """
    if kind is FileFormat.SQLITE:
        return _settle_sqlite(path, target, name)
    return _settle_duckdb(path, target, name, duck)


def _settle_sqlite(path: Path, target: Path, name: str) -> bool:
    beside = [path.with_name(path.name + ending) for ending in _BESIDE]
    filled = [file for file in beside if file.is_file() and file.stat().st_size]
    if not filled:
        with sqlite_reader.opened(path, name) as database:
            database.execute("select count(*) from sqlite_schema").fetchone()
        return False
    if path.with_name(path.name + _SHARED).exists():
        with sqlite_reader.opened(path, name) as database:
            _copied(database, target)
        return True
    # Nobody is there to finish what lies beside the file, so that is done to a copy.
    with _copies([path, *filled], target, name) as copy, sqlite_reader.opened(copy, name, write=True) as database:
        _copied(database, target)
    return True


def _copied(database: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as whole:
        database.backup(whole)
        whole.execute("pragma journal_mode = delete")


def _settle_duckdb(path: Path, target: Path, name: str, duck: DuckEngine) -> bool:
    log = path.with_name(path.name + ".wal")
    pending = log.is_file() and log.stat().st_size > 0
    with (
        duck_errors(
            _("Reading '{name}'").format(name=name), otherwise=lambda told: duckdb_reader.refusal(name, told)
        ),
        duck.trusted(memory_mib=512) as connection,
    ):
        if not pending:
            connection.execute(f"attach {quote_literal(str(path))} as theirs (type duckdb, read_only)")
            return False
        with _copies([path, log], target, name) as copy:
            connection.execute(f"attach {quote_literal(str(copy))} as theirs (type duckdb)")
            connection.execute("checkpoint theirs")
            connection.execute("detach theirs")
            copy.replace(target)
    return True


class _copies:  # noqa: N801 - read as a function
    """Copies of a database and what lies beside it, under one name; gone after the block."""

    def __init__(self, files: list[Path], target: Path, name: str) -> None:
        self._files, self._target, self._name = files, target, name
        self._made: list[Path] = []

    def __enter__(self) -> Path:
        first = self._files[0]
        copy = self._target.with_name(f"{self._target.name}-copy")
        before = [_stamp(file) for file in self._files]
        try:
            for file in self._files:
                made = copy.with_name(copy.name + file.name.removeprefix(first.name))
                self._made.append(made)
                shutil.copyfile(file, made)
        except FileNotFoundError as error:
            raise LockedFileError(self._name, _("is being written by another program.")) from error
        except OSError as error:
            raise DamagedFileError(
                self._name, _("cannot be read ({strerror}).").format(strerror=error.strerror)
            ) from error
        if [_stamp(file) for file in self._files] != before:
            raise LockedFileError(self._name, _("is being written by another program."))
        return copy

    def __exit__(self, *_: object) -> None:
        first = self._target.with_name(f"{self._target.name}-copy")
        for made in {*self._made, *first.parent.glob(f"{first.name}*")}:
            with suppress(OSError):
                made.unlink()


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except FileNotFoundError:
        return (-1, -1)
    return (status.st_size, status.st_mtime_ns)
