"""Two states that grew from one: merged field by field, and what only a person can decide.

Pure functions over JSON objects; used by the history of forms and by the merge view.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.forms.diff import same
from core.types import Json

Path = tuple[str, ...]
Side = Literal["mine", "theirs", "base"]

NOTHING: Final = object()
"""Stands where a state has no such value."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One place both have changed, differently. A value is `NOTHING` where there is none."""

    at: Path
    base: object
    mine: object
    theirs: object

    def side(self, name: Side) -> object:
        """Return the value of one side."""
        return {"base": self.base, "mine": self.mine, "theirs": self.theirs}[name]


@dataclass(frozen=True, slots=True)
class Merged:
    """What both changed, with their side where they clash, and the clashes."""

    data: dict[str, Json]
    clashes: tuple[Clash, ...]


def three_way(base: Mapping[str, Json], mine: Mapping[str, Json], theirs: Mapping[str, Json]) -> Merged:
    """Merge two states that grew from `base`; objects inside them are merged key by key."""
    clashes: list[Clash] = []
    return Merged(_merged(base, mine, theirs, (), clashes), tuple(clashes))


def decided(merged: Merged, sides: Mapping[Path, Side]) -> dict[str, Json]:
    """Return the merged state with each clash decided; one that is not stays as theirs."""
    found = dict(merged.data)
    for clash in merged.clashes:
        found = _put(found, clash.at, clash.side(sides.get(clash.at, "theirs")))
    return found


def _merged(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], at: Path, clashes: list[Clash]
) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key in _keys(theirs, mine, base):
        one = Clash((*at, key), *(side.get(key, NOTHING) for side in (base, mine, theirs)))
        value = _decide(one, clashes)
        if value is not NOTHING:
            found[key] = value
    return found


def _decide(one: Clash, clashes: list[Clash]) -> Any:  # noqa: ANN401 - any JSON, or nothing
    if same(one.mine, one.theirs) or same(one.base, one.mine):
        return one.theirs
    if same(one.base, one.theirs):
        return one.mine
    if isinstance(one.mine, dict) and isinstance(one.theirs, dict):
        base = one.base if isinstance(one.base, dict) else {}
        return _merged(base, one.mine, one.theirs, one.at, clashes)
    clashes.append(one)
    return one.theirs


def _keys(*sides: Mapping[str, Any]) -> Iterator[str]:
    """Return the keys of all sides, each once, in the order of the first that has it."""
    return iter(dict.fromkeys(key for side in sides for key in side))


def _put(state: Mapping[str, Any], at: Path, value: object) -> dict[str, Any]:
    key, *rest = at
    found = dict(state)
    if rest:
        found[key] = _put(found.get(key, {}), tuple(rest), value)
    elif value is NOTHING:
        found.pop(key, None)
    else:
        found[key] = value
    return found
