"""Lists of places one can go to, each line a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.components.mount import component

_overview = component("overview")


@dataclass(frozen=True, slots=True)
class Line:
    """One place: what it is called, what is said beside it and at the end of the line.

    `mark` is a word of warning before the end, and the sentence it stands for.
    """

    icon: str
    title: str
    page: str
    params: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    meta: str = ""
    tone: Literal["", "warn"] = ""
    code: bool = False
    mark: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its places; a wide one takes the whole width."""

    title: str
    lines: Sequence[Line]
    wide: bool = False


def overview(sections: Sequence[Section], *, key: str) -> None:
    """Draw the sections that have places."""
    drawn = [
        {"title": one.title, "wide": one.wide, "items": [_item(line) for line in one.lines]}
        for one in sections
        if one.lines
    ]
    _overview(key=key, data={"sections": drawn})


def _item(line: Line) -> dict[str, object]:
    item: dict[str, object] = {
        "icon": line.icon, "title": line.title, "note": line.note, "meta": line.meta, "code": line.code,
        "place": {"page": line.page, "params": dict(line.params)},
    }  # fmt: skip
    if line.mark:
        item |= {"mark": line.mark[0], "hint": line.mark[1]}
    return item | ({"tone": line.tone} if line.tone else {})
