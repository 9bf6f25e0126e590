"""How long one thread of Python may keep the others waiting, and the moments in which that must be short.

Threads of one process take turns. Work in Python (an import that looks at its lines) gives its turn up only after
a while, and with several such threads whoever answers a key waits for each of them, ten times and more on the way
to the disk and back. So turns are very short while somebody waits; all the time, the pages of a hundred people
took a third longer. And a process that works in the background takes only the processor time that others leave;
a thread must not, since others wait for its turn to end.
Used by the journal's route and by the processes that read files.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

import psutil

HASTY_S: Final = 0.0001
_BACKGROUND: Final = 10
"""How far behind others work in the background stands, of 0 to 19."""


class Turns:
    """The length of this process's turns; a process has exactly one, see `turns`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._usual_s = sys.getswitchinterval()

    @contextmanager
    def hasten(self) -> Iterator[None]:
        """Have very short turns in the block, in which somebody waits; blocks may overlap."""
        with self._lock:
            self._waiting += 1
            if self._waiting == 1:
                self._usual_s = sys.getswitchinterval()
                sys.setswitchinterval(HASTY_S)
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    sys.setswitchinterval(self._usual_s)


@cache
def turns() -> Turns:
    """Return what sets the turns of this process."""
    return Turns()


def give_way() -> None:
    """Let this process, and what it starts, stand behind all others; for good."""
    this = psutil.Process()
    if sys.platform == "win32":
        this.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        this.nice(max(_BACKGROUND, this.nice()))
