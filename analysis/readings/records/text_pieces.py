"""The characters of a JSON file: which encoding, and pieces of text of any file size.

Used by the JSON and NDJSON readers. JSON is UTF-8, UTF-16 or UTF-32 by its standard; anything else is refused,
since nobody could tell a wrong guess from a right one.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.errors import DamagedFileError, FileTooLargeError
from core.i18n import _, number

CHUNK_BYTES: Final = 4 * 1024 * 1024
VALUE_BYTES: Final = 64 * 1024 * 1024
"""A longer record is no record of a table; it would need many times as much memory."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ZEROS: Final = {
    "x000": "utf-32-le",
    "000x": "utf-32-be",
    "x0x0": "utf-16-le",
    "0x0x": "utf-16-be",
    "x0": "utf-16-le",
    "0x": "utf-16-be",
}
"""Where the zero bytes are among the first four, since JSON begins with two ASCII characters (RFC 4627, 3)."""


def encoding_of(head: bytes) -> tuple[str, int]:
    """Return the encoding of a JSON file by its first bytes, and the length of its byte order mark."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    zeros = "".join("0" if byte == 0 else "x" for byte in head[:4])
    return _ZEROS.get(zeros, "utf-8"), 0


class TextPieces:
    """Reads a file as text, front to back, in pieces as large as the caller wants.

    `done` is the share of the file's bytes read so far, 0..1. A context manager.
    """

    def __init__(self, path: Path, file_name: str) -> None:
        self._file_name = file_name
        self._size = path.stat().st_size or 1
        self._file = path.open("rb")
        self.encoding, mark = encoding_of(self._file.read(4))
        self._file.seek(mark)
        self._decoder = codecs.getincrementaldecoder(self.encoding)()
        self.ended = False

    def __enter__(self) -> "TextPieces":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def done(self) -> float:
        """How much of the file has been read."""
        return min(self._file.tell() / self._size, 1.0)

    def read(self, size_bytes: int = CHUNK_BYTES) -> str:
        """Return the next piece; may be empty before the end.

        Raises:
            DamagedFileError: the bytes are not in the file's encoding.
        """
        chunk = self._file.read(size_bytes)
        self.ended = len(chunk) < size_bytes
        try:
            return self._decoder.decode(chunk, final=self.ended)
        except UnicodeDecodeError as error:
            near = self._file.tell() - len(chunk) + error.start
            raise DamagedFileError(
                self._file_name,
                _("is not {encoding} near byte {near}, as JSON has to be.").format(
                    encoding=self.encoding.upper(), near=number(near)
                ),
                hint=_("Save it as UTF-8 and import it again."),
            ) from error


def raw_lines(path: Path, file_name: str) -> Iterator[bytes]:
    """Yield the lines of a file as bytes, each with the line feed that ends it, byte order mark included.

    Raises:
        FileTooLargeError: a line is longer than `VALUE_BYTES`.
    """
    with path.open("rb") as file:
        encoding, _ = encoding_of(file.read(4))
        file.seek(0)
        feed = "\n".encode(encoding)
        if len(feed) > 1:
            yield from _wide_lines(iter(lambda: file.read(CHUNK_BYTES), b""), feed)
            return
        while line := file.readline(VALUE_BYTES):
            if len(line) == VALUE_BYTES:
                raise too_long(file_name)
            yield line


def too_long(file_name: str) -> FileTooLargeError:
    """Return the error for a file with one enormous value in it."""
    return FileTooLargeError(
        file_name,
        _("holds a single record of more than {limit} MiB.").format(limit=VALUE_BYTES >> 20),
        hint=_("Split that record, or check that the file is what its name says."),
    )


def _wide_lines(chunks: Iterator[bytes], feed: bytes) -> Iterator[bytes]:
    """Split where a line feed stands on a whole character, not where its bytes happen to be."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        begin = 0
        while (at := _aligned(rest, feed, begin)) >= 0:
            yield rest[begin : at + len(feed)]
            begin = at + len(feed)
        rest = rest[begin:]
    if rest:
        yield rest


def _aligned(data: bytes, feed: bytes, begin: int) -> int:
    at = data.find(feed, begin)
    while at >= 0 and (at - begin) % len(feed):
        at = data.find(feed, at + 1)
    return at
