"""A closer look at a file whose reading met lines it had to repair: would another reading explain them?

Used after a file was read in the judge's own reading, never in one a person chose. The judge saw samples; what is
further inside may use another quote, or an escape. Only a reading that explains the misfits and needs at most half
of the repairs over the whole file is worth reading it again.
"""

from collections.abc import Callable, Iterator, Sequence

from analysis.readings.dialect import Dialect
from analysis.readings.engines import opinions_on
from analysis.readings.events import LedgerBook
from analysis.readings.lines import Lines
from analysis.readings.model import Loaded
from analysis.readings.parse import Parser, Plan
from analysis.readings.sample import Sample
from analysis.readings.sniff import Explanation, explain
from analysis.readings.understand import understand
from core.types import LineAction, Reading
from storage.duck import DuckEngine

MIN_MISFITS = 2
MIN_SHARE = 0.001
"""Fewer repaired lines are damage rather than a misunderstanding."""
MAX_MISFITS = 200
_HEAD_LINES = 100
_WAYS = 8
_LEFT = 0.5
"""Another reading must leave at most this share of the misfits."""

Batches = Callable[[], Iterator[Lines]]
"""Gives all lines of the file anew."""


def is_worth_it(loaded: Loaded) -> bool:
    """Tell whether so many lines were repaired that the reading itself may be wrong."""
    bad = loaded.ledger.repaired + loaded.ledger.rejected
    return bad >= max(MIN_MISFITS, MIN_SHARE * loaded.ledger.total)


def better_reading(batches: Batches, sample: Sample, loaded: Loaded, duck: DuckEngine) -> Reading | None:
    """Return the reading to read the file again with; None if none is clearly better.

    Args:
        batches: The file's lines.
        sample: Of the file.
        loaded: What was made of it.
        duck: Has an opinion on the misfits.
    """
    newline = loaded.reading.newline or sample.newlines[0]
    odd = _misfits(batches(), loaded)
    if not odd.texts:
        return None
    bad = loaded.ledger.repaired + loaded.ledger.rejected
    best: tuple[int, Reading] | None = None
    for way in _ways(sample.head(newline), odd, loaded.reading, duck):
        found = understand(sample, newline, way, 0.0)
        if found.plan.width < 2 or _is_same(found.reading, loaded.reading):
            continue
        if _repairs(_inner(found.plan), iter([odd])) > _LEFT * len(odd.texts):
            continue
        left = _repairs(found.plan, batches())
        if left <= _LEFT * bad and (best is None or left < best[0]):
            best = (left, found.reading)
    return best[1] if best else None


def _ways(head: Lines, odd: Lines, reading: Reading, duck: DuckEngine) -> Sequence[Explanation]:
    """Return the dialects that explain the first lines and the misfits together no worse than this one does."""
    texts = [*head.texts[:_HEAD_LINES], *odd.texts]
    both = Lines(1, texts, ["\n"] * len(texts), head.encoding)
    ways = explain(both, (), opinions_on(both, duck))
    least = max((way.score for way in ways if way.dialect == Dialect.of(reading)), default=0.0)
    return [way for way in ways if way.score >= least][:_WAYS]


def _misfits(batches: Iterator[Lines], loaded: Loaded) -> Lines:
    """Return the first lines that were repaired, as they are in the file."""
    action = LineAction.REPAIRED.value
    wanted = sorted({flag.line for flag in loaded.flags if flag.line is not None and flag.action == action})
    wanted = wanted[:MAX_MISFITS]
    texts: list[str] = []
    for batch in batches:
        end = batch.first + len(batch.texts)
        while wanted and wanted[0] < end:
            texts.append(batch.texts[wanted.pop(0) - batch.first])
        if not wanted:
            break
    return Lines(1, texts, ["\n"] * len(texts), "utf-8")


def _is_same(one: Reading, other: Reading) -> bool:
    marks = ("delimiter", "quote", "escape", "skip_blank", "widths")
    return all(getattr(one, mark) == getattr(other, mark) for mark in marks)


def _inner(plan: Plan) -> Plan:
    """Return the plan for lines from inside the table."""
    return Plan(plan.dialect, plan.width, comment=plan.comment, look=plan.look, borders=plan.borders)


def _repairs(plan: Plan, batches: Iterator[Lines]) -> int:
    """Return how many lines this plan repairs."""
    with LedgerBook(None, "line") as book:
        parser = Parser(plan, book)
        for batch in batches:
            parser.push(batch)
        parser.finish()
        ledger = book.ledger(parser.lines)
    return ledger.repaired + ledger.rejected
