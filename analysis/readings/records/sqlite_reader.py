"""Reads a table of a SQLite database.

Used by the registry of readers, in a process of its own. The file is opened for reading only and closed at once; a
value keeps the kind it is stored as, whatever its column was declared to be. Records are numbered as they come.
"""

import math
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from analysis.readings.model import ANY, PREVIEW_ROWS, Candidate, Choice, Judgement, Loaded
from analysis.readings.records.intake import Intake
from analysis.readings.records.kinds import Cell, DateText, DateTimeText, FloatText, IntText
from analysis.readings.records.sampling import candidate, counted
from analysis.readings.records.staging import Members
from analysis.readings.records.tables_in import MOST_LOOKED_AT, DatabaseTable, check_table, judge_tables
from analysis.readings.records.xlsx_values import iso_cell
from core.config import AppConfig
from core.errors import DamagedFileError, FileTooLargeError, LockedFileError, NotATableError
from core.i18n import N_, _, number
from core.progress import PartOfProgress, Progress
from core.types import FileFormat, Flag, Reading
from storage.duck import DuckEngine, quote_identifier

MAGIC: Final = b"SQLite format 3\0"
_SAMPLE: Final = 200
_BATCH: Final = 1_000
_OWN: Final = "sqlite_"
_WAIT_S: Final = 0.5
_COUNT_BYTES: Final = 64 * 1024 * 1024
"""In a larger file rows are not counted, since that reads all of it."""
_LOG_AT: Final = 19
_HAS_LOG: Final = b"\2"
"""The read version of a database that writes ahead into a log."""
_MOMENTS: Final = ("date", "time")
_UNREADABLE: Final = N_("Record {number} has text in '{column}' that is not UTF-8; what can be read is kept.")
_BYTES: Final = N_("Column '{column}' holds bytes; they are kept as hexadecimal text.")

Value = int | float | str | bytes | None


class SqliteReader:
    """The reader of SQLite databases; holds no state, so it is thread-safe."""

    formats: tuple[FileFormat, ...] = (FileFormat.SQLITE,)

    def __init__(self, duck: DuckEngine, config: AppConfig) -> None:
        self._duck = duck
        self._max_columns = config.imports.max_columns

    def recognises(self, path: Path, head: bytes, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell by the first sixteen bytes."""
        return head.startswith(MAGIC)

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:
        """Look at the tables; see `model.Reader`."""
        with opened(path, name) as database:
            tables = _tables(database, count=path.stat().st_size <= _COUNT_BYTES)
            rows = {table.name: table.rows for table in tables}
            return judge_tables(tables, choice, name, lambda table: _look(database, table, rows[table]))

    def load(self, path: Path, reading: Reading, out: Path, *, name: str, progress: Progress) -> Loaded:
        """Write the table and the ledger; see `model.Reader`."""
        with (
            opened(path, name) as database,
            Intake(out, file_name=name, unit="record", max_columns=self._max_columns) as intake,
        ):
            names = self._fill(database, reading, intake, name, PartOfProgress(progress, 0.0, 0.8))
            rest = PartOfProgress(progress, 0.8, 1.0)
            return intake.finish(self._duck, reading, rest, decimals=False, names=names)

    def cells(self, path: Path, reading: Reading, *, name: str, progress: Progress) -> Iterator[list[str]]:
        """Yield names and records as text; see `model.Reader`."""
        with (
            tempfile.TemporaryDirectory(prefix="cells-") as folder,
            opened(path, name) as database,
            Intake(Path(folder), file_name=name, unit="record", max_columns=self._max_columns) as intake,
        ):
            names = self._fill(database, reading, intake, name, progress)
            rows = intake.staging.texts()
            next(rows)
            if reading.header_rows:
                yield names
            yield from rows

    def _fill(
        self, database: sqlite3.Connection, reading: Reading, intake: Intake, name: str, progress: Progress
    ) -> list[str]:
        """Pass once through a table and hand every record to the intake."""
        table = reading.table or ""
        check_table(table, _tables(database, count=False), name)
        total = _count(database, table) or 1
        cursor = database.execute(f"select * from {quote_identifier(table)}")
        columns = _Columns(database, cursor, table)
        if len(columns.names) > self._max_columns:
            raise FileTooLargeError(
                name, _("has more than {max_columns} columns.").format(max_columns=number(self._max_columns))
            )
        intake.staging.declare(columns.keys)
        line = 0
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                line += 1
                _take(intake, columns, row, line)
            progress.report(min(line / total, 1.0), N_("reading row {number}").format(number=f"{line:,}"))
        for column in columns.with_bytes:
            message = _BYTES.format(column=columns.names[column])
            intake.flag(Flag("binary_values", "kept_as_text", message, column=columns.names[column]))
        return columns.names


class _BrokenText(str):
    """Text whose bytes are no UTF-8; `raw` are these bytes."""

    raw: bytes = b""


class _Columns:
    """The columns of a table, and what becomes of a value in each of them."""

    def __init__(self, database: sqlite3.Connection, cursor: sqlite3.Cursor, table: str) -> None:
        self.names = [str(entry[0]) for entry in cursor.description]
        self.keys = [str(position) for position in range(len(self.names))]
        declared = database.execute("select name, lower(type) from pragma_table_xinfo(?)", (table,)).fetchall()
        kinds = dict(declared)
        self._moments = [any(word in (kinds.get(name) or "") for word in _MOMENTS) for name in self.names]
        self.with_bytes: set[int] = set()

    def members(self, row: tuple[Value, ...]) -> Members:
        """Return a record."""
        return [(key, self._cell(at, value)) for at, (key, value) in enumerate(zip(self.keys, row, strict=True))]

    def _cell(self, at: int, value: Value) -> Cell:
        if isinstance(value, str):
            return _moment(value) if self._moments[at] else str(value)
        if isinstance(value, int):
            return IntText(str(value))
        if isinstance(value, float):
            return str(value) if math.isinf(value) else FloatText(repr(value))
        if isinstance(value, bytes):
            self.with_bytes.add(at)
            return value.hex()
        return None


def _moment(text: str) -> Cell:
    """Return a day or a moment where the text is one by ISO 8601, as SQLite's own functions write it."""
    cell = iso_cell(text.replace(" ", "T", 1) if len(text) > 10 else text)
    return cell if isinstance(cell, DateText | DateTimeText) and cell == text else str(text)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        text = _BrokenText(raw.decode("utf-8", "replace"))
        text.raw = raw
        return text


def _take(intake: Intake, columns: _Columns, row: tuple[Value, ...], line: int) -> None:
    members = columns.members(row)
    chars = sum(len(cell) for _, cell in members if isinstance(cell, str))
    broken = [at for at, value in enumerate(row) if isinstance(value, _BrokenText)]
    if not broken:
        intake.load(members, line=line, chars=chars)
        return
    column = columns.names[broken[0]]
    raw = b"\t".join(value.raw if isinstance(value, _BrokenText) else str(value).encode() for value in row)
    flag = Flag("bad_text", "repaired", _UNREADABLE.format(number=f"{line:,}", column=column), line, column)
    intake.repair(members, line=line, raw=raw, flag=flag)


def _look(database: sqlite3.Connection, table: str, rows: int | None) -> Candidate:
    """Return the candidate of a table from its first records."""
    cursor = database.execute(f"select * from {quote_identifier(table)} limit {_SAMPLE + 1}")
    columns = _Columns(database, cursor, table)
    found = cursor.fetchall()
    records = [columns.members(row) for row in found[:_SAMPLE]]
    told = "" if rows is None else f" · {counted(rows, 'row')}"
    named = N_("table '{name}'").format(name=table)
    why = f"{N_('SQLite database')} · {named}{told}"
    reading = Reading(FileFormat.SQLITE, header_rows=1, confidence=1.0, null_words=(), table=table)
    made = candidate(records, reading, why, decimals=False, complete=len(found) <= _SAMPLE, titles=columns.names)
    return replace(made, preview=made.preview[:PREVIEW_ROWS])


def _tables(database: sqlite3.Connection, *, count: bool) -> list[DatabaseTable]:
    """Return tables and views in the order they were made; the rows of tables counted if wanted."""
    sql = "select name, type from sqlite_schema where type in ('table', 'view') order by rowid"
    found: list[tuple[str, str]] = database.execute(sql).fetchall()
    counting = count and len(found) <= MOST_LOOKED_AT
    return [
        DatabaseTable(
            name,
            _count(database, name) if counting and kind == "table" else None,
            own=name.lower().startswith(_OWN),
        )
        for name, kind in found
    ]


def _count(database: sqlite3.Connection, table: str) -> int:
    try:
        row = database.execute(f"select count(*) from {quote_identifier(table)}").fetchone()
    except sqlite3.OperationalError:  # a table of a module that is not there (full text, geometry)
        return 0
    return int(row[0])


@contextmanager
def opened(path: Path, name: str, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a database, and translate what is said about it.

    Args:
        path: The file; opened for reading only, and no file is made beside it.
        name: What it is called.
        write: It is a copy of our own, in which unfinished work of its writer may be finished.

    Raises:
        LockedFileError: a program is writing it.
        DamagedFileError: it is broken.
        NotATableError: it needs a program that is not here.
    """
    try:
        uri = f"{path.absolute().as_uri()}?{'mode=rw' if write else _read_only(path)}"
        with closing(sqlite3.connect(uri, uri=True, timeout=_WAIT_S)) as database:
            database.text_factory = _decoded
            database.execute("pragma trusted_schema = off")
            database.execute("pragma cell_size_check = on")
            yield database
    except sqlite3.DatabaseError as error:
        raise _refusal(name, error) from error
    except (OverflowError, ValueError) as error:
        raise DamagedFileError(name, _("cannot be read as a SQLite database.")) from error


def _read_only(path: Path) -> str:
    """Return how the file is opened: one with a log of its own, but without one beside it, is all there is."""
    with path.open("rb") as file:
        head = file.read(_LOG_AT + 1)
    logs = head[_LOG_AT:] == _HAS_LOG
    lonely = not path.with_name(f"{path.name}-wal").exists() and not path.with_name(f"{path.name}-shm").exists()
    return "mode=ro&immutable=1" if logs and lonely else "mode=ro"


def _refusal(name: str, error: sqlite3.DatabaseError) -> DamagedFileError | LockedFileError | NotATableError:
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return LockedFileError(name, _("is being written by another program."))
    if "no such module" in str(error) or "no such function" in str(error):
        return NotATableError(
            name,
            _("has a table that only the program that made it can read ({reason}).").format(reason=error),
            hint=_("Choose another table."),
        )
    return DamagedFileError(name, _("cannot be read as a SQLite database ({reason}).").format(reason=error))
