"""`Cache`: memory, then disk, then compute once; never stale after a commit, never in the way.

Opened by `open_storage`, which also connects `invalidate` to the database's commits. Used by `analysis`. Knows
nothing of what is cached; keys come from `CacheKeys`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from blake3 import blake3

from core.clock import Clock, system_clock
from core.config import AppConfig
from core.logging import get_logger
from core.paths import ProfilePaths
from core.telemetry import metrics
from core.version import app_version
from storage.cache.codec import UnreadableValueError, decode, encode, expires_at, verify
from storage.cache.disk import DiskLayer
from storage.cache.flights import Flights
from storage.cache.generations import Generations
from storage.cache.memory import InMemoryCache

T = TypeVar("T")

_MIB = 1024 * 1024
_TAGGED_LIFETIME_S = 7 * 24 * 3600.0
"""What was invalidated is not searched for on disk, it ages away; so everything with a tag does."""


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What one process's cache did since it was opened, and what there is now.

    `misses` were computed and kept, `bypassed` computed because nothing could be kept.
    """

    memory_hits: int
    disk_hits: int
    misses: int
    bypassed: int
    failures: int
    memory_entries: int
    memory_bytes: int
    disk_entries: int
    disk_bytes: int
    disk_working: bool

    @property
    def hit_rate(self) -> float:
        """Share of questions (0..1) that needed no computation; 0 before the first question."""
        hits = self.memory_hits + self.disk_hits
        asked = hits + self.misses + self.bypassed
        return hits / asked if asked else 0.0


class Cache:
    """Answers by key; thread-safe.

    Returned values are the caller's own: changing one changes nobody else's. A value may be what
    `storage.cache.codec` can encode (plain data, bytes, `pyarrow.Table`), anything else is a `TypeError`.
    """

    def __init__(self, config: AppConfig, paths: ProfilePaths, *, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._release = app_version().encode()
        self._generations = Generations(paths.cache / "tags")
        self._memory = InMemoryCache(config.cache.memory_mib * _MIB)
        self._disk = DiskLayer(paths.cache / "values", config.cache.disk_mib * _MIB)
        self._flights = Flights(paths.cache / "locks")
        self._counts = dict.fromkeys(("memory_hits", "disk_hits", "misses", "bypassed"), 0)
        self._counting = Lock()

    def get_or_compute(
        self, key: str, fn: Callable[[], T], *, ttl_s: float | None = None, tags: Collection[str] = ()
    ) -> T:
        """Return the answer, computed by `fn` if it is not there.

        `fn` runs once however many threads and processes ask at the same time; whoever asks after a tag was
        invalidated gets an answer whose computation began after that. A cache that does not work only means
        that `fn` runs.

        Args:
            key: From `CacheKeys`.
            fn: Computes the answer; what it raises is raised here and not kept.
            ttl_s: How long the answer holds; without one, until a tag is invalidated.
            tags: What the answer depends on, as `dataset:<id>` or `table:<name>`. An answer about immutable
                versions, named in the key, needs none.
        """
        stamp = self._generations.stamp(tags)
        if stamp is None:
            self._count("bypassed")
            return fn()
        name = blake3(b"\0".join((stamp, self._release, key.encode()))).hexdigest()
        payload = self._memory.get(name, self._clock())
        if payload is not None:
            self._count("memory_hits")
        else:
            payload = self._flights.run(name, lambda: self._from_disk_or_computed(name, fn, ttl_s, tags))
        if payload is None:
            self._count("bypassed")
            return fn()
        value: T = decode(payload)
        return value

    def invalidate(self, tags: Collection[str]) -> None:
        """Make every answer that depends on one of the tags unreachable, here and in all other processes."""
        self._generations.advance(tags)
        self._memory.discard_tagged(tags)

    def clear(self) -> None:
        """Forget everything, in all processes."""
        self._generations.advance_era()
        self._memory.clear()
        self._disk.clear()

    def stats(self) -> CacheStats:
        """Return what the cache did and holds."""
        memory_entries, memory_bytes = self._memory.size()
        disk_entries, disk_bytes = self._disk.size()
        with self._counting:
            counts = dict(self._counts)
        return CacheStats(
            **counts,
            failures=self._disk.failures,
            memory_entries=memory_entries,
            memory_bytes=memory_bytes,
            disk_entries=disk_entries,
            disk_bytes=disk_bytes,
            disk_working=self._disk.working,
        )

    def close(self) -> None:
        """Close the files and free the memory; harmless when closed already, and the next use opens again."""
        self._memory.clear()
        self._disk.close()

    def _from_disk_or_computed(
        self, name: str, fn: Callable[[], Any], ttl_s: float | None, tags: Collection[str]
    ) -> bytes:
        """Return the encoded answer and leave it in both layers; runs once per key at a time."""
        payload = self._memory.get(name, self._clock())
        if payload is not None:  # left by who computed it while we came here
            self._count("memory_hits")
            return payload
        payload = self._on_disk(name)
        if payload is not None:
            self._count("disk_hits")
            self._memory.put(name, payload, expires_at=expires_at(payload), tags=tags)
            return payload
        with metrics().timed("cache:compute"):
            value = fn()
        expires = None if ttl_s is None else self._clock() + ttl_s
        payload = encode(value, expires)
        self._count("misses")
        self._memory.put(name, payload, expires_at=expires, tags=tags)
        self._disk.put(name, payload, lifetime_s=_shorter(ttl_s, _TAGGED_LIFETIME_S if tags else None))
        return payload

    def _on_disk(self, name: str) -> bytes | None:
        """Return a valid encoded answer from disk; what is no answer is thrown away."""
        payload = self._disk.get(name)
        if payload is None:
            return None
        try:
            expires = expires_at(payload)
            if expires is None or expires > self._clock():
                verify(payload)
                return payload
        except UnreadableValueError as error:
            get_logger("cache").warning("an unreadable value was thrown away", reason=str(error))
        self._disk.discard(name)
        return None

    def _count(self, what: str) -> None:
        with self._counting:
            self._counts[what] += 1
        metrics().events.labels(f"cache:{what}").inc()


def _shorter(one: float | None, other: float | None) -> float | None:
    return min((s for s in (one, other) if s is not None), default=None)
