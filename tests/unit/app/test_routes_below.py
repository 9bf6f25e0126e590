"""Routes made when the first of them is asked: not before, once, and only for what lies below their path."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from app.routes import RoutesBelow
from tests.asgi import Answer, post


class Served:
    """An application of one such part and a route beside it; `made` counts how often the part was made."""

    def __init__(self) -> None:
        self.made = 0
        self._app = Starlette(
            routes=[RoutesBelow("/data/", self._make), Route("/other", _answer, methods=["POST"])]
        )

    def _make(self) -> Sequence[BaseRoute]:
        self.made += 1
        return [Route("/data/rows/{name}", _answer, methods=["POST"])]

    def ask(self, path: str) -> Answer:
        """Return the answer."""
        return post(self._app, path, None)


async def _answer(request: Request) -> Response:
    return PlainTextResponse(request.path_params.get("name", "beside"))


def test_what_nobody_asks_for_is_not_made() -> None:
    """What lies beside it makes none of it."""
    served = Served()

    assert served.ask("/other").body == b"beside"
    assert served.made == 0


def test_all_who_ask_first_at_the_same_time_are_answered_by_the_same_routes() -> None:
    """A grid asks for several blocks at once, and each has its own answer."""
    served = Served()
    with ThreadPoolExecutor(8) as blocks:
        answers = list(blocks.map(lambda number: served.ask(f"/data/rows/{number}").body, range(8)))

    assert answers == [str(number).encode() for number in range(8)]
    assert served.made == 1


@pytest.mark.parametrize("path", ["/data/unknown", "/data/", "/data/rows/a/b"])
def test_a_path_that_none_of_them_has_is_not_found(path: str) -> None:
    """A wrong address is an answer, no failure."""
    assert Served().ask(path).status == 404
