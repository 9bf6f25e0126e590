"""What every command shares: the profile it works on, and how that is opened.

Opening is the moment when the engines are imported; until then a command is light, so `--help` stays fast.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer

from core.paths import ProfilePaths, resolve_profile
from launcher.cli.output import tell

if TYPE_CHECKING:
    from app.context import AppContext


PROFILE_OPTION: Final = "--profile"


def profile_of(ctx: typer.Context) -> ProfilePaths:
    """Return the profile a command works on; `ctx.obj` is the folder given by `--profile`, or None."""
    return resolve_profile(ctx.obj)


@contextmanager
def opened(ctx: typer.Context) -> Iterator["AppContext"]:
    """Open the profile for the block.

    Raises:
        ConfigError: a variable is unknown or impossible.
        ProfileError: the profile cannot be opened.
    """
    from app.context import opened_app

    with _ended_like_an_interrupt(), opened_app(profile_of(ctx)) as context:
        for problem in context.report.problems:
            tell(problem)
        yield context


@contextmanager
def _ended_like_an_interrupt() -> Iterator[None]:
    """Let the system's request to end do what Ctrl+C does: stop the work, keep nothing half-done."""
    if os.name == "nt":
        yield  # Windows knows no such request
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
