"""An answer that takes longer than a moment, while the page stays usable.

For what is asked again cheaply (a cached profile) and so needs no job: it runs in a thread; a timed part of the
page looks at it. Imports and exports are jobs instead: they outlive the window.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Generic, TypeVar

from core.errors import CancelledError
from core.progress import Progress

T = TypeVar("T")


class Later(Generic[T]):
    """One answer on its way; is itself the `Progress` its work reports to.

    `fraction` (0..1) and `step` tell how far it is. Any thread may look, one person may `cancel`.
    """

    def __init__(self, work: Callable[[Progress], T], *, what: str) -> None:
        self.fraction = 0.0
        self.step = ""
        self._what = what
        self._stopped = threading.Event()
        self._done = threading.Event()
        self._interrupts: list[Callable[[], None]] = []
        self._value: T | None = None
        self._error: BaseException | None = None
        context = copy_context()  # the trace goes with the work
        threading.Thread(target=context.run, args=(self._run, work), name="later", daemon=True).start()

    def wait(self, timeout_s: float) -> bool:
        """Return whether the answer is there, at the latest after so many seconds."""
        return self._done.wait(timeout_s)

    def value(self) -> T:
        """Return the answer, which must be there.

        Raises:
            Exception: whatever the work raised.
        """
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # None only if the work's answer is None

    @property
    def failed(self) -> bool:
        """Whether the work ended without an answer."""
        return self._error is not None

    def cancel(self) -> None:
        """Stop the work; its answer becomes a `CancelledError`."""
        self._stopped.set()
        for interrupt in list(self._interrupts):
            interrupt()

    def report(self, fraction: float, step: str = "") -> None:
        """Take note of how far the work is; raises when it was stopped."""
        if self._stopped.is_set():
            raise CancelledError(self._what)
        self.fraction, self.step = fraction, step

    @contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Within the block a cancel calls `interrupt`."""
        self._interrupts.append(interrupt)
        try:
            yield
        finally:
            self._interrupts.remove(interrupt)

    def _run(self, work: Callable[[Progress], T]) -> None:
        try:
            self._value = work(self)
        except BaseException as error:  # handed to whoever asks for the answer
            self._error = error
        finally:
            self._done.set()
