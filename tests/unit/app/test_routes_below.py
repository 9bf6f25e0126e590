"""Routes made when the first of them is asked: not before, once, and only for what lies below their path."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Message

from app.routes import RoutesBelow


class Served:
    """An application of one such part and a route beside it; `made` counts how often the part was made."""

    def __init__(self) -> None:
        self.made = 0
        self._app = Starlette(routes=[RoutesBelow("/data/", self._make), Route("/other", _answer)])

    def _make(self) -> Sequence[BaseRoute]:
        self.made += 1
        return [Route("/data/rows/{name}", _answer)]

    async def ask(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [], "root_path": "", "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 1),
        }  # fmt: skip
        await self._app(scope, receive, send)
        return sent[0]["status"], b"".join(one.get("body", b"") for one in sent[1:])


async def _answer(request: Request) -> Response:
    return PlainTextResponse(request.path_params.get("name", "beside"))


def test_what_nobody_asks_for_is_not_made() -> None:
    """What lies beside it makes none of it."""
    served = Served()

    assert asyncio.run(served.ask("/other")) == (200, b"beside")
    assert served.made == 0


def test_all_who_ask_first_at_the_same_time_are_answered_by_the_same_routes() -> None:
    """A grid asks for several blocks at once, and each has its own answer."""
    served = Served()

    async def ask() -> list[tuple[int, bytes]]:
        return await asyncio.gather(*(served.ask(f"/data/rows/{number}") for number in range(8)))

    assert asyncio.run(ask()) == [(200, str(number).encode()) for number in range(8)]
    assert served.made == 1


@pytest.mark.parametrize("path", ["/data/unknown", "/data/", "/data/rows/a/b"])
def test_a_path_that_none_of_them_has_is_not_found(path: str) -> None:
    """A wrong address is an answer, no failure."""
    assert asyncio.run(Served().ask(path))[0] == 404
