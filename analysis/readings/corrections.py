"""Lines of a text file, or records of another, set right by hand, put in their place while the file is read.

Used by the readers and by whoever makes a correction. A correction is found by the bytes of its line; where
the same bytes stand in several lines, by the line's number. What is not found is told, never skipped unseen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from blake3 import blake3

from analysis.readings.lines import Lines
from core.i18n import N_
from core.types import Correction, Flag

__all__ = ["Correction", "Located", "correct", "correction_of", "digest_of", "locate", "locate_among"]


def digest_of(raw: bytes) -> str:
    """Return by what a line is found again: the BLAKE3 hex digest of its bytes, without its end."""
    return blake3(raw).hexdigest()


def correction_of(line: int, raw: bytes, text: str, *, was: str) -> Correction:
    """Return the correction of one line.

    Args:
        line: Its number, from 1.
        raw: Its bytes, as the ledger keeps them.
        text: What it shall say.
        was: What it says, decoded.

    Raises:
        ValueError: the text is more than one line.
    """
    return Correction(line, digest_of(raw), text, was)


@dataclass(frozen=True, slots=True)
class Located:
    """Corrections and the lines of a file.

    Attributes:
        found: By the line each belongs to in this file; `line` of each is that line.
        moved: Those of them that stood in another line before, as they were given.
        lost: Those whose line is not there any more, or stands there several times, none of them in its place.
    """

    found: Mapping[int, Correction]
    moved: tuple[Correction, ...] = ()
    lost: tuple[Correction, ...] = ()


NOTHING = Located({})


def locate(batches: Iterable[Lines], corrections: Sequence[Correction]) -> Located:
    """Find the lines of corrections in a file, whose lines come batch by batch; reads only as far as it must."""
    lines = ((batch.first + at, batch.raw(at)) for batch in batches for at in range(len(batch.texts)))
    return locate_among(lines, corrections)


def locate_among(lines: Iterable[tuple[int, bytes]], corrections: Sequence[Correction]) -> Located:
    """Find the lines (or records) of corrections among those of a file, each with its number and its bytes."""
    if not corrections:
        return NOTHING
    waiting = {(one.line, one.digest): one for one in corrections}
    wanted = {one.digest for one in corrections}
    found: dict[int, Correction] = {}
    elsewhere: dict[str, list[int]] = {}
    for number, raw in lines:
        digest = digest_of(raw)
        if digest not in wanted:
            continue
        exact = waiting.pop((number, digest), None)
        if exact is not None:
            found[number] = exact
            if not waiting:
                break
        else:
            elsewhere.setdefault(digest, []).append(number)
    moved, lost = [], []
    for one in waiting.values():
        places = [line for line in elsewhere.get(one.digest, ()) if line not in found]
        alike = sum(other.digest == one.digest for other in waiting.values())
        if len(places) == 1 and alike == 1:
            found[places[0]] = replace(one, line=places[0])
            moved.append(one)
        else:
            lost.append(one)
    return Located(found, tuple(moved), tuple(lost))


def correct(batch: Lines, found: Mapping[int, Correction]) -> Lines:
    """Put corrections in their place, within the batch; the bytes that stood there stay with their lines."""
    for number, one in found.items():
        index = number - batch.first
        if 0 <= index < len(batch.texts) and digest_of(batch.raw(index)) == one.digest:
            raw = batch.raw(index)
            batch.damaged.pop(index, None)
            batch.texts[index], batch.corrected[index] = one.text, raw
    return batch


LOST: Final = "not_found"
"""Action of a flag about a correction that was not applied."""
_LOST: Final = N_("The line that was set right by hand is not there any more; nothing was changed.")


def lost_flag(one: Correction) -> Flag:
    """Return what is told of a correction whose line is not there."""
    return Flag("correction_lost", LOST, _LOST, one.line)
