"""Which windows are open, and which have handed over what they held: the page's side of a new engine.

An open page whose engine was started anew still shows what was typed. It says hello with all that is not yet
acknowledged; only then its connection is let through, so that the script begins with what is on the screen. Used
by the journal's route (which hears the hellos), the gate in the server (which waits for them) and the session
(which asks what is open). Waiting happens on the event loop; everything else may be called from any thread.
"""

import asyncio
import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Final, Protocol
from weakref import WeakValueDictionary

_REMEMBERED: Final = 1_000
"""Windows whose hellos are remembered; a forgotten one says hello again with its next connection."""


class Leaves(Protocol):
    """Who has something to write down when a window goes; it is not kept alive for that."""

    def write(self) -> None:
        """Have it written down, soon."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One connection of one document of a window, counted; a hello holds for earlier ones of the document, too."""

    window: str
    load: str
    number: int


class OpenWindows:
    """Hellos and open connections, by window."""

    def __init__(self) -> None:
        self._heard: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._open: Counter[str] = Counter()
        self._leaving: WeakValueDictionary[str, Leaves] = WeakValueDictionary()
        self._waiting: dict[asyncio.Future[None], Turn] = {}
        self._closed = False
        self._lock = threading.Lock()

    def hello(self, turn: Turn) -> None:
        """Note that a window has handed over all it held when it began a connection."""
        known = (turn.window, turn.load)
        with self._lock:
            self._heard[known] = max(turn.number, self._heard.get(known, 0))
            self._heard.move_to_end(known)
            while len(self._heard) > _REMEMBERED:
                self._heard.popitem(last=False)
            ready = [one for one, waits in self._waiting.items() if self._is_heard(waits)]
        for one in ready:
            one.get_loop().call_soon_threadsafe(_let_go, one)

    async def handed_over(self, turn: Turn) -> bool:
        """Wait until a window has said hello for this connection; False if the engine ends before."""
        mine = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._closed or self._is_heard(turn):
                return not self._closed
            self._waiting[mine] = turn
        try:
            await mine
        finally:
            with self._lock:
                self._waiting.pop(mine, None)
        return not self._closed

    def _is_heard(self, turn: Turn) -> bool:
        return self._heard.get((turn.window, turn.load), 0) >= turn.number

    def came(self, window: str) -> None:
        """Note a connection."""
        with self._lock:
            self._open[window] += 1

    def went(self, window: str) -> None:
        """Note the end of a connection."""
        with self._lock:
            self._open[window] -= 1
            if self._open[window] > 0:
                return
            del self._open[window]
        leaves = self._leaving.get(window)
        if leaves is not None:
            leaves.write()

    def belongs(self, window: str, leaves: Leaves) -> None:
        """Have somebody write down what is to be known of a window when its last connection ends."""
        self._leaving[window] = leaves

    def is_open(self, window: str) -> bool:
        """Tell whether a window is connected."""
        with self._lock:
            return window in self._open

    @property
    def several(self) -> bool:
        """Whether more than one window is connected."""
        with self._lock:
            return len(self._open) > 1

    def close(self) -> None:
        """Let everyone go who waits: the engine ends."""
        with self._lock:
            self._closed = True
            waiting = list(self._waiting)
        for one in waiting:
            one.get_loop().call_soon_threadsafe(_let_go, one)


def _let_go(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)
