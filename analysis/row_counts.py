"""How many rows some filters leave: counted once for a table and a filter, behind the first rows where it is slow.

Used by `rows`. Totals are cached under the table's name; a count nobody asks for any more gives way to the next.
"""

from typing import Final

from analysis.orders import Orders
from analysis.query.results import Results
from analysis.row_sql import rows_source
from analysis.row_tables import RowTable
from core.progress import Progress
from storage.cache.cache import Cache
from storage.cache.keys import CacheKeys
from storage.duck import DuckEngine

_MOMENT_S: Final = 0.05
"""What a total is waited for rather than told a little later."""


class RowCounts:
    """Totals of filtered rows; thread-safe. `where` is the condition in the engine's words, never empty."""

    def __init__(self, duck: DuckEngine, cache: Cache, results: Results) -> None:
        self._duck = duck
        self._cache = cache
        self._behind = Orders(duck, results)

    def now(self, table: RowTable, where: str, progress: Progress) -> int:
        """Return the total, counting for as long as it takes."""
        counted = self.by_now(table, where)
        if counted is not None:
            return counted
        return self._cache.get_or_compute(
            _key(table, where), lambda: self._count(table, where, progress), tags=table.tags
        )

    def by_now(self, table: RowTable, where: str) -> int | None:
        """Return the total if it is known; None while it is not."""
        try:
            return self._cache.get_or_compute(_key(table, where), _unknown, tags=table.tags)
        except _UnknownError:
            counted = self._behind.page(_behind(table, where), table.tags, 0, 1, wait=False)
        if counted is None or counted.num_rows == 0:
            return None
        total: int = counted.column(0)[0].as_py()
        self.note(table, where, total)
        return total

    def begin(self, table: RowTable, where: str) -> int | None:
        """Count behind, unless that is going on already; return the total if it is there within a moment."""
        key = _behind(table, where)
        self._behind.begin(key, table.tags, _statement(table, where))
        run = self._behind.running(key)
        if run is not None:
            run.wait(_MOMENT_S)
        return self.by_now(table, where)

    def note(self, table: RowTable, where: str, total: int) -> None:
        """Keep a total that became known in another way."""
        self._cache.get_or_compute(_key(table, where), lambda: total, tags=table.tags)

    def close(self) -> None:
        """Stop what is being counted."""
        self._behind.close()

    def _count(self, table: RowTable, where: str, progress: Progress) -> int:
        with self._duck.trusted() as connection, progress.interruptible(connection.interrupt):
            progress.report(0.0)
            row = connection.execute(_statement(table, where)).fetchone()
        return int(row[0]) if row else 0


class _UnknownError(Exception):
    """Nobody has counted these rows yet."""


def _unknown() -> int:
    raise _UnknownError


def _key(table: RowTable, where: str) -> str:
    return CacheKeys.count(table.id, table.version, where)


def _behind(table: RowTable, where: str) -> str:
    """Return under which name the count itself is kept, which is a file of one row."""
    return f"{_key(table, where)}:behind"


def _statement(table: RowTable, where: str) -> str:
    return f"select count(*) as total from {rows_source(str(table.file), table.columns)} where {where}"
