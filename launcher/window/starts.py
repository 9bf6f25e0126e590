"""Did the last starts get as far as a drawn page? After two that did not, the next one is a safe one.

A start is counted as failed before it is tried and taken back when the page is drawn, so a crash of any kind, of
the machine too, counts by itself. A person who closes the window while it is still starting takes it back as well.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SAFE_AFTER: Final = 2


@dataclass(frozen=True, slots=True)
class Starts:
    """The counter of one profile; `place` is its file."""

    place: Path

    def begin(self) -> bool:
        """Count a start; return whether it is to be a safe one."""
        failed = self.failed()
        self._write(failed + 1)
        return failed >= SAFE_AFTER

    def succeeded(self) -> None:
        """The page was drawn, or a person ended the start."""
        self._write(0)

    def failed(self) -> int:
        """Return how many starts in a row failed."""
        try:
            failed = json.loads(self.place.read_text(encoding="utf-8"))["failed"]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return failed if isinstance(failed, int) and failed >= 0 else 0

    def _write(self, failed: int) -> None:
        """Keep the number; where that is refused, there is no safe mode, which is no reason not to start."""
        try:
            self.place.write_text(json.dumps({"failed": failed}), encoding="utf-8")
        except OSError:
            return
