"""How long to wait before an engine that stopped is started again."""

from dataclasses import dataclass, field

from core.clock import Clock, system_clock

PAUSES_S = (0.0, 0.5, 2.0, 5.0)
"""One pause for each failure in a row; after the last one a person decides."""
STEADY_S = 60.0
"""An engine that ran this long was well; its end is the first failure of a new row."""


@dataclass(slots=True)
class Backoff:
    """Counts the failures in a row. `clock` is in seconds."""

    clock: Clock = system_clock
    failures: int = field(default=0, init=False)
    _started_at: float | None = field(default=None, init=False)

    def started(self) -> None:
        """An engine was started."""
        self._started_at = self.clock()

    def pause_s(self) -> float | None:
        """Count a failure; return how long to wait, or None to wait for a person."""
        if self._started_at is not None and self.clock() - self._started_at >= STEADY_S:
            self.failures = 0
        self._started_at = None
        self.failures += 1
        return PAUSES_S[self.failures - 1] if self.failures <= len(PAUSES_S) else None

    def forget(self) -> None:
        """A person asked for another try: the row begins anew."""
        self.failures = 0
