"""Facts as an analyst says them, for the pages: numbers, sizes, times, a ledger. No Streamlit.

Only gathers what `core.i18n` and `core.words` say, and adds how long things take.
"""

from datetime import UTC, datetime

from core.i18n import date, duration, number, percent, rounded, size, when
from core.words import counted, done_word, ledger_line, ledger_parts, place_words

__all__ = [
    "counted",
    "date",
    "done_word",
    "duration",
    "ledger_line",
    "ledger_parts",
    "number",
    "percent",
    "place_words",
    "rounded",
    "seconds_between",
    "size",
    "when",
]


def seconds_between(start: str | None, end: str | None, *, now: datetime | None = None) -> float | None:
    """Return how long something took, or has taken so far; None if it has not begun."""
    if start is None:
        return None
    until = datetime.fromisoformat(end) if end else now or datetime.now(UTC)
    return max((until - datetime.fromisoformat(start)).total_seconds(), 0.0)
