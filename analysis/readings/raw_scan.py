"""Goes once through a text file with its parser, and notes where it stands between two records.

Used by the raw lines, which read any place again from there. Nothing of the file is kept but counts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from analysis.readings.encodings import mark_length
from analysis.readings.events import LedgerBook, Note
from analysis.readings.lines import CHUNK_BYTES, CR, MAX_LINE_BYTES, Lines, make_lines
from analysis.readings.parse import Heard, Parser, Plan
from core.errors import FileTooLargeError
from core.i18n import N_, _
from core.progress import Progress
from core.types import LineAction

SCANNED_BYTES: Final = 128 << 20
"""Of a larger file only the beginning is read line by line before it is imported."""
LOADED: Final = "loaded"
UNKNOWN: Final = ""
"""What becomes of a line nobody has looked at."""


@dataclass(slots=True)
class Piece:
    """Lines in a row that begin and end between two records.

    Attributes:
        offset: Where its bytes begin, and
        end: where the next piece's do.
        first: Number of its first line.
        rows: Records before it.
        header: The header's records before it.
        lines: How many of its lines become what.
        records: How many of its records begin in a line that becomes what; header left out.
    """

    offset: int
    end: int
    first: int
    rows: int
    header: tuple[list[str], ...]
    lines: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)

    @property
    def known(self) -> bool:
        """Whether it was read line by line."""
        return UNKNOWN not in self.lines


class CountingBook(LedgerBook):
    """Counts lines and records by what becomes of them; with `kept`, keeps it line by line."""

    def __init__(self, kept: dict[int, tuple[str, str]] | None = None) -> None:
        super().__init__(None, "line")
        self.lines: Counter[str] = Counter()
        self.repaired = 0
        self._kept = kept
        self._flagged: int | None = None

    def loaded(self, lines: int) -> None:
        """Count lines that are simply loaded."""
        self.lines[LOADED] += lines

    def put(self, line: int, action: LineAction, reason: str, raw: bytes) -> None:
        """Count a line that is not; the first one of a repaired record was flagged just before."""
        del raw
        self.lines[action.value] += 1
        if action is LineAction.REPAIRED and line == self._flagged:
            self.repaired += 1
            self._flagged = None
        if self._kept is not None:
            self._kept[line] = (action.value, reason)

    def flag(self, note: Note, action: str, line: int | None = None) -> None:
        """Remember where a repaired record begins."""
        del note
        if action == LineAction.REPAIRED.value:
            self._flagged = line


def scan(
    path: Path, name: str, encoding: str, newline: str, plan: Plan | None, progress: Progress
) -> Iterator[Piece]:
    """Yield the pieces of a file, front to back.

    Args:
        path: The file.
        name: What it is called in messages.
        encoding: utf-8 or windows-1252.
        newline: How its lines end.
        plan: For the parser; without one lines are only counted.
        progress: Told how far it is; may stop it.

    Raises:
        FileTooLargeError: a line is longer than any line of a table.
        CancelledError: `progress` said so.
    """
    size_bytes = max(path.stat().st_size, 1)
    batches = _batches(path, name, newline)
    offset = end = 0
    first = 1
    if plan is not None:
        yield from _parsed(plan, batches, encoding, newline, progress, size_bytes)
        return
    for offset, raw in batches:
        end = offset + len(raw)
        count = _count(raw, newline)
        yield Piece(offset, end, first, 0, (), Counter({UNKNOWN: count}))
        first += count
        progress.report(end / size_bytes, N_("Counting the lines"))


def _parsed(
    plan: Plan,
    batches: Iterator[tuple[int, bytes]],
    encoding: str,
    newline: str,
    progress: Progress,
    size_bytes: int,
) -> Iterator[Piece]:
    """Yield pieces that were read line by line, then the rest, only counted."""
    book = CountingBook()
    parser = Parser(plan, book)
    piece: Piece | None = None
    for offset, raw in batches:
        if piece is None and offset >= SCANNED_BYTES:
            count = _count(raw, newline)
            yield Piece(offset, offset + len(raw), parser.lines + 1, parser.rows, tuple(parser.header),
                        Counter({UNKNOWN: count}))  # fmt: skip
            parser.lines += count
        else:
            piece = piece or Piece(offset, offset, parser.lines + 1, parser.rows, tuple(parser.header))
            parser.push(make_lines(raw, parser.lines + 1, encoding, newline))
            piece.end = offset + len(raw)
            if parser.settled:
                yield _closed(piece, parser, book)
                piece = None
        progress.report(min((offset + len(raw)) / size_bytes, 1.0), N_("Reading line by line"))
    if piece is not None:
        parser.finish()
        yield _closed(piece, parser, book)


def _closed(piece: Piece, parser: Parser, book: CountingBook) -> Piece:
    """Take the counts since the last piece into this one."""
    piece.lines, book.lines = book.lines, Counter()
    repaired, book.repaired = book.repaired, 0
    piece.records = Counter({LOADED: parser.rows - piece.rows - repaired, LineAction.REPAIRED.value: repaired})
    return piece


def read_piece(
    path: Path,
    piece: Piece,
    encoding: str,
    newline: str,
    plan: Plan | None,
    heard: Heard,
    kept: dict[int, tuple[str, str]],
) -> Lines:
    """Read a piece once more, as it was read in the scan, and return its lines.

    Args:
        path: The file.
        piece: Which one.
        encoding: As in the scan.
        newline: As in the scan.
        plan: As in the scan.
        heard: Told of each record, header first.
        kept: Gets what becomes of each line that is not simply loaded, by its number, and why.
    """
    with path.open("rb") as file:
        file.seek(piece.offset)
        raw = file.read(piece.end - piece.offset)
    lines = make_lines(raw, piece.first, encoding, newline)
    if plan is not None:
        parser = Parser(plan, CountingBook(kept), heard)
        parser.header = list(piece.header)
        parser.push(lines)
        parser.finish()
    return lines


def _batches(path: Path, name: str, newline: str) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines in the portions in which the loader reads them, each with where it begins."""
    end = b"\r" if newline == CR else b"\n"
    with path.open("rb") as file:
        offset = mark_length(file.read(4))
        file.seek(offset)
        rest: list[bytes] = []
        while chunk := file.read(CHUNK_BYTES):
            cut = chunk.rfind(end, 0, len(chunk) - 1 if newline == CR else len(chunk)) + 1
            if cut == 0:
                rest.append(chunk)
                if sum(map(len, rest)) > MAX_LINE_BYTES:
                    raise FileTooLargeError(name, _("has a line that no table has."))
                continue
            raw = b"".join([*rest, chunk[:cut]])
            rest = [chunk[cut:]]
            yield offset, raw
            offset += len(raw)
        if last := b"".join(rest):
            yield offset, last


def _count(raw: bytes, newline: str) -> int:
    """Return how many lines the bytes have; the last one may lack its end."""
    if newline == CR:
        count = raw.count(b"\r")
        return count + (0 if raw.endswith((b"\r", b"\r\n")) else 1)
    return raw.count(b"\n") + (0 if raw.endswith(b"\n") else 1)
