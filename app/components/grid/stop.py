"""Work that ends when nobody waits for its answer any more: a person scrolled on, or closed the window."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import CancelledError


class Stop:
    """The `Progress` of one request; `press` may come from any thread."""

    def __init__(self) -> None:
        self._pressed = threading.Event()
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []

    @property
    def pressed(self) -> bool:
        """Whether nobody waits any more."""
        return self._pressed.is_set()

    def press(self) -> None:
        """Let the work end as soon as it can."""
        with self._lock:
            self._pressed.set()
            for interrupt in self._interrupts:
                interrupt()

    def report(self, fraction: float, step: str = "") -> None:
        """Raise when nobody waits any more."""
        del fraction, step
        if self._pressed.is_set():
            raise CancelledError

    @contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Within the block a press calls `interrupt`."""
        with self._lock:
            self._interrupts.append(interrupt)
        try:
            yield
        finally:
            with self._lock:  # a press must not reach a connection that serves somebody else by now
                self._interrupts.remove(interrupt)
