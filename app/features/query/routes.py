"""What the SQL editor fetches: the datasets with their columns, and the words of the engine.

Two routes behind the launch gate, each with an ETag: the browser keeps the answer and asks whether it still holds.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from app.context import AppContext

CATALOGUE_PATH: Final = "/data/catalogue"
WORDS_PATH: Final = "/data/words"


def editor_routes(ctx: "AppContext") -> list[BaseRoute]:
    """Return the routes of the editor."""
    from app.features.query import schema

    return [
        _route(CATALOGUE_PATH, lambda: schema.mark(ctx), lambda: {"datasets": schema.datasets(ctx)}),
        _route(WORDS_PATH, ctx.storage.duck.version, lambda: schema.words(ctx)),
    ]


def _route(path: str, mark: Callable[[], str], answer: Callable[[], object]) -> Route:
    async def serve(request: Request) -> Response:
        etag = f'"{await run_in_threadpool(mark)}"'
        headers = {"etag": etag, "cache-control": "private, no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        body = json.dumps(await run_in_threadpool(answer), ensure_ascii=False, separators=(",", ":"))
        return Response(body, media_type="application/json", headers=headers)

    return Route(path, serve, methods=["GET"])
