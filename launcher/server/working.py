"""Tells the window how many jobs run, so that it can ask before it is closed over them.

The window decides in a moment and must not wait for an engine that is busy; so it is told beforehand, whenever the
number has changed. Used by the supervised engine.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from core.errors import BestandError

JOBS: Final = "table:job"
_GATHER_S: Final = 0.1


class Working:
    """Counts after each change of the jobs, in a thread of its own.

    Args:
        count: Returns how many jobs there are to be told.
        tell: Takes a number that is another than the one before.
        closing: The tag after which nothing is told any more.
    """

    def __init__(self, count: Callable[[], int], tell: Callable[[int], None], *, closing: str) -> None:
        self._count = count
        self._tell = tell
        self._closing = closing
        self._changed = threading.Event()
        self._over = threading.Event()
        self._changed.set()
        threading.Thread(target=self._follow, name="working", daemon=True).start()

    def hear(self, tags: frozenset[str]) -> None:
        """Take note of a commit; quick, since the committing thread waits."""
        if self._closing in tags:
            self._over.set()
        if self._closing in tags or JOBS in tags:
            self._changed.set()

    def _follow(self) -> None:
        told = 0
        while True:
            self._changed.wait()
            self._over.wait(_GATHER_S)
            if self._over.is_set():
                return
            self._changed.clear()
            with suppress(BestandError):  # a database that cannot be read now is read after the next change
                now = self._count()
                if now != told:
                    told = now
                    self._tell(now)
