"""What has changed in the profile since: counted for views that are alive, told to windows that are open.

The database publishes the tags of each commit; here they are counted, so that a view can tell whether it is old,
and handed on to whoever listens (the events route does, for every open window). Thread-safe.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from core.i18n import current_language

ELSEWHERE: Final = "elsewhere"
"""The tag of a commit by another process: anything may have changed."""
CLOSING: Final = "closing"
"""The tag of the engine's end: whoever waits shall stop waiting."""

QUIET: Final = "quiet"
"""The tag of drafts: nobody draws anything anew for them, but this process made the commit, not another one."""

ANYTHING: Final = "anything"
"""Counts every commit, whatever it changed."""
MEMO_S: Final = 2.0
"""How old may be what is asked at each step of each window."""
MEMO_WATCHED_S: Final = 60.0
"""The same while somebody looks for commits of other processes and tells of them."""
MEMOS_KEPT: Final = 256
"""What is asked about so many things is kept; of more, the oldest goes."""

T = TypeVar("T")
Listener = Callable[[frozenset[str]], None]


@dataclass(frozen=True, slots=True)
class _Memo:
    """What was made, what it was made from, since when, and whether other processes were watched then."""

    marks: dict[str, int]
    since: float
    watch: object | None
    value: Any


class Changes:
    """Counts of commits by tag, and those who want to hear of them."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._listeners: list[Listener] = []
        self._memos: dict[tuple[str, str], _Memo] = {}
        self._watch: object | None = None
        self._lock = threading.Lock()

    def hear(self, tags: frozenset[str]) -> None:
        """Count a commit and tell everyone; quick, since the committing thread waits."""
        with self._lock:
            if tags != {QUIET}:
                self._counts.update(tags)
                self._counts[ANYTHING] += 1
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(tags)

    def marks(self, tags: Iterable[str]) -> dict[str, int]:
        """Return how often each of these tags has changed so far; equal answers mean nothing did."""
        with self._lock:
            elsewhere = self._counts[ELSEWHERE]
            return {tag: self._counts[tag] + elsewhere for tag in tags}

    def memo(self, key: str, tags: Iterable[str], make: Callable[[], T]) -> T:
        """Return what was made under this key, made anew once one of these tags changed or a moment has passed.

        For what every window asks at each step; whoever acts on it asks for himself. What is told in words holds
        for one language. The moment is for commits of other processes, which are looked for only while a page is
        open.
        """
        marks, now = self.marks(tags), time.monotonic()
        spoken = (key, current_language())
        with self._lock:
            known, watch = self._memos.get(spoken), self._watch
        if known is not None and known.marks == marks:
            watched = watch is not None and known.watch is watch
            if now < known.since + (MEMO_WATCHED_S if watched else MEMO_S):
                found: T = known.value
                return found
        made = make()
        with self._lock:
            self._memos.pop(spoken, None)
            self._memos[spoken] = _Memo(marks, now, watch, made)
            while len(self._memos) > MEMOS_KEPT:
                del self._memos[next(iter(self._memos))]
        return made

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Say for a block that `hear` is told of every commit of another process, too."""
        mine = object()
        with self._lock:
            self._watch = mine
        try:
            yield
        finally:
            with self._lock:
                self._watch = None if self._watch is mine else self._watch

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
