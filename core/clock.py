"""The one source of time, so that tests can turn the clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], float]
"""Returns seconds since the epoch, UTC."""

system_clock: Clock = time.time


def iso(seconds: float) -> str:
    """Return ISO 8601 UTC with milliseconds, sortable as text."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now_iso(clock: Clock = system_clock) -> str:
    """Return the present as `iso`."""
    return iso(clock())
