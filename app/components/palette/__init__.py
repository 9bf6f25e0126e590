"""The command palette and the list of shortcuts, both of them closed until asked for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import streamlit as st

from app.components.mount import component
from core.i18n import _

_KEY: Final = "palette"
_palette = component("palette")


def palette(
    entries: Sequence[Mapping[str, Any]],
    *,
    recent: Sequence[str],
    shortcuts: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    on_chosen: Callable[[str, bool], None],
) -> None:
    """Draw what is shown once Ctrl+K or `?` is pressed.

    Args:
        entries: Pages and actions: id, label, icon, and if there are any note, keys, place.
        recent: Ids chosen lately, the latest first.
        shortcuts: Headings, each with keys and what they do.
        on_chosen: A callback; gets the id, and whether it is an action (a place is gone to by itself).
    """

    def hear() -> None:
        chosen = st.session_state[_KEY].chosen
        if chosen:
            on_chosen(str(chosen["id"]), bool(chosen["action"]))

    _palette(
        key=_KEY,
        on_chosen_change=hear,
        data={
            "entries": [dict(entry) for entry in entries],
            "recent": list(recent),
            "shortcuts": [[title, [list(one) for one in keys]] for title, keys in shortcuts],
            "texts": {
                "search": _("Search pages, datasets, columns, actions"),
                "nothing": _("Nothing has these letters."),
                "shortcuts": _("Keyboard shortcuts"),
                "close": _("Close"),
                "palette": _("Command palette"),
            },
        },
    )
