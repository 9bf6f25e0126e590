"""A value that is made when somebody first asks for it.

Used where something is opened: what a start does not need is imported and opened by whoever needs it first.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """One value; thread-safe. Whoever asks while it is made waits for it; what fails is tried again."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._lock = threading.Lock()

    def __call__(self) -> T:
        """Return the value, making it at first.

        Raises:
            Exception: whatever making it raises.
        """
        if not self._made:
            with self._lock:
                if not self._made:
                    self._made.append(self._make())
        return self._made[0]

    def if_made(self, use: Callable[[T], object]) -> None:
        """Do something with the value, such as closing it, if there is one."""
        with self._lock:
            for value in self._made:
                use(value)
