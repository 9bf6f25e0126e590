"""A text file as its reader sees it: any of its lines with what becomes of it, any of its records with its lines.

Used by the Import page, which shows both halves of it. The lines go through the parser that loads them, so what is
coloured is what is loaded. A scan in the background notes every so often where the parser stands between two
records; from there any place is read again in a moment, and nothing of a huge file is kept. The table's types are
not known here.
"""

import threading
from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.readings.encodings import DIRECT, UTF8, transcode
from analysis.readings.lines import Lines
from analysis.readings.raw_scan import LOADED, UNKNOWN, Piece, read_piece, scan
from analysis.readings.sample import take_sample
from analysis.readings.spans import Span, locate
from analysis.readings.understand import Understanding, understand_reading
from core.i18n import N_
from core.ids import new_id
from core.paths import translate_os_error
from core.progress import PartOfProgress, Progress
from core.types import Ledger, LineAction, Reading

LINE_CHARACTERS: Final = 2_000
"""Of a longer line only the beginning is shown."""
_KEPT_PIECES: Final = 12


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line as it stands in the file.

    Attributes:
        number: From 1.
        text: Its beginning, at most `LINE_CHARACTERS`.
        end: What ends it; "" for a last line without an end.
        action: What becomes of it: "loaded" or the value of a `LineAction`; "" while nobody knows.
        reason: Why, where it is not simply loaded, in English.
        spans: Where cells stand in `text`.
        cut: Whether the line goes on.
    """

    number: int
    text: str
    end: str
    action: str = UNKNOWN
    reason: str = ""
    spans: tuple[Span, ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record of the table: its number from 1, where its lines are, and its cells as found."""

    number: int
    line: int
    lines: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawLines:
    """Some lines of a file. `total` is None while they are still counted; `so_far` of them can be shown by now."""

    lines: tuple[RawLine, ...]
    total: int | None
    so_far: int


@dataclass(frozen=True, slots=True)
class RawRecords:
    """Some records of a file, counted as its lines are."""

    records: tuple[RawRecord, ...]
    total: int | None
    so_far: int


@dataclass(frozen=True, slots=True)
class _Heard:
    """A record on its way: its first line, how many it spans, its cells, and whether it is header."""

    line: int
    lines: int
    cells: tuple[str, ...]
    header: bool


@dataclass(frozen=True, slots=True)
class _Opened:
    """A piece read once more: what becomes of its lines, by number, unless loaded; its records by their lines."""

    lines: Lines
    kept: dict[int, tuple[str, str]]
    heard: tuple[_Heard, ...]

    def action(self, number: int) -> tuple[str, str]:
        return self.kept.get(number, (LOADED, ""))

    def record_of(self, number: int) -> _Heard | None:
        """Return the record a line belongs to."""
        at = bisect_right(self.heard, number, key=lambda one: one.line) - 1
        found = self.heard[at] if at >= 0 else None
        return found if found is not None and number < found.line + found.lines else None


class RawFile:
    """One file under one reading. One thread runs `scan`; any thread may ask, at any time.

    Args:
        path: The file; only read.
        reading: How it is read; without one there are lines and nothing more.
        name: What it is called in messages.
        folder: For a copy in UTF-8 of a file in one of the rarer encodings; `close` removes it.
        held: Closed by `close`, such as the unpacked copy this file is.
    """

    def __init__(
        self, path: Path, reading: Reading | None, *, name: str, folder: Path, held: ExitStack | None = None
    ) -> None:
        sample = take_sample(path, name, encoding=reading.encoding if reading else None)
        self._understanding = understand_reading(sample, reading) if reading else None
        self._newline = (reading.newline if reading else None) or sample.newlines[0]
        self._name, self._source, self._folder = name, path, folder
        self._encoding = sample.encoding
        self._path: Path | None = path if sample.encoding in DIRECT else None
        self._head = None if self._path else sample.head(self._newline)
        self._pieces: list[Piece] = []
        self._complete = False
        self._moved = threading.Condition()
        self._opened: OrderedDict[int, _Opened] = OrderedDict()
        self._held = held or ExitStack()

    @property
    def understanding(self) -> Understanding | None:
        """What the reading makes of the file; None without one."""
        return self._understanding

    @property
    def complete(self) -> bool:
        """Whether the scan has come to the end."""
        return self._complete

    def scan(self, progress: Progress) -> None:
        """Go through the file; to be called once, by a thread of its own.

        Raises:
            SourceError: the bytes have no meaning in this encoding, or a line is longer than any of a table.
            CancelledError: `progress` said so.
        """
        path, rest = self._path or self._copied(PartOfProgress(progress, 0.0, 0.3)), progress
        if path != self._source:
            self._path, rest = path, PartOfProgress(progress, 0.3, 1.0)
        plan = self._understanding.plan if self._understanding else None
        for piece in scan(path, self._name, self._read_as, self._newline, plan, rest):
            with self._moved:
                self._pieces.append(piece)
                self._moved.notify_all()
        with self._moved:
            self._complete = True
            self._moved.notify_all()

    def close(self) -> None:
        """Remove the copy, if there is one, and let go of what was held for it."""
        if self._path is not None and self._path != self._source:
            self._path.unlink(missing_ok=True)
        self._held.close()

    # ---- counts -------------------------------------------------------------------------------------------

    def wait_for(self, lines: int, timeout_s: float) -> None:
        """Wait until so many lines can be shown, or all there are, but not longer than so many seconds."""
        with self._moved:
            self._moved.wait_for(lambda: self._complete or self._so_far() >= lines, timeout_s)

    def wait_for_records(self, records: int, timeout_s: float) -> None:
        """Wait for records as `wait_for` does for lines."""

        def there() -> bool:
            last = self._pieces[-1] if self._pieces else None
            return self._complete or (last is not None and last.rows + last.records.total() >= records)

        with self._moved:
            self._moved.wait_for(there, timeout_s)

    def ledger(self) -> tuple[Ledger, bool]:
        """Return what becomes of the lines read so far, and whether that is the whole file."""
        counts: Counter[str] = Counter()
        pieces = list(self._pieces)
        for piece in pieces:
            counts += piece.lines
        whole = self._complete and not counts[UNKNOWN]
        del counts[UNKNOWN]
        parts = {action.value: counts[action.value] for action in LineAction}
        return Ledger("line", counts.total(), counts[LOADED], **parts), whole

    def _so_far(self) -> int:
        last = self._pieces[-1] if self._pieces else None
        return last.first - 1 + last.lines.total() if last else 0

    # ---- lines --------------------------------------------------------------------------------------------

    def lines(self, first: int, count: int, *, action: str | None = None) -> RawLines:
        """Return lines, from the `first`-th (from 0); with `action` only those that become that."""
        if not self._pieces and self._head is not None:
            return self._head_lines(self._head, first, count)
        pieces, complete = list(self._pieces), self._complete
        wanted = (lambda piece: piece.lines.total()) if action is None else (lambda piece: piece.lines[action])
        found = [
            self._line(self._open(index), number)
            for index, start, end in _parts(map(wanted, pieces), first, first + count)
            for number in self._numbers(index, pieces[index], start, end, action)
        ]
        so_far = sum(map(wanted, pieces))
        return RawLines(tuple(found), so_far if complete else None, so_far)

    def _numbers(self, index: int, piece: Piece, start: int, end: int, action: str | None) -> Iterable[int]:
        """Return the numbers of some lines of a piece, counted within those that become what is wanted."""
        if action is None:
            return range(piece.first + start, piece.first + end)
        opened = self._open(index)
        if action != LOADED:
            return sorted(number for number, (done, _) in opened.kept.items() if done == action)[start:end]
        numbers = range(piece.first, piece.first + len(opened.lines.texts))
        return [number for number in numbers if number not in opened.kept][start:end]

    def _head_lines(self, head: Lines, first: int, count: int) -> RawLines:
        shown = range(first, min(first + count, len(head.texts)))
        lines = tuple(_raw_line(head, i, UNKNOWN, "", ()) for i in shown)
        return RawLines(lines, None, len(head.texts))

    def _line(self, opened: _Opened, number: int) -> RawLine:
        lines = opened.lines
        if self._understanding is None:
            return _raw_line(lines, number - lines.first, UNKNOWN, "", ())
        action, reason = opened.action(number)
        record = opened.record_of(number)
        spans = self._spans(lines, record, number) if record else ()
        return _raw_line(lines, number - lines.first, action, reason, spans)

    def _spans(self, lines: Lines, record: _Heard, number: int) -> tuple[Span, ...]:
        """Return where cells of a record stand in one of its lines."""
        if self._understanding is None:
            return ()
        at = record.line - lines.first
        texts = [lines.texts[i] + lines.ends[i] for i in range(at, at + record.lines)]
        begin = sum(map(len, texts[: number - record.line]))
        length = len(lines.texts[number - lines.first])
        whole = "".join(texts)[: sum(map(len, texts)) - len(lines.ends[at + record.lines - 1])]
        return tuple(
            Span(max(span.start - begin, 0), min(span.end - begin, length), span.column)
            for span in locate(whole, record.cells, self._understanding.plan.dialect)
            if span.start - begin <= length and span.end - begin >= 0 and (span.end > begin or record.lines == 1)
        )

    # ---- records ------------------------------------------------------------------------------------------

    def records(self, first: int, count: int, *, action: str | None = None) -> RawRecords:
        """Return records, from the `first`-th (from 0); with `action` those whose lines become that."""
        pieces = [piece for piece in list(self._pieces) if piece.known]
        complete = self._complete
        wanted = (lambda piece: piece.records.total()) if action is None else (lambda piece: piece.records[action])
        found = [
            record
            for index, start, end in _parts(map(wanted, pieces), first, first + count)
            for record in self._records_of(index, pieces[index], action)[start:end]
        ]
        so_far = sum(map(wanted, pieces))
        return RawRecords(tuple(found), so_far if complete else None, so_far)

    def records_at(self, lines: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Return the cells of the records that begin in these lines, by line; of header lines, too."""
        found = {}
        for line in lines:
            index = bisect_right(self._pieces, line, key=lambda piece: piece.first) - 1
            record = self._open(index).record_of(line) if index >= 0 else None
            if record is not None and record.line == line:
                found[line] = record.cells
        return found

    def _records_of(self, index: int, piece: Piece, action: str | None) -> list[RawRecord]:
        opened = self._open(index)
        body = [one for one in opened.heard if not one.header]
        return [
            RawRecord(number, one.line, one.lines, one.cells)
            for number, one in enumerate(body, piece.rows + 1)
            if action is None or opened.action(one.line)[0] == action
        ]

    # ---- pieces -------------------------------------------------------------------------------------------

    def _open(self, index: int) -> _Opened:
        """Return a piece read once more, or as it was read a moment ago."""
        with self._moved:
            known = self._opened.get(index)
            if known is not None:
                self._opened.move_to_end(index)
                return known
            piece = self._pieces[index]
        plan = self._understanding.plan if self._understanding else None
        heard: list[_Heard] = []
        header = plan.header_rows - len(piece.header) if plan else 0

        def hear(line: int, lines: int, cells: list[str]) -> None:
            heard.append(_Heard(line, lines, tuple(cells), len(heard) < header))

        kept: dict[int, tuple[str, str]] = {}
        path = self._path or self._source
        lines = read_piece(path, piece, self._read_as, self._newline, plan, hear, kept)
        opened = _Opened(lines, kept, tuple(heard))
        with self._moved:
            self._opened[index] = opened
            while len(self._opened) > _KEPT_PIECES:
                self._opened.popitem(last=False)
        return opened

    @property
    def _read_as(self) -> str:
        return self._encoding if self._encoding in DIRECT else UTF8

    def _copied(self, progress: Progress) -> Path:
        """Write the file once more in UTF-8, and return where."""
        copy = self._folder / f"utf8-{new_id()}.txt"
        size_bytes = max(self._source.stat().st_size, 1)

        def report(done: int) -> None:
            progress.report(min(done / size_bytes, 1.0), N_("Converting the characters"))

        try:
            transcode(self._source, self._name, self._encoding, copy, report)
        except OSError as error:
            copy.unlink(missing_ok=True)
            raise translate_os_error(error, copy) from error
        except BaseException:
            copy.unlink(missing_ok=True)
            raise
        return copy


def _raw_line(lines: Lines, index: int, action: str, reason: str, spans: tuple[Span, ...]) -> RawLine:
    text = lines.texts[index]
    cut = len(text) > LINE_CHARACTERS
    if cut:
        text = text[:LINE_CHARACTERS]
        spans = tuple(
            Span(one.start, min(one.end, LINE_CHARACTERS), one.column)
            for one in spans
            if one.start < LINE_CHARACTERS
        )
    return RawLine(lines.first + index, text, lines.ends[index], action, reason, spans, cut)


def _parts(counts: Iterable[int], first: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield where the `first`-th to before the `end`-th thing lie: index of the piece, from, to before."""
    before = 0
    for index, count in enumerate(counts):
        if before >= end:
            return
        if before + count > first:
            yield index, max(first - before, 0), min(end - before, count)
        before += count
