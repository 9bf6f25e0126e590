"""Pages of a dataset's rows: any place, any order, filtered and searched, never the whole table.

Used by the grid of the Data page and by `bestand data rows`. Reads published versions only; nothing is written
but cached totals and orders.
"""

import difflib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from analysis.orders import Orders
from analysis.query.results import Results
from analysis.query.run import QueryRun
from analysis.row_sql import Filter, casts, condition, order, rows_source
from analysis.values import text_literal
from core.errors import ColumnNotFoundError, StorageIOError, UsageError
from core.telemetry import metrics
from core.types import Column, Json, Manifest
from storage.cache.keys import CacheKeys
from storage.duck import DuckEngine, duck_errors
from storage.open import Storage

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


@dataclass(frozen=True, slots=True)
class RowQuery:
    """Which rows of a dataset are wanted.

    `sort` holds (column, descending) pairs, the first counts most; missing values come last. All `filters` must
    hold. `search` keeps rows in which any column's text contains it, whatever its case. `columns` chooses and
    orders the columns shown; filters and sort may use others. `offset` and `limit` count rows after filtering.
    """

    offset: int = 0
    limit: int = 200
    sort: tuple[tuple[str, bool], ...] = ()
    filters: tuple[Filter, ...] = ()
    search: str | None = None
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some rows. `table` has the row number first; `total` is how many rows the filters leave in all."""

    table: pa.Table
    total: int | None
    offset: int


class RowPages:
    """Reads pages; thread-safe."""

    def __init__(self, storage: Storage) -> None:
        self._duck = storage.duck
        self._datasets = storage.datasets
        self._cache = storage.cache
        folder = storage.paths.cache / "orders"
        self._orders = Orders(
            storage.duck, Results(folder, storage.cache, limit_mib=storage.config.cache.disk_mib)
        )

    def page(self, dataset: Manifest, query: RowQuery) -> RowPage:
        """Return one page of one version of a dataset.

        Args:
            dataset: The version's manifest; says where it lies and which columns it has.
            query: Which rows.

        Returns:
            At most `query.limit` rows; none behind the last. The same query gives the same rows, and pages of
            the same order never overlap.

        Raises:
            ColumnNotFoundError: the query names a column the dataset has not; the nearest one is told.
            UsageError: a filter compares with something its column cannot hold, or the page is impossible.
        """
        _check(dataset, query)
        with metrics().timed("rows:page"), _reading(dataset):
            check_values(self._duck, query.filters, dataset.columns)
            where = condition(query.filters, query.search, dataset.columns)
            total = self._total(dataset, where) if where else dataset.rows
            return RowPage(self._read(dataset, query, where, total), total, query.offset)

    def ordering(self, dataset: Manifest, query: RowQuery) -> QueryRun | None:
        """Return the run that writes out this order now, to show how far it is or to stop it, or None."""
        where = condition(query.filters, query.search, dataset.columns)
        return self._orders.running(_order_key(dataset, query, where))

    def close(self) -> None:
        """Stop what is being written."""
        self._orders.close()

    def _read(self, dataset: Manifest, query: RowQuery, where: str, total: int) -> pa.Table:
        places = {column.name: i for i, column in enumerate(dataset.columns)}
        shown = query.columns if query.columns is not None else tuple(places)
        far = query.offset + query.limit > _head_rows(dataset)
        worthwhile = total > _LARGE and (query.sort or (where and far))
        if worthwhile:
            whole = self._from_order(dataset, query, where)
            table = whole.select(["n", *(f"c{places[name]}" for name in shown)])
        else:
            table = self._from_engine(dataset, query, where, [f"c{places[name]}" for name in shown])
        return table.rename_columns([row_number_name(shown), *shown])

    def _from_engine(self, dataset: Manifest, query: RowQuery, where: str, picked: Sequence[str]) -> pa.Table:
        window = f"limit {query.limit} offset {query.offset}"
        if where or query.sort:
            span = f"{_selection(dataset, query, where)} {window}"
        else:
            # A range of row numbers lets the engine skip all other row groups.
            span = f"where r between {query.offset} and {query.offset + query.limit - 1} order by r"
        with self._duck.trusted() as connection:
            return connection.execute(f"{_select(picked)} {self._source(dataset)} {span}").to_arrow_table()

    def _from_order(self, dataset: Manifest, query: RowQuery, where: str) -> pa.Table:
        """Return the page, all columns, out of the written order; only the first rows come from the engine."""
        key, tags = _order_key(dataset, query, where), _tags(dataset)
        head = _head_rows(dataset)
        if query.offset + query.limit > head:
            return self._from_written(dataset, query, where)
        table = self._orders.page(key, tags, query.offset, query.limit, wait=False)
        if table is None:
            top = replace(query, offset=0, limit=head)
            first = self._cache.get_or_compute(
                f"{key}:head", lambda: self._from_engine(dataset, top, where, _all(dataset)), tags=tags
            )
            self._begin_order(dataset, query, where)
            table = first.slice(query.offset, query.limit)
        return table

    def _from_written(self, dataset: Manifest, query: RowQuery, where: str) -> pa.Table:
        """Return a page far from the start, waiting until the order is written that far."""
        self._begin_order(dataset, query, where)
        key, tags = _order_key(dataset, query, where), _tags(dataset)
        table = self._orders.page(key, tags, query.offset, query.limit, wait=True)
        return self._from_engine(dataset, query, where, _all(dataset)) if table is None else table

    def _begin_order(self, dataset: Manifest, query: RowQuery, where: str) -> None:
        statement = f"{_select(_all(dataset))} {self._source(dataset)} {_selection(dataset, query, where)}"
        self._orders.begin(_order_key(dataset, query, where), _tags(dataset), statement)

    def _total(self, dataset: Manifest, where: str) -> int:
        key = CacheKeys.count(dataset.dataset_id, dataset.version, where)
        return self._cache.get_or_compute(key, lambda: self._count(dataset, where), tags=_tags(dataset))

    def _count(self, dataset: Manifest, where: str) -> int:
        with self._duck.trusted() as connection:
            row = connection.execute(f"select count(*) from {self._source(dataset)} where {where}").fetchone()
        return int(row[0]) if row else 0

    def _source(self, dataset: Manifest) -> str:
        return rows_source(str(self._datasets.data_file(dataset.dataset_id, dataset.version)), dataset.columns)


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
                f"Column '{column}' holds {kind} values and cannot be compared with '{value}'.",
                hint="Write dates as 2025-12-31, times as 23:59:00 and truth values as true or false.",
            )


def _select(picked: Sequence[str]) -> str:
    return f"select {', '.join(['r + 1 as n', *picked])} from"


def _all(dataset: Manifest) -> list[str]:
    return [f"c{i}" for i in range(len(dataset.columns))]


def _head_rows(dataset: Manifest) -> int:
    """Return how many first rows of an order are fetched at once; fewer where rows are wide."""
    return max(min(_NEAR, _NEAR_CELLS // max(len(dataset.columns), 1)), 1)


def _selection(dataset: Manifest, query: RowQuery, where: str) -> str:
    """Return which rows in which order; the engine keeps the file's order by itself."""
    places = {column.name: i for i, column in enumerate(dataset.columns)}
    filtered = f"where {where} " if where else ""
    return f"{filtered}order by {order(query.sort, places)}" if query.sort else filtered


def _order_key(dataset: Manifest, query: RowQuery, where: str) -> str:
    sort: Json = [[name, falling] for name, falling in query.sort]
    return CacheKeys.page(dataset.dataset_id, dataset.version, ["order", where, sort])


def _tags(dataset: Manifest) -> list[str]:
    return [f"dataset:{dataset.dataset_id}"]


def _check(dataset: Manifest, query: RowQuery) -> None:
    if query.offset < 0 or not 0 <= query.limit <= MAX_LIMIT:
        raise UsageError(f"A page starts at row 0 or later and has at most {MAX_LIMIT:,} rows.")
    wanted = [*(query.columns or ()), *(name for name, _ in query.sort), *(one.column for one in query.filters)]
    require_columns(dataset.name, dataset.columns, wanted)


def _reading(dataset: Manifest) -> AbstractContextManager[None]:
    return duck_errors(f"Reading dataset '{dataset.name}'", otherwise=StorageIOError)
