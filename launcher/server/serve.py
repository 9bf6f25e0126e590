"""One run of the engine: lock, profile, socket, server, and back in reverse order.

Called by `bestand app run`, in the process's main thread. It prints nothing: what a person is to see when the
engine is ready is the caller's business. A supervised engine gets its launch secret from its supervisor, so that
an open page survives a restart of the engine, and stops when its supervisor is gone.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final, TextIO

import uvicorn
from starlette.types import ASGIApp

from app.context import opened_app
from app.features.datasets.actions import start_import
from app.routes import app_routes
from app.runtime import set_context
from core.ids import new_id
from core.paths import ProfilePaths
from core.security.secrets import new_secret
from core.telemetry import track
from launcher.instance import EngineAddress, announced, only_engine
from launcher.server.asgi import build_app, gate_for
from launcher.server.health import context_checks, health_routes
from launcher.server.sockets import LOOPBACK, open_socket

ENTRY: Final = Path(__file__).resolve().parents[2] / "app" / "entry" / "main.py"

_GRACE_S: Final = 1
"""Open pages get this long to hear that the engine stops."""
_MESSAGE_LIMIT: Final = 200 * 1024 * 1024
"""Most bytes of one WebSocket message; Streamlit's own limit."""
_PING_S: Final = 30.0


def run_engine(
    paths: ProfilePaths,
    *,
    ready: Callable[[EngineAddress], None],
    port: int | None = None,
    files: Sequence[Path] = (),
    overrides: Mapping[str, Any] | None = None,
    supervisor: TextIO | None = None,
    script: Path = ENTRY,
) -> bool:
    """Serve one profile until a signal or the supervisor ends it.

    Args:
        paths: The profile.
        ready: Called once, when the page can be opened.
        port: The port to listen on; without one the profile's own.
        files: Files to import as soon as the profile is open.
        overrides: Settings from the command line.
        supervisor: A stream whose first line is the launch secret and whose end ends the engine.
        script: The page's entry script.

    Returns:
        Whether the engine was interrupted from the keyboard.

    Raises:
        ProfileInUseError: another engine serves the profile.
        PortTakenError: the wanted port is taken.
        ProfileError: the profile cannot be opened.
    """
    paths.create()
    secret = supervisor.readline().strip() if supervisor else ""
    with only_engine(paths), ExitStack() as stack:
        context = stack.enter_context(opened_app(paths, overrides=overrides, workers=True))
        bound = stack.enter_context(closing(open_socket(paths, port or context.config.server.port or None)))
        context.jobs.manager.enqueue("cleanup", {}, priority=-10, unique_key="cleanup")
        for file in files:
            start_import(context, file)
        set_context(context)
        stack.callback(set_context, None)
        own_port, boot = bound.getsockname()[1], new_id()
        app = build_app(
            script,
            config=context.config,
            port=own_port,
            gate=gate_for(paths, port=own_port, secret=secret or new_secret()),
            routes=[*health_routes(boot, context_checks(context)), *app_routes(context)],
        )
        server = EngineServer(
            _uvicorn_config(app, own_port),
            started=lambda: ready(stack.enter_context(announced(paths, own_port, boot))),
        )
        if supervisor:
            threading.Thread(target=_stop_with, args=(supervisor, server), name="supervisor", daemon=True).start()
        track("engine_started", {"port": own_port, "boot": boot})
        server.serve_on(bound)
        track("engine_stopped", {"boot": boot})
        return server.interrupted


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

    def __init__(self, config: uvicorn.Config, *, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = started
        self.interrupted = False

    def serve_on(self, bound: Any) -> None:  # noqa: ANN401 - uvicorn's own word for a socket differs by version
        """Serve until told to stop.

        Raises:
            RuntimeError: the application did not start (a bug).
        """
        try:
            self.run(sockets=[bound])
        except SystemExit as error:
            raise RuntimeError("the server did not start") from error

    async def startup(self, sockets: Any = None) -> None:  # noqa: ANN401
        """Start, then say so."""
        await super().startup(sockets=sockets)
        self._announce()

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


def _stop_with(supervisor: TextIO, server: uvicorn.Server) -> None:
    """Stop the server when the other end of the stream is gone; an orphan would hold the profile."""
    while supervisor.readline():
        continue
    server.should_exit = True
