"""Counts, sums and ends of some cells: what the grid says about a selection.

Used by the grid. A selection is a range of rows in some order, over some columns. The engine counts; whole
numbers and decimals add up exactly, whatever their size, and everything is told as text so that no digit is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from analysis.row_sql import condition, is_number, order, rows_source
from analysis.row_tables import RowTable
from analysis.rows import MAX_LIMIT, RowPages, RowQuery, require_columns
from core.errors import StorageIOError
from core.i18n import _
from core.progress import Progress, SilentProgress
from core.telemetry import metrics
from core.types import Column, Manifest
from storage.duck import Connection, DuckEngine, duck_errors

MEAN_PLACES: Final = 4
"""Digits of a mean behind the point, if it is 1 or more; smaller ones keep as many that count."""

_EXACT: Final = Context(prec=1_000)
_APPROXIMATE: Final = frozenset({"DOUBLE", "FLOAT", "REAL"})
_ORDERED: Final = ("DATE", "TIME")


@dataclass(frozen=True, slots=True)
class Sums:
    """What is in a selection.

    `values` counts the cells that hold something, `numbers` those that hold a number. The others are texts: of the
    numbers, or, where all columns hold dates or times, their ends; None where there is nothing to tell.
    """

    cells: int
    values: int
    numbers: int
    sum: str | None = None
    mean: str | None = None
    min: str | None = None
    max: str | None = None


@dataclass(frozen=True, slots=True)
class _Of:
    """What one column holds, as the engine tells it."""

    column: Column
    values: int
    sum: str | None
    min: str | None
    max: str | None


class RowSums:
    """Adds cells up; thread-safe."""

    def __init__(self, rows: RowPages, duck: DuckEngine) -> None:
        self._rows = rows
        self._duck = duck

    def sums(self, of: Manifest | RowTable, query: RowQuery, *, progress: Progress | None = None) -> Sums:
        """Return what some cells hold.

        Args:
            of: The version's manifest, or a table.
            query: Which cells: `limit` rows from `offset`, of its `columns`, in its order. The limit may be larger
                than what there is.
            progress: Hears a cancel.

        Raises:
            ColumnNotFoundError: the query names a column the dataset has not.
            UsageError: a filter compares with something its column cannot hold.
        """
        watch, table = progress or SilentProgress(), self._rows.table(of)
        names = query.columns if query.columns is not None else tuple(one.name for one in table.columns)
        require_columns(table.name, table.columns, names)
        columns = [one for name in names for one in table.columns if one.name == name]
        with (
            metrics().timed("rows:sums"),
            duck_errors(_("Adding up '{name}'").format(name=table.name), otherwise=StorageIOError),
            self._duck.trusted() as connection,
            watch.interruptible(connection.interrupt),
        ):
            watch.report(0.0)
            rows, parts = _ask(connection, self._cells(connection, table, query, columns, watch), columns)
        return _together(rows * len(columns), parts)

    def _cells(
        self,
        connection: Connection,
        table: RowTable,
        query: RowQuery,
        columns: Sequence[Column],
        progress: Progress,
    ) -> str:
        """Return the FROM item of the selected rows; its columns are `s0`, `s1`, …"""
        places = {column.name: i for i, column in enumerate(table.columns)}
        where = condition(query.filters, query.search, table.columns)
        whole = query.offset == 0 and query.limit >= table.rows
        if not whole and (query.sort or where) and query.limit <= MAX_LIMIT:
            page = self._rows.page(table, query, progress=progress).table
            picked = page.select(range(1, page.num_columns)).rename_columns([f"s{i}" for i in range(len(columns))])
            connection.register("picked", picked)
            return "picked"
        chosen = ", ".join(f"c{places[column.name]} as s{i}" for i, column in enumerate(columns))
        source = rows_source(str(table.file), table.columns)
        if whole:
            span = f"where {where}" if where else ""
        elif query.sort or where:
            span = f"{f'where {where} ' if where else ''}order by {order(query.sort, places)} "
            span += f"limit {query.limit} offset {query.offset}"
        else:
            span = f"where r between {query.offset} and {query.offset + query.limit - 1}"
        return f"(select {chosen} from {source} {span})"


def _ask(connection: Connection, cells: str, columns: Sequence[Column]) -> tuple[int, list[_Of]]:
    asked = [one for i, column in enumerate(columns) for one in _aggregates(f"s{i}", column.type)]
    row = connection.execute(f"select count(*), {', '.join(asked)} from {cells}").fetchone() or (0,)
    told = [_Of(column, *row[4 * i + 1 : 4 * i + 5]) for i, column in enumerate(columns)]
    return int(row[0]), told


def _aggregates(place: str, column_type: str) -> list[str]:
    """Return four aggregates of one column: values, sum, smallest, largest; the last three as text."""
    if not is_number(column_type) and not column_type.startswith(_ORDERED):
        return [f"count({place})", "null", "null", "null"]
    ends = [f"min({place})::VARCHAR", f"max({place})::VARCHAR"]
    if not is_number(column_type):
        return [f"count({place})", "null", *ends]
    if column_type in _APPROXIMATE:
        # The careful sum takes infinity for an error.
        total = f"case when bool_and(isfinite({place})) then fsum({place}) else sum({place}) end"
        return [f"count({place})", f"({total})::VARCHAR", *ends]
    return [f"count({place})", f"sum({place})::VARCHAR", *ends]


def _together(cells: int, parts: Sequence[_Of]) -> Sums:
    values = sum(part.values for part in parts)
    numeric = [part for part in parts if is_number(part.column.type) and part.values]
    numbers = sum(part.values for part in numeric)
    if not numeric:
        kinds = {part.column.type for part in parts}
        ends = [part for part in parts if part.min is not None and part.max is not None]
        if len(kinds) != 1 or not ends:
            return Sums(cells, values, 0)
        return Sums(
            cells, values, 0, min=min(str(part.min) for part in ends), max=max(str(part.max) for part in ends)
        )
    total = _total(numeric)
    mean = _mean(total, numbers)
    lows, highs = ([Decimal(text) for part in numeric if (text := getattr(part, end))] for end in ("min", "max"))
    return Sums(
        cells,
        values,
        numbers,
        sum=_text(total),
        mean=_text(mean),
        min=_text(_least(lows)),
        max=_text(_most(highs)),
    )


def _total(parts: Sequence[_Of]) -> Decimal:
    if any(part.column.type in _APPROXIMATE for part in parts):
        # What is approximate stays so: adding exactly would only pretend.
        return Decimal(repr(sum(float(part.sum or 0) for part in parts)))
    total = Decimal(0)
    for part in parts:
        total = _EXACT.add(total, Decimal(part.sum or 0))
    return total


def _mean(total: Decimal, numbers: int) -> Decimal:
    mean = _EXACT.divide(total, Decimal(numbers))
    if not mean.is_finite():
        return mean
    before = max(mean.adjusted() + 1, 0)
    return Context(prec=before + MEAN_PLACES).plus(mean)


def _least(numbers: Sequence[Decimal]) -> Decimal:
    return min((one for one in numbers if not one.is_nan()), default=Decimal("NaN"))


def _most(numbers: Sequence[Decimal]) -> Decimal:
    return max((one for one in numbers if not one.is_nan()), default=Decimal("NaN"))


def _text(number: Decimal) -> str:
    """Return a number without an exponent where that stays readable."""
    if not number.is_finite():
        return {"Infinity": "inf", "-Infinity": "-inf"}.get(str(number), "NaN")
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain if len(plain) <= 60 else str(number)
