"""Which of the old one-byte encodings bytes beyond ASCII are in, by the words they would make.

Used where bytes are no UTF-8. Statistics need more text than a table of names has; but a capital letter within a
small word, a sign within a word, or a control character hardly ever stand in a table, and under a wrong encoding
nearly all words have one.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

USUAL: Final = "windows-1252"
OTHERS: Final = ("mac-roman", "cp850", "cp1250", "iso8859-2", "iso8859-15", "cp1251")
"""Encodings that tables of today are still found in; the likelier first among those that fit equally well."""
CLEARLY: Final = 0.3
"""By how much more of the words an encoding must explain to be a likelier one."""
_WORD = re.compile(
    r"[^\s\x00-\x26\x28-\x2c\x2e-\x40\x5b-\x60\x7b-\x7f]*[^\x00-\x7f\s]+[^\s\x00-\x26\x28-\x2c\x2e-\x40\x5b-\x60\x7b-\x7f]*"
)
_ALONE = frozenset("€£¥§°«»„“”‚‘’‹›–—…·•±×µ²³½¼¾®©™ªº¿¡†‰№\u00a0\u00ad")
"""Signs that stand before, after, or between words."""
_WITHIN = frozenset("’‘·–\u00ad")
_LETTERS, _WORDS = 3, 3
"""So many letters are a word, and so many different words say something."""
_BYTES = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_RUBBISH = tuple(bytes([code]) for code in range(32) if code not in b"\t\n\r\x1c\x1d\x1e\x1f\x01")
_IN_A_ROW = 5
"""So many letters beyond ASCII together make no word of a Latin script."""
_RARE = frozenset("ÐðÞþÝýŸÿƒ¤¦")
"""Letters and signs of few tables; half a word's worth of doubt."""


def likeliest(raw: bytes, encodings: Sequence[str]) -> list[tuple[float, str]]:
    """Return the encodings with the share of the words each makes sense of, best first; equals keep their order.

    Args:
        raw: Lines with bytes beyond ASCII.
        encodings: Python's names.
    """
    found = []
    for encoding in encodings:
        try:
            found.append((_sense(raw.decode(_PYTHONS.get(encoding, encoding))), encoding))
        except UnicodeDecodeError:
            found.append((0.0, encoding))
    return sorted(found, key=lambda one: -one[0])


_PYTHONS = {USUAL: "cp1252"}


def _sense(text: str) -> float:
    """Return the share of the words with letters or signs beyond ASCII that look like words."""
    words = {word for word in _WORD.findall(text) if sum(map(str.isalpha, word)) >= _LETTERS}
    return sum(map(_looks_right, words)) / len(words) if words else 0.0


def says_enough(raw: bytes) -> bool:
    """Tell whether lines hold enough words with bytes beyond ASCII to tell an encoding by, and no rubbish."""
    if any(control in raw for control in _RUBBISH):
        return False
    return len({word for word in _BYTES.findall(raw) if len(word) >= _LETTERS}) >= _WORDS


def _looks_right(word: str) -> float:
    """Return 1 for what looks like a word, or like a sign beside one; 0 for what does not."""
    inner = word.strip("".join(_ALONE) + "'-")
    letters = [char for char in inner if char.isalpha()]
    odd = [char for char in inner if not char.isalpha() and char not in "'-" and char not in _WITHIN]
    if odd or any(unicodedata.category(char) in ("Cc", "Co", "Cn") for char in word):
        return 0.0
    if not letters:
        return 1.0
    if not _is_cased(inner) or len({_script_of(char) for char in letters}) > 1:
        return 0.0
    if _script_of(letters[0]) == "LATIN" and re.search(rf"[^\x00-\x7f]{{{_IN_A_ROW}}}", inner):
        return 0.0
    return 0.5 if any(char in _RARE for char in inner) else 1.0


def _is_cased(word: str) -> bool:
    """Tell whether capitals stand where they do in words: nowhere, everywhere, or at the begin of a part."""
    parts = [part for part in re.split(r"['’‘·–-]", word) if part]
    return all(part.islower() or part.isupper() or part[1:].islower() or len(part) == 1 for part in parts)


def _script_of(char: str) -> str:
    return unicodedata.name(char, "?").partition(" ")[0]
