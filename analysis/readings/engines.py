"""What other engines take the dialect of a text to be: a second and a third opinion.

Used by the judge, which tries every dialect they name and gives weight to what they say. They see lines of the
sample, never the file. An engine without an answer is no error: it has no opinion.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.readings.lines import Lines
from core.errors import BestandError
from storage.duck import DuckEngine, duck_errors, quote_literal

MAX_CHARS = 1 << 15
"""Enough for either engine; CleverCSV's time grows with the text."""
MAX_LINES = 300
DUCKDB, CLEVERCSV = "DuckDB", "CleverCSV"


@dataclass(frozen=True, slots=True)
class Opinion:
    """One engine's dialect. `quote` and `escape` are None where it says that there is none."""

    engine: str
    delimiter: str
    quote: str | None
    escape: str | None


def opinions_on(lines: Lines, duck: DuckEngine) -> tuple[Opinion, ...]:
    """Return what the engines say of some lines; at most one opinion each."""
    return (*second_opinion(lines, duck), *third_opinion(lines))


def second_opinion(lines: Lines, duck: DuckEngine) -> tuple[Opinion, ...]:
    """Return what the quick engine says, which is here anyway; nothing if it has no answer."""
    found = _of_duckdb(_text(lines), duck)
    return () if found is None else (found,)


def third_opinion(lines: Lines) -> tuple[Opinion, ...]:
    """Return what the slow engine says; loading it alone takes longer than judging a clean file."""
    found = _of_clevercsv(_text(lines))
    return () if found is None else (found,)


def _text(lines: Lines) -> str:
    return "\n".join(_shortened(lines.texts))


def _shortened(texts: Sequence[str]) -> list[str]:
    taken: list[str] = []
    chars = 0
    for text in texts[:MAX_LINES]:
        chars += len(text)
        if taken and chars > MAX_CHARS:
            break
        taken.append(text[:MAX_CHARS])
    return taken


def _of_duckdb(text: str, duck: DuckEngine) -> Opinion | None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sample.csv"
        file.write_text(text + "\n", encoding="utf-8", errors="replace", newline="")
        query = f"select Delimiter, Quote, Escape from sniff_csv({quote_literal(str(file))}, sample_size = 1000)"
        try:
            with duck.trusted() as connection, duck_errors("sniffing", otherwise=BestandError):
                row = connection.execute(query).fetchone()
        except BestandError:
            return None
    return _opinion(DUCKDB, *row) if row else None


def _of_clevercsv(text: str) -> Opinion | None:
    import clevercsv

    try:
        found = clevercsv.Detector().detect(text)
    except (clevercsv.Error, ValueError, IndexError, RuntimeError):
        return None
    return _opinion(CLEVERCSV, found.delimiter, found.quotechar, found.escapechar) if found else None


def _opinion(engine: str, delimiter: str | None, quote: str | None, escape: str | None) -> Opinion | None:
    """Return the opinion, if it names marks a dialect can have."""
    marks = [None if mark in (None, "", "\0", "(empty)") else mark for mark in (delimiter, quote, escape)]
    delimiter, quote, escape = marks
    if delimiter is None or delimiter.isalnum() or any(len(mark) > 1 for mark in (quote or "", escape or "")):
        return None
    if any(mark and (mark.isalnum() or mark in "\r\n") for mark in (delimiter, quote, escape)):
        return None
    return Opinion(engine, delimiter, quote, None if escape in (quote, delimiter) else escape)
