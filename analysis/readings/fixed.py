"""Columns of fixed width: lines without a delimiter whose cells begin at the same places.

Used by the judge. Finds the places where nearly every line has a blank, and where between two cells the border
lies best: a column may be filled up to the right of its cells or to their left.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MIN_LINES = 3
MAX_LINES = 400
MAX_CHARS = 2_000
"""In a longer line columns are not looked for."""
_EMPTY_SHARE = 0.98
"""A place where so many lines have a blank is no part of a cell; the others run over the border."""
_ALIGNED = 0.9
_FEW_LINES = 20
"""In fewer lines a single blank between two words may stand at the same place by chance."""
_SOME_LINES = 10
"""Of so many lines, one may be out of place."""
_MAX_AROUND = 6
_TRIED_LINES = 60
_ALL_CHARS = 1 << 16


@dataclass(frozen=True, slots=True)
class _Gap:
    """Places from `begin` up to, not including, `end`, where lines have blanks."""

    begin: int
    end: int


def widths_of(texts: Sequence[str]) -> tuple[int, ...]:
    """Return the widths of the columns; empty when there are none to be seen.

    Args:
        texts: The first lines of a file; a few before and after the table do no harm.
    """
    lines = _some(texts)
    if len(lines) < MIN_LINES or any("\t" in line or len(line) > MAX_CHARS for line in lines):
        return ()
    most = min(_MAX_AROUND, len(lines) - MIN_LINES)
    first = lines[:_TRIED_LINES]
    ends = (0, 1) if len(lines) > 2 * MIN_LINES else (0,)
    ways = [(skip, end) for end in ends for skip in range(min(most, len(first) - MIN_LINES - end) + 1)]
    found = {way: _columns(first[way[0] : len(first) - way[1]], first) for way in ways}
    skip, end = max(ways, key=lambda way: len(found[way]))
    return _columns(lines[skip : len(lines) - end], lines) if found[skip, end] else ()


def _some(texts: Sequence[str]) -> list[str]:
    """Return the first lines that are not blank, as many as can be looked at in a moment."""
    lines: list[str] = []
    chars = 0
    for text in texts[:MAX_LINES]:
        chars += len(text)
        if lines and chars > _ALL_CHARS:
            break
        if text.strip():
            lines.append(text)
    return lines


def _columns(lines: Sequence[str], everything: Sequence[str]) -> tuple[int, ...]:
    """Return the widths these lines show; a line before or after them has a say in where a border lies."""
    length = max(map(len, lines))
    gaps = [gap for gap in _gaps(lines, length) if not _is_within_words(lines, everything, gap)]
    if not gaps:
        return ()
    borders = [_border(lines, gap, everything) for gap in gaps]
    starts = [0, *borders]
    return tuple(end - start for start, end in zip(starts, [*borders, length], strict=True))


def _gaps(lines: Sequence[str], length: int) -> list[_Gap]:
    """Return the gaps between columns, without blanks before the first and after the last one."""
    filled = [0] * (length + 1)
    for line in lines:
        for place, char in enumerate(line):
            filled[place] += char != " "
    most = max(int((1 - _EMPTY_SHARE) * len(lines)), int(len(lines) >= _SOME_LINES))
    least = 1 if len(lines) >= _FEW_LINES else 2
    gaps, begin = [], None
    for place in range(length + 1):
        if place < length and filled[place] <= most:
            begin = place if begin is None else begin
        elif begin is not None:
            if begin > 0 and place < length and place - begin >= least:
                gaps.append(_Gap(begin, place))
            begin = None
    return gaps


def _is_within_words(lines: Sequence[str], everything: Sequence[str], gap: _Gap) -> bool:
    """Tell whether a gap is but the blank between two words: some line writes over it, or few reach it."""
    wide = 0.6 * max(map(len, lines))  # a shorter line may be a title, which knows no columns
    narrow = gap.end - gap.begin == 1
    if narrow and any(line[gap.begin : gap.end].strip() for line in everything if len(line) > wide):
        return True
    right = [line for line in lines if line[gap.end : gap.end + 1].strip()]
    touching = sum(bool(line[gap.begin - 1].strip()) for line in right)
    return narrow and touching == len(right) < 0.5 * len(lines)


def _border(lines: Sequence[str], gap: _Gap, everything: Sequence[str]) -> int:
    """Return where the column after a gap begins: leaving room on the side whose cells are ragged."""
    after = [line for line in lines if line[gap.end : gap.end + 1].strip()]
    before = [line for line in lines if line[gap.begin - 1 : gap.begin].strip()]
    if len(after) >= _ALIGNED * len(lines):
        best = gap.end
    elif len(before) >= _ALIGNED * len(lines):
        best = gap.begin + 1
    else:
        best = (gap.begin + gap.end + 1) // 2
    places = range(gap.begin + 1, gap.end + 1)
    return min(places, key=lambda at: (sum(crosses(line, at) for line in everything), abs(at - best)))


def open_borders(texts: Sequence[str], starts: Sequence[int]) -> tuple[int, ...]:
    """Return those of the columns' starts where the lines have room: text that runs over one is out of place."""
    lines = [text for text in texts[:MAX_LINES] if text.strip()]
    most = max((1 - _EMPTY_SHARE) * len(lines), 1)
    return tuple(start for start in starts[1:] if sum(crosses(line, start) for line in lines) <= most)


def crosses(line: str, start: int) -> bool:
    """Tell whether text runs over the border before a place."""
    return len(line) > start and line[start] != " " and line[start - 1] != " "
