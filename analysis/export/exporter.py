"""Datasets and answers as files: csv, parquet, xlsx, json, ndjson.

Used by export jobs and by `bestand query`. A file is there whole or not at all (`target`); values are written
without loss as far as the format allows, and what it does not allow is an error before or instead of a file.
"""

import codecs
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeAlias, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.export.lines import ExportOptions, csv_header, csv_line, json_line, parquet_columns, sheet_columns
from analysis.export.sheet import check_size, write_sheet
from analysis.export.target import check_target, whole_file
from analysis.query.engine import Consumer, QueryEngine
from analysis.query.prepare import Shape
from analysis.query.result_file import ResultFile
from analysis.row_sql import rows_source
from analysis.values import Value
from core.errors import ExportError, StorageIOError
from core.fingerprint import CHUNK_BYTES
from core.i18n import N_, _
from core.progress import Progress, SilentProgress
from core.telemetry import metrics
from storage.duck import Connection, duck_errors
from storage.open import Storage

Format: TypeAlias = Literal["csv", "parquet", "xlsx", "json", "ndjson"]

What: TypeAlias = "str | Asked | ResultFile | tuple[str, int]"
"""A question in SQL, a complete answer, or a dataset's id and version."""

FORMATS: Final[tuple[Format, ...]] = get_args(Format)

_ALL: Final = 1_000_000
_BATCH_ROWS: Final = 20_480
_ROW_GROUP: Final = 122_880


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written. `bytes` is its size."""

    path: Path
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the values of its `$name`s, and how many rows of the answer are wanted; None means all."""

    sql: str
    params: Mapping[str, Value] | None = None
    limit: int | None = None


class _Counting:
    """Progress that is told rows instead of shares."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total

    def told(self, rows: int) -> None:
        """Say how many rows are written."""
        self.report(rows / self._total if self._total else 0.0, N_("{rows} rows written").format(rows=f"{rows:,}"))

    def report(self, fraction: float, step: str = "") -> None:
        """Pass it on."""
        self._progress.report(fraction, step)

    def interruptible(self, interrupt: Callable[[], None]) -> AbstractContextManager[None]:
        """Pass it on."""
        return self._progress.interruptible(interrupt)


class Exporter:
    """Writes files; thread-safe."""

    def __init__(self, storage: Storage, queries: QueryEngine) -> None:
        self._storage = storage
        self._queries = queries

    def export(
        self,
        what: What,
        target: Path,
        fmt: Format,
        *,
        progress: Progress | None = None,
        overwrite: bool = False,
        options: ExportOptions | None = None,
    ) -> Exported:
        """Write a dataset, or the whole answer of a question, to a file.

        Args:
            what: A question in SQL, or (dataset id, version).
            target: The file; its folder must be there.
            fmt: csv, parquet, xlsx, json (a list of objects) or ndjson (an object per line).
            progress: Hears a cancel; after it nothing is left.
            overwrite: Replace a file that is there.
            options: How values are written.

        Raises:
            ExportError: the target cannot be written, or the rows do not fit the format.
            DiskFullError: there is no room; nothing is left.
            CancelledError: it was stopped; nothing is left.
            BestandError: as for questions, if `what` is one.
        """
        watch = progress or SilentProgress()
        check_target(target, self._storage.paths, overwrite=overwrite)
        if overwrite:
            self._spare_originals(target)
        with (
            metrics().timed(f"export:{fmt}"),
            whole_file(target, self._storage.paths, overwrite=overwrite) as file,
        ):
            rows = self.write(what, file, fmt, progress=watch, options=options)
            size = file.seek(0, os.SEEK_END)
            # Said while the file can still be taken back: this is the last moment to hear a cancel.
            watch.report(1.0, N_("{rows} rows written").format(rows=f"{rows:,}"))
        return Exported(target, rows, size)

    def write(
        self,
        what: What,
        sink: BinaryIO,
        fmt: Format,
        *,
        progress: Progress | None = None,
        options: ExportOptions | None = None,
    ) -> int:
        """Write as `export` to an open stream, standard output for example, and return the number of rows.

        Raises:
            BestandError: as `export`; the stream then holds a part.
        """
        watch = _Counting(progress or SilentProgress(), self._total(what))
        chosen = _checked(options or ExportOptions())
        match fmt:
            case "csv" | "json" | "ndjson":
                return self._lines(what, sink, fmt, chosen, watch)
            case "parquet":
                return self._parquet(what, sink, watch)
            case "xlsx":
                return self._xlsx(what, sink, watch)
        raise ExportError(
            _("'{fmt}' is no format Bestand writes.").format(fmt=fmt),
            hint=_("Choose {names}.").format(names=", ".join(FORMATS)),
        )

    def _lines(self, what: What, sink: BinaryIO, fmt: Format, options: ExportOptions, watch: _Counting) -> int:
        schemas: list[pa.Schema] = []

        def shape(schema: pa.Schema) -> str:
            schemas.append(schema)
            if fmt == "csv":
                return csv_line(schema, options)
            line = json_line(schema, options)
            return f"',' || chr(10) || {line}" if fmt == "json" else f"{line} || chr(10)"

        def consume(_: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
            if fmt == "csv":
                sink.write(
                    (codecs.BOM_UTF8 if options.bom else b"") + csv_header(schemas[0].names, options).encode()
                )
            rows = 0
            for batch in batches:
                text = _text(batch.column(0))
                if fmt == "json":
                    # Every object begins with a comma but the first, which opens the list.
                    text = text if rows else b"[" + text[1:]
                sink.write(text)
                rows += batch.num_rows
                watch.told(rows)
            if fmt == "json":
                sink.write(b"\n]\n" if rows else b"[]\n")
            return rows

        return self._feed(what, consume, shape, watch)

    def _parquet(self, what: What, sink: BinaryIO, watch: _Counting) -> int:
        if isinstance(what, tuple):
            return self._copy(what, sink, watch)

        names: list[str] = []

        def shape(schema: pa.Schema) -> str:
            names.extend(schema.names)
            return parquet_columns(schema)

        def consume(shaped: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
            rows, schema = 0, _renamed(shaped, names)
            with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
                for group in _gathered(batches, _ROW_GROUP):
                    table = pa.Table.from_batches(group, shaped).rename_columns(names)
                    writer.write_table(table, row_group_size=_ROW_GROUP)
                    rows += sum(batch.num_rows for batch in group)
                    watch.told(rows)
            return rows

        return self._feed(what, consume, shape, watch)

    def _copy(self, what: tuple[str, int], sink: BinaryIO, watch: _Counting) -> int:
        """Copy the version's own file: nothing is more faithful."""
        manifest = self._storage.datasets.manifest(*what)
        done = 0
        with self._storage.datasets.data_file(*what).open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                sink.write(chunk)
                done += len(chunk)
                watch.report(done / max(manifest.size_bytes, 1), N_("copying"))
        return manifest.rows

    def _xlsx(self, what: What, sink: BinaryIO, watch: _Counting) -> int:
        if isinstance(what, tuple):
            check_size(self._storage.datasets.manifest(*what).rows)

        names: list[str] = []

        def shape(schema: pa.Schema) -> str:
            names.extend(schema.names)
            return sheet_columns(schema)

        def consume(_: pa.Schema, batches: Iterator[pa.RecordBatch]) -> int:
            return write_sheet(sink, names, batches, folder=self._storage.paths.tmp, each=watch.told)

        return self._feed(what, consume, shape, watch)

    def _feed(self, what: What, consume: Consumer[int], shape: Shape | None, watch: Progress) -> int:
        """Hand the rows, in the wanted shape, to `consume`."""
        if isinstance(what, str):
            what = Asked(what)
        if isinstance(what, Asked):
            limited = _limited(consume, what.limit)
            return self._queries.run_to(what.sql, limited, shape=shape, params=what.params, progress=watch)
        if isinstance(what, ResultFile):
            with self._reading(_("the answer"), watch) as c:
                c.register("answer", what.reader())
                return _hand_over(c, f"answer t({_places(what.schema.names)})", what.schema, consume, shape)
        manifest = self._storage.datasets.manifest(*what)
        source = rows_source(str(self._storage.datasets.data_file(*what)), manifest.columns)
        names = [column.name for column in manifest.columns]
        with self._reading(manifest.name, watch) as c:
            empty = c.execute(f"select {_places(names)} from {source} limit 0").to_arrow_table()
            return _hand_over(c, source, empty.rename_columns(names).schema, consume, shape)

    @contextmanager
    def _reading(self, name: str, watch: Progress) -> Iterator[Connection]:
        """Open a connection for rows that are there already; a cancel reaches it."""
        with (
            duck_errors(_("Exporting '{name}'").format(name=name), otherwise=StorageIOError),
            self._storage.duck.trusted() as connection,
            watch.interruptible(connection.interrupt),
        ):
            yield connection

    def _spare_originals(self, target: Path) -> None:
        """Refuse to replace a file that a dataset only refers to: it is the one original there is."""
        if not target.exists():
            return
        with self._storage.database.read() as uow:
            versions = uow.versions.list(limit=_ALL)
        for version in versions:
            source = json.loads(version.manifest)["source"]
            if not source["kept"] and Path(source["path"]).exists() and target.samefile(source["path"]):
                raise ExportError(
                    _("'{target}' is the original of an imported dataset and is not replaced.").format(
                        target=target
                    ),
                    hint=_("Choose another name."),
                    path=str(target),
                )

    def _total(self, what: What) -> int:
        """Return how many rows there are, 0 if that is not known before."""
        if isinstance(what, ResultFile):
            return what.rows
        return self._storage.datasets.manifest(*what).rows if isinstance(what, tuple) else 0


def _places(names: Sequence[str]) -> str:
    return ", ".join(f"c{i}" for i in range(len(names)))


def _hand_over(
    connection: Connection, source: str, schema: pa.Schema, consume: Consumer[int], shape: Shape | None
) -> int:
    """Let `consume` have the rows of a source whose columns are `c0`, `c1`, …, in the wanted shape."""
    picked = shape(schema) if shape else _places(schema.names)
    reader = connection.execute(f"select {picked} from {source}").to_arrow_reader(_BATCH_ROWS)
    return consume(reader.schema, iter(reader))


def _renamed(schema: pa.Schema, names: Sequence[str]) -> pa.Schema:
    return pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)])


def _checked(options: ExportOptions) -> ExportOptions:
    if len(options.delimiter) != 1 or options.delimiter in '"\r\n\0' or options.delimiter.isalnum():
        raise ExportError(
            _("{delimiter} cannot stand between fields.").format(delimiter=repr(options.delimiter)),
            hint=_("Use one character, as , ; | or a tab."),
        )
    return options


def _limited(consume: Consumer[int], limit: int | None) -> Consumer[int]:
    """Return a consumer that sees the first rows only; the others are not computed."""
    if limit is None:
        return consume
    return lambda schema, batches: consume(schema, _first(batches, limit))


def _first(batches: Iterator[pa.RecordBatch], limit: int) -> Iterator[pa.RecordBatch]:
    while limit > 0 and (batch := next(batches, None)) is not None:
        yield batch.slice(0, limit)
        limit -= batch.num_rows


def _text(lines: pa.StringArray) -> bytes:
    """Return all texts of the array one after the other: they lie like this already."""
    if not len(lines):
        return b""
    _, offsets, data = lines.buffers()
    places = memoryview(offsets).cast("i")
    return bytes(memoryview(data)[places[lines.offset] : places[lines.offset + len(lines)]])


def _gathered(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[list[pa.RecordBatch]]:
    """Yield the batches in groups of about so many rows; one empty group if there are none."""
    group: list[pa.RecordBatch] = []
    some = False
    for batch in batches:
        group.append(batch)
        if sum(one.num_rows for one in group) >= rows:
            yield group
            group, some = [], True
    if group or not some:
        yield group
