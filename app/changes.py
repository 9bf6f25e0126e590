"""What has changed in the profile since: counted for views that are alive, told to windows that are open.

The database publishes the tags of each commit; here they are counted, so that a view can tell whether it is old,
and handed on to whoever listens (the events route does, for every open window). Thread-safe.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

ELSEWHERE: Final = "elsewhere"
"""The tag of a commit by another process: anything may have changed."""
CLOSING: Final = "closing"
"""The tag of the engine's end: whoever waits shall stop waiting."""

Listener = Callable[[frozenset[str]], None]


class Changes:
    """Counts of commits by tag, and those who want to hear of them."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def hear(self, tags: frozenset[str]) -> None:
        """Count a commit and tell everyone; quick, since the committing thread waits."""
        with self._lock:
            self._counts.update(tags)
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(tags)

    def marks(self, tags: Iterable[str]) -> dict[str, int]:
        """Return how often each of these tags has changed so far; equal answers mean nothing did."""
        with self._lock:
            elsewhere = self._counts[ELSEWHERE]
            return {tag: self._counts[tag] + elsewhere for tag in tags}

    def close(self) -> None:
        """Tell everyone that the engine ends."""
        self.hear(frozenset({CLOSING}))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the tags of each commit, on the committing thread; return what ends that."""
        with self._lock:
            self._listeners.append(listener)

        def leave() -> None:
            with self._lock, suppress(ValueError):
                self._listeners.remove(listener)

        return leave
