r"""A text file as physical lines, in batches of bounded size, with the bytes of each line still to be had.

Used by the exact parser and the sampler. A line ends at `\n` or `\r\n`; in a file without any `\n` at `\r`. Where
cells begin is not known here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysis.readings.encodings import decode, encode, mark_length
from core.errors import FileTooLargeError
from core.i18n import _

CHUNK_BYTES = 1 << 20
MAX_LINE_BYTES = 128 << 20
"""A longer line is no line of a table; it also bounds the memory."""

LF, CRLF, CR, MIXED = "lf", "crlf", "cr", "mixed"
_RETURNS = re.compile("\r\n|\r")


@dataclass(slots=True)
class Lines:
    """Consecutive lines without their ends.

    Attributes:
        first: Number of the first line, from 1.
        texts: The decoded lines.
        ends: For each line, what ended it; "" for a last line without an end.
        damaged: Raw bytes, by index, of lines that hold bytes without a meaning.
        encoding: Gives the raw bytes of all other lines.
        odd: Whether a NUL or a carriage return stands within some line.
        corrected: Raw bytes, by index, of lines whose text a person set right.
    """

    first: int
    texts: list[str]
    ends: list[str]
    encoding: str
    damaged: dict[int, bytes] = field(default_factory=dict)
    odd: bool = False
    corrected: dict[int, bytes] = field(default_factory=dict)

    @property
    def special(self) -> bool:
        """Whether some line needs a closer look whatever the dialect."""
        return bool(self.odd or self.damaged or self.corrected)

    def raw(self, index: int) -> bytes:
        """Return the bytes of one line as they are in the file, without the line's end."""
        known = self.corrected.get(index, self.damaged.get(index))
        return known if known is not None else encode(self.texts[index], self.encoding)

    def tail(self, at: int) -> "Lines":
        """Return the lines from an index on."""
        damaged, corrected = (
            {i - at: raw for i, raw in kept.items() if i >= at} for kept in (self.damaged, self.corrected)
        )
        texts, ends = self.texts[at:], self.ends[at:]
        return Lines(self.first + at, texts, ends, self.encoding, damaged, self.odd, corrected)

    def joined(self, following: "Lines") -> "Lines":
        """Return these lines and those that follow them."""
        shift = len(self.texts)
        damaged, corrected = (
            {**mine, **{i + shift: raw for i, raw in theirs.items()}}
            for mine, theirs in ((self.damaged, following.damaged), (self.corrected, following.corrected))
        )
        texts, ends = self.texts + following.texts, self.ends + following.ends
        odd = self.odd or following.odd
        return Lines(self.first, texts, ends, following.encoding, damaged, odd, corrected)


def newline_kinds(sample: bytes) -> list[str]:
    """Return how the lines of a sample may end, the likeliest first: lf, crlf, cr or mixed.

    Two kinds come back when line feeds and carriage returns both stand alone: either may be the line's end, and
    the other a part of cells.
    """
    pairs = sample.count(b"\r\n")
    feeds = sample.count(b"\n") - pairs
    returns = sample.count(b"\r") - pairs
    if pairs + feeds == 0:
        return [CR if returns else LF]
    returns -= sample.endswith(b"\r")  # it may be half of a pair
    usual = LF if pairs == 0 else MIXED if feeds else CRLF
    return [usual, CR] if returns and feeds else [usual]


def read_lines(
    path: Path, name: str, encoding: str, newline: str, *, report: Callable[[int], None] | None = None
) -> Iterator[Lines]:
    """Yield the lines of a file, front to back.

    Args:
        path: The file; its byte order mark is left out.
        name: What it is called in messages.
        encoding: utf-8 or windows-1252.
        newline: As `newline_kind` says.
        report: Called with the number of bytes read so far.

    Raises:
        FileTooLargeError: a line is longer than `MAX_LINE_BYTES`.
    """
    end = b"\r" if newline == CR else b"\n"
    first, done, rest = 1, 0, [b""]
    with path.open("rb") as file:
        file.seek(mark_length(file.read(4)))
        while chunk := file.read(CHUNK_BYTES):
            done += len(chunk)
            if report:
                report(done)
            # In a CR file the last byte may be half of a pair, which must not be torn.
            cut = chunk.rfind(end, 0, len(chunk) - 1 if newline == CR else len(chunk)) + 1
            if cut == 0:
                rest.append(chunk)
                _check_length(sum(map(len, rest)), name)
                continue
            batch = make_lines(b"".join(rest) + chunk[:cut], first, encoding, newline)
            rest = [chunk[cut:]]
            first += len(batch.texts)
            yield batch
    if last := b"".join(rest):
        yield make_lines(last, first, encoding, newline)


def make_lines(raw: bytes, first: int, encoding: str, newline: str) -> Lines:
    """Split bytes that begin at a line's begin; the last line may lack its end."""
    text, whole = decode(raw, encoding)
    texts, ends = _split_returns(text) if newline == CR else _split(text)
    inner = text.count("\n") - ends.count("\r\n") if newline == CR else text.count("\r") - ends.count("\r\n")
    lines = Lines(first, texts, ends, encoding, odd="\0" in text or inner > 0)
    if not whole:
        _note_damage(lines, raw, newline)
    return lines


def _split(text: str) -> tuple[list[str], list[str]]:
    texts = text.split("\n")
    unended = texts.pop()
    ends = ["\n"] * len(texts)
    if "\r" in text:
        for i, line in enumerate(texts):
            if line.endswith("\r"):
                texts[i], ends[i] = line[:-1], "\r\n"
    if unended:
        texts.append(unended)
        ends.append("")
    return texts, ends


def _split_returns(text: str) -> tuple[list[str], list[str]]:
    ends = _RETURNS.findall(text)
    texts = _RETURNS.split(text)
    if texts[-1]:
        ends.append("")
    else:
        texts.pop()
    return texts, ends


def _note_damage(lines: Lines, raw: bytes, newline: str) -> None:
    """Keep the bytes of the lines that could not be decoded as they are."""
    pieces = re.split(rb"\r\n|\r", raw) if newline == CR else raw.split(b"\n")
    for i, (text, piece) in enumerate(zip(lines.texts, pieces, strict=False)):
        line = piece[:-1] if lines.ends[i] == "\r\n" and newline != CR else piece
        if encode(text, lines.encoding) != line:
            lines.damaged[i] = line


def _check_length(size_bytes: int, name: str) -> None:
    if size_bytes > MAX_LINE_BYTES:
        raise FileTooLargeError(
            name,
            _("has a line of more than {limit} MiB, which no table has.").format(limit=MAX_LINE_BYTES >> 20),
            hint=_("Check that it is a text file with line ends; split it if it is."),
        )
