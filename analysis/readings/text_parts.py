"""Records as text on their way to a typed table: columns in Parquet files, then types, every cell checked.

Used by the exact way of the text reader. A table of thousands of columns is kept in slices, typed slice by slice
and laid side by side a few rows at a time, because the engine needs buffers for every column of a statement.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.readings.forms import Form, Marks
from analysis.readings.typed import WIDE, TextTable, look_at_all, write_typed
from storage.duck import Connection, quote_literal

_BATCH_CELLS = 1 << 18
_SLICE = 500
_SIDE_BY_SIDE_CELLS = 2_000_000


class TextParts:
    """Collects records, all of one width; a context manager whose files are gone after the block.

    An empty cell becomes null. Call `finish` after the last record, then `write_typed`.
    """

    def __init__(self, folder: Path, width: int) -> None:
        self._width = width
        self._slice = width if width <= WIDE else _SLICE
        self._folder = tempfile.TemporaryDirectory(prefix="text-", dir=folder)
        self._writers: list[pq.ParquetWriter] = []
        self._files: list[Path] = []
        self._rows: list[list[str]] = []
        self._limit = max(_BATCH_CELLS // max(width, 1), 1)
        for start in range(0, width, self._slice):
            count = min(self._slice, width - start)
            self._files.append(Path(self._folder.name) / f"{start}.parquet")
            schema = pa.schema([(f"c{i}", pa.string()) for i in range(count)])
            self._writers.append(pq.ParquetWriter(self._files[-1], schema, compression="lz4"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for writer in self._writers:
                writer.close()
        finally:
            self._folder.cleanup()

    def write(self, records: list[list[str]]) -> None:
        """Add records."""
        self._rows.extend(records)
        if len(self._rows) >= self._limit:
            self._flush()

    def finish(self) -> None:
        """Complete the files."""
        self._flush()
        for writer in self._writers:
            writer.close()

    def write_typed(
        self,
        connection: Connection,
        forms: Sequence[Form],
        marks: Marks,
        names: Sequence[str],
        target: Path,
        *,
        rows: int,
    ) -> tuple[int, Sequence[Form]]:
        """Write the typed table as Parquet.

        Args:
            connection: To the engine.
            forms: Guessed; one that does not hold for every cell is replaced.
            marks: How fractions are written.
            names: Of the columns.
            target: The file to write.
            rows: How many there are.

        Returns:
            The number of rows written, and the forms as written.
        """
        if len(self._files) == 1:
            return _write_one(connection, self._table(self._files[0]), forms, marks, names, target, rows)
        written: list[Form] = []
        parts: list[Path] = []
        count = 0
        for number, file in enumerate(self._files):
            part = file.with_suffix(".typed")
            some = forms[number * self._slice : (number + 1) * self._slice]
            labels = [f"v{i}" for i in range(len(some))]
            count, kept = _write_one(connection, self._table(file), some, marks, labels, part, rows)
            written.extend(kept)
            parts.append(part)
        _side_by_side(parts, names, target)
        return count, written

    def _table(self, file: Path) -> TextTable:
        # The same width for all slices: it decides how many rows a group has, which must be the same side by side.
        return TextTable(f"read_parquet({quote_literal(str(file))})", self._slice)

    def _flush(self) -> None:
        for start in range(0, len(self._rows), self._limit):
            columns = list(zip(*self._rows[start : start + self._limit], strict=True))
            for number, writer in enumerate(self._writers):
                some = columns[number * self._slice : (number + 1) * self._slice]
                arrays = [pa.array([cell or None for cell in column], pa.string()) for column in some]
                writer.write_table(pa.Table.from_arrays(arrays, schema=writer.schema))
        self._rows.clear()


def _write_one(
    connection: Connection,
    table: TextTable,
    forms: Sequence[Form],
    marks: Marks,
    names: Sequence[str],
    target: Path,
    rows: int,
) -> tuple[int, Sequence[Form]]:
    written = write_typed(connection, table, forms, names, target)
    if written == rows:
        return written, forms
    _, forms = look_at_all(connection, table, forms, marks)
    return write_typed(connection, table, forms, names, target), forms


def _side_by_side(parts: Sequence[Path], names: Sequence[str], target: Path) -> None:
    files = [pq.ParquetFile(part) for part in parts]
    types = [field.type for file in files for field in file.schema_arrow]
    schema = pa.schema(list(zip(names, types, strict=True)))
    step = max(_SIDE_BY_SIDE_CELLS // len(names), 1)
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batches in zip(*(file.iter_batches(step) for file in files), strict=True):
            columns = [column for batch in batches for column in batch.columns]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    for file in files:
        file.close()
