"""The first layer: encoded values in this process's memory, the least recently used go first.

Used by the cache only. Holds bytes, so its size is known and nobody can change what it holds.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

_LARGEST_SHARE = 4
"""A value may take this part of the whole at most, so that one cannot push out all others."""


@dataclass(frozen=True, slots=True)
class _Entry:
    payload: bytes
    expires_at: float | None
    tags: frozenset[str]


class InMemoryCache:
    """Bytes by key; thread-safe.

    Args:
        limit_bytes: The sum of all values never exceeds this.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._by_tag: dict[str, set[str]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: str, now: float) -> bytes | None:
        """Return the value, or None if there is none that is still valid at `now`."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.expires_at is not None and entry.expires_at <= now:
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return entry.payload

    def put(
        self, key: str, payload: bytes, *, expires_at: float | None = None, tags: Collection[str] = ()
    ) -> None:
        """Keep a value, unless it is too large; the least recently used ones make room."""
        with self._lock:
            self._drop(key)
            if len(payload) > self._limit // _LARGEST_SHARE:
                return
            self._entries[key] = _Entry(payload, expires_at, frozenset(tags))
            self._size += len(payload)
            for tag in tags:
                self._by_tag.setdefault(tag, set()).add(key)
            while self._size > self._limit:
                self._drop(next(iter(self._entries)))

    def discard(self, key: str) -> None:
        """Forget one value."""
        with self._lock:
            self._drop(key)

    def discard_tagged(self, tags: Collection[str]) -> None:
        """Forget every value with one of the tags."""
        with self._lock:
            for tag in tags:
                for key in list(self._by_tag.get(tag, ())):
                    self._drop(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._by_tag.clear()
            self._size = 0

    def size(self) -> tuple[int, int]:
        """Return how many values there are and how many bytes they take."""
        with self._lock:
            return len(self._entries), self._size

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self._size -= len(entry.payload)
        for tag in entry.tags:
            keys = self._by_tag[tag]
            keys.discard(key)
            if not keys:
                del self._by_tag[tag]
