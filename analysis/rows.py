"""Pages of rows: any place, any order, filtered and searched, never the whole table.

Used by the grid and by `bestand data rows`. Reads published versions and finished answers; nothing is written but
cached totals and orders.
"""

import difflib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from analysis.orders import Orders
from analysis.query.results import Results
from analysis.query.run import QueryRun
from analysis.row_counts import RowCounts
from analysis.row_sql import Filter, casts, condition, edge, has_edge, order, rows_source, within
from analysis.row_tables import RowTable, RowTables
from analysis.values import text_literal
from core.errors import ColumnNotFoundError, StorageIOError, UsageError
from core.i18n import _, number
from core.progress import Progress, SilentProgress
from core.telemetry import metrics
from core.types import Column, Json, Manifest
from storage.cache.keys import CacheKeys
from storage.duck import DuckEngine, duck_errors
from storage.open import Storage

if TYPE_CHECKING:
    import duckdb

ROW_NUMBER: Final = "#"
"""Name of the first column of every page: the row's number in the dataset, from 1."""

MAX_LIMIT: Final = 100_000
"""Most rows in one page; more is an export."""


_LARGE: Final = 100_000
"""Rows from which on an order is worth writing out; fewer are sorted faster than anybody turns a page."""

_NEAR: Final = 2_000
"""First rows of an order, which the engine finds without ordering them all; fetched at once, for several pages."""

_NEAR_CELLS: Final = 400_000
"""Most cells of those rows."""

_SORTING: Final = 0.6
"""About what share of the time of writing an order is spent before its first row."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows of a dataset are wanted.

    `sort` holds (column, descending) pairs, the first counts most; missing values come last. All `filters` must
    hold. `search` keeps rows in which any column's text contains it, whatever its case. `columns` chooses and
    orders the columns shown; filters and sort may use others. `offset` and `limit` count rows after filtering.
    With `cut`, long texts may come as their first `cut` + 1 characters: enough to see that they go on.
    """

    offset: int = 0
    limit: int = 200
    sort: tuple[tuple[str, bool], ...] = ()
    filters: tuple[Filter, ...] = ()
    search: str | None = None
    columns: tuple[str, ...] | None = None
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows. `table` has the row number first; `total` is how many rows the filters leave in all.

    `total` is None while they are counted, for those who do not wait.
    """

    table: pa.Table
    total: int | None
    offset: int

    @property
    def so_far(self) -> int:
        """How many rows there are at least."""
        return self.offset + self.table.num_rows if self.total is None else self.total


@dataclass(frozen=True, slots=True)
class OrderState:
    """How far an order is that is being written: `fraction` is 0..1, `rows` can be read by now."""

    fraction: float
    rows: int


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long a page may take: `wait` for an order until it is written far enough, `begin` one at all."""

    progress: Progress
    wait: bool = True
    begin: bool = True


class RowPages:
    """Reads pages; thread-safe."""

    def __init__(self, storage: Storage) -> None:
        self._duck = storage.duck
        self._cache = storage.cache
        self._tables = RowTables(storage)
        folder = storage.paths.cache / "orders"
        results = Results(folder, storage.cache, limit_mib=storage.config.cache.disk_mib)
        self._orders = Orders(storage.duck, results)
        self._counts = RowCounts(storage.duck, storage.cache, results)

    def page(self, of: Manifest | RowTable, query: RowQuery, *, progress: Progress | None = None) -> RowPage:
        """Return one page of one version of a dataset, or of an answer.

        Args:
            of: The version's manifest, or a table; says where the rows lie and which columns they have.
            query: Which rows.
            progress: Hears a cancel.

        Returns:
            At most `query.limit` rows; none behind the last. The same query gives the same rows, and pages of
            the same order never overlap.

        Raises:
            ColumnNotFoundError: the query names a column the rows have not; the nearest one is told.
            UsageError: a filter compares with something its column cannot hold, or the page is impossible.
        """
        page = self._page(self.table(of), query, _Patience(progress or SilentProgress()))
        if page is None:
            raise RuntimeError("whoever waits gets a page")
        return page

    def page_by_now(
        self, of: Manifest | RowTable, query: RowQuery, *, begin: bool = True, progress: Progress | None = None
    ) -> RowPage | None:
        """Return one page, or None when it lies where its order is not written yet; see `page`.

        The first rows of a filter over a large table come before they are all counted; the count goes on behind.

        Args:
            of: The version's manifest, or a table.
            query: Which rows.
            begin: Write the order behind a first page; False after a person stopped it.
            progress: Hears a cancel.
        """
        patience = _Patience(progress or SilentProgress(), wait=False, begin=begin)
        return self._page(self.table(of), query, patience)

    def order_state(self, of: Manifest | RowTable, query: RowQuery) -> OrderState | None:
        """Return how far this order is; None unless it is being written now."""
        run = self.ordering(of, query)
        if run is None:
            return None
        table = self.table(of)
        where = condition(query.filters, query.search, table.columns)
        counted = self._counts.by_now(table, where) if where else table.rows
        total = max(table.rows if counted is None else counted, 1)
        written = min(run.rows_so_far / total, 1.0)
        sorted_share = 1.0 if written else run.share or 0.0
        return OrderState(_SORTING * sorted_share + (1 - _SORTING) * written, run.rows_so_far)

    def ordering(self, of: Manifest | RowTable, query: RowQuery) -> QueryRun | None:
        """Return the run that writes out this order now, to show how far it is or to stop it, or None."""
        table = self.table(of)
        where = condition(query.filters, query.search, table.columns)
        return self._orders.running(_order_key(table, query, where))

    def table(self, of: Manifest | RowTable) -> RowTable:
        """Return where the rows lie, and which columns they have."""
        return self._tables.of_dataset(of) if isinstance(of, Manifest) else of

    def answer(self, run: QueryRun, *, progress: Progress) -> RowTable:
        """Return the rows of a finished answer, for `page`; see `RowTables.of_answer`."""
        return self._tables.of_answer(run, progress=progress)

    def close(self) -> None:
        """Stop what is being written and counted."""
        self._orders.close()
        self._counts.close()

    def _page(self, table: RowTable, query: RowQuery, patience: _Patience) -> RowPage | None:
        _check(table, query)
        with metrics().timed("rows:page"), _reading(table):
            check_values(self._duck, query.filters, table.columns)
            where = condition(query.filters, query.search, table.columns)
            total = self._total(table, query, where, patience)
            rows = self._read(table, query, where, total, patience)
            if rows is None:
                return None
            if total is None:
                total = self._counted(table, query, where, rows.num_rows)
            return RowPage(rows, total, query.offset)

    def _total(self, table: RowTable, query: RowQuery, where: str, patience: _Patience) -> int | None:
        """Return how many rows there are; None if that takes long and somebody wants to see the first ones now."""
        if not where:
            return table.rows
        near = query.offset + query.limit <= _head_rows(table)
        if patience.wait or table.rows <= _LARGE or not near:
            return self._counts.now(table, where, patience.progress)
        return self._counts.by_now(table, where)

    def _counted(self, table: RowTable, query: RowQuery, where: str, found: int) -> int | None:
        """Return the total if these rows were the last ones, else have it counted."""
        if found < query.limit and (found or query.offset == 0):
            self._counts.note(table, where, query.offset + found)
            return query.offset + found
        return self._counts.begin(table, where)

    def _read(
        self, table: RowTable, query: RowQuery, where: str, total: int | None, patience: _Patience
    ) -> pa.Table | None:
        places = {column.name: i for i, column in enumerate(table.columns)}
        shown = query.columns if query.columns is not None else tuple(places)
        picked = [places[name] for name in shown]
        far = query.offset + query.limit > _head_rows(table)
        worthwhile = (total is None or total > _LARGE) and (query.sort or (where and far))
        if worthwhile:
            rows = self._from_order(table, query, where, patience)
            rows = None if rows is None else rows.select(["n", *(f"c{place}" for place in picked)])
        else:
            rows = self._from_engine(table, query, where, picked, patience.progress)
        return None if rows is None else rows.rename_columns([row_number_name(shown), *shown])

    def _from_engine(
        self, table: RowTable, query: RowQuery, where: str, picked: Sequence[int], progress: Progress
    ) -> pa.Table:
        with self._duck.trusted() as connection, progress.interruptible(connection.interrupt):
            progress.report(0.0)
            if query.sort and not where and not query.offset and table.rows > _LARGE:
                where = _before_edge(connection, table, query)
            window = f"limit {query.limit} offset {query.offset}"
            if where or query.sort:
                span = f"{_selection(table, query, where)} {window}"
            else:
                # A range of row numbers lets the engine skip all other row groups.
                span = f"where r between {query.offset} and {query.offset + query.limit - 1} order by r"
            statement = _cut(f"{_select(picked)} {_source(table)} {span}", table, query, picked)
            return connection.execute(statement).to_arrow_table()

    def _from_order(self, table: RowTable, query: RowQuery, where: str, patience: _Patience) -> pa.Table | None:
        """Return the page, all columns, out of the written order; only the first rows come from the engine."""
        key = _order_key(table, query, where)
        head = _head_rows(table)
        if query.offset + query.limit > head:
            return self._from_written(table, query, where, patience)
        rows = self._orders.page(key, table.tags, query.offset, query.limit, wait=False)
        if rows is None:
            top = replace(query, offset=0, limit=head)
            first = self._cache.get_or_compute(
                f"{key}:head:{query.cut}",
                lambda: self._from_engine(table, top, where, _all(table), patience.progress),
                tags=table.tags,
            )
            if patience.begin and first.num_rows == head:
                self._begin_order(table, query, where)
            rows = first.slice(query.offset, query.limit)
        return rows

    def _from_written(self, table: RowTable, query: RowQuery, where: str, patience: _Patience) -> pa.Table | None:
        """Return a page far from the start; None if the order is not written that far and nobody waits for it."""
        if patience.begin:
            self._begin_order(table, query, where)
        key = _order_key(table, query, where)
        rows = self._orders.page(key, table.tags, query.offset, query.limit, wait=patience.wait)
        if rows is None and patience.wait:
            return self._from_engine(table, query, where, _all(table), patience.progress)
        return rows

    def _begin_order(self, table: RowTable, query: RowQuery, where: str) -> None:
        statement = f"{_select(_all(table))} {_source(table)} {_selection(table, query, where)}"
        self._orders.begin(_order_key(table, query, where), table.tags, statement)


def row_number_name(shown: Sequence[str]) -> str:
    """Return the name of the row number column beside these columns: `#`, or `#~2` if one has that name."""
    name, number = ROW_NUMBER, 2
    while name in shown:
        name, number = f"{ROW_NUMBER}~{number}", number + 1
    return name


def require_columns(dataset: str, columns: Sequence[Column], wanted: Sequence[str]) -> None:
    """Check that a dataset has all wanted columns.

    Raises:
        ColumnNotFoundError: one is missing; the nearest name is told.
    """
    names = [column.name for column in columns]
    for name in wanted:
        if name not in names:
            nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            raise ColumnNotFoundError(dataset, name, nearest=nearest[0] if nearest else None)


def check_values(duck: DuckEngine, filters: Sequence[Filter], columns: Sequence[Column]) -> None:
    """Refuse values the engine cannot understand in their column's type, by name.

    Raises:
        UsageError: a filter compares with something its column cannot hold.
    """
    values = casts(filters, columns)
    if not values:
        return
    tries = ", ".join(f"try_cast({text_literal(value)} as {kind})" for _, value, kind in values)
    with duck.trusted() as connection:
        understood = connection.execute(f"select {tries}").fetchone() or ()
    for (column, value, kind), one in zip(values, understood, strict=True):
        if one is None:
            raise UsageError(
                _("Column '{column}' holds {kind} values and cannot be compared with '{value}'.").format(
                    column=column, kind=kind, value=value
                ),
                hint=_("Write dates as 2025-12-31, times as 23:59:00 and truth values as true or false."),
            )


def _select(picked: Sequence[int]) -> str:
    return f"select {', '.join(['r + 1 as n', *(f'c{place}' for place in picked)])} from"


def _cut(statement: str, table: RowTable, query: RowQuery, picked: Sequence[int]) -> str:
    """Return the statement with its long texts cut, after the rows have been found and ordered."""
    if query.cut is None or all(table.columns[place].type != "VARCHAR" for place in picked):
        return statement
    shown = [
        f"left(c{place}, {query.cut + 1}) as c{place}" if table.columns[place].type == "VARCHAR" else f"c{place}"
        for place in dict.fromkeys(picked)
    ]
    return f"select n, {', '.join(shown)} from ({statement})"


def _all(table: RowTable) -> list[int]:
    return list(range(len(table.columns)))


def _head_rows(table: RowTable) -> int:
    """Return how many first rows of an order are fetched at once; fewer where rows are wide."""
    return max(min(_NEAR, _NEAR_CELLS // max(len(table.columns), 1)), 1)


def _selection(table: RowTable, query: RowQuery, where: str) -> str:
    """Return which rows in which order; the engine keeps the file's order by itself."""
    places = {column.name: i for i, column in enumerate(table.columns)}
    filtered = f"where {where} " if where else ""
    return f"{filtered}order by {order(query.sort, places)}" if query.sort else filtered


def _order_key(table: RowTable, query: RowQuery, where: str) -> str:
    sort: Json = [[name, falling] for name, falling in query.sort]
    return CacheKeys.page(table.id, table.version, ["order", where, sort])


def _before_edge(connection: "duckdb.DuckDBPyConnection", table: RowTable, query: RowQuery) -> str:
    """Return a condition that all first rows of an order meet, and few others; nothing where it saves no time.

    The value of the last of them is found in the sorted column alone; with it the engine skips nearly all cells of
    the other columns unread, which it cannot while it orders whole rows.
    """
    name, falling = query.sort[0]
    place, column = next((i, one) for i, one in enumerate(table.columns) if one.name == name)
    if not has_edge(column.type):
        return ""
    statement = edge(_source(table), f"c{place}", falling=falling, rows=query.limit)
    found = connection.execute(statement).fetchone()
    if found is None or found[0] is None:  # fewer rows, or the last of them have no value
        return ""
    return within(f"c{place}", column.type, found[0], falling=falling)


def _source(table: RowTable) -> str:
    return rows_source(str(table.file), table.columns)


def _check(table: RowTable, query: RowQuery) -> None:
    if query.offset < 0 or not 0 <= query.limit <= MAX_LIMIT:
        raise UsageError(
            _("A page starts at row 0 or later and has at most {max_limit} rows.").format(
                max_limit=number(MAX_LIMIT)
            )
        )
    wanted = [*(query.columns or ()), *(name for name, _ in query.sort), *(one.column for one in query.filters)]
    require_columns(table.name, table.columns, wanted)


def _reading(table: RowTable) -> AbstractContextManager[None]:
    return duck_errors(_("Reading '{name}'").format(name=table.name), otherwise=StorageIOError)
