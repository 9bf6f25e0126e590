"""One computation per key: whoever comes while it runs waits for it, in this process and in others.

Used by the cache only. Threads share the result itself; processes take turns by locking one of a fixed number of
files, and look again whether the other one has left the result on disk. Nothing here can block for ever: a wait
has a limit, and a computation inside another one never waits for a file.
"""

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import portalocker

from core.logging import get_logger

_FILES = 256
_POLL_S = (0.002, 0.05)
_FLAGS = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING


class Flight:
    """One running computation: its thread, and later its encoded result (None: it failed)."""

    __slots__ = ("ended", "payload", "thread")

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.ended = threading.Event()
        self.payload: bytes | None = None


class Flights:
    """The computations that run now; thread-safe.

    Args:
        folder: For the lock files; made when needed. They hold nothing and may be deleted.
        wait_s: A process waits for another's computation at most this long, then computes itself.
    """

    def __init__(self, folder: Path, *, wait_s: float = 60.0) -> None:
        self._running: dict[str, Flight] = {}
        self._lock = threading.Lock()
        self._shards = _Shards(folder, wait_s)

    def run(self, key: str, compute: Callable[[], bytes]) -> bytes | None:
        """Return the result of `compute`, run by this thread or, for the same key, by another one.

        Returns:
            None if this very thread computes the key already (it asks itself): compute without the cache.

        Raises:
            Whatever `compute` raises in this thread; another thread's failure is not ours, we try ourselves.
        """
        while True:
            with self._lock:
                flight = self._running.get(key)
                if flight is None:
                    flight = self._running[key] = Flight()
                    break
            if flight.thread == threading.get_ident():
                return None
            flight.ended.wait()
            if flight.payload is not None:
                return flight.payload
        try:
            with self._shards.turn(key):
                flight.payload = compute()
            return flight.payload
        finally:
            with self._lock:
                del self._running[key]
            flight.ended.set()


class _Shards:
    """File locks shared by the threads of this process: the first one locks, the last one unlocks."""

    def __init__(self, folder: Path, wait_s: float) -> None:
        self._folder = folder
        self._wait_s = wait_s
        self._held: dict[int, tuple[IO[bytes], int]] = {}
        self._lock = threading.Lock()
        self._depth = threading.local()

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Keep other processes out of the key for the block, as far as that is possible."""
        shard = zlib.crc32(key.encode()) % _FILES
        depth = getattr(self._depth, "value", 0)
        # Who holds one file and waited for another could wait for a process that waits for him.
        held = self._take(shard, 0.0 if depth else self._wait_s)
        self._depth.value = depth + 1
        try:
            yield
        finally:
            self._depth.value = depth
            if held:
                self._give(shard)

    def _take(self, shard: int, wait_s: float) -> bool:
        deadline = time.monotonic() + wait_s
        pause, longest = _POLL_S
        while True:
            taken = self._try(shard)
            if taken or taken is None:
                return bool(taken)
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, longest)

    def _try(self, shard: int) -> bool | None:
        """Return whether the file is ours now; None if files cannot be locked here."""
        with self._lock:
            if shard in self._held:
                file, users = self._held[shard]
                self._held[shard] = (file, users + 1)
                return True
            try:
                file = self._open(shard)
            except OSError:
                return None
            try:
                portalocker.lock(file, _FLAGS)
            except portalocker.exceptions.AlreadyLocked:
                file.close()
                return False
            except portalocker.exceptions.LockException as error:
                file.close()
                get_logger("cache").warning("files cannot be locked", reason=str(error))
                return None
            self._held[shard] = (file, 1)
            return True

    def _give(self, shard: int) -> None:
        with self._lock:
            file, users = self._held[shard]
            if users > 1:
                self._held[shard] = (file, users - 1)
                return
            del self._held[shard]
            portalocker.unlock(file)
            file.close()

    def _open(self, shard: int) -> IO[bytes]:
        path = self._folder / f"{shard:02x}.lock"
        try:
            return path.open("ab")
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return path.open("ab")
