"""The judge of text files: which ways to read a sample are worth showing, best first, and why.

Used by the text reader. Every way is tried on lines from the begin, the middle and the end of the file, and
weighed by what it accounts for: how even the records are, how much the cells look like something, how many lines
it explains and how many it would have to repair. Other engines have a say. Knows nothing of loading.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analysis.readings.engines import Opinion, second_opinion, third_opinion
from analysis.readings.model import Candidate, Score
from analysis.readings.rivals import with_rivals
from analysis.readings.sample import Sample
from analysis.readings.showing import account, differing_cells, reasons_of
from analysis.readings.sniff import Explanation, explain
from analysis.readings.understand import Understanding, understand
from analysis.readings.words import describe
from core.errors import EmptyFileError
from core.i18n import N_
from storage.duck import DuckEngine

MAX_CANDIDATES = 3
_CLEAR_LEAD = 0.5
"""A candidate that explains the file less than this share of the best one is not shown."""
_REGULAR = 0.99
_FAR_BEHIND = 0.9
"""A vote is worth less than what is missing to the best way."""
_REPAIRS_WEIGH = 0.5
"""How much of the confidence is lost when every line needs repair."""

_EVEN = N_("All records of the sample have {width} cells.")
_UNEVEN = N_("{share} of 100 sampled records have {width} cells.")
_AGREED = N_("Other programs split the lines in the same way: {engines}.")
_DISAGREED = N_("{engine} would split the lines at {delimiter}.")
_UNLIKE = N_("Many cells look like nothing in particular.")
_BEHIND = N_("It explains the sample less well than the best reading: {share} points of 100.")
_DOUBTFUL_LOOKS = 0.6


@dataclass(frozen=True, slots=True)
class _Way:
    newline: str
    explanation: Explanation


def judge_sample(
    sample: Sample, name: str, duck: DuckEngine, check: Callable[[Understanding], None]
) -> tuple[Candidate, ...]:
    """Return the candidates, best first; at least one.

    Args:
        sample: Of the file.
        name: What the file is called in messages.
        duck: The engine, whose opinion is asked.
        check: Told of each way before it is shown; may refuse it by raising.

    Raises:
        EmptyFileError: there is nothing but blanks in the sample.
    """
    ways, opinions = _ways(sample, name, duck)
    found: list[Candidate] = []
    for way in _worth_showing(ways):
        rival = max((w.explanation.score for w in ways if _differ(w, way)), default=0.0)
        understanding = understand(sample, way.newline, way.explanation, rival)
        check(understanding)
        behind = way.explanation.score / ways[0].explanation.score if ways[0].explanation.score else 1.0
        found.append(_weighed(understanding, sample, way.explanation, opinions, behind))
    found.sort(key=lambda candidate: -candidate.reading.confidence)
    best = found[0]
    told = [replace(candidate, differs=differing_cells(best, candidate)) for candidate in found]
    return tuple(with_rivals(told, sample))


# ---- ways ---------------------------------------------------------------------------------------------------


def _ways(sample: Sample, name: str, duck: DuckEngine) -> tuple[list[_Way], tuple[Opinion, ...]]:
    """Return all ways to split the sample, best first, and what the engines say of it."""
    ways: list[_Way] = []
    opinions: tuple[Opinion, ...] = ()
    for newline in sample.newlines:
        head = sample.head(newline)
        if not any(text.strip() for text in head.texts):
            raise EmptyFileError(name)
        probes, asked = sample.probes(newline), second_opinion(head, duck)
        explanations = explain(head, probes, asked)
        if not _is_beyond_doubt(explanations):
            asked = (*asked, *third_opinion(head))
            explanations = explain(head, probes, asked)
        opinions = opinions or asked
        ways.extend(_Way(newline, found) for found in explanations)
    return sorted(ways, key=lambda way: -way.explanation.score), opinions


def _is_beyond_doubt(explanations: Sequence[Explanation]) -> bool:
    """Tell whether a third opinion could change nothing: the engine agrees, all is regular, the rest far off."""
    best = explanations[0]
    rival = max((e.score for e in explanations if _marks_of(e) != _marks_of(best)), default=0.0)
    regular = best.width > 1 and best.sound == 1.0 and best.steady >= _REGULAR
    return bool(best.agreeing) and regular and rival <= _FAR_BEHIND * best.score


def _marks_of(explanation: Explanation) -> tuple[str, int]:
    return explanation.dialect.delimiter, explanation.width


def _worth_showing(ways: Sequence[_Way]) -> list[_Way]:
    """Return the best way, and others that split the sample differently and not much worse."""
    chosen: list[_Way] = []
    for way in ways:
        if all(_differ(way, other) for other in chosen):
            chosen.append(way)
    least = _CLEAR_LEAD * chosen[0].explanation.score
    return [way for way in chosen[:MAX_CANDIDATES] if way.explanation.score >= least] or chosen[:1]


def _differ(one: _Way, other: _Way) -> bool:
    """Tell whether two ways split the sample differently enough to be shown side by side."""
    return _split_of(one) != _split_of(other)


def _split_of(way: _Way) -> tuple[str, str, int, tuple[int, ...]]:
    found = way.explanation
    return way.newline, found.dialect.delimiter if found.width > 1 else "", found.width, found.dialect.widths


# ---- why ----------------------------------------------------------------------------------------------------


def _weighed(
    understanding: Understanding,
    sample: Sample,
    explanation: Explanation,
    opinions: Sequence[Opinion],
    behind: float,
) -> Candidate:
    """Return a way as a candidate, with what speaks for it and against it."""
    ledger = account(understanding, sample)
    total = max(ledger.total, 1)
    repaired = (ledger.repaired + ledger.rejected) / total
    confidence = round(understanding.reading.confidence * (1 - _REPAIRS_WEIGH * repaired), 2)
    reading = replace(understanding.reading, confidence=confidence)
    score = Score(
        consistency=round(explanation.steady, 3),
        plausibility=round(explanation.telling, 3),
        explained=round(1 - (ledger.footer + ledger.preamble + ledger.rejected) / total, 3),
        repaired=round(1 - repaired, 3),
        total=confidence,
    )
    reasons = (
        *_of_explanation(explanation, understanding.plan.width),
        *reasons_of(ledger),
        *_of_engines(explanation, opinions),
        *([_BEHIND.format(share=round(100 * behind))] if behind < 1 else []),
    )
    why = describe(reading, width=understanding.plan.width)
    guesses, preview = understanding.known.guesses, understanding.preview
    return Candidate(reading, understanding.columns, preview, why, score=score, reasons=reasons, guesses=guesses)


def _of_explanation(explanation: Explanation, width: int) -> list[str]:
    share = int(100 * explanation.steady)
    words = [_EVEN.format(width=width) if share == 100 else _UNEVEN.format(share=share, width=width)]
    return [*words, _UNLIKE] if explanation.telling < _DOUBTFUL_LOOKS else words


def _of_engines(explanation: Explanation, opinions: Sequence[Opinion]) -> list[str]:
    words = []
    if explanation.agreeing:
        words.append(_AGREED.format(engines=", ".join(explanation.agreeing)))
    return words + [
        _DISAGREED.format(engine=opinion.engine, delimiter=repr(opinion.delimiter))
        for opinion in opinions
        if opinion.engine not in explanation.agreeing
    ]
