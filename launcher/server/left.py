"""What a browser kept under another port of this profile, asked for as soon as that port is free again.

A browser keeps what was typed per origin, and the port is part of it. Where the home port was taken for a while,
the stand-in's origin may hold entries that never reached an engine. So the engine listens on the profile's other
ports, too, where they are free, and serves nothing there but `/left`: a page without looks that the real one opens
in a hidden frame, and that hands over what its origin holds. Once it is empty the port is forgotten; the home port
never.
"""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.components.mount import asset_routes, asset_url
from core.paths import ProfilePaths
from core.telemetry import track
from launcher.server.opening import Opening, RoutesWhenOpen, WaitUntilOpen
from launcher.server.security import LEFT_PATH
from launcher.server.sockets import LOOPBACK, forget_port, listen_again, remembered_ports

if TYPE_CHECKING:
    from app.context import AppContext

MOST: Final = 3
"""Other ports that are asked at once; the rest the next time."""


@dataclass(frozen=True, slots=True)
class Left:
    """The profile's other ports that are free, with their sockets."""

    sockets: Sequence[socket.socket]
    ports: Sequence[int]

    @property
    def origins(self) -> tuple[str, ...]:
        """Return the origins that may hold something."""
        return tuple(f"http://{LOOPBACK}:{port}" for port in self.ports)


@contextmanager
def other_ports(paths: ProfilePaths, port: int) -> Iterator[Left]:
    """Listen on the profile's other ports within the block, those of them that are free."""
    known = [one for one in remembered_ports(paths.ports_file) if one != port]
    opened = [bound for bound in (listen_again(one) for one in known[:MOST]) if bound is not None]
    try:
        yield Left(opened, [bound.getsockname()[1] for bound in opened])
    finally:
        for bound in opened:
            with suppress(OSError):
                bound.close()


class ByPort:
    """ASGI middleware, the outermost: what comes in on another port is answered by that port's own application."""

    def __init__(self, app: ASGIApp, others: Mapping[int, ASGIApp]) -> None:
        self._app = app
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on by the port it came in on."""
        server = scope.get("server")
        other = self._others.get(server[1]) if server and scope["type"] in ("http", "websocket") else None
        await (other or self._app)(scope, receive, send)


def wall(paths: ProfilePaths, left: Left, opening: Opening, gate: Callable[[int], Middleware]) -> Middleware:
    """Return the middleware that serves the other ports.

    Args:
        paths: The profile.
        left: Its other ports.
        opening: The profile that is being opened.
        gate: Returns the launch gate of a port.
    """
    others = {port: _guarded(gate(port), _left_app(paths, port, opening)) for port in left.ports}
    return Middleware(ByPort, others=others)


def _guarded(gate: Middleware, app: ASGIApp) -> ASGIApp:
    kind, arguments, named = gate
    guarded: ASGIApp = kind(app, *arguments, **named)
    return guarded


def _left_app(paths: ProfilePaths, port: int, opening: Opening) -> ASGIApp:
    page = f'<!doctype html><meta charset=utf-8><script type=module src="{asset_url("journal")}"></script>'

    async def serve(_request: Request) -> Response:
        return HTMLResponse(page, headers={"cache-control": "no-store"})

    async def emptied(_request: Request) -> Response:
        track("port_emptied", {"port": port})
        forget_port(paths.ports_file, port)
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route(LEFT_PATH, serve),
            Route(LEFT_PATH, emptied, methods=["POST"]),
            *asset_routes(),
            RoutesWhenOpen(opening, _journal),
        ],
        middleware=[Middleware(WaitUntilOpen, opening=opening)],
    )


def _journal(context: "AppContext") -> Sequence[BaseRoute]:
    from app.journal import journal_routes  # with the engines, which the listening server does not wait for

    return journal_routes(context)
