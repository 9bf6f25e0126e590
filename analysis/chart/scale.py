"""How an axis is cut into places: round bins for numbers, whole units for times.

Used by `charts` once it knows the smallest and largest value. Pure arithmetic; the engine's expression for
the same bins is in `sql`, and both must say the same of every value.
"""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

from analysis.chart.spec import UNITS, Unit

_FINEST: Final = 2.0**-50
"""Bins are never finer than this part of the largest value: their edges would not be different numbers."""
_TINY: Final = 1e-290
_MULTIPLES: Final = ((1, 0), (2, 0), (25, -1), (5, 0), (10, 0))
"""Round steps: a whole number, and the power of ten it is multiplied by."""

UNIT_SECONDS: Final[dict[Unit, float]] = {
    "minute": 60.0,
    "hour": 3_600.0,
    "day": 86_400.0,
    "week": 604_800.0,
    "month": 2_629_746.0,
    "quarter": 7_889_238.0,
    "year": 31_556_952.0,
}


@dataclass(frozen=True, slots=True)
class Bins:
    """Equally wide pieces of a number axis.

    Bin `i` (0 to `count` - 1) holds the values from `edge(i)` up to, but not including, `edge(i + 1)`. A step is
    `times` · 10^`power`.
    """

    first: int
    times: int
    power: int
    count: int

    @property
    def step(self) -> float:
        """The width of a bin."""
        return self._at(1)

    def edge(self, index: int) -> float:
        """Return where a bin begins: the number nearest to the round one."""
        return self._at(self.first + index)

    def index(self, value: float) -> int:
        """Return the bin that holds a finite value between the first and the last edge."""
        guess = math.floor(value / self.step) - self.first
        if value >= self.edge(guess + 1):
            return guess + 1
        return guess - 1 if value < self.edge(guess) else guess

    def _at(self, steps: int) -> float:
        whole = float(steps * self.times)
        return whole / 10.0**-self.power if self.power < 0 else whole * 10.0**self.power


def nice_bins(low: float, high: float, wanted: int, *, whole: bool) -> Bins:
    """Return round bins that cover both values, about `wanted` of them and never more than one above.

    Args:
        low: The smallest value, finite.
        high: The largest value, finite.
        wanted: From 1 on.
        whole: The values are whole numbers, so a bin is at least 1 wide.
    """
    largest = max(abs(low), abs(high))
    narrowest = max(high / wanted - low / wanted, largest * _FINEST, _TINY, 1.0 if whole else 0.0)
    if high == low and not whole:
        narrowest = max(largest * 0.1, largest * _FINEST, _TINY) or 1.0
    if largest == 0:
        narrowest = 1.0
    power = math.floor(math.log10(narrowest))
    times, shift = next(
        (
            (times, shift)
            for times, shift in _MULTIPLES
            if times * 10.0 ** (power + shift) >= narrowest * (1 - 1e-12) and not (whole and power + shift < 0)
        ),
        _MULTIPLES[-1],
    )
    found = Bins(0, times, power + shift, 1)
    first = Bins(0, times, power + shift, 1).index(low)
    last = found.index(high)
    return Bins(first, times, power + shift, last - first + 1)


def nice_unit(low_s: float, high_s: float, wanted: int, *, finest: Unit = "minute") -> Unit:
    """Return the finest unit of which no more than `wanted` lie between two moments, given in seconds."""
    span = max(high_s - low_s, 0.0)
    for unit in UNITS[UNITS.index(finest) :]:
        if span / UNIT_SECONDS[unit] + 1 <= wanted:
            return unit
    return "year"


def next_begin(begin: str, unit: Unit) -> str | None:
    """Return when the unit of time after this one begins, written the same way; None behind the calendar's end."""
    try:
        after = _after(dt.datetime.fromisoformat(begin), unit)
    except (ValueError, OverflowError):
        return None
    return after.isoformat(sep=" ") if " " in begin else after.date().isoformat()


def _after(moment: dt.datetime, unit: Unit) -> dt.datetime:
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        return moment + dt.timedelta(seconds=UNIT_SECONDS[unit])
    month = moment.month - 1 + months
    return moment.replace(year=moment.year + month // 12, month=month % 12 + 1)
