"""The reconnect gate: a page's connection is let through when the page has handed over what was typed in it.

After a new start of the engine an open page knows more than the database. Its connection names its window, its
document and a number; it waits here until the journal has committed that window's hello with the same number. No
time opens this gate, only the hello, the page's end or the engine's. Connections that name no window (a program,
not our page) have nothing to hand over and pass. Pure ASGI.

It also tells the script whose connection it is, by headers of our own that nobody else can set.
"""

import asyncio
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qs, quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.windows import OpenWindows, Turn
from launcher.server.opening import Opening

WINDOW_HEADER: Final = b"x-bestand-window"
ADDRESS_HEADER: Final = b"x-bestand-address"
DEVICE_HEADER: Final = b"x-bestand-device"
LEFT_HEADER: Final = b"x-bestand-left"
_NAME: Final = re.compile(r"[0-9a-z][0-9a-z_-]{0,63}")
_ADDRESS_LIMIT: Final = 4_000
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_MOMENT: Final = re.compile(r"[0-9]{1,16}")


class ReconnectGate:
    """ASGI middleware; see the module.

    Args:
        app: What is guarded.
        opening: The profile, which is open when a request gets here.
        device_cookie: The name of the cookie that names the browser.
    """

    def __init__(self, app: ASGIApp, opening: Opening, device_cookie: str) -> None:
        self._app = app
        self._opening = opening
        self._device_cookie = device_cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a connection through as soon as its page has handed over."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        windows = self._opening.context.result().windows
        turn = _turn(scope)
        window = turn.window if turn else ""
        named = {**scope, "headers": [*_without_ours(scope["headers"]), *self._names(scope, window)]}
        if turn is None:
            await self._app(named, receive, send)
            return
        first = await receive()
        if not await _handed_over(windows, turn, receive):
            return
        windows.came(window)
        try:
            await self._app(named, _again(first, receive), send)
        finally:
            windows.went(window)

    def _names(self, scope: Scope, window: str) -> Iterable[tuple[bytes, bytes]]:
        if window:
            yield WINDOW_HEADER, window.encode()
            given = parse_qs(scope["query_string"].decode("latin-1"))
            address, left = (given.get(name, [""])[0] for name in ("address", "left"))
            yield ADDRESS_HEADER, quote(address, safe="?&=%+")[:_ADDRESS_LIMIT].encode()
            if _MOMENT.fullmatch(left):
                yield LEFT_HEADER, left.encode()
        for name, value in scope["headers"]:
            if name != b"cookie":
                continue
            for part in value.decode("latin-1").split(";"):
                given, _, device = part.strip().partition("=")
                if given == self._device_cookie and _NAME.fullmatch(device):
                    yield DEVICE_HEADER, device.encode()
                    return


async def _handed_over(windows: OpenWindows, turn: Turn, receive: Receive) -> bool:
    """Wait for the hello; False if the page or the engine went away first."""
    hello = asyncio.ensure_future(windows.handed_over(turn))
    gone = asyncio.ensure_future(receive())  # before it is let in, a page can only go
    try:
        await asyncio.wait({hello, gone}, return_when=asyncio.FIRST_COMPLETED)
        return hello.done() and hello.result()
    finally:
        hello.cancel()
        gone.cancel()


def _again(first: Message, receive: Receive) -> Receive:
    """Return `receive` that begins with what was received already."""
    waiting = [first]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def _turn(scope: Scope) -> Turn | None:
    """Return which connection this is, or None if it does not say."""
    given = parse_qs(scope["query_string"].decode("latin-1"))
    window, load, number = (given.get(name, [""])[0] for name in ("window", "load", "turn"))
    if not (_NAME.fullmatch(window) and _NAME.fullmatch(load) and _NUMBER.fullmatch(number)):
        return None
    return Turn(window, load, int(number))


def _without_ours(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    return ((name, value) for name, value in headers if not name.startswith(b"x-bestand-"))
