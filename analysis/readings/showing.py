"""A reading as people are shown it: what it makes of the first lines, what it accounts for, how it differs.

Used by the judge for what it offers, and by the text reader for a reading somebody made. Decides nothing.
"""

from analysis.readings.events import LedgerBook
from analysis.readings.lines import Lines
from analysis.readings.model import PREVIEW_ROWS, Candidate
from analysis.readings.parse import Parser
from analysis.readings.sample import Sample
from analysis.readings.understand import Understanding
from analysis.readings.words import describe
from core.i18n import N_
from core.types import Ledger

_ACCOUNTED_LINES = 400
_EXPLAINED = N_("Every line of the sample is accounted for without repair.")
_REPAIRED = N_("{count} of {total} sampled lines would have to be repaired.")
_SET_ASIDE = N_("{count} of {total} sampled lines would be set aside.")


def shown(understanding: Understanding, sample: Sample) -> Candidate:
    """Return a reading somebody chose as a candidate: what it shows of the sample, and what it accounts for."""
    ledger = account(understanding, sample)
    why = describe(understanding.reading, width=understanding.plan.width)
    return Candidate(
        understanding.reading,
        understanding.columns,
        understanding.preview,
        why,
        reasons=reasons_of(ledger),
        guesses=understanding.known.guesses,
    )


def account(understanding: Understanding, sample: Sample) -> Ledger:
    """Return what becomes of the first lines in this reading."""
    head = sample.head(understanding.reading.newline or sample.newlines[0])
    lines = Lines(1, head.texts[:_ACCOUNTED_LINES], head.ends[:_ACCOUNTED_LINES], head.encoding, odd=head.odd)
    with LedgerBook(None, "line") as book:
        parser = Parser(understanding.plan, book)
        parser.push(lines)
        parser.finish()
        return book.ledger(len(lines.texts))


def differing_cells(best: Candidate, other: Candidate) -> int:
    """Return how many cells of the preview are not the same in both; a cell one of them lacks counts."""
    count = 0
    for i in range(min(max(len(best.preview), len(other.preview)), PREVIEW_ROWS)):
        ours = best.preview[i] if i < len(best.preview) else ()
        theirs = other.preview[i] if i < len(other.preview) else ()
        same = sum(a == b for a, b in zip(ours, theirs, strict=False))
        count += max(len(ours), len(theirs)) - same
    return count


def reasons_of(ledger: Ledger) -> tuple[str, ...]:
    """Return what speaks for and against a reading by what becomes of the lines."""
    repaired, aside = ledger.repaired + ledger.rejected, ledger.preamble + ledger.footer
    words = [_REPAIRED.format(count=repaired, total=ledger.total) if repaired else _EXPLAINED]
    return (*words, _SET_ASIDE.format(count=aside, total=ledger.total)) if aside else tuple(words)
