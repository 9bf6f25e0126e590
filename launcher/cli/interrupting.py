"""Work that Ctrl+C can stop at once, even while the engine computes.

Python handles the key only between two of its own steps, and an engine call is one long step. So the work runs in
a thread, and the main thread waits for the key and passes it on. Used by commands that call the engine directly.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Generic, TypeVar

from core.errors import CancelledError

T = TypeVar("T")

_TICK_S = 0.1
"""How often the main thread looks up; a wait without an end would not hear the key on Windows."""


def run_interruptibly(work: "Callable[[StoppableProgress], T]", what: str) -> T:
    """Run `work` and return what it returns.

    Raises:
        CancelledError: Ctrl+C stopped it.
        BaseException: whatever `work` raised.
    """
    progress = StoppableProgress(what)
    outcome: _Outcome[T] = _Outcome()
    context = copy_context()
    thread = threading.Thread(target=lambda: context.run(outcome.catch, lambda: work(progress)), name="command")
    thread.start()
    stopped = False
    while not outcome.there.is_set():
        try:
            # Not `thread.join`: interrupted by a key, Python 3.11 takes the running thread for ended.
            outcome.there.wait(_TICK_S)
        except KeyboardInterrupt:
            stopped = True
        if stopped:
            progress.stop()
    if stopped:
        raise CancelledError(what)
    return outcome.get()


class StoppableProgress:
    """Progress that a key can stop; it shows nothing."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []

    def report(self, fraction: float, step: str = "") -> None:  # noqa: ARG002 - nobody looks
        """Raise if it was stopped.

        Raises:
            CancelledError: it was.
        """
        if self._stopped.is_set():
            raise CancelledError(self._what)

    @contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Within the block a stop calls `interrupt`."""
        with self._lock:
            self._interrupts.append(interrupt)
        try:
            yield
        finally:
            with self._lock:
                self._interrupts.remove(interrupt)

    def stop(self) -> None:
        """Stop the work; call it until the work has ended, since the engine does not listen between two calls."""
        self._stopped.set()
        with self._lock:
            for interrupt in self._interrupts:
                interrupt()


class _Outcome(Generic[T]):
    """What a thread returned or raised."""

    def __init__(self) -> None:
        self.there = threading.Event()
        self._values: list[T] = []
        self._error: BaseException | None = None

    def catch(self, work: Callable[[], T]) -> None:
        try:
            self._values.append(work())
        except BaseException as error:
            self._error = error
        finally:
            self.there.set()

    def get(self) -> T:
        if self._error is not None:
            raise self._error
        return self._values[0]
