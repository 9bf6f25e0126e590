"""The engine of a window: takes its hello from the supervisor, tells it what happens, ends when it is gone.

Started as `python -m launcher.server`, in a bundle by the command line's executable. See `launcher.server.channel`
for what is said.
"""

import faulthandler
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BestandError
from core.paths import ProfilePaths
from launcher.server.channel import Channel, Hello

if TYPE_CHECKING:
    from app.context import AppContext
    from launcher.instance import EngineAddress
    from launcher.server.serve import EngineServer

PATIENCE_S = 20.0
"""The engine of a window that was killed may still be closing."""
EXIT_REFUSED = 1


def run_supervised(paths: ProfilePaths, port: int | None, channel: Channel) -> int:
    """Serve a profile for a window and return the exit code.

    Args:
        paths: The profile.
        port: The port a person asked for.
        channel: The line to the window.
    """
    faulthandler.enable(sys.stderr)  # the stack of a crash in a library ends up in the window's report
    hello = channel.hello()
    if not hello.secret:
        return 0  # the window is gone already
    try:
        _serve(paths, port, channel, hello)
    except BestandError as error:
        channel.tell("failed", retryable=error.retryable, **error.to_dict())
        return EXIT_REFUSED
    return 0


def _serve(paths: ProfilePaths, port: int | None, channel: Channel, hello: Hello) -> None:
    from app.changes import CLOSING
    from app.runtime import set_dialogs
    from core.telemetry import log_error
    from launcher.server.dialogs import WindowDialogs
    from launcher.server.incoming import hand_in
    from launcher.server.serve import Hooks, Launch, run_engine
    from launcher.server.working import Working

    def ready(address: "EngineAddress") -> None:
        channel.tell("ready", port=address.port, boot=address.boot)

    def serving(server: "EngineServer") -> None:
        servers.append(server)
        channel.listen(open_files, ended)

    def opened(context: "AppContext") -> None:
        contexts.append(context)
        working = Working(
            context.jobs.manager.at_stake, lambda jobs: channel.tell("working", jobs=jobs), closing=CLOSING
        )
        context.changes.listen(working.hear)
        hand_in(context, [file for files in early for file in files])

    def open_files(files: Sequence[Path]) -> None:
        if not contexts:
            early.append(files)
            return
        try:
            hand_in(contexts[0], files)
        except Exception as error:  # whatever is wrong with a file, the line to the window goes on
            log_error(error)

    def ended() -> None:
        for server in servers:
            server.should_exit = True

    servers: list[EngineServer] = []
    contexts: list[AppContext] = []
    early: list[Sequence[Path]] = []
    launch = Launch(
        secret=hello.secret,
        port=port,
        known_to_page=hello.port,
        files=hello.files,
        safe=hello.safe,
        supervised=True,
        patience_s=PATIENCE_S,
    )
    hooks = Hooks(
        ready=ready,
        listening=lambda at, boot: channel.tell("listening", port=at, boot=boot),
        drawn=lambda ms: channel.tell("drawn", ms=ms),
        serving=serving,
        opened=opened,
    )
    set_dialogs(WindowDialogs(channel))
    run_engine(paths, launch, hooks)
