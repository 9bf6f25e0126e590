"""How long work tells what it has done and hears that it shall stop."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Progress(Protocol):
    """Handed down to everything that may take longer than a moment."""

    def report(self, fraction: float, step: str = "") -> None:
        """Say how far the work is (0..1) and what it does now, as a short phrase for people.

        Raises:
            CancelledError: a person asked to stop. Call it often; it is cheap.
        """

    def interruptible(self, interrupt: Callable[[], None]) -> AbstractContextManager[None]:
        """Within the block a cancel calls `interrupt` at once, from another thread (for engine calls)."""


class SilentProgress:
    """Progress nobody watches and nobody cancels."""

    def report(self, fraction: float, step: str = "") -> None:
        """Do nothing."""

    def interruptible(self, interrupt: Callable[[], None]) -> AbstractContextManager[None]:  # noqa: ARG002
        """Never interrupt."""
        return nullcontext()


class PartOfProgress:
    """A nested step: its 0..1 becomes `start..end` of the whole, so nested steps add up."""

    def __init__(self, whole: Progress, start: float, end: float) -> None:
        self._whole, self._start, self._end = whole, start, end

    def report(self, fraction: float, step: str = "") -> None:
        """Report the share of the whole."""
        self._whole.report(self._start + (self._end - self._start) * min(max(fraction, 0.0), 1.0), step)

    def interruptible(self, interrupt: Callable[[], None]) -> AbstractContextManager[None]:
        """Pass the interrupt on to the whole."""
        return self._whole.interruptible(interrupt)
