"""Run a job in this process and show how far it is.

Progress goes to stderr, and only to a person: one line that is overwritten. Used by the commands that start jobs.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from core.errors import CancelledError
from core.i18n import percent, retold
from core.progress import SilentProgress
from launcher.cli.output import shorten, visible

if TYPE_CHECKING:
    from app.context import AppContext
    from jobs.manager import JobStatus

_LINE = 78
_CLEAR = "\r\x1b[2K"


class _Far(Protocol):
    """How far something is."""

    @property
    def fraction(self) -> float: ...
    @property
    def step(self) -> str: ...


def run_job(context: "AppContext", job_id: str, what: str) -> "JobStatus":
    """Run a queued job here and return how it ended.

    Raises:
        CancelledError: it was stopped, by Ctrl+C here or from elsewhere; nothing half-done is kept.
    """
    with progress_line(what) as line:
        status = context.jobs.manager.run_here(job_id, watch=line.show)
    if status.state == "cancelled":
        raise CancelledError(what)
    return status


@contextmanager
def progress_line(what: str) -> "Iterator[ProgressLine]":
    """Show progress for the block; the line is gone afterwards."""
    line = ProgressLine(what)
    try:
        yield line
    finally:
        line.clear()


class ProgressLine(SilentProgress):
    """One line on a person's terminal; nothing where nobody looks."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._seen = sys.stderr.isatty()
        self._shown = ""

    def report(self, fraction: float, step: str = "") -> None:
        """Show how far the work is."""
        text = shorten(f"{percent(fraction):>5}  {visible(self._what)}  {visible(retold(step))}".rstrip(), _LINE)
        if self._seen and text != self._shown:
            sys.stderr.write(f"{_CLEAR}{text}")
            sys.stderr.flush()
            self._shown = text

    def show(self, status: _Far) -> None:
        """Show how far a job is."""
        self.report(status.fraction, status.step)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
            self._shown = ""
