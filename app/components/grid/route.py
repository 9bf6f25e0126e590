"""The routes a grid asks: blocks of rows, the order behind them, sums, one whole cell, what is copied, the heads.

All below `/data/`, POST with a JSON body, behind the launch gate, which lets nobody in but our own page. The work
runs in a few threads of its own; a request nobody waits for any more interrupts the engine. A failure is
`{code, message, hint}` with a fitting status, never more. Knows nothing of pages.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio
import anyio.to_thread
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.components.grid import wire
from app.components.grid.cells import texts
from app.components.grid.source import RowSource
from app.components.grid.sources import Sources
from app.components.grid.stop import Stop
from core.errors import BestandError, CancelledError, NotFoundError, StorageIOError, UsageError
from core.i18n import _, number
from core.telemetry import log_error
from core.trace import trace

if TYPE_CHECKING:
    from app.context import AppContext

Body = TypeVar("Body", bound=BaseModel)

AT_ONCE: Final = 4
"""Requests worked on at the same time; the others wait their turn."""
SLOW_AT_ONCE: Final = 1
"""Of those that look at a whole table."""
BODY_BYTES: Final = 1_000_000
"""Most bytes of one request."""
CELL_CHARACTERS: Final = 5_000_000
"""Most of one cell that is shown; all of it can be copied or exported."""
_COPIED_AT_ONCE: Final = 50_000
_NOBODY_WAITS: Final = 499
"""The status of an answer nobody will read."""


def data_routes(ctx: "AppContext") -> list[BaseRoute]:
    """Return the routes of all grids."""
    routes = _Routes(ctx)
    quick, slow = anyio.CapacityLimiter(AT_ONCE), anyio.CapacityLimiter(SLOW_AT_ONCE)
    answers: list[tuple[str, type[BaseModel], Callable[[Any, Stop], object], anyio.CapacityLimiter]] = [
        ("open", wire.OpenBody, routes.open, quick),
        ("rows", wire.RowsBody, routes.rows, quick),
        ("order", wire.OrderBody, routes.order, quick),
        ("stop", wire.OrderBody, routes.stop, quick),
        ("sums", wire.RangeBody, routes.sums, quick),
        ("cell", wire.CellBody, routes.cell, quick),
        ("copy", wire.CopyBody, routes.copy, quick),
        ("spread", wire.SpreadBody, routes.spread, slow),
    ]
    return [
        Route(f"/data/{name}", partial(served, body, answer, limit), methods=["POST"])
        for name, body, answer, limit in answers
    ]


class _Routes:
    """What is answered; each method in a thread of its own, with its checked body."""

    def __init__(self, ctx: "AppContext") -> None:
        self._sources = Sources(ctx)

    def open(self, body: wire.OpenBody, stop: Stop) -> object:
        """Tell what the source has."""
        del stop
        return wire.opened(self._sources.find(body.source))

    def rows(self, body: wire.RowsBody, stop: Stop) -> object:
        """Return a block of rows, or that its order is not written that far."""
        source = self._sources.find(body.source)
        if body.limit * len(body.columns) > wire.MOST_CELLS:
            raise UsageError(_("A block has at most {count} cells.").format(count=number(wire.MOST_CELLS)))
        most = wire.longest(body.limit, len(body.columns))
        query = wire.row_query(source, body, body.columns, offset=body.offset, limit=body.limit, cut=wire.CUT_MOST)
        block = source.block(query, begin=body.begin, progress=stop)
        answer = {"pending": True} if block is None else wire.packed(block, body.columns, most)
        return {**answer, "offset": body.offset, "order": _order(source, body)}

    def order(self, body: wire.OrderBody, stop: Stop) -> object:
        """Tell how far the order is; None when none is being written."""
        del stop
        return {"order": _order(self._sources.find(body.source), body)}

    def stop(self, body: wire.OrderBody, stop: Stop) -> object:
        """Stop writing an order."""
        del stop
        source = self._sources.find(body.source)
        source.stop_order(wire.row_query(source, body, ()))
        return {"order": None}

    def sums(self, body: wire.RangeBody, stop: Stop) -> object:
        """Tell what a selection adds up to."""
        source = self._sources.find(body.source)
        query = wire.row_query(source, body, body.columns, offset=body.offset, limit=body.limit)
        return asdict(source.sums(query, progress=stop))

    def cell(self, body: wire.CellBody, stop: Stop) -> object:
        """Return one whole cell."""
        source = self._sources.find(body.source)
        column = wire.column_of(source, body.column)
        value = texts(source.whole(body.number, column.name, progress=stop).column(0))[0]
        return {
            "column": column.name,
            "type": column.type,
            "length": None if value is None else len(value),
            "text": None if value is None else value[:CELL_CHARACTERS],
        }

    def copy(self, body: wire.CopyBody, stop: Stop) -> object:
        """Return a selection as the clipboard takes it."""
        source = self._sources.find(body.source)
        cells = body.limit * len(body.columns)
        if cells > wire.MOST_COPIED:
            raise UsageError(_(wire.TOO_MUCH).format(cells=number(cells)), hint=_(wire.TOO_MUCH_HINT))
        query = wire.row_query(source, body, body.columns, offset=body.offset, limit=body.limit)
        step = max(_COPIED_AT_ONCE // len(body.columns), 1)
        tables = []
        for offset in range(body.offset, body.offset + body.limit, step):
            limit = min(step, body.offset + body.limit - offset)
            block = source.block(replace(query, offset=offset, limit=limit), begin=True, progress=stop)
            if block is None:
                raise UsageError(
                    _("These rows are still being sorted."),
                    hint=_("Wait until the order is complete, then copy again."),
                )
            tables.append(block.table)
        return {"text": wire.copied(tables, list(query.columns or ()), header=body.header)}

    def spread(self, body: wire.SpreadBody, stop: Stop) -> object:
        """Return what stands under the heads of some columns."""
        source = self._sources.find(body.source)
        for place in body.columns:
            wire.column_of(source, place)
        return {"columns": wire.spread(source.spread(body.columns, progress=stop))}


def _order(source: RowSource, body: wire.OrderBody) -> dict[str, Any] | None:
    if not body.sort and not body.filters and not body.search:
        return None
    state = source.order(wire.row_query(source, body, ()))
    return {"fraction": state.fraction, "rows": state.rows} if state else None


# ---- from a request to an answer ----------------------------------------------------------------------------


async def served(
    body_type: type[Body],
    answer: Callable[[Body, Stop], object],
    limit: anyio.CapacityLimiter,
    request: Request,
) -> Response:
    """Answer one request with JSON; the work ends early when the browser has gone.

    Args:
        body_type: What the request must say.
        answer: Does the work, in a thread; raises `BestandError` only.
        limit: How many of these are worked on at the same time.
        request: From our own page.
    """
    raw = await _body(request)
    if raw is None:
        return _refused(413, "too_large", _("This request is too large."), "")
    stop = Stop()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_watch, request, stop)
        response = await anyio.to_thread.run_sync(partial(_worked, body_type, answer, raw, stop), limiter=limit)
        tasks.cancel_scope.cancel()
    return response


async def _body(request: Request) -> bytes | None:
    """Return the body; None if it is larger than any the grid sends."""
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > BODY_BYTES:
            return None
    return b"".join(parts)


async def _watch(request: Request, stop: Stop) -> None:
    """Wait until the browser has gone, and stop the work then."""
    while (await request.receive())["type"] != "http.disconnect":
        continue
    await anyio.to_thread.run_sync(stop.press)


def _worked(body_type: type[Body], answer: Callable[[Body, Stop], object], raw: bytes, stop: Stop) -> Response:
    """Do the work, in a thread."""
    with trace() as trace_id:
        try:
            return _json(200, _again(answer, body_type.model_validate_json(raw), stop))
        except ValidationError:
            return _refused(
                400, UsageError.code, _("This request cannot be understood."), _("Load the page again.")
            )
        except BestandError as error:
            if not stop.pressed:
                log_error(error, {"where": "data"})
            return _refused(_status(error), error.code, str(error), error.hint)
        except Exception as bug:
            log_error(bug, {"where": "data"})
            return _refused(
                500,
                BestandError.code,
                _("Something unexpected happened here; your data is unchanged."),
                _("Try again. If it stays, report it with the id {trace}.").format(trace=trace_id),
            )


def _again(answer: Callable[[Body, Stop], object], body: Body, stop: Stop) -> object:
    """Return the answer; ask once more if the work was stopped by somebody else who waited for the same."""
    try:
        return answer(body, stop)
    except CancelledError:
        if stop.pressed:
            raise
        return answer(body, stop)


def _status(error: BestandError) -> int:
    for kind, status in (
        (CancelledError, _NOBODY_WAITS),
        (NotFoundError, 404),
        (UsageError, 400),
        (StorageIOError, 503),
    ):
        if isinstance(error, kind):
            return status
    return 422


def _refused(status: int, code: str, message: str, hint: str) -> Response:
    return _json(status, {"code": code, "message": message, "hint": hint})


def _json(status: int, content: object) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(
        "utf-8", "replace"
    )
    return Response(body, status, {"cache-control": "no-store"}, "application/json")
