"""One run of the engine: lock, socket, server, profile, and back in reverse order.

Called in the process's main thread by `bestand app run --no-window` and, for a window, by
`launcher.server.supervised`. It prints nothing: what a person is to see when the engine is ready is the caller's
business. The server listens before the profile is open, so that the page's scripts load meanwhile.
"""

import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from app.components.mount import asset_routes
from app.context import init_app
from app.runtime import set_context
from core.config import load_config_report
from core.ids import new_id
from core.logging import configure_logging
from core.paths import ProfilePaths
from core.security.secrets import new_secret
from core.telemetry import track
from launcher.instance import PATIENCE_S, EngineAddress, announced, only_engine
from launcher.server.afterwards import Afterwards
from launcher.server.asgi import NEXT, build_app, gate_for, page_document, preload, settle
from launcher.server.document import Drawn, document_routes
from launcher.server.incoming import hand_in
from launcher.server.left import Left, other_ports, wall
from launcher.server.opening import Opening, RoutesWhenOpen, WaitUntilOpen
from launcher.server.reconnect import ReconnectGate
from launcher.server.security import CookieNames
from launcher.server.sockets import LOOPBACK, open_socket
from launcher.server.uncompressed import Uncompressed

if TYPE_CHECKING:
    from app.context import AppContext

ENTRY: Final = Path(__file__).resolve().parents[2] / "app" / "entry" / "main.py"

_GRACE_S: Final = 1
"""Open pages get this long to hear that the engine stops."""
_MESSAGE_LIMIT: Final = 200 * 1024 * 1024
"""Most bytes of one WebSocket message; Streamlit's own limit."""
_PING_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Launch:
    """How one engine is started.

    `secret` is the launch secret; without one a new one is made. `port` is the one a person asked for,
    `known_to_page` the one an open page still knows. `files` are opened in the first window. A `safe`
    start leaves aside what may have broken the last ones: settings files, queued work, files. `patience_s` is how
    long an engine that is just ending may hold on. `script` is the page's entry script.
    """

    secret: str = ""
    port: int | None = None
    known_to_page: int | None = None
    files: tuple[Path, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)
    safe: bool = False
    supervised: bool = False
    patience_s: float = PATIENCE_S
    script: Path = ENTRY


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the engine calls.

    `serving` comes with the server, before it listens; `listening` when the page can be loaded; `opened` when the
    profile is open; `ready` when others can find the engine, too; `drawn` when a page has drawn itself.
    """

    ready: Callable[[EngineAddress], None]
    listening: Callable[[int, str], None] = lambda _port, _boot: None
    drawn: Drawn = lambda _ms: None
    serving: "Callable[[EngineServer], None]" = lambda _server: None
    opened: "Callable[[AppContext], None]" = lambda _context: None


def run_engine(paths: ProfilePaths, launch: Launch, hooks: Hooks) -> bool:
    """Serve one profile until a signal or the supervisor ends it; return whether it was a keyboard's interrupt.

    Raises:
        ProfileInUseError: another engine serves the profile.
        PortTakenError: the wanted port is taken.
        ProfileError: the profile cannot be opened.
    """
    paths.create()
    boot = new_id()
    with only_engine(paths, launch.patience_s), ExitStack() as stack:
        config = load_config_report(paths, overrides=launch.overrides, files=not launch.safe).config
        configure_logging(config, paths)  # before the first request; what is refused is no result on stdout
        wanted = launch.port or config.server.port or None
        bound = stack.enter_context(closing(open_socket(paths, wanted, known_to_page=launch.known_to_page)))
        port = bound.getsockname()[1]
        stack.callback(set_context, None)

        def tell_ready() -> None:
            """Run in the opening's thread; a failed opening ends the server, and its error is raised below."""
            if opening.context.exception() is not None:
                server.should_exit = True
                return
            afterwards.begin()
            hooks.ready(stack.enter_context(announced(paths, port, boot, supervised=launch.supervised)))

        def drawn(ms: int) -> None:
            afterwards.drawn()
            hooks.drawn(ms)

        opening = Opening(partial(_open_profile, paths, launch, hooks), tell_ready)
        stack.callback(opening.close)
        afterwards = Afterwards(lambda: _load_the_rest(opening.context.result()), settle)
        stack.callback(afterwards.close)
        left = stack.enter_context(other_ports(paths, port))
        page = page_document(config, left.origins)
        gate = partial(gate_for, paths, secret=launch.secret or new_secret(), page=page)
        app = build_app(
            launch.script,
            config=config,
            port=port,
            walls=_walls(paths, port, gate, left, opening),
            routes=[
                *document_routes(page, drawn),
                *asset_routes(),
                RoutesWhenOpen(opening, partial(_routes_of, boot)),
            ],
        )

        def started() -> None:
            hooks.listening(port, boot)
            opening.begin()

        server = EngineServer(_uvicorn_config(app, port), started=started, stopping=opening.let_go)
        hooks.serving(server)
        server.serve_on([bound, *left.sockets])
        if opening.context.done():
            opening.context.result()  # raises why the profile could not be opened
            track("engine_stopped", {"boot": boot})
        return server.interrupted


def _walls(
    paths: ProfilePaths, port: int, gate: Callable[..., Middleware], left: Left, opening: Opening
) -> list[Middleware]:
    """Return what every request passes, outermost first."""
    framed = partial(gate, framed_by=f"{LOOPBACK}:{port}")
    return [
        wall(paths, left, opening, lambda other: framed(port=other)),
        gate(port=port, frames=left.origins),
        Middleware(Uncompressed),
        Middleware(WaitUntilOpen, opening=opening),
        Middleware(ReconnectGate, opening=opening, device_cookie=CookieNames.of(paths).device),
    ]


def _open_profile(paths: ProfilePaths, launch: Launch, hooks: Hooks) -> "AppContext":
    context = init_app(paths, overrides=launch.overrides, workers=not launch.safe, safe=launch.safe)
    try:
        if not launch.safe:
            context.jobs.manager.enqueue("cleanup", {}, priority=-10, unique_key="cleanup")
            hand_in(context, launch.files)
        preload()
        set_context(context)
        hooks.opened(context)
    except BaseException:
        context.close()
        raise
    return context


def _load_the_rest(context: "AppContext") -> None:
    """Load what the first page did without, so that nobody waits for it at the first table."""
    context.open_analysis()
    preload(NEXT)


def _routes_of(boot: str, context: "AppContext") -> list[BaseRoute]:
    from app.routes import app_routes  # with our pages, which the listening server does not wait for
    from launcher.server.health import context_checks, health_routes

    track("engine_started", {"boot": boot})
    return [*health_routes(boot, context_checks(context)), *app_routes(context)]


def _uvicorn_config(app: ASGIApp, port: int) -> uvicorn.Config:
    """Return how uvicorn serves: one loopback port, quiet, dead pages found by ping."""
    return uvicorn.Config(
        app,
        host=LOOPBACK,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=_MESSAGE_LIMIT,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_PING_S,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


class EngineServer(uvicorn.Server):
    """uvicorn that stops on a signal without dying of it, so that what is open gets closed."""

    def __init__(
        self, config: uvicorn.Config, *, started: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._announce = started
        self._stopping = stopping
        self.interrupted = False

    def serve_on(self, bound: Sequence[Any]) -> None:
        """Serve until told to stop.

        Raises:
            RuntimeError: the application did not start (a bug).
        """
        try:
            self.run(sockets=list(bound))
        except SystemExit as error:
            raise RuntimeError("the server did not start") from error

    async def startup(self, sockets: Any = None) -> None:  # noqa: ANN401
        """Start, then say so."""
        await super().startup(sockets=sockets)
        self._announce()

    async def shutdown(self, sockets: Any = None) -> None:  # noqa: ANN401
        """Say so, that open pages let go, and stop."""
        self._stopping()
        await super().shutdown(sockets=sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal; the library would raise it again at the end and so skip the closing."""
        if sys.platform == "win32":
            other = signal.SIGBREAK
        else:
            other = signal.SIGHUP
        before = {n: signal.signal(n, self._on_signal) for n in (signal.SIGINT, signal.SIGTERM, other)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.interrupted = number == signal.SIGINT
        self.force_exit = self.should_exit and self.interrupted
        self.should_exit = True
