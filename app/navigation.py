"""Where a window is: the view, and the dataset shown in it. The address bar says the same.

The shell reads the place at a full run; callbacks change it with `go`, which draws the navigation and the view
anew and nothing else.
"""

from dataclasses import dataclass, field

import streamlit as st

from app.refresh import NAV, STATUS, redraw, view_key
from app.session import kept

HOME = "import"
VIEWS = ("import", "data", "sql", "jobs")


@dataclass(slots=True)
class Place:
    """The present place of one window.

    `visited` are the views that have been drawn and stay alive. `wish` is what the view shall do on arrival, once.
    """

    view: str = HOME
    dataset: str | None = None
    visited: set[str] = field(default_factory=set)
    wish: str | None = None

    def take_wish(self) -> str | None:
        """Return the wish and forget it."""
        wish, self.wish = self.wish, None
        return wish


def here() -> Place:
    """Return where this window is."""
    return kept("place", Place)


def arrive() -> Place:
    """Take the place from the address, at the start of a full run; an unknown view leads home."""
    place = here()
    wanted = st.query_params.get("view")
    if wanted in VIEWS:
        place.view = wanted
        place.dataset = st.query_params.get("dataset") or None
    place.visited.add(place.view)
    return place


def move(view: str, dataset: str | None = None) -> None:
    """Be somewhere else from the next drawing on; the address follows."""
    place = here()
    place.view, place.dataset = view, dataset
    place.visited.add(view)
    st.query_params.from_dict({"view": view, **({"dataset": dataset} if dataset else {})})


def go(view: str, dataset: str | None = None, wish: str | None = None) -> None:
    """Within a callback: move and draw what changed."""
    move(view, dataset)
    here().wish = wish
    redraw(NAV, STATUS, view_key(view))
