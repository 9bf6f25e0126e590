"""Reads a table of a DuckDB database file.

Used by the registry of readers, in a process of its own: a file of the engine's own format is believed more than
any other, so a hostile one could do more harm. It is attached for reading only, and let go at once.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analysis.readings.ledger_file import LedgerWriter
from analysis.readings.model import ANY, Candidate, Choice, Judgement, Loaded
from analysis.readings.records.names import column_names, renamed
from analysis.readings.records.sampling import counted, sampled_rows, with_sample
from analysis.readings.records.staging import DATA_NAME
from analysis.readings.records.tables_in import MOST_LOOKED_AT, DatabaseTable, check_table, judge_tables
from core.config import AppConfig
from core.errors import BestandError, DamagedFileError, FileTooLargeError, LockedFileError, NotATableError
from core.i18n import N_, _, number
from core.progress import Progress
from core.types import Column, FileFormat, Flag, Ledger, Reading
from storage.duck import Connection, DuckEngine, duck_errors, quote_identifier, quote_literal

MAGIC: Final = b"DUCK"
MAGIC_AT: Final = 8
_BATCH_ROWS: Final = 2_048
_AS_TEXT: Final = re.compile(
    r"^(UNION|VARIANT|BIT|BIGNUM|VARINT|INTERVAL|TIME WITH TIME ZONE|GEOMETRY|AGGREGATE_STATE)\b|\bUNION\("
)
"""Types a Parquet file cannot hold, or not exactly; their values are kept as text."""
_HUGE: Final = frozenset({"HUGEINT", "UHUGEINT"})
_LOCKED: Final = re.compile(r"\block\b|being used by another process", re.IGNORECASE)
_HOLDER: Final = re.compile(r"held in (?P<name>.+?) \(PID (?P<pid>\d+)\)")
_NEWER: Final = re.compile(r"version number|newer version|storage version", re.IGNORECASE)
_NOISE: Final = re.compile(r"^.*? failed: |IO Error: |Stack Trace.*|This error signals.*", re.DOTALL)
_PATH: Final = re.compile(r"[\"'][^\"']*[/\\][^\"']*[\"']")


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: what the database calls it, what the table here does, its type there."""

    source: str
    name: str
    type: str

    @property
    def kept_as_text(self) -> bool:
        """Tell whether its values change their type."""
        return bool(_AS_TEXT.search(self.type))

    @property
    def selected(self) -> str:
        """The expression that reads it."""
        name = quote_identifier(self.source)
        if self.type in _HUGE:
            return f"try_cast({name} as DECIMAL(38,0))"
        return f"{name}::VARCHAR" if self.kept_as_text else name


class DuckdbReader:
    """The reader of DuckDB files; holds no state, so it is thread-safe."""

    formats: tuple[FileFormat, ...] = (FileFormat.DUCKDB,)

    def __init__(self, duck: DuckEngine, config: AppConfig) -> None:
        self._duck = duck
        self._memory_mib = config.engine.memory_limit_mib
        self._max_columns = config.imports.max_columns

    def recognises(self, path: Path, head: bytes, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell by the four letters behind the first checksum."""
        return head[MAGIC_AT : MAGIC_AT + len(MAGIC)] == MAGIC

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:
        """Look at the tables; see `model.Reader`."""
        with self._attached(path, name) as connection:
            tables = _tables(connection)
            places = {table.name: place for table, place in tables.items()}

            def look(table: str) -> Candidate:
                return self._look(connection, table, places[table], name)

            return judge_tables(list(tables), choice, name, look)

    def load(self, path: Path, reading: Reading, out: Path, *, name: str, progress: Progress) -> Loaded:
        """Copy the table; see `model.Reader`."""
        target = out / DATA_NAME
        with self._attached(path, name) as connection, progress.interruptible(connection.interrupt):
            place = _place(connection, reading.table, name)
            found = self._columns(connection, place, name)
            wanted = f"select {_named(found)} from {place}"
            options = "format parquet, compression zstd, row_group_size 122880"
            connection.execute(f"copy ({wanted}) to {quote_literal(str(target))} ({options})")
            copied = f"read_parquet({quote_literal(str(target))})"
            rows, stored = (
                _one(connection, f"select count(*) from {place}"),
                _one(connection, f"select count(*) from {copied}"),
            )
            types = [str(row[1]) for row in connection.execute(f"describe from {copied}").fetchall()]
        if rows != stored:
            raise DamagedFileError(
                name,
                _("says it has {declared} rows, but {rows} could be read.").format(
                    declared=number(rows), rows=number(stored)
                ),
            )
        with LedgerWriter(out):
            pass  # every row is loaded as it is
        columns = tuple(Column(c.name, c.source, kind) for c, kind in zip(found, types, strict=True))
        final = replace(reading, column_types=tuple(types))
        return Loaded(rows, columns, final, Ledger("record", rows, rows), tuple(_flags(found)))

    def cells(self, path: Path, reading: Reading, *, name: str, progress: Progress) -> Iterator[list[str]]:
        """Yield names and rows as the engine writes them; see `model.Reader`."""
        with self._attached(path, name) as connection:
            place = _place(connection, reading.table, name)
            found = self._columns(connection, place, name)
            if reading.header_rows:
                yield [column.source for column in found]
            total = _one(connection, f"select count(*) from {place}") or 1
            done = 0
            cursor = connection.execute(_texts(place, found))
            while rows := cursor.fetchmany(_BATCH_ROWS):
                yield from (["" if cell is None else cell for cell in row] for row in rows)
                done += len(rows)
                progress.report(done / total, N_("reading row {number}").format(number=f"{done:,}"))

    @contextmanager
    def _attached(self, path: Path, name: str) -> Iterator[Connection]:
        with (
            duck_errors(_("Reading '{name}'").format(name=name), otherwise=lambda told: refusal(name, told)),
            self._duck.trusted(memory_mib=self._memory_mib) as connection,
        ):
            connection.execute(f"attach {quote_literal(str(path))} as theirs (type duckdb, read_only)")
            yield connection

    def _look(self, connection: Connection, table: str, place: str, name: str) -> Candidate:
        found = self._columns(connection, place, name)
        described = connection.execute(f"describe select {_named(found)} from {place}").fetchall()
        types = tuple(str(row[1]) for row in described)
        preview = connection.execute(f"{_texts(place, found)} limit {sampled_rows(len(found))}").fetchall()
        rows = _one(connection, f"select count(*) from {place}")
        columns = tuple(Column(c.name, c.source, kind) for c, kind in zip(found, types, strict=True))
        named = N_("table '{name}'").format(name=table)
        why = " · ".join([N_("DuckDB database"), named, counted(rows, "row")])
        reading = Reading(FileFormat.DUCKDB, header_rows=1, null_words=(), column_types=types, table=table)
        return with_sample(Candidate(reading, columns, (), why), preview)

    def _columns(self, connection: Connection, place: str, name: str) -> list[_Column]:
        described = connection.execute(f"describe {place}").fetchall()
        if len(described) > self._max_columns:
            raise FileTooLargeError(
                name, _("has more than {max_columns} columns.").format(max_columns=number(self._max_columns))
            )
        source = [str(row[0]) for row in described]
        types = [str(row[1]) for row in described]
        found = [_Column(*each) for each in zip(source, column_names(source), types, strict=True)]
        return [_fitting(connection, place, column) for column in found]


def _fitting(connection: Connection, place: str, column: _Column) -> _Column:
    """Return the column as text if it holds whole numbers that no other type holds."""
    if column.type not in _HUGE:
        return column
    name = quote_identifier(column.source)
    sql = f"select count(*) from {place} where {name} is not null and {column.selected} is null"
    return replace(column, type="BIGNUM") if _one(connection, sql) else column


def _tables(connection: Connection) -> dict[DatabaseTable, str]:
    """Return the tables of all schemas with their names in SQL; views are left out: they may read anything."""
    sql = """
        select schema_name, table_name, internal from duckdb_tables() where database_name = 'theirs'
        order by schema_name <> 'main', schema_name, table_oid"""
    found = connection.execute(sql).fetchall()
    counting = len(found) <= MOST_LOOKED_AT
    tables = {}
    for schema, name, own in found:
        place = f"theirs.{quote_identifier(schema)}.{quote_identifier(name)}"
        rows = _one(connection, f"select count(*) from {place}") if counting else None
        tables[DatabaseTable(name if schema == "main" else f"{schema}.{name}", rows, bool(own))] = place
    return tables


def _place(connection: Connection, wanted: str | None, name: str) -> str:
    """Return the name of a table in SQL."""
    tables = _tables(connection)
    check_table(wanted or "", list(tables), name)
    return next(place for table, place in tables.items() if table.name == wanted)


def _named(columns: Sequence[_Column]) -> str:
    return ", ".join(f"{column.selected} as {quote_identifier(column.name)}" for column in columns)


def _texts(place: str, columns: Sequence[_Column]) -> str:
    return f"select {', '.join(f'({column.selected})::VARCHAR' for column in columns)} from {place}"


def _one(connection: Connection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _flags(columns: Sequence[_Column]) -> Iterator[Flag]:
    yield from renamed([column.source for column in columns], [column.name for column in columns])
    for column in columns:
        if column.kept_as_text:
            message = N_("Column '{column}' has a type that is kept as text ({kind}).").format(
                column=column.name, kind=column.type
            )
            yield Flag("kept_as_text", "kept_as_text", message, column=column.name)


def refusal(name: str, message: str) -> BestandError:
    """Return the error for what the engine said, without its paths."""
    if _LOCKED.search(message):
        holder = _HOLDER.search(message)
        if holder:
            program = holder["name"].rpartition("/")[2]
            what = _("is in use by {program} (process {pid}).").format(program=program, pid=holder["pid"])
        else:
            what = _("is in use by another program.")
        return LockedFileError(name, what)
    reason = _PATH.sub("", _NOISE.sub("", message)).strip(" .\n:")[:200]
    if _NEWER.search(message):
        return NotATableError(
            name,
            _("is a DuckDB database of a version that Bestand does not read ({reason}).").format(reason=reason),
            hint=_("Export its tables as Parquet with the program that wrote it, and import those."),
        )
    if "encrypt" in message.lower():
        return NotATableError(
            name,
            _("is an encrypted DuckDB database."),
            hint=_("Export its tables as Parquet with the program that wrote it, and import those."),
        )
    return DamagedFileError(name, _("cannot be read as a DuckDB database ({reason}).").format(reason=reason))
