"""Which characters the bytes stand for, and what is done with bytes that stand for none.

Used by the text readers. `utf-8` and `windows-1252` are decoded line by line; any other encoding is first
rewritten as UTF-8 (`transcode`), so that a line always ends at a byte that ends a line.
"""

import codecs
import re
from collections.abc import Callable
from pathlib import Path

from analysis.readings.foreign import CLEARLY, OTHERS, likeliest, says_enough
from core.errors import DamagedFileError
from core.i18n import _, number

UTF8 = "utf-8"
WINDOWS = "windows-1252"
DIRECT = (UTF8, WINDOWS)
"""Encodings in which a line feed byte is always a line feed."""

_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# The five bytes windows-1252 leaves open are control characters in practice (WHATWG); so no byte is ever lost.
_WINDOWS_TABLE = "".join(
    bytes([code]).decode("cp1252") if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(code)
    for code in range(256)
)
_WINDOWS_MAP = {ord(char): code for code, char in enumerate(_WINDOWS_TABLE)}

_ENOUGH_FOREIGN = 24
"""Fewer bytes above ASCII than this say nothing about the language."""
_TRUSTED = re.compile(
    r"shift_jis|cp932|big5|gb18030|gbk|gb2312|euc_|cp949|cp125[13]|koi8|iso8859_[57]|cp866|johab"
)
"""Encodings the statistical guess is believed for; between the western ones it wavers, and windows-1252 is
by far the most common."""
_SENSIBLE = 0.9
"""Where so many words make sense, there is no other way to read them worth showing."""
_LESS_LIKELY = 0.7
_SHOWN = 2
_CHUNK = 1 << 20


def mark_length(head: bytes) -> int:
    """Return how many bytes of byte order mark the file begins with."""
    return next((len(mark) for mark, _ in _MARKS if head.startswith(mark)), 0)


def detect(head: bytes, probes: tuple[bytes, ...] = ()) -> str:
    """Return the encoding of a file from samples of it.

    Args:
        head: The first bytes.
        probes: Pieces from further inside; they may begin and end within a character.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    wide = _without_mark(head)
    if wide:
        return wide
    if all(_is_utf8(piece) for piece in (head, *probes)):
        return UTF8
    if _mostly_utf8(head):
        return UTF8
    return _foreign(b"\n".join((head, *probes)))


def other_encodings(raw: bytes, chosen: str) -> list[tuple[str, float]]:
    """Return other encodings some lines make sense in, each with how much beside the chosen one (1: as much).

    Args:
        raw: Lines with bytes beyond ASCII.
        chosen: How they are read.
    """
    if not raw or chosen not in (UTF8, WINDOWS, *OTHERS) or (chosen == UTF8 and decodes(raw, UTF8)):
        return []
    if chosen != WINDOWS:  # some bytes are no UTF-8, or the words spoke for an unusual encoding
        return [(WINDOWS, _LESS_LIKELY)]
    if not says_enough(raw):
        return []
    ranked = likeliest(raw, (WINDOWS, *OTHERS))
    share = next(share for share, encoding in ranked if encoding == WINDOWS)
    if share >= _SENSIBLE:
        return []
    return [(encoding, other) for other, encoding in ranked if encoding != WINDOWS and other > share][:_SHOWN]


def decode(raw: bytes, encoding: str) -> tuple[str, bool]:
    """Return the text of a line, and whether every byte had a meaning.

    Bytes that are no UTF-8 are read as windows-1252, which is what they are nearly always.
    """
    if encoding == WINDOWS:
        return codecs.charmap_decode(raw, "strict", _WINDOWS_TABLE)[0], True
    try:
        return raw.decode(UTF8), True
    except UnicodeDecodeError:
        text = raw.decode(UTF8, "surrogateescape")
        return _SURROGATE.sub(lambda found: _WINDOWS_TABLE[ord(found[0]) - 0xDC00], text), False


_SURROGATE = re.compile("[\udc80-\udcff]")


def encode(text: str, encoding: str) -> bytes:
    """Return the bytes a decoded line had in its file."""
    if encoding == WINDOWS:
        return codecs.charmap_encode(text, "strict", _WINDOWS_MAP)[0]
    return text.encode(encoding, "surrogatepass")


def transcode(path: Path, name: str, encoding: str, target: Path, report: Callable[[int], None]) -> None:
    """Rewrite a file as UTF-8, in pieces.

    Args:
        path: The file.
        name: What it is called in messages.
        encoding: What its bytes are.
        target: Written anew.
        report: Called with the number of bytes read so far.

    Raises:
        DamagedFileError: some bytes have no meaning in this encoding.
    """
    decode_piece = _piece_decoder(encoding)
    done = 0
    with path.open("rb") as source, target.open("wb") as out:
        source.seek(mark_length(source.read(4)))
        while True:
            chunk = source.read(_CHUNK)
            try:
                out.write(decode_piece(chunk).encode(UTF8))
            except UnicodeError as error:
                raise DamagedFileError(
                    name,
                    _("looks like {encoding}, but near byte {done} it is not ({reason}).").format(
                        encoding=encoding, done=number(done), reason=_reason(error)
                    ),
                ) from error
            done += len(chunk)
            report(done)
            if not chunk:
                return


def _piece_decoder(encoding: str) -> Callable[[bytes], str]:
    """Return a function for one piece after the other; an empty one ends the text."""
    if encoding == WINDOWS:
        return lambda piece: decode(piece, WINDOWS)[0]
    decoder = codecs.getincrementaldecoder(encoding)()
    return lambda piece: decoder.decode(piece, final=not piece)


def decodes(sample: bytes, encoding: str) -> bool:
    """Tell whether the sample has a meaning in this encoding, but for a character cut at its end."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except (UnicodeError, LookupError):
        return False
    return True


def _reason(error: UnicodeError) -> str:
    return error.reason if isinstance(error, UnicodeDecodeError) else str(error)


def _is_utf8(piece: bytes) -> bool:
    start = 0
    while start < min(4, len(piece)) and piece[start] & 0xC0 == 0x80:
        start += 1
    return decodes(piece[start:], UTF8)


def _mostly_utf8(head: bytes) -> bool:
    """Tell whether well-formed characters of several bytes clearly outnumber the bytes that fit nowhere."""
    text = head.decode(UTF8, "surrogateescape")
    strange = len(_SURROGATE.findall(text))
    good = sum(1 for char in text if char >= "\x80") - strange
    return good > 4 * strange


def _without_mark(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every second byte of western text is zero."""
    sample = head[: len(head) // 2 * 2][:4096]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    for zeros, others, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.6 * half and others < 0.1 * half and decodes(sample, name):
            return name
    return None


def _foreign(sample: bytes) -> str:
    strange = sum(1 for byte in sample if byte >= 0x80)
    if strange < _ENOUGH_FOREIGN:
        return _by_words(sample)
    from charset_normalizer import from_bytes

    lines = [line for line in sample[: 1 << 18].splitlines() if not line.isascii()]
    best = from_bytes(b"\n".join(lines)[: 1 << 15]).best()
    name = best.encoding if best is not None else ""
    if not _TRUSTED.search(name) or not decodes(sample, name):
        return _by_words(sample)
    return codecs.lookup(name).name


def _by_words(sample: bytes) -> str:
    """Return the encoding whose words make sense: the usual one, unless another clearly makes more of it."""
    lines = b"\n".join([line for line in sample[: 1 << 18].splitlines() if not line.isascii()])
    if not says_enough(lines):
        return WINDOWS
    ranked = likeliest(lines[: 1 << 16], (WINDOWS, *OTHERS))
    usual = next(share for share, encoding in ranked if encoding == WINDOWS)
    share, best = ranked[0]
    return best if share >= max(usual + CLEARLY, _SENSIBLE) else WINDOWS
