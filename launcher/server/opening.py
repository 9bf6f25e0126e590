"""The profile is opened beside the server, so that the page's scripts load while the engines are imported.

What needs no profile (the document, Streamlit's scripts, our components) is answered at once; everything else, the
page's WebSocket first of all, waits here until the profile is open. A profile that cannot be opened ends the
engine, which also ends every wait.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from starlette.routing import BaseRoute, Match, Router
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from app.context import AppContext

_NEEDS_NO_PROFILE: Final = ("/static/", "/assets/", "/_stcore/health", "/_stcore/host-config", "/drawn")


class Opening:
    """A profile that is being opened.

    Args:
        open_profile: Opens it; runs in a thread of its own, begun by `begin`.
        done: Called in that thread when it is open or has failed.
    """

    def __init__(self, open_profile: "Callable[[], AppContext]", done: Callable[[], None]) -> None:
        self._open = open_profile
        self._done = done
        self._thread = threading.Thread(target=self._run, name="opening")
        self.context: Future[AppContext] = Future()

    def begin(self) -> None:
        """Start to open it."""
        self._thread.start()

    def let_go(self) -> None:
        """Tell the pages that wait or listen that the engine ends; they would hold it."""
        if self.context.done() and self.context.exception() is None:
            self.context.result().changes.close()
            self.context.result().windows.close()

    def close(self) -> None:
        """Close what was opened, waiting for an opening that is under way."""
        if self._thread.ident is None:
            return
        self._thread.join()
        if self.context.exception() is None:
            self.context.result().close()

    def _run(self) -> None:
        try:
            self.context.set_result(self._open())
        except BaseException as error:  # handed to the main thread, which raises it again
            self.context.set_exception(error)
        self._done()


class WaitUntilOpen:
    """ASGI middleware: holds back what needs the profile until it is open."""

    def __init__(self, app: ASGIApp, opening: Opening) -> None:
        self._app = app
        self._opened = opening.context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through as soon as it can be answered."""
        if scope["type"] in ("http", "websocket") and not self._opened.done() and not _at_once(scope["path"]):
            await asyncio.shield(asyncio.wrap_future(self._opened))
        await self._app(scope, receive, send)


class RoutesWhenOpen(BaseRoute):
    """Routes that are made from the open profile."""

    def __init__(self, opening: Opening, make: "Callable[[AppContext], Sequence[BaseRoute]]") -> None:
        self._opened = opening.context
        self._make = make
        self._router: Router | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Look at the routes as soon as there are any; before that nothing that needs them comes here."""
        if self._router is None and self._opened.done() and self._opened.exception() is None:
            self._router = Router(self._make(self._opened.result()))
        for route in self._router.routes if self._router else ():
            match, below = route.matches(scope)
            if match is not Match.NONE:
                return match, {**below, "bestand_route": route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that matched answer."""
        await scope["bestand_route"].handle(scope, receive, send)


def _at_once(path: str) -> bool:
    return path == "/" or path.startswith(_NEEDS_NO_PROFILE)
