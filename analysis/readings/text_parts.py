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

from analysis.readings.asked import Asked
from analysis.readings.forms import Form, asked_form
from analysis.readings.guessing import Marks
from analysis.readings.kept import join_kept, write_kept
from analysis.readings.typed import WIDE, TextTable, look_at_all, write_typed
from storage.duck import Connection, quote_literal

_BATCH_CELLS = 1 << 18
_SLICE = 500
_SIDE_BY_SIDE_CELLS = 2_000_000


class TextParts:
    """Collects records, all of one width; a context manager whose files are gone after the block.

    An empty cell becomes null. Call `finish` after the last record, then `write_typed`.
    """

    def __init__(
        self, folder: Path, width: int, *, asked: Sequence[Asked] = (), null_words: Sequence[str] = ()
    ) -> None:
        self._asked = asked
        self._null_words = tuple(word for word in null_words if word)
        self._slice = width if width <= WIDE else _SLICE
        self._folder = tempfile.TemporaryDirectory(prefix="text-", dir=folder)
        self._writers: list[pq.ParquetWriter] = []
        self._files: list[Path] = []
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._limit = max(_BATCH_CELLS // max(width, 1), 1)
        for start in range(0, width, self._slice):
            count = min(self._slice, width - start)
            self._files.append(Path(self._folder.name) / f"{start}.parquet")
            texts = [f"c{i}" for i in range(count)] + [f"k{one.at - start}" for one in self._asked_in(start)]
            schema = pa.schema([*((name, pa.string()) for name in texts), ("line", pa.int64())])
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

    def write(self, records: list[list[str]], lines: list[int]) -> None:
        """Add records and the lines they begin in."""
        self._rows.extend(records)
        self._lines.extend(lines)
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
            return _write_one(connection, self.table(0), forms, marks, names, target, rows)
        written: list[Form] = []
        parts: list[Path] = []
        count = 0
        for number, file in enumerate(self._files):
            part = file.with_suffix(".typed")
            some = self._forms_in(number, forms)
            labels = [f"v{i}" for i in range(len(some))]
            count, kept = _write_one(connection, self.table(number), some, marks, labels, part, rows)
            written.extend(kept)
            parts.append(part)
        _side_by_side(parts, names, target)
        return count, written

    def write_kept(self, connection: Connection, forms: Sequence[Form], target: Path) -> dict[int, int]:
        """Write the cells whose values do not give them back; see `kept.write_kept`."""
        counts: dict[int, int] = {}
        parts = []
        for number in range(len(self._files)):
            start = number * self._slice
            part = target if len(self._files) == 1 else self._files[number].with_suffix(".texts")
            some = write_kept(connection, self.table(number), self._forms_in(number, forms), part)
            counts.update({start + column: count for column, count in some.items()})
            if some and part != target:
                parts.append((start, part))
        if parts:
            join_kept(connection, parts, target)
        return counts

    def lines_of(self, connection: Connection, rows: Sequence[int]) -> list[int]:
        """Return the lines in which rows of the table begin, rows from 1."""
        if not rows:
            return []
        found = connection.execute(
            f"select file_row_number + 1, line from read_parquet({quote_literal(str(self._files[0]))}, "
            "file_row_number = true) where list_contains(?, file_row_number + 1)",
            [list(rows)],
        ).fetchall()
        lines = {int(row): int(line) for row, line in found}
        return [lines[row] for row in rows]

    def table(self, number: int) -> TextTable:
        """Return one slice as the engine scans it."""
        # The same width for all slices: it decides how many rows a group has, which must be the same side by side.
        file = quote_literal(str(self._files[number]))
        numbered = f"(select file_row_number + 1 as row, * from read_parquet({file}, file_row_number = true))"
        return TextTable(f"read_parquet({file})", self._slice, self._null_words, numbered)

    def _forms_in(self, number: int, forms: Sequence[Form]) -> list[Form]:
        """Return the forms of one slice, whose columns are counted from its own first one."""
        start = number * self._slice
        some = list(forms[start : start + self._slice])
        for one in self._asked_in(start):
            at = one.at - start
            if forms[one.at].needs:
                some[at] = asked_form(f"k{at}", one.sql_type)
        return some

    def _asked_in(self, start: int) -> list[Asked]:
        return [one for one in self._asked if start <= one.at < start + self._slice]

    def _flush(self) -> None:
        for start in range(0, len(self._rows), self._limit):
            columns = list(zip(*self._rows[start : start + self._limit], strict=True))
            lines = pa.array(self._lines[start : start + self._limit], pa.int64())
            for number, writer in enumerate(self._writers):
                first = number * self._slice
                some = columns[first : first + self._slice]
                arrays = [pa.array([cell or None for cell in column], pa.string()) for column in some]
                arrays += [
                    pa.array([one.said(cell) for cell in columns[one.at]], pa.string())
                    for one in self._asked_in(first)
                ]
                writer.write_table(pa.Table.from_arrays([*arrays, lines], schema=writer.schema))
        self._rows.clear()
        self._lines.clear()


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
