"""Which marks may separate the cells of a text: the usual ones, and several characters together.

Used by the sniffer. Says what is worth trying, not what is right.
"""

import re
from collections import Counter
from collections.abc import Sequence

PRIOR = {
    ",": 1.0, ";": 1.0, "\t": 1.0, "|": 0.96, ":": 0.55, " ": 0.5, "^": 0.8, "~": 0.8,
    "\x01": 1.0, "\x1e": 1.0, "\x1f": 1.0, "§": 0.9, "¦": 0.9, "#": 0.5, "&": 0.5, "*": 0.5, "!": 0.4, "/": 0.15,
}  # fmt: skip
"""Delimiters, with how much they are one."""
COMMON = 0.9
_LONG = 0.91
_LONGER = 0.1
"""How much more than one of its characters several of them are a delimiter."""
_FIXED = 0.7
_RARE = 0.4
"""A mark another engine names that no one uses."""
_LENGTHS = (4, 3, 2)
_LINES = 200
_CHARS = 4_000
_MOST = 4
_LINES_SHARE = 0.5
_TOGETHER = 0.95
"""Such a share of its characters stands in a delimiter of several, or it is none."""
_PARTS = "|~^;,:\t§¦#*"
"""Characters a long mark is made of, if it is one of them repeated or the same read backwards."""
_KNOWN = ("=>", "->", "<>", "~|", "|~", "|^", "<=>", "<->")
_LITERAL_TAB = "\\t"
_RUN = re.compile(r"[|~^;,:\t§¦#*<>=\- ]{2,}|\\t")
"""Where marks stand together; longer ones than `_LONGEST` are lines drawn with them."""
_LONGEST = 12


def prior_of(delimiter: str, *, fixed: bool = False) -> float:
    """Return how much a mark is a delimiter, before any text was seen (0..1)."""
    if fixed:
        return _FIXED
    if len(delimiter) == 1:
        return PRIOR.get(delimiter, _RARE)
    bare = delimiter.strip(" ") or delimiter
    known = 1.0 if bare in (*_KNOWN, _LITERAL_TAB) else max(PRIOR.get(char, _RARE) for char in bare)
    return min(_LONG, known + _LONGER)


def long_delimiters(texts: Sequence[str]) -> list[str]:
    """Return the marks of two to four characters that most lines have, hardly ever in parts; longest first."""
    lines = [text[:_CHARS] for text in texts[:_LINES] if text.strip()]
    if len(lines) < 2:
        return []
    found: list[str] = []
    for mark in _candidates(lines):
        if any(mark in longer for longer in found):
            continue
        if sum(mark in line for line in lines) >= _LINES_SHARE * len(lines) and _stands_together(lines, mark):
            found.append(mark)
    return found[:_MOST]


def _candidates(lines: Sequence[str]) -> list[str]:
    """Return what might be one, from the first lines; longer ones first, frequent ones first."""
    counts: Counter[str] = Counter()
    for line in lines[:20]:
        for run in _RUN.findall(line):
            pieces = (run[at : at + n] for n in _LENGTHS for at in range(min(len(run), _LONGEST) - n + 1))
            counts.update(piece for piece in pieces if _may_be_mark(piece))
    likely = [mark for mark, _ in counts.most_common(60)]
    return sorted(likely, key=lambda mark: (-len(mark), -counts[mark]))


def _may_be_mark(piece: str) -> bool:
    if piece == _LITERAL_TAB:
        return True
    bare = piece.strip(" ")
    if piece != bare and not (piece[0] == piece[-1] == " " and len(bare) <= 2):
        return False
    return bare in _KNOWN or (bool(bare) and bare == bare[::-1] and all(char in _PARTS for char in bare))


def _stands_together(lines: Sequence[str], mark: str) -> bool:
    """Tell whether its characters hardly stand alone: those of "||" do where "|" is the delimiter."""
    whole = sum(line.count(mark) for line in lines)
    for char in set(mark.strip(" ")):
        alone = sum(line.count(char) for line in lines)
        if mark != _LITERAL_TAB and whole * mark.count(char) < _TOGETHER * alone:
            return False
    return True
