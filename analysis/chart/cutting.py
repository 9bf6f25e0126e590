"""How the axes of a chart are cut and how much of them is shown, once it is known what there is.

Used by `charts` between its two statements. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.chart.check import Plan
from analysis.chart.data import Axis, Cut, LeftOut, Role
from analysis.chart.scale import UNIT_SECONDS, nice_bins, nice_unit
from analysis.chart.spec import Mark
from analysis.chart.sql import Show, scouted

_EACH: Final[dict[Mark, int]] = {"bar": 40, "line": 400, "area": 400, "box": 20, "heatmap": 30}
"""A number axis with up to so many different values has a place for each."""
_BINS: Final[dict[Mark, int]] = {"bar": 30, "line": 100, "area": 100, "box": 12, "heatmap": 24, "histogram": 30}
"""About how many bins a number axis gets by itself."""
_UNITS: Final[dict[Mark, int]] = {
    "bar": 40, "line": 400, "area": 400, "box": 24, "heatmap": 24, "histogram": 60,
}  # fmt: skip
"""At most how many units of time an axis gets by itself."""
_SHOWN: Final[dict[Mark, int]] = {"bar": 30, "line": 50, "area": 50, "box": 24, "heatmap": 30}
"""How many texts are shown on an axis, unless the description says otherwise."""

_GROUPS: Final[dict[Role, int]] = {"colour": 10, "facet": 9}
_GROUP_BINS: Final = 5
_GROUP_UNITS: Final = 8
_MOST: Final = 2_000
"""Most places of an axis of numbers or times."""
_NEARLY: Final = 0.7
"""The engine guesses the number of different values; from this part of a limit on they are counted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a first look told. `ends` are smallest and largest value (times in seconds), `distinct` is a guess."""

    matching: int | None
    ends: Mapping[Role, tuple[float, float]]
    distinct: Mapping[Role, int]
    left_out: tuple[LeftOut, ...]


def seen_of(plan: Plan, row: Sequence[float | int | None]) -> Seen:
    """Return what the row of `sql.scout` says; `matching` is None when there was nothing to look for."""
    ends: dict[Role, tuple[float, float]] = {}
    distinct: dict[Role, int] = {}
    left_out: list[LeftOut] = []
    for i, axis in enumerate(scouted(plan)):
        missing, infinite, low, high, guess = row[1 + i * 5 : 6 + i * 5]
        if low is not None and high is not None:
            ends[axis.role] = (float(low), float(high))
        distinct[axis.role] = int(guess or 0)
        if axis is plan.measure:
            continue  # the numbers themselves tell it
        if missing:
            left_out.append(LeftOut(axis.column, int(missing), "missing"))
        if infinite:
            left_out.append(LeftOut(axis.column, int(infinite), "not_finite"))
    return Seen(int(row[0]) if row and row[0] is not None else None, ends, distinct, tuple(left_out))


def cuts_of(plan: Plan, seen: Seen) -> dict[Role, Cut]:
    """Return how each axis of numbers or times is divided."""
    found: dict[Role, Cut] = {}
    for axis in plan.places:
        ends = seen.ends.get(axis.role)
        if axis.kind == "category" or ends is None:
            continue
        cut = _number_cut(plan, axis, seen) if axis.kind == "number" else _time_cut(plan, axis, ends)
        if cut is not None:
            found[axis.role] = cut
    return found


def _number_cut(plan: Plan, axis: Axis, seen: Seen) -> Cut | None:
    low, high = seen.ends[axis.role]
    group = axis.role in _GROUPS
    asked = None if group else plan.spec.bins
    if asked == 0:
        return None
    if asked is None and plan.spec.mark != "histogram":
        each = _GROUPS.get(axis.role) or _EACH[plan.spec.mark]
        if seen.distinct[axis.role] <= each:
            return None
    wanted = asked or (_GROUP_BINS if group else _BINS[plan.spec.mark])
    return Cut(bins=nice_bins(low, high, wanted, whole="INT" in axis.type))


def _time_cut(plan: Plan, axis: Axis, ends: tuple[float, float]) -> Cut:
    group = axis.role in _GROUPS
    if plan.spec.unit is not None and not group:
        return Cut(unit=plan.spec.unit)
    wanted = _GROUP_UNITS if group else _UNITS[plan.spec.mark]
    return Cut(unit=nice_unit(*ends, wanted, finest="day" if axis.type == "DATE" else "minute"))


def shows_of(plan: Plan, seen: Seen, cuts: Mapping[Role, Cut]) -> dict[Role, Show]:
    """Return how much of each axis is shown."""
    return {axis.role: _show(plan, axis, seen, cuts.get(axis.role, Cut())) for axis in plan.places}


def _show(plan: Plan, axis: Axis, seen: Seen, cut: Cut) -> Show:
    if axis.role in _GROUPS:
        limit = _GROUPS[axis.role]
        if axis.kind == "category":
            return Show(limit, "value_down", "other", ranked=True)
        return Show(limit, "up", "other", ranked=_many(axis, seen, cut) > limit * _NEARLY)
    sort = plan.spec.sort if axis.role == "x" else None
    asked = plan.spec.limit if axis.role == "x" else None
    if axis.kind == "category":
        limit = asked or _SHOWN[plan.spec.mark]
        return Show(limit, sort or "value_down", "other", ranked=True)
    limit = asked or _MOST
    many = _many(axis, seen, cut) > limit * _NEARLY
    return Show(limit, sort or "up", "left_out", ranked=bool(asked or many or sort not in (None, "up")))


def _many(axis: Axis, seen: Seen, cut: Cut) -> float:
    """Return about how many places the axis has."""
    if cut.bins is not None:
        return cut.bins.count
    if cut.unit is not None:
        low, high = seen.ends[axis.role]
        return (high - low) / UNIT_SECONDS[cut.unit] + 2
    return seen.distinct.get(axis.role, 0)
