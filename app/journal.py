"""`POST /journal`: takes what is being typed, and answers when it is on the disk.

The body is one window's entries: `{"window", "entries": [{"key", "seq", "value", "at"}]}`; the answer has a line
for each: an acknowledgement, or why it cannot be kept. A hello carries `load` and `turn` too and opens the gate
for that window's connection. Everything a page sends is judged here: what is no entry is refused by itself, logged
without its text, and stops nobody else's.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.session import OWNER
from app.windows import Turn
from core.errors import BestandError, JournalRefusedError
from core.telemetry import log_error, metrics, track
from core.turns import turns
from storage.database.journal import Entry, checked, checked_window

if TYPE_CHECKING:
    from app.context import AppContext

JOURNAL_PATH: Final = "/journal"
BODY_LIMIT: Final = 8 * 1_048_576
"""Most bytes of one post; a page sends less and more often."""
ENTRIES_LIMIT: Final = 2_000
_HEADERS: Final = {"cache-control": "no-store"}


def journal_routes(ctx: "AppContext") -> list[Route]:
    """Return the route of the journal."""

    async def post(request: Request) -> Response:
        with metrics().timed("journal_post"):
            try:
                told = await _body(request)
                with turns().hasten():
                    return await _answer(ctx, told)
            except JournalRefusedError as error:
                track("journal_refused", {"why": error.reason})
                return _problem(error, 413 if error.reason == "size" else 400)
            except BestandError as error:  # the disk; the page keeps its copy and tries again
                return _problem(error, 507)

    return [Route(JOURNAL_PATH, post, methods=["POST"])]


async def _answer(ctx: "AppContext", told: Mapping[str, Any]) -> Response:
    started = time.perf_counter()
    window = checked_window(_text(told.get("window")))
    given = told.get("entries")
    if not isinstance(given, list) or len(given) > ENTRIES_LIMIT:
        raise JournalRefusedError("entries")
    entries, refused = _sorted_out(given)
    receipt = await asyncio.wrap_future(ctx.storage.drafts.post(OWNER, window, entries))
    turn = _turn(window, told)
    if turn is not None:
        ctx.windows.hello(turn)
    took_ms = (time.perf_counter() - started) * 1000
    answer = {"acks": [asdict(ack) for ack in receipt.acks], "refused": refused, "head": receipt.head}
    return JSONResponse(answer, headers={**_HEADERS, "server-timing": f"journal;dur={took_ms:.2f}"})


async def _body(request: Request) -> Mapping[str, Any]:
    """Return the body.

    Raises:
        JournalRefusedError: it is too large, or no JSON object in UTF-8.
    """
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > BODY_LIMIT:
            raise JournalRefusedError("size")
    try:
        told = json.loads(b"".join(parts).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise JournalRefusedError("body") from error
    if not isinstance(told, dict):
        raise JournalRefusedError("body")
    return told


def _sorted_out(given: list[Any]) -> tuple[list[Entry], list[dict[str, Any]]]:
    """Return the entries that can be kept, and for each other one why not."""
    entries: list[Entry] = []
    refused: list[dict[str, Any]] = []
    for one in given:
        try:
            entries.append(_entry(one))
        except JournalRefusedError as error:
            track("journal_refused", {"why": error.reason})
            names = one if isinstance(one, dict) else {}
            shown = {name: names.get(name) for name in ("key", "seq") if isinstance(names.get(name), str | int)}
            refused.append({**shown, "why": error.reason, "message": str(error)})
    return entries, refused


def _entry(one: Any) -> Entry:  # noqa: ANN401 - whatever a page sends
    if not isinstance(one, dict) or "value" not in one:
        raise JournalRefusedError("entry")
    seq = one.get("seq")
    if type(seq) is not int:
        raise JournalRefusedError("seq")
    entry = Entry(_text(one.get("key")), one["value"], seq)
    checked(entry)
    return entry


def _turn(window: str, told: Mapping[str, Any]) -> Turn | None:
    load, number = told.get("load"), told.get("turn")
    if not isinstance(load, str) or type(number) is not int:
        return None
    return Turn(window, load[:64], number)


def _text(given: Any) -> str:  # noqa: ANN401
    return given if isinstance(given, str) else ""


def _problem(error: BestandError, status: int) -> Response:
    if status == 507:
        log_error(error, {"where": "journal"})
    return JSONResponse(
        {"code": error.code, "message": str(error), "hint": error.hint}, status_code=status, headers=_HEADERS
    )
