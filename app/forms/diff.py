"""What changed between two states of a form, forwards and backwards, no larger than the change.

States are JSON objects. A change names its place by the keys that lead to it; of a long text only the piece that
changed is kept; a list is replaced as a whole. Pure functions; used by the history of forms.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from core.errors import FormError
from core.i18n import _
from core.types import Json

Change = dict[str, Json]
"""`at` is the keys to the place; `was` and `now` the values there, left out where there is none. With `from`
they are pieces of a text that begin at that sign."""

LONG_TEXT: Final = 64
"""Texts from this length on are compared sign by sign."""
_NONE: Final = object()


def changes_between(before: Mapping[str, Json], after: Mapping[str, Json]) -> list[Change]:
    """Return what leads from one state to the other; empty if they are the same."""
    return list(_changes(before, after, ()))


def applied(state: Mapping[str, Json], changes: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """Return the state after the changes.

    Raises:
        FormError: they do not belong to this state.
    """
    found = dict(state)
    for change in changes:
        found = _replaced(found, change, "was", "now")
    return found


def reverted(state: Mapping[str, Json], changes: Sequence[Mapping[str, Any]]) -> dict[str, Json]:
    """Return the state before the changes.

    Raises:
        FormError: as `applied`.
    """
    found = dict(state)
    for change in reversed(changes):
        found = _replaced(found, change, "now", "was")
    return found


def same(one: object, other: object) -> bool:
    """Tell whether two JSON values are the same; unlike for Python, 1, 1.0 and true are three things."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], at: tuple[str, ...]) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(key, _NONE), after.get(key, _NONE)
        if same(was, now):
            continue
        place: list[Json] = [*at, key]
        if isinstance(was, dict) and isinstance(now, dict):
            yield from _changes(was, now, (*at, key))
        elif isinstance(was, str) and isinstance(now, str) and len(was) >= LONG_TEXT <= len(now):
            yield {"at": place, **_piece(was, now)}
        else:
            values = {"was": was, "now": now}
            yield {"at": place, **{name: value for name, value in values.items() if value is not _NONE}}


def _piece(was: str, now: str) -> Change:
    """Return the piece of a text that changed."""
    start = _alike(was, now)
    end = _alike(was[start:][::-1], now[start:][::-1])
    return {"from": start, "was": was[start : len(was) - end], "now": now[start : len(now) - end]}


def _alike(one: str, other: str) -> int:
    """Return how many signs two texts begin with alike; halving, since comparing slices is quick."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _replaced(state: dict[str, Json], change: Mapping[str, Any], old: str, new: str) -> dict[str, Json]:
    """Return the state with one change made, or taken back; what it does not touch is shared."""
    root = dict(state)
    place: dict[str, Any] = root
    *way, last = change["at"]
    for key in way:
        below = place.get(key)
        if not isinstance(below, dict):
            raise _misfit()
        place[key] = dict(below)
        place = place[key]
    if "from" in change:
        place[last] = _spliced(place.get(last), change["from"], change[old], change[new])
    elif new in change:
        place[last] = change[new]
    else:
        place.pop(last, None)
    return root


def _spliced(text: object, start: int, old: str, new: str) -> str:
    if not isinstance(text, str) or text[start : start + len(old)] != old:
        raise _misfit()
    return f"{text[:start]}{new}{text[start + len(old) :]}"


def _misfit() -> FormError:
    return FormError(_("A step of this form does not fit what it holds."))
