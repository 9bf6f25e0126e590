"""Reads Parquet by the engine, every page of it, into a file of our own making.

Used by the registry of readers. A hostile file can bring down the engine instance that reads it (seen: an
encryption footer without an algorithm), so each file is read by a private instance, which costs some milliseconds;
no file and no mutation of one was found to crash the process. Names are made unique; types stay what they were.
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
from analysis.readings.records.page_checksums import Chunk, damaged_column
from analysis.readings.records.sampling import counted, sampled_rows, with_sample
from analysis.readings.records.staging import DATA_NAME
from core.config import AppConfig
from core.errors import BestandError, DamagedFileError, FileTooLargeError, NotATableError
from core.i18n import N_, _, number
from core.progress import Progress
from core.types import Column, FileFormat, Flag, Ledger, Reading
from storage.duck import Connection, DuckEngine, duck_errors, quote_identifier, quote_literal

_MAGIC: Final = b"PAR1"
_ENCRYPTED: Final = b"PARE"
_SMALLEST: Final = 12
_WIDEST_DECIMAL: Final = 38
_UNTYPED: Final = "VARIANT"
"""A type that no other part of the engine can hand on; its values are kept as JSON text."""
_BATCH_ROWS: Final = 2_048
_PATHS: Final = re.compile(r"(?:[Ff]ailed to read )?(?:for |in |from )?(?:Parquet )?[Ff]ile [\"'][^\"']*[\"']:? ?")
_MISSING_FEATURE: Final = re.compile(
    r"unsupported|not implemented|only supported|requires|STRUCT\(\)", re.IGNORECASE
)
_NOISE: Final = re.compile(r"^.*? failed: |This error signals.*|Stack Trace.*", re.DOTALL)
_READING: Final = Reading(FileFormat.PARQUET, header_rows=1, confidence=1.0, null_words=())


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: its name in the engine's view of the file, in the file, and in the table; its type there."""

    engine: str
    source: str
    name: str
    type: str

    @property
    def selected(self) -> str:
        """The expression that reads it."""
        name = quote_identifier(self.engine)
        return f"{name}::JSON::VARCHAR" if self.type == _UNTYPED else name


class ParquetReader:
    """The reader of Parquet files; holds no state, so it is thread-safe."""

    formats: tuple[FileFormat, ...] = (FileFormat.PARQUET,)

    def __init__(self, duck: DuckEngine, config: AppConfig) -> None:
        self._duck = duck
        self._memory_mib = config.engine.memory_limit_mib
        self._max_columns = config.imports.max_columns

    def recognises(self, path: Path, head: bytes, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell by the first four bytes."""
        return head.startswith((_MAGIC, _ENCRYPTED))

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:  # noqa: ARG002 - one table only
        """Read the footer and the first rows; see `model.Reader`."""
        _check_ends(path, name)
        with self._reading(name) as connection:
            found = self._columns(connection, path, name)
            described = connection.execute(f"describe {_select(path, found)}").fetchall()
            types = [str(row[1]) for row in described]
            preview = connection.execute(_select_texts(path, found, limit=sampled_rows(len(found)))).fetchall()
            groups = _row_groups(connection, path)
        columns = tuple(Column(c.name, c.source, kind) for c, kind in zip(found, types, strict=True))
        why = f"Parquet · {counted(sum(groups), 'row')} · {counted(len(groups), 'row group')}"
        found_reading = replace(_READING, column_types=tuple(types))
        return Judgement((with_sample(Candidate(found_reading, columns, (), why), preview),))

    def load(self, path: Path, reading: Reading, out: Path, *, name: str, progress: Progress) -> Loaded:
        """Copy the table page by page; see `model.Reader`."""
        _check_ends(path, name)
        progress.report(0.0, N_("reading the table"))
        target = out / DATA_NAME
        with self._reading(name) as connection, progress.interruptible(connection.interrupt):
            found = self._columns(connection, path, name)
            options = "format parquet, compression zstd, row_group_size 122880"
            connection.execute(f"copy ({_select(path, found)}) to {quote_literal(str(target))} ({options})")
            rows = sum(_row_groups(connection, target))
            declared = sum(_row_groups(connection, path))
            described = connection.execute(f"describe from read_parquet({quote_literal(str(target))})").fetchall()
            chunks = _chunks(connection, path)
            wide = _wide_decimals(connection, path)
        if rows != declared:
            raise DamagedFileError(
                name,
                _("says it has {declared} rows, but {rows} could be read.").format(
                    declared=number(declared), rows=number(rows)
                ),
            )
        progress.report(0.8, N_("checking the pages"))
        damaged = damaged_column(path, chunks)
        if damaged is not None:
            raise DamagedFileError(
                name,
                _("is damaged: data of column '{column}' differs from its checksum.").format(column=damaged),
            )
        with LedgerWriter(out):
            pass  # every row is loaded as it is
        columns = tuple(Column(c.name, c.source, str(row[1])) for c, row in zip(found, described, strict=True))
        final = replace(reading, column_types=tuple(column.type for column in columns))
        flags = (*renamed([c.source for c in found], [c.name for c in found]), *_type_flags(found, wide))
        return Loaded(rows, columns, final, Ledger("record", rows, rows), flags)

    def cells(self, path: Path, reading: Reading, *, name: str, progress: Progress) -> Iterator[list[str]]:
        """Yield names and rows as the engine writes them; see `model.Reader`."""
        _check_ends(path, name)
        with self._reading(name) as connection:
            found = self._columns(connection, path, name)
            if reading.header_rows:
                yield [column.source for column in found]
            total = sum(_row_groups(connection, path)) or 1
            done = 0
            cursor = connection.execute(_select_texts(path, found))
            while rows := cursor.fetchmany(_BATCH_ROWS):
                yield from (["" if cell is None else cell for cell in row] for row in rows)
                done += len(rows)
                progress.report(done / total, N_("reading row {number}").format(number=f"{done:,}"))

    @contextmanager
    def _reading(self, name: str) -> Iterator[Connection]:
        """Open an instance of its own and translate what it says about the file."""

        def damaged(message: str) -> BestandError:
            return _refusal(name, message)

        with (
            duck_errors(_("Reading '{name}'").format(name=name), otherwise=damaged),
            self._duck.trusted(memory_mib=self._memory_mib) as connection,
        ):
            yield connection

    def _columns(self, connection: Connection, path: Path, name: str) -> list[_Column]:
        described = connection.execute(f"describe from {_table(path)}").fetchall()
        engine = [str(row[0]) for row in described]
        if len(engine) > self._max_columns:
            raise FileTooLargeError(
                name, _("has more than {max_columns} columns.").format(max_columns=number(self._max_columns))
            )
        if not engine:
            raise NotATableError(name, _("is a Parquet file without columns."))
        source = _names_in_file(connection, path)
        if len(source) != len(engine):
            source = engine
        types = (str(row[1]) for row in described)
        return [_Column(*each) for each in zip(engine, source, column_names(source), types, strict=True)]


def _check_ends(path: Path, name: str) -> None:
    """Refuse what the engine would only say something general about."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(max(size - 4, 0))
        tail = file.read(4)
    if _ENCRYPTED in (head, tail):
        raise _encrypted(name)
    if size < _SMALLEST or tail != _MAGIC:
        raise DamagedFileError(
            name, _("is a Parquet file without its end; it was not written or copied completely.")
        )


def _encrypted(name: str) -> NotATableError:
    return NotATableError(
        name,
        _("is an encrypted Parquet file."),
        hint=_("Decrypt it with the program that wrote it, then import it."),
    )


def _refusal(name: str, message: str) -> BestandError:
    """Return the error for what the engine said, without its paths and traces."""
    if "encrypt" in message.lower():
        return _encrypted(name)
    reason = _PATHS.sub("", _NOISE.sub("", message)).strip(" .\n:")[:200]
    if _MISSING_FEATURE.search(reason):
        return NotATableError(
            name,
            _("is Parquet of a kind that Bestand cannot read ({reason}).").format(reason=reason),
            hint=_("Write it again with the usual compression (zstd or snappy) and types, then import it."),
        )
    return DamagedFileError(name, _("cannot be read as Parquet ({reason}).").format(reason=reason))


def _table(path: Path) -> str:
    # Without the option a folder named "a=1" would become a column.
    return f"read_parquet({quote_literal(str(path))}, hive_partitioning = false)"


def _select(path: Path, columns: Sequence[_Column]) -> str:
    named = ", ".join(f"{c.selected} as {quote_identifier(c.name)}" for c in columns)
    return f"select {named} from {_table(path)}"


def _select_texts(path: Path, columns: Sequence[_Column], *, limit: int | None = None) -> str:
    texts = ", ".join(f"({c.selected})::VARCHAR" for c in columns)
    return f"select {texts} from {_table(path)}" + (f" limit {limit}" if limit is not None else "")


def _row_groups(connection: Connection, path: Path) -> list[int]:
    """Return the rows of each row group; the footer's own sum may be wrong."""
    sql = f"""
        select any_value(row_group_num_rows) from parquet_metadata({quote_literal(str(path))})
        group by row_group_id order by row_group_id"""
    return [int(row[0]) for row in connection.execute(sql).fetchall()]


def _names_in_file(connection: Connection, path: Path) -> list[str]:
    """Return the names of the top columns as the file has them; the engine's are made unique already."""
    sql = f"select name, coalesce(num_children, 0) from parquet_schema({quote_literal(str(path))})"
    elements = connection.execute(sql).fetchall()[1:]
    names = []
    below = 0
    for name, children in elements:
        if below == 0:
            names.append(str(name))
        below += int(children) - (1 if below else 0)
    return names


def _wide_decimals(connection: Connection, path: Path) -> set[str]:
    sql = f"select name from parquet_schema({quote_literal(str(path))}) where precision > {_WIDEST_DECIMAL}"
    return {str(row[0]) for row in connection.execute(sql).fetchall()}


def _type_flags(columns: Sequence[_Column], wide: set[str]) -> Iterator[Flag]:
    for column in columns:
        if column.source in wide:
            what = N_("has more than {digits} digits; its values are rounded to doubles.").format(
                digits=_WIDEST_DECIMAL
            )
            yield Flag(
                "wide_decimal",
                "rounded",
                N_("Column '{name}' {what}").format(name=column.name, what=what),
                column=column.name,
            )
        if column.type == _UNTYPED:
            what = N_("holds values of any type; they are kept as JSON text.")
            yield Flag(
                "mixed_types",
                "kept_as_text",
                N_("Column '{name}' {what}").format(name=column.name, what=what),
                column=column.name,
            )


def _chunks(connection: Connection, path: Path) -> list[Chunk]:
    sql = f"""
        select path_in_schema, dictionary_page_offset, data_page_offset, total_compressed_size
        from parquet_metadata({quote_literal(str(path))})"""
    return [
        Chunk(str(column), min(at for at in (dictionary, first) if at), int(length))
        for column, dictionary, first, length in connection.execute(sql).fetchall()
        if first and length
    ]
