"""Unpacked copies of packed files, for as long as somebody may ask for them again.

Used by `opening`: a page judges, shows and tries the same file many times, and unpacking it each time would cost
seconds. Copies lie in the profile's `tmp/`; the last few nobody is reading stay. Thread-safe.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.ids import new_id
from storage.durable import discard

Key = tuple[int, int, int, int, str]
_IDLE: Final = 2
"""So many copies stay after their use."""


@dataclass(slots=True)
class _Copy:
    path: Path
    users: int = 0
    ready: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class UnpackedCopies:
    """Copies by the file they come from (as it is on disk) and what was taken out of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies: OrderedDict[Key, _Copy] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, source: Path, what: str, unpack: Callable[[Path], None]) -> Iterator[Path]:
        """Give a file that holds what `unpack` writes, made only if there is none yet.

        Args:
            source: The packed file.
            what: What is taken out of it.
            unpack: Writes it to a path at which there is nothing; what it raises is raised here.
        """
        status = source.stat()
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, what)
        with self._lock:
            copy = self._copies.setdefault(key, _Copy(self._folder / f"unpacked-{new_id()}"))
            copy.users += 1
        try:
            with copy.lock:
                if not copy.ready:
                    discard(copy.path)
                    unpack(copy.path)
                    copy.ready = True
            yield copy.path
        finally:
            self._give_back(key, copy)

    def close(self) -> None:
        """Remove all copies nobody reads."""
        self._forget(keep=0)

    def _give_back(self, key: Key, copy: _Copy) -> None:
        with self._lock:
            copy.users -= 1
            if not copy.ready and not copy.users:
                self._copies.pop(key, None)
                discard(copy.path)
            elif key in self._copies:
                self._copies.move_to_end(key)
        self._forget(keep=_IDLE)

    def _forget(self, *, keep: int) -> None:
        with self._lock:
            idle = [key for key, copy in self._copies.items() if not copy.users]
            for key in idle[: max(len(idle) - keep, 0)]:
                discard(self._copies.pop(key).path)
