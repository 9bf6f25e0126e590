"""What a whole file tells by its bytes alone: how many lines, and whether anything in it needs a close look.

Used by the importer, which hands in the chunks that are being hashed anyway, and by the loader. Counting runs on a
thread of its own beside hashing and writing.
"""

import queue
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.fingerprint import CHUNK_BYTES

if TYPE_CHECKING:
    import numpy.typing as npt

_WAITING = 4
"""Chunks that may wait to be counted."""

_PIECE_BYTES = 64 << 10
"""What is counted at once; four times as fast as a megabyte, whose arrays would come fresh from the system."""

_FEED, _RETURN, _BLANK, _QUOTE = b'\n\r "'


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts over all bytes of a file.

    Attributes:
        size_bytes: Its size.
        feeds: Line feeds.
        returns: Carriage returns.
        pairs: Carriage returns right before a line feed.
        has_quote: Whether there is a double quote.
        has_nul: Whether there is a zero byte.
        airy_quote: Whether a blank stands beside a double quote.
        ended: Whether the last byte is a line feed.
    """

    size_bytes: int
    feeds: int
    returns: int
    pairs: int
    has_quote: bool
    has_nul: bool
    airy_quote: bool
    ended: bool

    @property
    def lines(self) -> int:
        """Return the number of physical lines of a file whose lines end with a line feed."""
        return self.feeds + (0 if self.ended or not self.size_bytes else 1)


class FactsCounter:
    """Counts chunk by chunk; `take` may be handed to whoever reads the file anyway."""

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self._size = self._feeds = self._returns = self._pairs = 0
        self._quote = self._nul = self._airy = False
        self._last = np.empty(0, np.uint8)
        self._thread = threading.Thread(target=self._run, name="facts", daemon=True)
        self._thread.start()

    def take(self, chunk: bytes) -> None:
        """Count one chunk, soon."""
        self._queue.put(chunk)

    def finish(self) -> Facts:
        """Wait for all chunks and return the facts."""
        self.close()
        ended = bool(self._last.size) and int(self._last[0]) == _FEED
        return Facts(
            self._size, self._feeds, self._returns, self._pairs, self._quote, self._nul, self._airy, ended
        )

    def close(self) -> None:
        """End the counting thread, also after an error; harmless when it has ended already."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (chunk := self._queue.get()) is not None:
            held = np.frombuffer(chunk, np.uint8)
            for begin in range(0, held.size, _PIECE_BYTES):
                self._count(held[begin : begin + _PIECE_BYTES])

    def _count(self, piece: "npt.NDArray[np.uint8]") -> None:
        """Count by arrays, which lets the rest of Python go on meanwhile."""
        whole = np.concatenate((self._last, piece))  # with the byte before, for what stands across the seam
        fresh = whole[self._last.size :]
        self._size += fresh.size
        feeds = whole == _FEED
        self._feeds += int(np.count_nonzero(feeds[self._last.size :]))
        returns = whole == _RETURN
        if returns.any():
            self._returns += int(np.count_nonzero(returns[self._last.size :]))
            self._pairs += int(np.count_nonzero(returns[:-1] & feeds[1:]))
        self._nul = self._nul or bool((fresh == 0).any())
        if not self._airy:
            quotes = whole == _QUOTE
            if quotes.any():
                blanks = whole == _BLANK
                self._quote = True
                self._airy = bool((quotes[1:] & blanks[:-1] | blanks[1:] & quotes[:-1]).any())
        self._last = whole[-1:]


def count_file(path: Path) -> Facts:
    """Return the facts of a file by reading it once."""
    counter = FactsCounter()
    try:
        for chunk in _chunks(path):
            counter.take(chunk)
    finally:
        facts = counter.finish()
    return facts


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def has_blanks_around_quotes(pieces: Iterable[bytes], delimiter: bytes) -> bool:
    """Tell whether blanks stand between a quote and the edge of its cell, in a file that comes piece by piece."""
    edge = rb"[\r\n%b]" % re.escape(delimiter)
    airy = re.compile(rb'%b +"|" +%b' % (edge, edge))
    rest = b"\n"
    for piece in pieces:
        text = rest + piece
        if airy.search(text):
            return True
        rest = text[max(len(text.rstrip(b" ")) - 1, 0) :]  # what the next piece may complete
    return bool(airy.search(rest + b"\n"))
