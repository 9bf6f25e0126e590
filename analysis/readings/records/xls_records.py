"""The records of an old Excel workbook, and the texts in them.

Used by `xls_workbook`. A record is at most some kilobytes long; a longer one goes on in records that say so, and a
text that is cut there says anew how its characters are written.

Source:
    [MS-XLS] 2.1.4 (records), 2.5.293 (XLUnicodeRichExtendedString), 2.4.265 (SST).
"""

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

BIFF8: Final = 0x0600
_CONTINUE: Final = 0x3C
_WIDE, _PHONETIC, _RICH = 1, 4, 8
_MAC: Final = {10_000: "mac_roman", 32_768: "mac_roman", 32_769: "cp1252", 1_200: "utf-16-le", 21_010: "utf-16-le"}


@dataclass(slots=True)
class Record:
    """One record: its kind, its bytes, those of the records that continue it, and where it ends in the stream."""

    kind: int
    data: bytes
    end: int
    more: list[bytes] = field(default_factory=list)


def records(stream: bytes, start: int) -> Iterator[Record]:
    """Yield the records from a place on; a stream that ends within one is damaged.

    Raises:
        IndexError: it does.
    """
    waiting: Record | None = None
    at = start
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        end = at + 4 + length
        if end > len(stream):
            raise IndexError(end)
        data = stream[at + 4 : end]
        at = end
        if kind == _CONTINUE and waiting is not None:
            waiting.more.append(data)
            continue
        if waiting is not None:
            yield waiting
        waiting = Record(kind, data, end)
    if waiting is not None:
        yield waiting


def code_page(number: int) -> str:
    """Return Python's name of a code page; Western European where it is unknown."""
    for name in (_MAC.get(number, ""), f"cp{number}"):
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return "cp1252"


def short_text(data: bytes, at: int, encoding: str, *, wide: bool) -> str:
    """Return a text whose length is one byte."""
    return _text(data, at + 1, data[at], encoding, wide=wide)


def long_text(data: bytes, at: int, encoding: str, *, wide: bool) -> str:
    """Return a text whose length is two bytes."""
    (length,) = struct.unpack_from("<H", data, at)
    return _text(data, at + 2, length, encoding, wide=wide)


def _text(data: bytes, at: int, length: int, encoding: str, *, wide: bool) -> str:
    """Return a text; from Excel 97 on (`wide`) a byte before it tells how its characters are written."""
    if not wide:
        return data[at : at + length].decode(encoding, "replace")
    flags, at = (data[at], at + 1) if length else (0, at)
    if flags & _WIDE:
        return data[at : at + 2 * length].decode("utf-16-le", "surrogatepass")
    return data[at : at + length].decode("latin-1")


class SharedTexts:
    """Reads the texts that cells refer to by number, across the records they are cut into."""

    def __init__(self, blocks: list[bytes]) -> None:
        self._blocks = blocks
        self._block = 0
        self._at = 0

    def all(self) -> list[str]:
        """Return every text; what is missing at the end is missing."""
        _total, unique = struct.unpack("<II", self._take(8))
        return [self._one() for _ in range(min(unique, sum(map(len, self._blocks)) // 3))]

    def text_after(self, at: int) -> str:
        """Return the plain text that begins at a place of the first block."""
        self._at = at
        (length,) = struct.unpack("<H", self._take(2))
        return self._characters(length, self._take(1)[0]) if length else ""

    def _one(self) -> str:
        if self._at >= len(self._blocks[self._block]):
            self._next_block()
        length, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<I", self._take(4))[0] if flags & _PHONETIC else 0
        text = self._characters(length, flags)
        self._skip(4 * runs + extra)
        return text

    def _characters(self, length: int, flags: int) -> str:
        parts = []
        while length:
            left = len(self._blocks[self._block]) - self._at
            if left <= 0:
                self._next_block()
                flags = self._take(1)[0]
                continue
            size = 2 if flags & _WIDE else 1
            count = min(length, left // size)
            if not count:
                raise IndexError(self._at)
            raw = self._take(count * size)
            parts.append(raw if size == 2 else raw.decode("latin-1").encode("utf-16-le"))
            length -= count
        return b"".join(parts).decode("utf-16-le", "surrogatepass")  # a character may be cut in two

    def _take(self, count: int) -> bytes:
        """Return the next bytes, which lie within one block."""
        block = self._blocks[self._block]
        if self._at + count > len(block):
            raise IndexError(self._at)
        data = block[self._at : self._at + count]
        self._at += count
        return data

    def _skip(self, count: int) -> None:
        while count:
            left = len(self._blocks[self._block]) - self._at
            if left <= 0:
                self._next_block()
                continue
            step = min(count, left)
            self._at += step
            count -= step

    def _next_block(self) -> None:
        self._block += 1
        self._at = 0
        if self._block >= len(self._blocks):
            raise IndexError(self._block)
