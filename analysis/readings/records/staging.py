"""Records on their way to a table: kept as text first, given types when all of them are known.

Used by the JSON and spreadsheet readers. A type that fits the first thousand records may not fit the next one, so
every cell is written as text to part files, and the types are chosen from what was seen in the whole file; only
then the engine makes the one Parquet file. Memory holds one batch.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.readings.records.kinds import Cell, ColumnFacts, as_text, storable
from analysis.readings.records.names import column_names, renamed
from analysis.readings.records.wide_table import WIDE, write_wide
from core.errors import DamagedFileError, FileTooLargeError
from core.i18n import N_, _, number
from core.progress import Progress
from core.types import Column, Flag
from storage.duck import DuckEngine, duck_errors, quote_identifier, quote_literal

DATA_NAME: Final = "data.parquet"
Members = Sequence[tuple[str, Cell]]
"""One record: column key and cell, each key at most once."""

_HALF: Final = N_("{count} values in '{column}' hold half a character; it is kept as the escape \\uXXXX.")
_MIXED: Final = N_("Column '{column}' holds {kinds}; all its values are kept as text.")
_TEXT: Final = "VARCHAR"
_BATCH_ROWS: Final = 16_384
_BATCH_CELLS: Final = 1_000_000
_BATCH_CHARS: Final = 32_000_000


@dataclass(frozen=True, slots=True)
class Finished:
    """The table that was written."""

    rows: int
    columns: tuple[Column, ...]
    flags: tuple[Flag, ...]


class Staging:
    """Collects records; a context manager, whose files are gone after the block.

    A column is known by a key: the name the file has for it, or a position as text. Not for several threads.
    """

    def __init__(self, file_name: str, *, max_columns: int, folder: Path | None = None) -> None:
        self._file_name = file_name
        self._max_columns = max_columns
        self._folder = tempfile.TemporaryDirectory(prefix="parts-", dir=folder)
        self._parts = _Parts(Path(self._folder.name))
        self._cells: dict[str, list[Cell]] = {}
        self._facts: dict[str, ColumnFacts] = {}
        self._lines: list[int] = []
        self._chars = 0
        self._shift = 0
        self.places: list[tuple[int, int]] = []
        self._broken: dict[str, tuple[int, int]] = {}
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.close()
        self._folder.cleanup()

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns met so far, in the order they were met."""
        return tuple(self._facts)

    def declare(self, keys: Iterable[str]) -> None:
        """Name columns that shall exist, in this order, whether or not a record has them."""
        for key in keys:
            self._column(key)

    def add(self, members: Members, *, line: int, chars: int) -> None:
        """Take one record.

        Args:
            members: The record.
            line: Where it is in the file, for flags.
            chars: About how long it is, so that long records do not pile up in memory.

        Raises:
            FileTooLargeError: there are more columns than a table may have.
        """
        row = len(self._lines)
        number = self.rows + row + 1
        if line - number != self._shift:
            self._shift = line - number
            self.places.append((number, self._shift))
        for key, value in members:
            column = self._cells.get(key)
            if column is None:
                column = self._column(key)
            if len(column) < row:
                column.extend([None] * (row - len(column)))
            column.append(value)
        self._lines.append(line)
        self._chars += chars
        if row + 1 >= _BATCH_ROWS or (row + 1) * len(self._cells) >= _BATCH_CELLS or self._chars >= _BATCH_CHARS:
            self._flush()

    def texts(self) -> Iterator[list[str]]:
        """Yield the names as found and then every record as text, all of one width; nothing is an empty text."""
        self._flush()
        self._parts.close()
        keys = list(self._facts)
        yield [storable(key)[0] for key in keys]
        for part in self._parts.files:
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches(batch_size=4_096):
                    columns = [column.to_pylist() for column in batch.columns]
                    missing = [""] * (len(keys) - len(columns))
                    for row in zip(*columns, strict=True):
                        yield ["" if value is None else value for value in row] + missing

    def finish(
        self,
        duck: DuckEngine,
        out: Path,
        progress: Progress,
        *,
        decimals: bool,
        names: Sequence[str] | None = None,
        wanted_types: Sequence[str] = (),
    ) -> Finished:
        """Write `out/data.parquet` with the types that fit.

        Args:
            duck: Does the writing.
            out: The folder.
            progress: 0..1 of this step.
            decimals: See `ColumnFacts.type`.
            names: What the file calls the columns, where that is not the key.
            wanted_types: Types by position; where a person wants text, the column stays the text of the file.

        Raises:
            DamagedFileError: there is not one column.
            CancelledError, DiskFullError: as the engine meets them.
        """
        self._flush()
        self._parts.close()
        if not self._facts:
            raise DamagedFileError(self._file_name, _("holds records, but not one of them has a value."))
        columns = describe(list(self._facts.values()), list(names or self._facts), decimals=decimals)
        texts = {at for at, wanted in enumerate(wanted_types) if wanted == _TEXT}
        columns = tuple(
            replace(column, type=_TEXT) if at in texts else column for at, column in enumerate(columns)
        )
        progress.report(0.0, N_("writing the table"))
        if len(columns) >= WIDE:
            write_wide(self._parts.files, columns, out / DATA_NAME, progress)
        else:
            self._write_by_engine(duck, columns, out / DATA_NAME, progress)
        return Finished(self.rows, columns, self._flags(columns))

    def _write_by_engine(
        self, duck: DuckEngine, columns: Sequence[Column], target: Path, progress: Progress
    ) -> None:
        sql = _copy_statement(self._parts.files, columns, target)
        with (
            duck_errors(_("Writing '{name}'").format(name=self._file_name)),
            duck.trusted() as connection,
            progress.interruptible(connection.interrupt),
        ):
            connection.execute(sql)

    def _column(self, key: str) -> list[Cell]:
        column = self._cells.setdefault(key, [])
        self._facts.setdefault(key, ColumnFacts())
        if len(self._cells) > self._max_columns:
            raise FileTooLargeError(
                self._file_name,
                _("has more than {max_columns} columns.").format(max_columns=number(self._max_columns)),
            )
        return column

    def _flush(self) -> None:
        rows = len(self._lines)
        if not rows:
            return
        arrays = []
        for key, column in self._cells.items():
            column.extend([None] * (rows - len(column)))
            self._facts[key].add(column, self._lines)
            arrays.append(self._array(key, column))
            self._cells[key] = []
        if arrays:
            self._parts.write(arrays)
        self.rows += rows
        self._lines, self._chars = [], 0

    def _array(self, key: str, column: list[Cell]) -> pa.Array:
        values = [as_text(value) for value in column] if bool in map(type, column) else column
        try:
            return pa.array(values, pa.string())
        except UnicodeEncodeError:
            return pa.array([self._repaired(key, at, value) for at, value in enumerate(values)], pa.string())

    def _repaired(self, key: str, at: int, value: Cell) -> Cell:
        """Write half of a surrogate pair, which is no character, as the escape it was in the file."""
        if not isinstance(value, str):
            return value
        text, whole = storable(value)
        if not whole:
            first, count = self._broken.get(key, (self._lines[at], 0))
            self._broken[key] = (first, count + 1)
        return text

    def _flags(self, columns: Sequence[Column]) -> tuple[Flag, ...]:
        names = dict(zip(self._facts, (column.name for column in columns), strict=True))
        flags = [
            Flag(
                "half_character", "escaped",
                _HALF.format(count=f"{count:,}", column=names[key]),
                line=first, column=names[key],
            )
            for key, (first, count) in self._broken.items()
        ]  # fmt: skip
        for key, facts in self._facts.items():
            mixed = facts.mixture()
            if mixed:
                what, line = mixed
                message = _MIXED.format(column=names[key], kinds=what)
                flags.append(Flag("mixed_types", "kept_as_text", message, line=line, column=names[key]))
        return (*flags, *renamed([c.source_name for c in columns], [c.name for c in columns]))


class _Parts:
    """Part files; a new one whenever a column was added, so that within one file all records are alike."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: pq.ParquetWriter | None = None
        self._width = 0
        self.files: list[Path] = []

    def write(self, arrays: list[pa.Array]) -> None:
        if self._writer is None or len(arrays) != self._width:
            self.close()
            self._width = len(arrays)
            self.files.append(self._folder / f"{len(self.files):06}.parquet")
            schema = pa.schema([(f"c{at}", pa.string()) for at in range(self._width)])
            self._writer = pq.ParquetWriter(self.files[-1], schema, compression="lz4", write_statistics=False)
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._writer.schema))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None


def describe(
    facts: Sequence[ColumnFacts], names: Sequence[str], *, decimals: bool, confidence: float = 1.0
) -> tuple[Column, ...]:
    """Return the columns for what was seen in them; names become unique, the rest is in `source_name`."""
    shown = [storable(name)[0] for name in names]
    return tuple(
        Column(name, source, seen.type(decimals=decimals), confidence)
        for name, source, seen in zip(column_names(shown), shown, facts, strict=True)
    )


def _copy_statement(parts: Sequence[Path], columns: Sequence[Column], target: Path) -> str:
    """Return the SQL that turns text into types, the rows staying in order."""
    casts = ", ".join(
        f"c{at}::{column.type} as {quote_identifier(column.name)}" for at, column in enumerate(columns)
    )
    if parts:
        files = ", ".join(quote_literal(str(part)) for part in parts)
        source = f"read_parquet([{files}], union_by_name = true)"
    else:
        empty = ", ".join(f"null::VARCHAR as c{at}" for at in range(len(columns)))
        source = f"(select {empty} where false)"
    options = "format parquet, compression zstd, row_group_size 122880"
    return f"copy (select {casts} from {source}) to {quote_literal(str(target))} ({options})"
