"""What a running job's handler has in its hands: it says how far it is and hears that it shall stop."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

from core.errors import CancelledError
from core.i18n import _, in_english

Reason: TypeAlias = Literal["cancel", "shutdown", "lost"]
"""Why a job has to stop: a person asked, its process ends, or it belongs to somebody else by now."""


class JobContext:
    """One try of one job; a `core.progress.Progress`.

    What is reported is kept here; the heartbeat writes it to the job's row, at most four times a second.
    """

    def __init__(self, job_id: str, owner: str, *, what: str | None = None) -> None:
        self.job_id = job_id
        self.owner = owner
        self.what = what or _("The job")
        self.attempt = 0
        self.fraction = 0.0
        self.step = ""
        self.reason: Reason | None = None
        self._stopped = threading.Event()
        self._interrupts: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def report(self, fraction: float, step: str = "") -> None:
        """Say how far the work is; `Progress.report`. The step is kept in English and retold where it is shown."""
        self.check()
        self.fraction = min(max(fraction, 0.0), 1.0)
        if step:
            self.step = str(in_english(step))

    def check(self) -> None:
        """Do nothing, unless the job has to stop.

        Raises:
            CancelledError: it has.
        """
        if self._stopped.is_set():
            raise CancelledError(self.what)

    @contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Call `interrupt` from another thread when the job has to stop, again and again until the block ends.

        Once is not enough: an interrupt that comes just before the engine begins is lost.
        """
        self.check()
        with self._lock:
            self._interrupts.append(interrupt)
        try:
            yield
        finally:
            with self._lock:
                self._interrupts.remove(interrupt)

    def stop(self, reason: Reason) -> None:
        """Make the job stop; the first reason counts. Returns at once."""
        with self._lock:
            self.reason = self.reason or reason
        self._stopped.set()
        self.interrupt()

    @property
    def stopping(self) -> bool:
        """Tell whether the job has to stop."""
        return self._stopped.is_set()

    def interrupt(self) -> None:
        """Interrupt what can be interrupted now."""
        # Under the lock, so that nothing is interrupted that its block has left already.
        with self._lock:
            for interrupt in self._interrupts:
                interrupt()
