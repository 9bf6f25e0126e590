"""What the engine pushes to open pages: `/events`, one line of JSON for each change.

A page that nothing concerns sends nothing and is sent nothing. After a commit, here or in another process, every
page is told the tags of what changed and what its status bar shows now; several commits in a row are told once.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from app.changes import CLOSING, ELSEWHERE, QUIET
from app.handed import HANDED
from app.status import status_items
from core.errors import BestandError
from core.telemetry import log_error
from storage.watch import CommitWatch

if TYPE_CHECKING:
    from app.context import AppContext
    from app.page import Page

EVENTS_PATH: Final = "/events"
GATHER_S: Final = 0.2
"""Commits within this time are told together."""
LOOK_ELSEWHERE_S: Final = 1.0
"""How often another process's commits are looked for, while a page is open."""
_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


def event_routes(ctx: "AppContext", pages: Iterable["Page"]) -> list[Route]:
    """Return the route of the pushed events.

    Args:
        ctx: The open profile.
        pages: All pages, whose badges are told.
    """
    known = tuple(pages)

    def describe() -> dict[str, Any]:
        badges = {page.slug: page.badge(ctx) for page in known}
        return {"items": status_items(ctx, [page.slug for page in known]), "badges": badges}

    stream = _Stream(ctx, describe)

    async def events(request: Request) -> Response:
        del request
        return StreamingResponse(stream.lines(), media_type="text/event-stream", headers=_HEADERS)

    return [Route(EVENTS_PATH, events)]


class _Stream:
    """One stream of changes for any number of pages; all but `_hear` runs on the event loop."""

    def __init__(self, ctx: "AppContext", describe: Callable[[], dict[str, Any]]) -> None:
        self._ctx = ctx
        self._describe = describe
        self._open: set[asyncio.Queue[str | None]] = set()
        self._tags: set[str] = set()
        self._told = 0
        self._flushing: asyncio.Task[None] | None = None

    async def lines(self) -> AsyncIterator[str]:
        """Yield what one page is told, for as long as it is open."""
        mine: asyncio.Queue[str | None] = asyncio.Queue()
        if not self._open:
            self._begin()
        self._open.add(mine)
        try:
            yield ":\n\n"
            if self._ctx.handed.waiting:  # they came before anybody listened
                yield f"data: {json.dumps({'tags': [HANDED]})}\n\n"
            while (line := await mine.get()) is not None:
                yield line
        finally:
            self._open.discard(mine)
            if not self._open:
                self._end()

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()

        def hear(tags: frozenset[str]) -> None:
            """Run on the committing thread."""
            loop.call_soon_threadsafe(self._mark, tags)

        self._leave = self._ctx.changes.listen(hear)
        self._watching = loop.create_task(self._watch_others())

    def _end(self) -> None:
        self._leave()
        self._watching.cancel()

    def _mark(self, tags: frozenset[str]) -> None:
        if CLOSING in tags:
            for one in self._open:
                one.put_nowait(None)
            return
        self._told += 1
        self._tags |= tags - {QUIET}
        if self._tags and self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        """Tell everyone what has gathered; what comes meanwhile is told by the next one."""
        try:
            await asyncio.sleep(GATHER_S)
            while self._tags and self._open:
                tags, self._tags = sorted(self._tags), set()
                status = await asyncio.to_thread(self._describe)
                line = f"data: {json.dumps({'tags': tags, 'status': status})}\n\n"
                for one in self._open:
                    one.put_nowait(line)
                await asyncio.sleep(GATHER_S)
        except Exception as error:  # a page without news is better than an engine without pages
            log_error(error, {"where": "events"})
        finally:
            self._flushing = None

    async def _watch_others(self) -> None:
        """Look for commits of other processes, which tell nobody.

        The file tells that somebody has committed, not who. Where this process has committed as well, its writer,
        who hears of the others only, is asked.
        """
        watch = CommitWatch(self._ctx.paths.state_db)
        others = await self._others(0)
        try:
            with self._ctx.changes.watched():
                while True:
                    before = self._told
                    await asyncio.sleep(LOOK_ELSEWHERE_S)
                    if not watch.changed():
                        continue
                    known, others = others, await self._others(others)
                    if self._told == before or others != known:
                        self._ctx.changes.hear(frozenset({ELSEWHERE}))
        finally:
            watch.close()

    async def _others(self, known: int) -> int:
        """Return how often others have committed; what was known while the database cannot be asked."""
        try:
            return await asyncio.to_thread(self._ctx.storage.database.others_committed)
        except (BestandError, RuntimeError):  # busy, or closed because the engine ends
            return known
