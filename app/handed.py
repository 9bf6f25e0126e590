"""Files handed to the engine from outside: by the start, by a second start, by a drop that knows places.

They wait here until a window takes them to its Import page. Thread-safe; told to the windows as a change of
`HANDED`.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

HANDED: Final = "handed"
"""The tag under which windows hear that files wait."""


class Handed:
    """Files that wait for a window.

    Args:
        tell: Lets every open window know.
    """

    def __init__(self, tell: Callable[[frozenset[str]], None]) -> None:
        self._tell = tell
        self._waiting: list[Path] = []
        self._lock = threading.Lock()

    def put(self, files: Sequence[Path]) -> None:
        """Add files, in order; the first window that hears of it takes them."""
        if not files:
            return
        with self._lock:
            self._waiting.extend(files)
        self._tell(frozenset({HANDED}))

    @property
    def waiting(self) -> bool:
        """Whether there are any."""
        return bool(self._waiting)

    def take(self) -> list[Path]:
        """Return what waits; it is the caller's from now on."""
        with self._lock:
            taken, self._waiting = self._waiting, []
        return taken
