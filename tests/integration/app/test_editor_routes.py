"""What the editor fetches: the catalogue and the words, each with a mark that tells whether it still holds."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import catalogue
from app.context import AppContext, opened_app
from app.features.query.routes import CATALOGUE_PATH, WORDS_PATH, editor_routes
from core.paths import ProfilePaths
from tests.tables import add_dataset, add_version


@pytest.fixture
def ctx(profile: ProfilePaths) -> Iterator[AppContext]:
    """An open profile with one dataset."""
    with opened_app(profile, purpose="a test") as context:
        add_dataset(context.storage, "sales", "select 'x' as town, 1::BIGINT as amount")
        yield context


def ask(ctx: AppContext, path: str, mark: str | None = None) -> Response:
    """Return what a route answers."""
    route = next(one for one in editor_routes(ctx) if isinstance(one, Route) and one.path == path)
    headers = [(b"if-none-match", mark.encode())] if mark else []
    request = Request({"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""})
    return asyncio.run(_answer(route, request))


async def _answer(route: Route, request: Request) -> Response:
    endpoint: Any = route.endpoint
    response: Response = await endpoint(request)
    return response


def body(response: Response) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON of an answer."""
    return json.loads(bytes(response.body))


def test_the_catalogue_names_datasets_and_columns(ctx: AppContext) -> None:
    """With their types and rows, by name."""
    add_dataset(ctx.storage, "Kunden 2025", "select 1 as nr")

    found = body(ask(ctx, CATALOGUE_PATH))

    assert found == {
        "datasets": [
            {"name": "Kunden 2025", "rows": 1, "columns": [["nr", "INTEGER"]]},
            {"name": "sales", "rows": 1, "columns": [["town", "VARCHAR"], ["amount", "BIGINT"]]},
        ]
    }


def test_what_has_not_changed_is_not_sent_again(ctx: AppContext) -> None:
    """The mark of an answer is refused with 304 until a dataset comes, changes or goes."""
    for path in (CATALOGUE_PATH, WORDS_PATH):
        mark = ask(ctx, path).headers["etag"]
        again = ask(ctx, path, mark)
        assert (again.status_code, bytes(again.body)) == (304, b"")

    mark = ask(ctx, CATALOGUE_PATH).headers["etag"]
    add_version(ctx.storage, "sales", "select 'y' as town")
    changed = ask(ctx, CATALOGUE_PATH, mark)
    assert changed.status_code == 200
    assert body(changed)["datasets"][0]["columns"] == [["town", "VARCHAR"]]
    catalogue.delete(ctx, "sales")
    assert body(ask(ctx, CATALOGUE_PATH, changed.headers["etag"])) == {"datasets": []}


def test_a_browser_keeps_the_answers_to_itself(ctx: AppContext) -> None:
    """Names of columns are data too: nothing on the way may keep them."""
    assert ask(ctx, CATALOGUE_PATH).headers["cache-control"] == "private, no-cache"
    assert {"reserved", "keywords", "types", "functions"} == set(body(ask(ctx, WORDS_PATH)))
