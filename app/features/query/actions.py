"""What one can do with a question: check it, run it, look back at earlier ones.

Called by the SQL page and by `bestand query`. Nothing here knows Streamlit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.types import Json

if TYPE_CHECKING:
    from analysis.query import CheckedQuery, QueryRun
    from app.context import AppContext

HISTORY_LIMIT = 100
"""Questions shown in the history."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One question that was asked. `state` is done, failed or cancelled; `asked_at` is ISO 8601 UTC."""

    id: str
    sql: str
    state: str
    rows: int | None
    duration_ms: float | None
    error: str | None
    asked_at: str


def check(ctx: "AppContext", sql: str) -> "CheckedQuery":
    """Look at a question without running it.

    Raises:
        QueryRefusedError: it is more than a question about the datasets.
        QueryFailedError: it is no SQL the engine understands.
    """
    return ctx.analysis.queries.check(sql)


def run(
    ctx: "AppContext", sql: str, *, page_rows: int | None = None, params: Mapping[str, Json] | None = None
) -> "QueryRun":
    """Ask: the first page is there at once, the rest is written behind it.

    Raises:
        QueryRefusedError: the statement is more than a question about the datasets.
        QueryFailedError: the engine does not understand it, or a dataset is missing.
    """
    return ctx.analysis.queries.start(sql, page_rows=page_rows or ctx.config.query.page_rows, params=params)


def first_rows(
    ctx: "AppContext",
    sql: str,
    count: int,
    *,
    params: "Mapping[str, Value] | None" = None,
    progress: "Progress | None" = None,
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return the names of the answer's columns and its first `count` rows as Python values; the rest is not computed.

    Raises:
        QueryRefusedError: the statement is more than a question about the datasets.
        QueryFailedError: the engine does not understand it, or a parameter is missing.
        CancelledError: it was stopped.
    """

    def consume(
        schema: "pa.Schema", batches: "Iterator[pa.RecordBatch]"
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        rows: list[tuple[object, ...]] = []
        while len(rows) < count and (batch := next(batches, None)) is not None:
            columns = (column.to_pylist() for column in batch.slice(0, count - len(rows)).columns)
            rows += zip(*columns, strict=True)
        return tuple(schema.names), rows

    return ctx.analysis.queries.run_to(sql, consume, params=params, progress=progress)


def history(
    ctx: "AppContext", search: str | None = None, *, limit: int = HISTORY_LIMIT, offset: int = 0
) -> list[HistoryLine]:
    """Return earlier questions, newest first; with `search` only those whose text contains it."""
    with ctx.storage.database.read() as uow:
        rows = uow.queries.history(limit=limit, offset=offset, search=search or None)
        return [
            HistoryLine(row.id, row.sql, row.state, row.rows, row.duration_ms, row.error, row.created_at)
            for row in rows
        ]
