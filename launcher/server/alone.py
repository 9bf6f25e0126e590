"""The engine without a window: serves until Ctrl+C, takes the files of later starts.

Used by `bestand app run --no-window`.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from core.paths import ProfilePaths
from launcher.handover import receiving
from launcher.instance import EngineAddress
from launcher.server.incoming import hand_in
from launcher.server.serve import Hooks, Launch, run_engine

if TYPE_CHECKING:
    from app.context import AppContext


def serve_alone(
    paths: ProfilePaths,
    *,
    ready: Callable[[EngineAddress], None],
    files: Sequence[Path] = (),
    port: int | None = None,
) -> bool:
    """Serve a profile until a signal; return whether it was interrupted from the keyboard.

    Args:
        paths: The profile.
        ready: Called once, when the page can be opened.
        files: Files to open in the first window.
        port: The port to listen on instead of the profile's own.

    Raises:
        ProfileInUseError: another engine serves the profile.
        PortTakenError: the wanted port is taken.
        ProfileError: the profile cannot be opened.
    """
    with ExitStack() as stack:

        def opened(context: "AppContext") -> None:
            stack.enter_context(receiving(paths, "engine", lambda given: hand_in(context, given)))

        return run_engine(paths, Launch(port=port, files=tuple(files)), Hooks(ready=ready, opened=opened))
