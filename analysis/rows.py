"""Pages of a dataset's rows: any place, any order, filtered and searched, never the whole table.

Used by the grid of the Data page and by `bestand data rows`. Reads published versions only; nothing is written
but cached totals and orders.
"""

import difflib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from analysis.row_sql import Filter, casts, condition, order, rows_source
from analysis.values import text_literal
from core.errors import ColumnNotFoundError, StorageIOError, UsageError
from core.telemetry import metrics
from core.types import Column, Manifest
from storage.cache.cache import Cache
from storage.cache.keys import CacheKeys
from storage.datasets import DatasetStore
from storage.duck import DuckEngine, duck_errors

ROW_NUMBER: Final = "#"
"""Name of the first column of every page: the row's number in the dataset, from 1."""

MAX_LIMIT: Final = 100_000
"""Most rows in one page; more is an export."""


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

    def __init__(self, duck: DuckEngine, datasets: DatasetStore, cache: Cache) -> None:
        self._duck = duck
        self._datasets = datasets
        self._cache = cache

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
            self._check_values(dataset, query)
            where = condition(query.filters, query.search, dataset.columns)
            total = self._total(dataset, where) if where else dataset.rows
            return RowPage(self._read(dataset, query, where), total, query.offset)

    def _check_values(self, dataset: Manifest, query: RowQuery) -> None:
        """Refuse values the engine cannot understand in their column's type, by name."""
        values = casts(query.filters, dataset.columns)
        if not values:
            return
        tries = ", ".join(f"try_cast({text_literal(value)} as {kind})" for _, value, kind in values)
        with self._duck.trusted() as connection:
            understood = connection.execute(f"select {tries}").fetchone() or ()
        for (column, value, kind), one in zip(values, understood, strict=True):
            if one is None:
                raise UsageError(
                    f"Column '{column}' holds {kind} values and cannot be compared with '{value}'.",
                    hint="Write dates as 2025-12-31, times as 23:59:00 and truth values as true or false.",
                )

    def _read(self, dataset: Manifest, query: RowQuery, where: str) -> pa.Table:
        places = {column.name: i for i, column in enumerate(dataset.columns)}
        shown = query.columns if query.columns is not None else tuple(places)
        picked = ", ".join(["r + 1", *(f"c{places[name]}" for name in shown)])
        sql = f"select {picked} from {self._source(dataset)} {_span(query, where, places)}"
        with self._duck.trusted() as connection:
            table = connection.execute(sql).to_arrow_table()
        return table.rename_columns([row_number_name(shown), *shown])

    def _total(self, dataset: Manifest, where: str) -> int:
        key = CacheKeys.count(dataset.dataset_id, dataset.version, where)
        tags = [f"dataset:{dataset.dataset_id}"]
        return self._cache.get_or_compute(key, lambda: self._count(dataset, where), tags=tags)

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


def _span(query: RowQuery, where: str, places: dict[str, int]) -> str:
    """Return the end of the statement: condition, order, and the rows wanted of it."""
    window = f"limit {query.limit} offset {query.offset}"
    if query.sort:
        filtered = f"where {where} " if where else ""
        return f"{filtered}order by {order(query.sort, places)} {window}"
    if where:
        # The engine keeps the file's order by itself here, and stops reading once the page is full.
        return f"where {where} {window}"
    # A range of row numbers lets the engine skip all other row groups.
    return f"where r between {query.offset} and {query.offset + query.limit - 1} order by r"


def _check(dataset: Manifest, query: RowQuery) -> None:
    if query.offset < 0 or not 0 <= query.limit <= MAX_LIMIT:
        raise UsageError(f"A page starts at row 0 or later and has at most {MAX_LIMIT:,} rows.")
    wanted = [*(query.columns or ()), *(name for name, _ in query.sort), *(one.column for one in query.filters)]
    require_columns(dataset.name, dataset.columns, wanted)


def _reading(dataset: Manifest) -> AbstractContextManager[None]:
    return duck_errors(f"Reading dataset '{dataset.name}'", otherwise=StorageIOError)
