"""One run of the window: be the only one, start the engine, show the window, end the engine.

The engine is started before anything of the window is imported: it takes longer. Used by `bestand app run` and by
the window's own executable. Imports neither the engines nor the page's library.
"""

import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import Final

from core.errors import ProfileError
from core.i18n import language_setting, set_language
from core.paths import ProfilePaths
from launcher.handover import hand_over, receiving
from launcher.instance import only_window, running_engine
from launcher.window.shell import Shell
from launcher.window.starts import Starts
from launcher.window.supervisor import Supervisor

ENGINE_WORD: Final = "--engine"
"""The bundle's command line becomes the engine when this is its first argument."""
COMMAND_LINE: Final = "bestand.exe" if sys.platform == "win32" else "bestand"
"""The executable beside the window's, in a bundle."""


class Ending(Enum):
    """How a run went."""

    CLOSED = "closed"
    INTERRUPTED = "interrupted"
    HANDED_OVER = "handed over"
    """Another window took the files and came to the front."""
    ENGINE_ALONE = "engine alone"
    """An engine without a window took the files; it has its own way in."""


def run_window(paths: ProfilePaths, *, files: Sequence[Path] = (), port: int | None = None) -> Ending:
    """Show the profile's window until it is closed.

    Raises:
        ProfileError: the profile cannot be written; a page has told so.
        HandOverError: Bestand already runs, but does not answer.
    """
    set_language(language_setting(paths.config_file))
    try:
        paths.create()
        return _run(paths, files, port)
    except ProfileError as error:
        from launcher.window.problem import show_problem

        show_problem(error)
        raise


def _run(paths: ProfilePaths, files: Sequence[Path], port: int | None) -> Ending:
    with only_window(paths) as ours, ExitStack() as stack:
        if not ours:
            hand_over(paths, "window", files)
            return Ending.HANDED_OVER
        engine = running_engine(paths)
        if engine is not None and not engine.supervised:
            hand_over(paths, "engine", files)
            return Ending.ENGINE_ALONE
        starts = Starts(paths.starts_file)
        safe = starts.begin()
        shell = Shell(paths, starts, safe=safe)
        supervisor = Supervisor(
            engine_command(paths, port),
            told=shell.told,
            stopped=shell.stopped,
            files=() if safe else files,
            safe=safe,
        )
        stack.callback(supervisor.stop)
        supervisor.start()
        stack.enter_context(receiving(paths, "window", shell.received))
        interrupted = _close_on_signals(shell)
        shell.show(supervisor)
        return Ending.INTERRUPTED if interrupted.is_set() else Ending.CLOSED


def command_line() -> list[str]:
    """Return how `bestand` is started: the executable beside this one, or this interpreter."""
    if getattr(sys, "frozen", False):
        return [str(Path(sys.executable).with_name(COMMAND_LINE))]
    return [sys.executable, "-m", "launcher"]


def engine_command(paths: ProfilePaths, port: int | None = None) -> list[str]:
    """Return how the engine is started: nothing secret is in it."""
    frozen = getattr(sys, "frozen", False)
    start = [*command_line(), ENGINE_WORD] if frozen else [sys.executable, "-m", "launcher.server"]
    return [*start, "--profile", str(paths.root), *(["--port", str(port)] if port else [])]


def _close_on_signals(shell: Shell) -> threading.Event:
    """Let the system's request to end, and Ctrl+C in the terminal, close the window in order.

    Returns:
        Set when it was Ctrl+C.
    """
    interrupted = threading.Event()

    def close(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            interrupted.set()
        threading.Thread(target=shell.close, name="close", daemon=True).start()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32":
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, close)
    shell.after_start(
        lambda: signal.signal(signal.SIGINT, close)
    )  # pywebview sets its own, which skips the closing
    return interrupted
