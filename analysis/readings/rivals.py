"""What a file leaves open beside its delimiter: the other answers, as candidates of their own.

Used by the judge once it knows the best way to split a file. A header that may be a record, a second line of a
header, dates that have the day or the month first, characters that make sense in another encoding: where the file
itself does not say, the other reading is shown beside the best one, and only where both are as good as each other
is the best one less sure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.readings.conversions import DMY, MDY
from analysis.readings.dialect import Dialect
from analysis.readings.encodings import other_encodings
from analysis.readings.guessing import NOT_CLEAR
from analysis.readings.model import Candidate
from analysis.readings.sample import Sample
from analysis.readings.showing import differing_cells, shown
from analysis.readings.sniff import records_of
from analysis.readings.structure import MAX_HEADER_ROWS, header_votes, may_go_on
from analysis.readings.understand import understand_reading
from analysis.readings.words import some_names
from core.i18n import N_
from core.types import Reading

MOST = 5
"""So many candidates are shown at most, with those that split the file differently."""
_RECORDS = 400
_CLEAR_VOTES = 1.0
"""A header is beyond doubt where more than this speaks for it: a column of numbers below a word."""
_OPEN_VOTES = 0.3
_OPEN = 0.9
"""What is left of the confidence of a reading with a rival as good as itself."""

_NO_HEADER = N_("The first record may be one of the table: hardly anything tells it from the others.")
_HEADER = N_("The first record may be a header: it is not quite like the others.")
_LONGER = N_("The record below the header may be a second line of it.")
_SHORTER = N_("Line {line} may be the first record rather than a part of the header.")
_DAY_FIRST = N_("Nothing shows the order of the dates in {names}; here the day comes first.")
_MONTH_FIRST = N_("Nothing shows the order of the dates in {names}; here the month comes first.")
_CHARACTERS = N_("The characters beyond ASCII also make words in this encoding.")


@dataclass(frozen=True, slots=True)
class _Rival:
    """Another answer: the reading with it, why, and how good it is beside the best one (0..1)."""

    reading: Reading
    why: str
    worth: float
    sample: Sample


def with_rivals(found: Sequence[Candidate], sample: Sample) -> list[Candidate]:
    """Return the candidates with those that answer differently what the file leaves open, best first.

    Args:
        found: Those that split the file differently, best first; at least one.
        sample: Of the file.
    """
    best, *others = found
    rivals = [*_encodings(best, sample), *_headers(best, sample), *_orders(best, sample)]
    told = [one for rival in rivals if (one := _shown(best, rival)) is not None][: MOST - 1]
    if any(rival.worth >= _OPEN for rival in rivals):
        best = _as_sure(best, best.reading.confidence * _OPEN)
    rest = [_as_sure(one, min(one.reading.confidence, best.reading.confidence)) for one in (*told, *others)]
    rest.sort(key=lambda candidate: -candidate.reading.confidence)
    return [best, *rest[: MOST - 1]]


def _shown(best: Candidate, rival: _Rival) -> Candidate | None:
    """Return a rival as a candidate; None if it shows nothing else."""
    candidate = shown(understand_reading(rival.sample, rival.reading), rival.sample)
    differs = differing_cells(best, candidate)
    if not differs and [column.type for column in candidate.columns] == [column.type for column in best.columns]:
        return None
    told = replace(candidate, score=best.score, reasons=(rival.why, *candidate.reasons), differs=differs)
    return _as_sure(told, best.reading.confidence * min(rival.worth, 1.0) * _OPEN)


def _as_sure(candidate: Candidate, confidence: float) -> Candidate:
    confidence = round(confidence, 2)
    score = replace(candidate.score, total=confidence) if candidate.score is not None else None
    return replace(candidate, reading=replace(candidate.reading, confidence=confidence), score=score)


# ---- header -----------------------------------------------------------------------------------------------


def _headers(best: Candidate, sample: Sample) -> Iterator[_Rival]:
    """Yield the reading with one line of header more or less, where that may be so."""
    reading, width = best.reading, len(best.columns)
    records = records_of(sample.head(reading.newline or "lf"), Dialect.of(reading), _RECORDS)
    table = [record for record in records if record.line + 1 >= reading.first_line]
    cells = [record.cells for record in table]
    if len(cells) < 3:
        return
    rows = reading.header_rows

    def other(count: int, why: str, worth: float) -> _Rival:
        return _Rival(replace(reading, header_rows=count, column_types=()), why, worth, sample)

    if rows > 1:
        yield other(rows - 1, _SHORTER.format(line=table[rows - 1].line + 1), 0.7)
        return
    votes = header_votes(cells, width)
    if abs(votes) < _CLEAR_VOTES:
        worth = 1 - max(abs(votes) - _OPEN_VOTES, 0.0) if abs(votes) > _OPEN_VOTES else 1.0
        yield other(0, _NO_HEADER, worth) if rows else other(1, _HEADER, worth)
    if rows and rows < MAX_HEADER_ROWS and may_go_on(cells, rows, width):
        yield other(rows + 1, _LONGER, 0.8)


# ---- order of dates ---------------------------------------------------------------------------------------


def _orders(best: Candidate, sample: Sample) -> Iterator[_Rival]:
    """Yield the reading with the day first and with the month first, where no cell shows which it is."""
    names = [guess.column for guess in best.guesses if guess.note == NOT_CLEAR]
    if not names or best.reading.date_order is not None:
        return
    for order, why in ((DMY, _DAY_FIRST), (MDY, _MONTH_FIRST)):
        reading = replace(best.reading, date_order=order, column_types=())
        yield _Rival(reading, why.format(names=some_names(names)), 0.8, sample)


# ---- encoding ---------------------------------------------------------------------------------------------


def _encodings(best: Candidate, sample: Sample) -> Iterator[_Rival]:
    """Yield the reading in other encodings, where its bytes make words in them."""
    for encoding, worth in other_encodings(sample.foreign(), sample.encoding):
        reading = replace(best.reading, encoding=encoding, column_types=())
        yield _Rival(reading, _CHARACTERS, worth, sample.as_if(encoding))
