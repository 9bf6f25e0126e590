"""Reads Arrow: the file format (Feather 2), the stream format, and the older Feather.

Used by the registry of readers, in a process of its own: the library trusts what it reads in ways a hostile file
can use. Every batch is validated before a value of it is used. A record is a row.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from analysis.readings.ledger_file import LedgerWriter
from analysis.readings.model import ANY, Candidate, Choice, Judgement, Loaded
from analysis.readings.records.arrow_types import Conversion, conversion
from analysis.readings.records.names import column_names, renamed
from analysis.readings.records.sampling import counted, sampled_rows, with_sample
from analysis.readings.records.staging import DATA_NAME
from core.config import AppConfig
from core.errors import DamagedFileError, FileTooLargeError, NotATableError
from core.i18n import N_, _, number
from core.progress import PartOfProgress, Progress
from core.types import Column, FileFormat, Flag, Ledger, Reading
from storage.duck import DuckEngine, duck_errors, quote_literal

_FILE: Final = b"ARROW1"
_FEATHER_1: Final = b"FEA1"
_CONTINUES: Final = b"\xff\xff\xff\xff"
_NAMES: Final = (".arrows", ".ipc", ".stream")
_SCHEMA_MOST: Final = 1 << 24
_GROUP_ROWS: Final = 122_880
_ERRORS: Final = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError)


class ArrowReader:
    """The reader of Arrow files; holds no state, so it is thread-safe."""

    formats: tuple[FileFormat, ...] = (FileFormat.ARROW,)

    def __init__(self, duck: DuckEngine, config: AppConfig) -> None:
        self._duck = duck
        self._max_columns = config.imports.max_columns

    def recognises(self, path: Path, head: bytes, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell by the first bytes: a magic word, or the length of a schema as a stream has it."""
        if head.startswith((_FILE, _FEATHER_1)):
            return True
        if head.startswith(_CONTINUES):
            return 0 < int.from_bytes(head[4:8], "little") < _SCHEMA_MOST
        # Streams written before Arrow 0.15 begin with the length itself; only the name tells them from anything.
        return name.lower().endswith(_NAMES) and 0 < int.from_bytes(head[:4], "little") < _SCHEMA_MOST

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:  # noqa: ARG002 - one table only
        """Read the schema and the first batches; see `model.Reader`."""
        with _opened(path, name) as source:
            plan = _Plan.of(source.schema, name, self._max_columns)
            most, shown = sampled_rows(len(plan.names)), list[pa.RecordBatch]()
            for batch in source.batches():
                shown.append(plan.converted(batch.slice(0, most)))
                if sum(part.num_rows for part in shown) >= most:
                    break
        with tempfile.TemporaryDirectory(prefix="look-") as folder:
            types, preview = self._as_stored(pa.Table.from_batches(shown, plan.schema), Path(folder))
        reading = Reading(FileFormat.ARROW, header_rows=1, null_words=(), column_types=types)
        rows = "" if source.rows is None else f" · {counted(source.rows, 'row')}"
        why = f"{source.kind}{rows}"
        return Judgement((with_sample(Candidate(reading, plan.columns(types), (), why), preview),))

    def load(self, path: Path, reading: Reading, out: Path, *, name: str, progress: Progress) -> Loaded:
        """Write the table, batch by batch; see `model.Reader`."""
        with _opened(path, name) as source, LedgerWriter(out):  # every row is loaded as it is
            plan = _Plan.of(source.schema, name, self._max_columns)
            rows = _write(source, plan, out / DATA_NAME, PartOfProgress(progress, 0.0, 0.9))
        if source.rows is not None and source.rows != rows:
            raise DamagedFileError(
                name,
                _("says it has {declared} rows, but {rows} could be read.").format(
                    declared=number(source.rows), rows=number(rows)
                ),
            )
        types = self._types(out / DATA_NAME)
        final = replace(reading, column_types=types)
        return Loaded(rows, plan.columns(types), final, Ledger("record", rows, rows), tuple(plan.flags()))

    def cells(self, path: Path, reading: Reading, *, name: str, progress: Progress) -> Iterator[list[str]]:
        """Yield names and rows as the engine writes them; see `model.Reader`."""
        with tempfile.TemporaryDirectory(prefix="cells-") as folder, _opened(path, name) as source:
            plan = _Plan.of(source.schema, name, self._max_columns)
            file = Path(folder) / DATA_NAME
            _write(source, plan, file, progress)
            if reading.header_rows:
                yield plan.sources
            with duck_errors(_("Reading '{name}'").format(name=name)), self._duck.trusted() as connection:
                cursor = connection.execute(f"select columns(*)::VARCHAR from {_table(file)}")
                while rows := cursor.fetchmany(2_048):
                    yield from (["" if cell is None else cell for cell in row] for row in rows)

    def _as_stored(
        self, table: pa.Table, folder: Path
    ) -> tuple[tuple[str, ...], tuple[tuple[str | None, ...], ...]]:
        """Return types and text of the first rows, as the table will have them."""
        file = folder / DATA_NAME
        pq.write_table(table.slice(0, sampled_rows(table.num_columns)), file, store_schema=False)
        with self._duck.trusted() as connection:
            rows = connection.execute(f"select columns(*)::VARCHAR from {_table(file)}").fetchall()
        return self._types(file), tuple(rows)

    def _types(self, file: Path) -> tuple[str, ...]:
        with self._duck.trusted() as connection:
            return tuple(str(row[1]) for row in connection.execute(f"describe from {_table(file)}").fetchall())


@dataclass(frozen=True, slots=True)
class _Source:
    """An open file: its schema, its batches, and how many rows it says it has."""

    kind: str
    schema: pa.Schema
    reader: "pa.ipc.RecordBatchFileReader | pa.ipc.RecordBatchStreamReader | pa.Table"
    rows: int | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches, each of them checked."""
        if isinstance(self.reader, pa.ipc.RecordBatchFileReader):
            found = (self.reader.get_batch(at) for at in range(self.reader.num_record_batches))
        else:
            found = iter(self.reader.to_batches() if isinstance(self.reader, pa.Table) else self.reader)
        for batch in found:
            batch.validate(full=True)
            yield batch


@dataclass(frozen=True, slots=True)
class _Plan:
    """What becomes of the columns."""

    sources: list[str]
    names: tuple[str, ...]
    conversions: list[Conversion]

    @classmethod
    def of(cls, schema: pa.Schema, name: str, max_columns: int) -> "_Plan":
        """Return the plan for a schema.

        Raises:
            NotATableError: it has no column.
            FileTooLargeError: it has too many.
        """
        if not len(schema):
            raise NotATableError(name, _("is an Arrow file without columns."))
        if len(schema) > max_columns:
            raise FileTooLargeError(
                name, _("has more than {max_columns} columns.").format(max_columns=number(max_columns))
            )
        sources = [field.name for field in schema]
        return cls(sources, column_names(sources), [conversion(field.type) for field in schema])

    @property
    def schema(self) -> pa.Schema:
        """The schema of the table."""
        return pa.schema(
            [pa.field(name, one.type) for name, one in zip(self.names, self.conversions, strict=True)]
        )

    def converted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch as the table has it."""
        arrays = [one.convert(column) for one, column in zip(self.conversions, batch.columns, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def columns(self, types: tuple[str, ...]) -> tuple[Column, ...]:
        """Return the columns of the table."""
        named = zip(self.names, self.sources, types, strict=True)
        return tuple(Column(name, source, kind) for name, source, kind in named)

    def flags(self) -> Iterator[Flag]:
        """Yield what has to be told of the columns."""
        yield from renamed(self.sources, self.names)
        for name, one in zip(self.names, self.conversions, strict=True):
            if one.told:
                message = N_("Column '{name}' {what}").format(name=name, what=one.told)
                yield Flag("kept_as_text", "converted", message, column=name)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[_Source]:
    """Open the file, and translate what the library says about it."""
    try:
        with ExitStack() as stack:
            file = stack.enter_context(pa.OSFile(str(path)))
            yield _source(path, file)
    except MemoryError as error:
        raise _damaged(name, "it asks for more memory than there is") from error
    except _ERRORS as error:
        raise _damaged(name, str(error)) from error


def _source(path: Path, file: pa.NativeFile) -> _Source:
    head = file.read(8)
    file.seek(0)
    if head.startswith(_FEATHER_1):
        table = feather.read_table(path, memory_map=False)
        return _Source("Feather", table.schema, table, table.num_rows)
    if head.startswith(_FILE):
        reader = pa.ipc.open_file(file)
        return _Source(N_("Arrow file"), reader.schema, reader)
    stream = pa.ipc.open_stream(file)
    return _Source(N_("Arrow stream"), stream.schema, stream)


def _write(source: _Source, plan: _Plan, target: Path, progress: Progress) -> int:
    """Write all batches; return the number of rows."""
    rows = 0
    with pq.ParquetWriter(target, plan.schema, compression="zstd", store_schema=False) as writer:
        for batch in source.batches():
            for start in range(0, batch.num_rows, _GROUP_ROWS):
                writer.write_batch(plan.converted(batch.slice(start, _GROUP_ROWS)))
            rows += batch.num_rows
            progress.report(0.0, N_("reading row {number}").format(number=f"{rows:,}"))
    return rows


def _table(file: Path) -> str:
    return f"read_parquet({quote_literal(str(file))})"


def _damaged(name: str, reason: str) -> DamagedFileError:
    told = " ".join(reason.split())[:200].strip(" .")
    return DamagedFileError(name, _("cannot be read as Arrow ({reason}).").format(reason=told))
