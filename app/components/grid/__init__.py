"""The grid: any number of rows of a source, sorted, filtered, searched and added up in the engine.

Drawn in the browser, which asks the routes beside this for the rows it shows; scrolling, sorting and selecting run
no script. What a person has arranged and chosen is kept in the browser under the grid's key and source, and in the
journal; so is what is half-typed in a cell. Used by pages; loads no engine.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import streamlit as st

from app.components.grid.edited import edited_rows
from app.components.grid.ledger import ledger_rows
from app.components.grid.preview import look_rows
from app.components.grid.source import answer_rows, dataset_rows
from app.components.grid.words import operators, words
from app.components.mount import component
from app.session import kept, stored_input
from core.fingerprint import fingerprint
from core.i18n import current_locale

__all__ = ["GridEvent", "Kind", "answer_rows", "dataset_rows", "edited_rows", "grid", "ledger_rows", "look_rows"]

Kind: TypeAlias = Literal["column", "cell", "edit", "view", "type", "leave"]
"""What a person did: looked at a column's spread, chose a cell, typed into one, arranged the view, wants another
type for a column, wants to leave a dataset that is gone."""

_draw = component("grid")
_EVENT: Final = "event"
_ARRANGED: Final = "grid__"
_TYPED: Final = "cell__"
"""How the journal's keys begin: what is chosen in a grid, of which nobody is told; what is half-typed in cells."""
_DONE_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class GridEvent:
    """Something a person did in a grid.

    `row` is the place (from 0) in the order shown, `number` the row's number (from 1) in the source. `value` is
    the text typed into a cell; `taken()` tells that it is where it belongs, and offered no more as half-typed.
    `view` is what `grid` takes to show the same again.
    """

    kind: Kind
    column: str | None = None
    row: int | None = None
    number: int | None = None
    value: str | None = None
    view: Mapping[str, Any] | None = None
    taken: Callable[[], None] = lambda: None


def grid(
    source: str,
    *,
    key: str,
    label: str,
    height: int | Literal["stretch", "content"] = "stretch",
    tools: bool = True,
    editable: bool = False,
    events: Collection[Kind] = (),
    on_event: Callable[[GridEvent], None] | None = None,
    view: Mapping[str, Any] | None = None,
    says: Mapping[str, str] | None = None,
    lasting: bool = True,
) -> None:
    """Draw a grid.

    Args:
        source: The name of the rows, from `dataset_rows` or `answer_rows`.
        key: The widget's key.
        label: What the rows are, for those who hear the page.
        height: In pixels, or all there is.
        tools: Draw search, filters, the choice of columns and the way to a row above it.
        editable: Let a person type into cells; that is an event and changes nothing by itself.
        events: What `on_event` wants to hear of; each one runs the fragment the grid is in.
        on_event: A callback.
        view: What an event "view" told earlier, to be shown again; applied once.
        says: Texts instead of the grid's own, such as what the menu calls the event "column".
        lasting: Show what is chosen and how it is arranged in the next window, too; not where `key` or `source`
            are of this window only.
    """
    own = key.replace("__", "-")  # which Streamlit keeps for itself in the keys of components
    done: list[str] = kept("grid_typed", dict[str, list[str]]).setdefault(key, []) if editable else []

    def told() -> None:
        raw = st.session_state[own].get(_EVENT)
        if on_event is not None and isinstance(raw, Mapping) and raw.get("kind") in events:
            on_event(_event(raw, done))

    _draw(
        key=own,
        height=height,
        data={
            "key": key,
            "source": source,
            "label": label,
            "tools": tools,
            "events": sorted(events),
            "editable": editable,
            "locale": str(current_locale()).replace("_", "-"),
            "words": {**words(), **(says or {})},
            "operators": operators(),
            "view": dict(view) if view else None,
            "mark": fingerprint(dict(view)) if view else "",
            **_remembered(key, lasting=lasting, editable=editable),
            "done": list(done),
        },
        on_event_change=told,
    )


def _remembered(key: str, *, lasting: bool, editable: bool) -> dict[str, Any]:
    """Return what the journal has of a grid, and under which keys."""
    arranged, typed = f"{_ARRANGED}{key}", f"{_TYPED}{key}"
    return {
        "lasting": arranged if lasting else "",
        "kept": stored_input(arranged, fits=_is_object) if lasting else None,
        "typed": typed,
        "drafts": stored_input(typed) if editable else None,
    }


def _is_object(found: object) -> bool:
    return isinstance(found, Mapping)


def _event(raw: Mapping[str, Any], done: list[str]) -> GridEvent:
    """Return the event a browser told, believing only what is of the right type."""

    def taken() -> None:
        if isinstance(raw.get("draft"), str):
            done[:] = [*done, raw["draft"]][-_DONE_TOLD:]

    texts = {name: raw[name] if isinstance(raw.get(name), str) else None for name in ("column", "value")}
    numbers = {name: raw[name] if isinstance(raw.get(name), int) else None for name in ("row", "number")}
    view = raw.get("view")
    return GridEvent(
        raw["kind"], **texts, **numbers, view=view if isinstance(view, Mapping) else None, taken=taken
    )
