"""Asks an ASGI application directly, as a browser would over a socket."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import anyio

Message = MutableMapping[str, Any]


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:  # noqa: ANN401 - whatever the route tells
        """Return the body as what it says."""
        return json.loads(self.body)


Application = Callable[
    [Any, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


def post(app: Application, path: str, body: object, *, leave_after_s: float | None = None) -> Answer:
    """Send a JSON body (bytes go as they are) and return the answer; with `leave_after_s`, leave after so long."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer()
    sent = [False]

    async def receive() -> Message:
        if not sent[0]:
            sent[0] = True
            return {"type": "http.request", "body": raw, "more_body": False}
        if leave_after_s is None:
            await anyio.sleep_forever()
        await anyio.sleep(leave_after_s or 0)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "headers": [(b"content-type", b"application/json")], "http_version": "1.1",
        "scheme": "http", "server": ("127.0.0.1", 1), "client": ("127.0.0.1", 2),
    }  # fmt: skip
    anyio.run(lambda: app(scope, receive, send))
    return answer
