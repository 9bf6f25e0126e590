"""Whether the pages of a Parquet file still are what was written.

Used by the Parquet reader after the engine has read a file: the engine does not look at the checksums a file may
carry, so a flipped bit in a number would pass unseen. Reads the page headers itself (a few thrift fields); what it
does not understand it leaves to the engine, which understood it.

Source:
    Apache Parquet format, `PageHeader.crc`: CRC-32 of the page's bytes as they are in the file.
"""

import mmap
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_HEADER_FIELDS: Final = {3: "size", 4: "crc"}
"""Fields of a page header that are looked at: the page's size as it is in the file, and its checksum."""
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 12
"""Kinds of fields in thrift's compact protocol."""
_FIXED: Final = {_TRUE: 0, _FALSE: 0, _BYTE: 1, _DOUBLE: 8}
_MOST_NESTED: Final = 8


@dataclass(frozen=True, slots=True)
class Chunk:
    """The pages of one column in one row group: where they lie in the file."""

    column: str
    start: int
    length: int


class _UnknownError(Exception):
    """The bytes are no page header."""


def damaged_column(path: Path, chunks: Iterable[Chunk]) -> str | None:
    """Return the first column with a page that differs from its checksum, or None.

    A file whose first page has no checksum has none at all, as writers go, and is not read through.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        first = True
        for chunk in chunks:
            for crc, begin, end in _pages(data, chunk):
                if first and crc is None:
                    return None
                first = False
                if crc is not None and zlib.crc32(data[begin:end]) != crc & 0xFFFFFFFF:
                    return chunk.column
    return None


def _pages(data: mmap.mmap, chunk: Chunk) -> Iterator[tuple[int | None, int, int]]:
    """Yield checksum, begin and end of each page of a chunk, as far as its headers can be read."""
    position, end = chunk.start, chunk.start + chunk.length
    if not 0 < position < end <= len(data):
        return
    while position < end:
        try:
            found, begin = _page_header(data, position, end)
        except (_UnknownError, IndexError):
            return
        size = found.get("size", -1)
        if size < 0 or begin + size > end:
            return
        yield found.get("crc"), begin, begin + size
        position = begin + size


def _page_header(data: mmap.mmap, position: int, end: int) -> tuple[dict[str, int], int]:
    found: dict[str, int] = {}
    field = 0
    while position < end:
        mark = data[position]
        position += 1
        if mark == 0:
            return found, position
        kind = mark & 15
        if mark >> 4:
            field += mark >> 4
        else:
            field, position = _zigzag(data, position)
        if field in _HEADER_FIELDS and kind == _I32:
            found[_HEADER_FIELDS[field]], position = _zigzag(data, position)
        else:
            position = _skip(data, position, kind, 0)
    raise _UnknownError


def _skip(data: mmap.mmap, position: int, kind: int, depth: int) -> int:
    """Return where the field of this kind ends (thrift compact protocol)."""
    if depth > _MOST_NESTED:
        raise _UnknownError
    if kind in _FIXED:
        return position + _FIXED[kind]
    if kind in (_I16, _I32, _I64):
        return _varint(data, position)[1]
    if kind == _BINARY:
        length, position = _varint(data, position)
        return position + length
    if kind == _STRUCT:
        return _skip_struct(data, position, depth)
    raise _UnknownError  # lists, sets and maps: no page header has one


def _skip_struct(data: mmap.mmap, position: int, depth: int) -> int:
    while True:
        mark = data[position]
        position += 1
        if mark == 0:
            return position
        if not mark >> 4:
            position = _varint(data, position)[1]
        position = _skip(data, position, mark & 15, depth + 1)


def _varint(data: mmap.mmap, position: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
    raise _UnknownError


def _zigzag(data: mmap.mmap, position: int) -> tuple[int, int]:
    value, position = _varint(data, position)
    return (value >> 1) ^ -(value & 1), position
