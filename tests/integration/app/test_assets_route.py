"""Built components as the browser gets them."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from app.components.mount import ASSETS, asset_routes, asset_url, built_files


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def get(path: str) -> Answer:
    """Ask a server that has nothing but the assets."""
    answer = Answer()

    asked: list[Message] = [{"type": "http.request"}]

    async def receive() -> Message:
        return asked.pop() if asked else await asyncio.Future()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message["body"]

    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "query_string": b"", "headers": []}
    asyncio.run(Starlette(routes=asset_routes())(scope, receive, send))
    return answer


@pytest.mark.parametrize("name", sorted(built_files()))
def test_a_component_is_kept_by_the_browser(name: str) -> None:
    """As a script, whatever the machine thinks of `.js`, and without being asked for again."""
    answer = get(asset_url(name))

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.body == (ASSETS / built_files()[name]).read_bytes()


@pytest.mark.parametrize(
    "path",
    ["/", "/manifest.json", "/missing-123.js", "/../mount.py", "/hotkeys/../../mount.py", "/../__init__.py"],
)
def test_nothing_else_is_served(path: str) -> None:
    """No list of files, no file beside them."""
    assert get(f"/assets{path}").status == 404


def test_every_component_is_built() -> None:
    """A folder with TypeScript has a built file; a checkout without it could not draw its page."""
    sources = {folder.parent.parent.name for folder in ASSETS.parent.glob("*/frontend/index.ts")}

    assert set(built_files()) == sources
    assert all(Path(ASSETS / name).is_file() for name in built_files().values())
