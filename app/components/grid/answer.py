"""The rows of an answer: as they came, also while they are still coming; sorted and filtered once all are there.

Used by the routes. Knows nothing of questions: a run is found by its id for as long as somebody holds it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from app.components.grid.source import Block, Can, OrderProgress, RowSource, numbered
from core.errors import NotFoundError
from core.i18n import _
from core.progress import Progress, SilentProgress
from core.types import Column

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.row_sums import Sums
    from analysis.row_tables import RowTable
    from analysis.rows import RowQuery
    from app.context import AppContext

_COMPLETE: Final[tuple[Can, ...]] = ("sort", "filter", "search", "sum")


class AnswerSource(RowSource):
    """The rows of an answer."""

    def __init__(self, ctx: "AppContext", run_id: str) -> None:
        run = ctx.analysis.queries.find(run_id)
        if run is None:
            raise NotFoundError(_("This answer is no longer kept."), hint=_("Run the question again."))
        self._run = run
        self._analysis = ctx.analysis

    @property
    def can(self) -> tuple[Can, ...]:
        """Nothing but looking, until all rows are there."""
        return _COMPLETE if self.complete else ()

    @property
    def complete(self) -> bool:
        """Whether the engine has written the whole answer."""
        return self._run.file is not None

    @property
    def columns(self) -> Sequence[Column]:
        """The answer's columns; waits until they are known."""
        return [Column(field.name, field.name, _sql_type(field.type)) for field in self._run.schema()]

    def block(self, query: "RowQuery", *, begin: bool, progress: Progress) -> Block | None:
        """Return rows of the answer; those that are not there yet are left out, so nobody waits."""
        progress.report(0.0)
        if query.sort or query.filters or query.search:
            page = self._analysis.rows.page_by_now(self._table(progress), query, begin=begin, progress=progress)
            return None if page is None else Block(page.table, page.total, page.so_far)
        so_far = self._run.rows_so_far
        limit = max(min(query.limit, so_far - query.offset), 0)
        table = self._run.page(query.offset, limit) if limit else self._run.schema().empty_table()
        if query.columns is not None:
            table = table.select(list(query.columns))
        return Block(numbered(table, query.offset), self._run.row_count, so_far)

    def order(self, query: "RowQuery") -> OrderProgress | None:
        """Return how far the order is."""
        if not self.complete:
            return None
        state = self._analysis.rows.order_state(self._table(SilentProgress()), query)
        return OrderProgress(state.fraction, state.rows) if state else None

    def stop_order(self, query: "RowQuery") -> None:
        """Stop writing the order."""
        run = self._analysis.rows.ordering(self._table(SilentProgress()), query)
        if run is not None:
            run.cancel()

    def sums(self, query: "RowQuery", *, progress: Progress) -> "Sums":
        """Return what the cells of a selection add up to."""
        return self._analysis.sums.sums(self._table(progress), query, progress=progress)

    def _table(self, progress: Progress) -> "RowTable":
        """Return the rows in the form the engine searches; written for the first one who asks."""
        return self._analysis.rows.answer(self._run, progress=progress)


def _sql_type(kind: "pa.DataType") -> str:
    """Return the SQL type a column of an answer most likely had; it decides how the column is shown only."""
    import pyarrow as pa

    known: list[tuple[bool, str]] = [
        (pa.types.is_boolean(kind), "BOOLEAN"),
        (pa.types.is_integer(kind), "BIGINT"),
        (pa.types.is_floating(kind), "DOUBLE"),
        (pa.types.is_decimal(kind), f"DECIMAL({getattr(kind, 'precision', 0)},{getattr(kind, 'scale', 0)})"),
        (pa.types.is_date(kind), "DATE"),
        (pa.types.is_timestamp(kind), "TIMESTAMP WITH TIME ZONE" if getattr(kind, "tz", None) else "TIMESTAMP"),
        (pa.types.is_time(kind), "TIME"),
        (pa.types.is_string(kind) or pa.types.is_large_string(kind), "VARCHAR"),
        (pa.types.is_binary(kind), "BLOB"),
    ]
    return next((name for fits, name in known if fits), str(kind).upper())
