"""A candidate from the first records of a file.

Used by the readers of this package: the columns with the types the sample suggests, and the preview.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from analysis.readings.model import PREVIEW_ROWS, Candidate
from analysis.readings.records.kinds import Cell, ColumnFacts, as_text, storable
from analysis.readings.records.staging import Members, describe
from core.i18n import N_
from core.types import Reading

SAMPLED = 0.9
"""How sure a type is that was seen in the first records only."""
_SAMPLED_ROWS: Final = 200
_SAMPLED_CELLS: Final = 100_000
_SAMPLED_CHARS: Final = 200
"""A longer cell is text and nothing else, however it goes on."""
_COUNTED: Final = {
    "list of list": (N_("list of 1 list"), N_("list of {number} lists")),
    "list of object": (N_("list of 1 object"), N_("list of {number} objects")),
    "list of value": (N_("list of 1 value"), N_("list of {number} values")),
    "member": (N_("1 member"), N_("{number} members")),
    "more sheet": (N_("1 more sheet"), N_("{number} more sheets")),
    "object": (N_("1 object"), N_("{number} objects")),
    "row": (N_("1 row"), N_("{number} rows")),
    "row group": (N_("1 row group"), N_("{number} row groups")),
}


def candidate(
    records: Sequence[Members],
    reading: Reading,
    why: str,
    *,
    decimals: bool,
    complete: bool,
    titles: Sequence[str] | None = None,
    lines: Sequence[int] = (),
) -> Candidate:
    """Return the candidate for a reading.

    Args:
        records: The first records.
        reading: How they were read.
        why: The reading in words.
        decimals: See `ColumnFacts.type`.
        complete: The records are all there are, so the types are certain.
        titles: What the file calls the columns, where their keys are positions ("0", "1", …).
        lines: Where each record is in the file, if that is not its number.
    """
    found = (key for members in records for key, _ in members)
    keys = list(dict.fromkeys(found)) if titles is None else [str(at) for at in range(len(titles))]
    cells = [dict(members) for members in records]
    places = lines or range(1, len(records) + 1)
    facts = []
    for key in keys:
        seen = ColumnFacts()
        seen.add([record.get(key) for record in cells], places)
        facts.append(seen)
    columns = describe(facts, titles or keys, decimals=decimals, confidence=1.0 if complete else SAMPLED)
    texts = [tuple(_shown(record.get(key)) for key in keys) for record in cells]
    return with_sample(Candidate(reading, columns, (), why), texts, places)


def sampled_rows(width: int) -> int:
    """Return of how many records the texts are looked at."""
    return max(min(_SAMPLED_ROWS, _SAMPLED_CELLS // max(width, 1)), PREVIEW_ROWS)


def with_sample(found: Candidate, texts: Sequence[Sequence[str | None]], lines: Sequence[int] = ()) -> Candidate:
    """Return a candidate with its preview, and with what there is to say of types from.

    Args:
        found: The candidate.
        texts: The first records, as text.
        lines: Where each is in the file, if that is not its number.
    """
    rows = sampled_rows(len(found.columns))
    places = lines or range(1, len(texts) + 1)
    sampled = tuple(
        (line, tuple(None if cell is None else cell[:_SAMPLED_CHARS] for cell in row))
        for line, row in zip(places, texts[:rows], strict=False)
    )
    return replace(found, preview=tuple(tuple(row) for row in texts[:PREVIEW_ROWS]), sampled=sampled)


def counted(number: int, word: str) -> str:
    """Return "1 row", "2,000 rows"; the word is one of `_COUNTED`."""
    one, many = _COUNTED[word]
    return one if number == 1 else many.format(number=f"{number:,}")


def _shown(value: Cell) -> str | None:
    text = as_text(value)
    return None if text is None else storable(text)[0]
