"""Pieces of a text file: enough to judge it, never the whole of a huge one.

Used by the judge and by the loader, which needs to know how wide a table is before it reads it. A small file is
its own sample.
"""

import codecs
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from analysis.readings.encodings import DIRECT, UTF8, detect, mark_length
from analysis.readings.lines import CR, Lines, make_lines, newline_kinds
from core.errors import FileTooLargeError
from core.i18n import _

HEAD_BYTES = 1 << 20
PROBE_BYTES = 1 << 16
PROBES = 4
"""Pieces taken from inside a file that is larger than its head; the last one is its end."""
_FOREIGN_LINES = 2_000
MAX_FIRST_LINE_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes of a text file, from its begin and from further inside.

    Attributes:
        encoding: As detected from the bytes, or as told.
        newlines: How lines may end, the likeliest first.
        whole: Whether the head is the whole file.
    """

    encoding: str
    newlines: tuple[str, ...]
    whole: bool
    _head: bytes
    _pieces: tuple[bytes, ...]
    _bytes: bytes

    def head(self, newline: str) -> Lines:
        """Return the first lines; complete ones only, unless they are all there is."""
        raw = self._head if self.whole else _whole_lines(self._head, newline)
        return make_lines(raw, 1, self._read_as(), newline)

    def probes(self, newline: str) -> list[Lines]:
        """Return lines from further inside; the number of their first line is unknown and says 0."""
        end = b"\r" if newline == CR else b"\n"
        found = []
        for piece in self._pieces:
            first = piece.find(end) + 1
            raw = _whole_lines(piece[first:], newline) if first else b""
            found.append(make_lines(raw, 0, self._read_as(), newline))
        return found

    def foreign(self) -> bytes:
        """Return lines of the begin that hold bytes beyond ASCII, as they are in the file."""
        lines = (line for line in self._bytes.splitlines() if not line.isascii())
        return b"\n".join(islice(lines, _FOREIGN_LINES))

    def as_if(self, encoding: str) -> "Sample":
        """Return the begin of the same file in another encoding."""
        if encoding in DIRECT:
            return replace(self, encoding=encoding, _head=self._bytes, _pieces=())
        text = codecs.getincrementaldecoder(encoding)("replace").decode(self._bytes, final=self.whole)
        return replace(self, encoding=encoding, _head=text.encode(UTF8, "surrogatepass"), _pieces=())

    def _read_as(self) -> str:
        return self.encoding if self.encoding in DIRECT else UTF8


def take_sample(path: Path, name: str, *, encoding: str | None = None) -> Sample:
    """Read the sample of a text file.

    Args:
        path: The file.
        name: What it is called in messages.
        encoding: Believe this instead of looking.

    Raises:
        FileTooLargeError: the first line does not end within any reason.
    """
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        pieces = _pieces(file, size_bytes)
        found = encoding or detect(head, pieces)
        while len(head) < size_bytes and not _has_line_end(head):
            _check_first_line(len(head), name)
            file.seek(len(head))
            head += file.read(len(head))
    whole = len(head) >= size_bytes
    head = raw = head[mark_length(head) :]
    if found not in DIRECT:
        text = codecs.getincrementaldecoder(found)("replace").decode(head, final=whole)
        head, pieces = text.encode(UTF8, "surrogatepass"), ()
    return Sample(found, tuple(newline_kinds(head)), whole, head, pieces, raw)


def _pieces(file: BinaryIO, size_bytes: int) -> tuple[bytes, ...]:
    if size_bytes <= HEAD_BYTES + PROBE_BYTES:
        return ()
    step = max((size_bytes - HEAD_BYTES - PROBE_BYTES) // (PROBES - 1), 1)
    pieces = []
    for place in range(HEAD_BYTES, size_bytes - PROBE_BYTES + 1, step):
        file.seek(place)
        pieces.append(file.read(PROBE_BYTES))
    return tuple(pieces)


def _has_line_end(head: bytes) -> bool:
    return b"\n" in head or b"\r" in head[4:]


def _check_first_line(size_bytes: int, name: str) -> None:
    if size_bytes > MAX_FIRST_LINE_BYTES:
        raise FileTooLargeError(
            name,
            _("has no line end in its first {limit} MiB, which no table has.").format(
                limit=MAX_FIRST_LINE_BYTES >> 20
            ),
            hint=_("Check that it is a text file with line ends; split it if it is."),
        )


def _whole_lines(raw: bytes, newline: str) -> bytes:
    cut = raw.rfind(b"\r" if newline == CR else b"\n") + 1
    return raw[:cut] if cut else raw
