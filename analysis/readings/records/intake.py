"""What happens to each record of a file while it is loaded: counted, kept, flagged.

Used by the readers of this package. Every record goes through exactly one method here, which is why the ledger
adds up; the records themselves go to `staging`, the raw bytes of the others to `ledger_file`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from analysis.readings.corrections import digest_of
from analysis.readings.ledger_file import LedgerWriter
from analysis.readings.model import NO_CORRECTIONS, Loaded
from analysis.readings.records.staging import Members, Staging
from core.i18n import N_
from core.paths import translate_os_error
from core.progress import Progress
from core.types import Correction, Flag, Ledger, LedgerLine, LineAction, Reading
from storage.duck import DuckEngine

MOST_FLAGS: Final = 1_000
"""Flags of one code told one by one; the ledger file has all lines."""
_CORRECTED: Final = N_("This record was set right by hand.")
_LEFT_OUT: Final = N_("This record was left out by hand.")
_NO_RECORD: Final = N_("What was set right by hand is no record of this file; the record was left out.")


class Intake:
    """Takes the records of one file; a context manager, complete after `finish`.

    A disk that is full or refuses to work while the block runs is told as such (`DiskFullError` and its kin).

    `unit` is the ledger's: "line" where the file is text with a record per line, otherwise "record".
    """

    def __init__(
        self,
        out: Path,
        *,
        file_name: str,
        unit: str,
        max_columns: int,
        corrections: Mapping[int, Correction] = NO_CORRECTIONS,
    ) -> None:
        self.corrections = corrections
        self.staging = Staging(file_name, max_columns=max_columns, folder=out)
        self._ledger = LedgerWriter(out)
        self._out = out
        self._unit = unit
        self._counts: Counter[LineAction | None] = Counter()
        self._flags: list[Flag] = []
        self._flag_counts: Counter[str] = Counter()
        self._hidden: dict[str, Flag] = {}

    def __enter__(self) -> Self:
        self.staging.__enter__()
        self._ledger.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._ledger.__exit__(kind, error, trace)
        except OSError as full:
            raise translate_os_error(full, self._out) from full
        finally:
            self.staging.__exit__(kind, error, trace)
        if isinstance(error, OSError) and error.errno is not None:
            raise translate_os_error(error, self._out) from error

    def load(self, members: Members, *, line: int, chars: int) -> None:
        """Take a record as it is."""
        self._counts[None] += 1
        self.staging.add(members, line=line, chars=chars)

    def repair(self, members: Members, *, line: int, raw: bytes, flag: Flag) -> None:
        """Take a record that is not quite what the file says; what it says goes to the ledger."""
        self.staging.add(members, line=line, chars=len(raw))
        self.put_aside(LineAction.REPAIRED, line=line, raw=raw, reason=flag.message)
        self.flag(flag)

    def reject(self, *, line: int, raw: bytes, reason: str, code: str = "bad_record") -> None:
        """Leave a record out, and say so."""
        self.put_aside(LineAction.REJECTED, line=line, raw=raw, reason=reason)
        self.flag(Flag(code, "rejected", reason, line=line))

    def correction(self, line: int, raw: bytes) -> Correction | None:
        """Return what a person made of a record, if these are the bytes it was made for."""
        found = self.corrections.get(line)
        return found if found is not None and found.digest == digest_of(raw) else None

    def correct(self, members: Members | None, *, line: int, raw: bytes) -> None:
        """Take a record as a person set it right; None if what they wrote is no record of this file."""
        if members is None:
            self.reject(line=line, raw=raw, reason=_NO_RECORD, code="bad_correction")
        else:
            self.repair(members, line=line, raw=raw, flag=Flag("corrected", "repaired", _CORRECTED, line=line))

    def leave_out(self, *, line: int, raw: bytes) -> None:
        """Leave a record out because a person said so."""
        self.reject(line=line, raw=raw, reason=_LEFT_OUT, code="left_out")

    def put_aside(self, action: LineAction, *, line: int, raw: bytes, reason: str) -> None:
        """Count something that is no record of the table, and keep it in the ledger."""
        self._counts[action] += 1
        self._ledger.append([LedgerLine(line, action, reason, raw)])

    def flag(self, flag: Flag) -> None:
        """Tell of something; of a code met very often only the first ones, and that there were more."""
        self._flag_counts[flag.code] += 1
        if self._flag_counts[flag.code] <= MOST_FLAGS:
            self._flags.append(flag)
        else:
            self._hidden.setdefault(flag.code, flag)

    def finish(
        self,
        duck: DuckEngine,
        reading: Reading,
        progress: Progress,
        *,
        decimals: bool,
        names: Sequence[str] | None = None,
    ) -> Loaded:
        """Write the table; see `Staging.finish`."""
        done = self.staging.finish(
            duck, self._out, progress, decimals=decimals, names=names, wanted_types=reading.column_types
        )
        final = replace(reading, column_types=tuple(column.type for column in done.columns))
        flags = (*self._flags, *self._more(), *done.flags)
        places = tuple(self.staging.places)
        return Loaded(done.rows, done.columns, final, self._summary(), flags, places=places)

    def _summary(self) -> Ledger:
        counts = {str(action): count for action, count in self._counts.items() if action is not None}
        return Ledger(self._unit, sum(self._counts.values()), self._counts[None], **counts)

    def _more(self) -> list[Flag]:
        return [
            replace(flag, message=f"{flag.message} {self._flag_counts[code] - MOST_FLAGS - 1:,} more follow it.")
            for code, flag in self._hidden.items()
        ]
