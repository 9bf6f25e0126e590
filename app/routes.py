"""What the engine serves beside the page: components, rows, the journal, pushed events, files taken, and more.

Used by the server, which puts the launch gate in front of all of it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Receive, Scope, Send

from app.components.mount import asset_routes
from app.components.note import check_routes
from app.events import event_routes
from app.findable import palette_routes
from app.journal import journal_routes
from app.pages import PAGES
from app.uploads import upload_routes
from core.lazy import Lazy

if TYPE_CHECKING:
    from app.context import AppContext

_DATA: Final = "/data/"


def app_routes(ctx: "AppContext") -> list[BaseRoute]:
    """Return every route of the application, in the order in which they are tried."""
    return [
        *asset_routes(),
        RoutesBelow(_DATA, partial(_data_routes, ctx)),
        *event_routes(ctx, PAGES),
        *journal_routes(ctx),
        *palette_routes(ctx),
        *check_routes(ctx),
        *upload_routes(ctx),
    ]


class RoutesBelow(BaseRoute):
    """The routes below a path, made with what they import when the first of them is asked.

    Args:
        path: Where all of them begin.
        make: Returns them; runs in a thread.
    """

    def __init__(self, path: str, make: Callable[[], Sequence[BaseRoute]]) -> None:
        self._path = path
        self._router = Lazy(lambda: Router(make()))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Take what lies below the path."""
        fits = scope["type"] == "http" and scope["path"].startswith(self._path)
        return (Match.FULL, {}) if fits else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that matches answer, or say that there is none."""
        router = await run_in_threadpool(self._router)
        await router(scope, receive, send)


def _data_routes(ctx: "AppContext") -> list[BaseRoute]:
    from app.components.grid.route import data_routes
    from app.components.rawlines.route import raw_routes
    from app.features.query.routes import editor_routes

    return [*editor_routes(ctx), *data_routes(ctx), *raw_routes(ctx)]
