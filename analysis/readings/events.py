"""What is worth telling about lines: collected, counted, and kept as the ledger's file.

Used by all readers. Counts every line once by what became of it, keeps each line that was not simply loaded with
its raw bytes, and turns notes into flags. The number of flags is bounded; the ledger's file is not.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from analysis.readings.ledger_file import LedgerWriter
from core.i18n import N_
from core.types import Flag, Ledger, LedgerLine, LineAction

MAX_FLAGS = 500
"""More notes than this are summed up in one flag per kind; the ledger has them all."""

_MORE = N_("{count} more from here on, see the ledger: {message}")

KEPT = "kept"
"""Action of a flag about a line that was loaded as it is."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a line: a stable code, and one sentence."""

    code: str
    message: str
    column: str | None = None


class LedgerBook:
    """Writes one ledger; a context manager that closes its file.

    Args:
        out: The folder to write `ledger.parquet` to, or None to only count.
        unit: What is counted: "line" or "record".
    """

    def __init__(self, out: Path | None, unit: str) -> None:
        self.unit = unit
        self._writer = LedgerWriter(out) if out else None
        self._counts: Counter[str] = Counter()
        self._loaded = 0
        self._flags: list[Flag] = []
        self._unsaid: dict[str, tuple[Flag, int]] = {}

    def __enter__(self) -> Self:
        if self._writer is not None:
            self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.__exit__(kind, error, trace)

    def loaded(self, lines: int) -> None:
        """Count lines that were simply loaded."""
        self._loaded += lines

    def put(self, line: int, action: LineAction, reason: str, raw: bytes) -> None:
        """Count one line that was not simply loaded, and keep it."""
        self._counts[action.value] += 1
        if self._writer is not None:
            self._writer.append([LedgerLine(line, action, reason, raw)])

    def flag(self, note: Note, action: str, line: int | None = None) -> None:
        """Tell a person about a line or a column."""
        flag = Flag(note.code, action, note.message, line, note.column)
        if len(self._flags) < MAX_FLAGS:
            self._flags.append(flag)
        else:
            first, count = self._unsaid.get(note.code, (flag, 0))
            self._unsaid[note.code] = (first, count + 1)

    def ledger(self, total: int) -> Ledger:
        """Return the counts.

        Args:
            total: How many lines (or records) the file has, counted by whoever read it.

        Raises:
            AssertionError: a line was lost or counted twice, which is a bug of the reader.
        """
        counts = {action.value: self._counts[action.value] for action in LineAction}
        ledger = Ledger(self.unit, total, self._loaded, **counts)
        if not ledger.adds_up():
            raise AssertionError(f"the ledger does not add up: {ledger}")
        return ledger

    def flags(self) -> tuple[Flag, ...]:
        """Return what was flagged, in order of the lines."""
        more = [
            Flag(code, first.action, _MORE.format(count=f"{count:,}", message=first.message), first.line,
                 first.column)
            for code, (first, count) in self._unsaid.items()
        ]  # fmt: skip
        return tuple(sorted([*self._flags, *more], key=lambda flag: flag.line or 0))
