"""Keys that work anywhere in the window; see `hotkeys`."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from app.components.mount import component

_KEY: Final = "hotkeys"
_hotkeys = component("hotkeys")


def hotkeys(
    keys: Mapping[str, str], on_action: Callable[[str], None], *, key: str = _KEY, scope: str | None = None
) -> None:
    """Listen to keys for as long as this is drawn.

    Args:
        keys: Name of the action by its keys, such as `{"mod+s": "save", "g s": "sql"}`; `mod` is Ctrl, on a Mac
            Cmd; a space parts the keys of a sequence. Keys that write something do nothing while a person types.
            The actions "palette", "shortcuts", "back" and "forward" are done by the browser itself.
        on_action: A callback; gets the action's name, after the field that has the focus has handed its text over.
        key: Tells two listeners apart.
        scope: The key of a container: listen only while the focus is inside it.
    """

    def act() -> None:
        action = st.session_state[key].action
        if action:
            on_action(str(action))

    _hotkeys(key=key, data={"keys": dict(keys), "scope": scope}, on_action_change=act)
