"""A loaded table gets the types a person chose, and the report on what all its texts could be.

Used by `ByFormat` after a reader of records has written a table with the types the file itself has. Each cell of a
column whose type was chosen is read as a text of the same file would be: what is nothing of the type has no value,
is told with its record, and its text is kept.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.readings.asked import CODE, Asked, misfits
from analysis.readings.events import LedgerBook
from analysis.readings.forms import TEXT, TEXT_TYPE, asked_form
from analysis.readings.kept import TEXTS_NAME
from analysis.readings.ledger_file import LEDGER_NAME, LedgerWriter
from analysis.readings.model import Candidate, Loaded
from analysis.readings.records.offers import COLUMNS_LOOKED_AT, Sampled, explained, plain_form
from analysis.readings.records.sampling import with_sample
from analysis.readings.records.staging import DATA_NAME
from analysis.readings.records.xlsx_values import shown
from analysis.readings.typed import parquet_options
from analysis.readings.whole import Written, report_whole
from core.i18n import N_, _
from core.progress import Progress
from core.types import LedgerLine, LineAction, Reading
from storage.duck import Connection, DuckEngine, duck_errors, quote_identifier, quote_literal

RawOf = Callable[[Sequence[int]], Mapping[int, bytes]]
"""From the numbers of records, in order, to their bytes as the file has them."""

_BATCH_ROWS: Final = 20_000
_SAMPLED_ROWS: Final = 1_000
_OPTIONS: Final = "format parquet, compression zstd, row_group_size 122880"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person wants of a table: columns read as a type, and columns (by position) that stay text."""

    asked: tuple[Asked, ...] = ()
    texts: frozenset[int] = frozenset()

    @classmethod
    def of(cls, loaded: Loaded, told: Reading, native: Callable[[], Candidate], sample: Candidate) -> "Wishes":
        """Return what a reading says that the loaded table is not.

        Args:
            loaded: The table as the file has it.
            told: The reading; a type that the first records have as well was chosen by nobody.
            native: Looks at the first records; asked only where it matters.
            sample: The first records of the loaded table.
        """
        other = [
            (at, wanted)
            for at, (wanted, column) in enumerate(zip(told.column_types, loaded.columns, strict=False))
            if wanted not in ("", column.type)
        ]
        if not other:
            return cls()
        first = [column.type for column in native().columns]
        sampled = Sampled.of(sample, told)
        asked = []
        for at, wanted in other:
            if wanted != TEXT_TYPE and not (at < len(first) and first[at] == wanted):
                one = sampled.asked(at, loaded.columns[at], wanted, told)
                asked += [one] if one is not None else []
        return cls(tuple(asked), frozenset(at for at, wanted in other if wanted == TEXT_TYPE))


def retyped(
    duck: DuckEngine,
    out: Path,
    loaded: Loaded,
    told: Reading,
    *,
    name: str,
    native: Callable[[], Candidate],
    raw_of: RawOf | None,
    progress: Progress,
) -> Loaded:
    """Give a table the types a reading says, and report what its texts could be; `guesses.json` is written.

    Args:
        duck: The engine.
        out: The folder with the table and its ledger.
        loaded: What the reader made, with the types of the file.
        told: The reading that was asked for.
        name: What the file is called.
        native: Looks at the file's first records, as nobody has asked for anything.
        raw_of: Gives records as the file has them; without it the ledger gets their texts.
        progress: May stop it.

    Raises:
        DiskFullError, MemoryLimitError, CancelledError: the work was stopped.
    """
    with (
        duck_errors(_("Writing '{name}'").format(name=name)),
        duck.trusted() as connection,
        progress.interruptible(connection.interrupt),
    ):
        table = _Table(connection, out, loaded)
        wishes = Wishes.of(loaded, told, native, table.sample())
        if wishes.asked or wishes.texts:
            table.convert(wishes, raw_of, progress)
        return table.reported(wishes, told)


class _Table:
    """One table, while it gets its types."""

    def __init__(self, connection: Connection, out: Path, loaded: Loaded) -> None:
        self._connection, self._out, self._loaded = connection, out, loaded
        self._data = out / DATA_NAME
        self._moved = [row for row, _shift in loaded.places]
        self._kept: dict[int, int] = {}

    def sample(self) -> Candidate:
        """Return the first records of the table as they are now."""
        looked = range(min(len(self._loaded.columns), COLUMNS_LOOKED_AT))
        names = ", ".join(f"{self._name(at)}::VARCHAR" for at in looked)
        sql = f"select {names} from {_parquet(self._data)} limit {_SAMPLED_ROWS}"
        texts = self._connection.execute(sql).fetchall()
        found = Candidate(self._loaded.reading, self._loaded.columns, (), "")
        return with_sample(found, texts, [self._line(row) for row in range(1, len(texts) + 1)])

    def convert(self, wishes: Wishes, raw_of: RawOf | None, progress: Progress) -> None:
        """Write the table anew, with the columns as they are wished."""
        said, new = self._out / "said.parquet", self._out / "new.parquet"
        repaired, flags = 0, self._loaded.flags
        if wishes.asked:
            with LedgerBook(None, "record") as book:
                rows = self._say(wishes.asked, said, book, progress)
                flags = (*flags, *book.flags())
            repaired = self._tell(rows, raw_of)
        self._write(wishes, said, new)
        self._keep(wishes.asked, new)
        new.replace(self._data)
        said.unlink(missing_ok=True)
        types = {one.at: one.sql_type for one in wishes.asked} | dict.fromkeys(wishes.texts, TEXT_TYPE)
        columns = tuple(
            replace(column, type=types[at], confidence=1.0) if at in types else column
            for at, column in enumerate(self._loaded.columns)
        )
        ledger = self._loaded.ledger
        self._loaded = replace(
            self._loaded,
            columns=columns,
            flags=flags,
            ledger=replace(ledger, loaded=ledger.loaded - repaired, repaired=ledger.repaired + repaired),
            reading=replace(self._loaded.reading, column_types=tuple(column.type for column in columns)),
        )

    def reported(self, wishes: Wishes, told: Reading) -> Loaded:
        """Return what was loaded, with what all cells say of the types."""
        asked = {one.at: asked_form(f"k{one.at}", one.sql_type) for one in wishes.asked}
        columns = self._loaded.columns
        forms = [
            asked.get(at) or (TEXT if column.type == TEXT_TYPE else plain_form(column.type))
            for at, column in enumerate(columns)
        ]
        sample = self.sample()
        names, marks = [column.name for column in columns], Sampled.of(sample, told).marks
        texts = self._out / TEXTS_NAME
        written = Written(self._data, texts, names, forms, forms, self._kept, marks, told.date_order)
        sampled = explained(sample).guesses
        guesses = report_whole(self._connection, written, sampled, lambda rows: [self._line(r) for r in rows])
        return replace(self._loaded, guesses=guesses)

    # ---- what cells say -----------------------------------------------------------------------------------

    def _say(self, asked: Sequence[Asked], target: Path, book: LedgerBook, progress: Progress) -> list[int]:
        """Write what each cell says of the type that is wished; return the rows with a cell that says nothing."""
        rows: list[int] = []
        here = [replace(one, at=at) for at, one in enumerate(asked)]
        schema = pa.schema([(f"k{one.at}", pa.string()) for one in asked])
        first = 1
        with pq.ParquetWriter(target, schema, compression="lz4") as writer:
            for batch in self._batches(asked):
                cells = [column.to_pylist() for column in batch.columns]
                said = [
                    [one.said(cell or "") for cell in column] for one, column in zip(asked, cells, strict=True)
                ]
                writer.write_table(
                    pa.Table.from_arrays([pa.array(one, pa.string()) for one in said], schema=schema)
                )
                rows += [first + at for at in _odd(cells, said) if self._flagged(here, cells, at, first, book)]
                first += batch.num_rows
                progress.report((first - 1) / max(self._loaded.rows, 1), N_("Writing the table"))
        return rows

    def _flagged(
        self, asked: Sequence[Asked], cells: Sequence[Sequence[str | None]], at: int, first: int, book: LedgerBook
    ) -> bool:
        notes = misfits(asked, [column[at] or "" for column in cells])
        for note in notes:
            book.flag(note, LineAction.REPAIRED.value, self._line(first + at))
        return bool(notes)

    def _batches(self, asked: Sequence[Asked]) -> "pa.RecordBatchReader":
        names = ", ".join(f"{self._name(one.at)}::VARCHAR as k{one.at}" for one in asked)
        return self._connection.execute(f"select {names} from {_parquet(self._data)}").to_arrow_reader(_BATCH_ROWS)

    # ---- writing ------------------------------------------------------------------------------------------

    def _write(self, wishes: Wishes, said: Path, target: Path) -> None:
        asked = {one.at: f"try_cast(k.k{one.at} as {one.sql_type})" for one in wishes.asked}
        asked |= {at: f"d.{self._name(at)}::VARCHAR" for at in wishes.texts}
        width = len(self._loaded.columns)
        values = (f"{asked.get(at) or f'd.{self._name(at)}'} as {self._name(at)}" for at in range(width))
        source = f"{_parquet(self._data)} d"
        if wishes.asked:
            source += f" positional join {_parquet(said)} k"
        query = f"select {', '.join(values)} from {source}"
        self._connection.execute(f"copy ({query}) to {quote_literal(str(target))} ({parquet_options(width)})")

    def _keep(self, asked: Sequence[Asked], new: Path) -> None:
        """Write the texts of cells which the new values do not give back; no file if there are none."""
        if not asked:
            return
        target = self._out / TEXTS_NAME
        lost = {one.at: self._lost(one.at) for one in asked}
        cells = ", ".join(
            f"{{'column': {at}, 'text': case when {sql} then d.{self._name(at)}::VARCHAR end}}"
            for at, sql in lost.items()
        )
        old = f"(select *, file_row_number + 1 as {_ROW} from read_parquet({_quoted(self._data)}, {_NUMBERED}))"
        query = (
            f"select {_ROW} as row, cell.column, cell.text from (select d.{_ROW}, unnest([{cells}]) as cell "
            f"from {old} d positional join {_parquet(new)} n where {' or '.join(lost.values())}) "
            "where cell.text is not null"
        )
        self._connection.execute(f"copy ({query}) to {_quoted(target)} ({_OPTIONS})")
        counts = self._connection.execute(
            f'select "column", count(*) from {_parquet(target)} group by 1'
        ).fetchall()
        self._kept = {int(column): int(count) for column, count in counts}
        if not counts:
            target.unlink()

    def _lost(self, at: int) -> str:
        """Return SQL that is true for a cell that does not come back from its new value."""
        name, kind = self._name(at), self._loaded.columns[at].type
        return f"(d.{name} is not null and try_cast(n.{name}::VARCHAR as {kind}) is distinct from d.{name})"

    # ---- the ledger ---------------------------------------------------------------------------------------

    def _tell(self, rows: Sequence[int], raw_of: RawOf | None) -> int:
        """Add records with a cell that has no value to the ledger; return how many were not in it."""
        file = self._out / LEDGER_NAME
        before = pq.read_table(file)
        told = before.filter(pc.equal(before["action"], LineAction.REPAIRED.value))["line"].to_pylist()
        known = frozenset(told)
        new = [(row, line) for row in rows if (line := self._line(row)) not in known]
        if not new:
            return 0
        part = self._out / "more"
        part.mkdir()
        with LedgerWriter(part) as writer:
            for start in range(0, len(new), _BATCH_ROWS):
                some = new[start : start + _BATCH_ROWS]
                raws = raw_of([line for _row, line in some]) if raw_of else self._texts_of(some)
                writer.append(LedgerLine(line, LineAction.REPAIRED, CODE, raws[line]) for _row, line in some)
        more = pq.read_table(part / LEDGER_NAME)
        pq.write_table(pa.concat_tables([before, more]).sort_by("line"), file, compression="zstd")
        (part / LEDGER_NAME).unlink()
        part.rmdir()
        return len(new)

    def _texts_of(self, places: Sequence[tuple[int, int]]) -> dict[int, bytes]:
        """Return records as their texts, by line."""
        columns = ", ".join(f"{self._name(at)}::VARCHAR" for at in range(len(self._loaded.columns)))
        found = self._connection.execute(
            f"select file_row_number + 1, {columns} from read_parquet({_quoted(self._data)}, {_NUMBERED}) "
            "where list_contains(?, file_row_number + 1)",
            [[row for row, _line in places]],
        ).fetchall()
        texts = {int(cells[0]): shown(cells[1:]) for cells in found}
        return {line: texts[row] for row, line in places}

    def _line(self, row: int) -> int:
        at = bisect_right(self._moved, row)
        return row + (self._loaded.places[at - 1][1] if at else 0)

    def _name(self, at: int) -> str:
        return quote_identifier(self._loaded.columns[at].name)


_ROW: Final = '"\x01row"'
_NUMBERED: Final = "file_row_number = true"


def _odd(cells: Sequence[Sequence[str | None]], said: Sequence[Sequence[str | None]]) -> list[int]:
    """Return where a cell says something, and nothing of its column's type."""
    return sorted(
        {
            at
            for column, values in zip(cells, said, strict=True)
            for at, (cell, value) in enumerate(zip(column, values, strict=True))
            if value is None and cell
        }
    )


def _quoted(path: Path) -> str:
    return quote_literal(str(path))


def _parquet(path: Path) -> str:
    return f"read_parquet({_quoted(path)})"
