"""Which views of a window are alive, and what becomes of one that is not.

A view that was looked at stays in the page, hidden, so that going back to it costs nothing; only the last few do.
Before one is put away, the values of its widgets are kept, since Streamlit forgets those of widgets that are not
drawn; when it is drawn again they are given back. Used by the router and the shell.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from app.page import Params

LIVE_VIEWS: Final = 4
"""Views that stay in the page."""
_UNKEPT: Final = frozenset(
    {
        "trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value",
        "file_uploader_state_value", "json_value",
    }
)  # fmt: skip
"""Widgets whose value cannot be given back: buttons, uploads, our own components (which keep their state). Nor can
what is chosen in a chart or edited in a table, whose value is an object."""


@dataclass(slots=True)
class View:
    """A view that is alive: what it was drawn with, and what it watched as it stood then."""

    params: Params | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    old: bool = True


@dataclass(slots=True)
class Views:
    """The live views of one window, the least recently seen first, and what was kept of others."""

    live: "OrderedDict[str, View]" = field(default_factory=OrderedDict)
    put_away: dict[str, dict[str, Any]] = field(default_factory=dict)

    def see(self, slug: str) -> list[str]:
        """Make a view the most recent one; return the names of those that are put away for it."""
        self.live.setdefault(slug, View())
        self.live.move_to_end(slug)
        gone = list(self.live)[: max(len(self.live) - LIVE_VIEWS, 0)]
        for one in gone:
            del self.live[one]
            self.put_away[one] = widget_values(one)
        return gone

    def is_fresh(self, slug: str, params: Params, marks: Mapping[str, int]) -> bool:
        """Tell whether a view already shows this, so that it need not be drawn again."""
        view = self.live.get(slug)
        return view is not None and not view.old and view.params == params and view.marks == marks

    def give_back(self, slug: str) -> None:
        """Give the widgets of a view that is drawn again what was kept of them."""
        for key, value in self.put_away.pop(slug, {}).items():
            if key not in st.session_state:
                st.session_state[key] = value

    def is_drawn(self, slug: str, params: Params, marks: Mapping[str, int]) -> None:
        """Note what a live view shows now."""
        view = self.live.get(slug)
        if view is not None:
            view.params, view.marks, view.old = params, marks, False

    def spoil(self, slug: str) -> None:
        """Have a view drawn again the next time it is gone to."""
        if slug in self.live:
            self.live[slug].old = True


def widget_values(view: str) -> dict[str, Any]:
    """Return the values of a view's widgets by key, those that can be given back.

    Streamlit has no way to ask which kind of widget a key belongs to, so its own table is read.
    """
    context = get_script_run_ctx()
    if context is None:
        return {}
    state = context.session_state._state
    metadata = state._new_widget_state.widget_metadata
    values: dict[str, Any] = {}
    for key in set(state._key_id_mapper.id_key_mapping.values()):
        widget = state._key_id_mapper.get_id_from_key(key) if key.startswith(f"{view}__") else None
        known = metadata.get(widget) if widget else None
        if known is not None and known.value_type not in _UNKEPT and key in st.session_state:
            value = st.session_state[key]
            if not isinstance(value, Mapping):
                values[key] = value
    return values
