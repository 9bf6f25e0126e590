"""Keys that work anywhere in the window; see `hotkeys`."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from app.components.mount import component

_KEY: Final = "hotkeys"
_hotkeys = component("hotkeys")


def hotkeys(keys: Mapping[str, str], on_action: Callable[[str], None]) -> None:
    """Listen to keys for as long as this is drawn.

    Args:
        keys: Name of the action by its keys, such as `{"mod+s": "save"}`; `mod` is Ctrl, on a Mac Cmd.
        on_action: A callback; gets the action's name, after the field that has the focus has handed its text over.
    """

    def act() -> None:
        on_action(str(st.session_state[_KEY].action))

    _hotkeys(key=_KEY, data={"keys": dict(keys)}, on_action_change=act)
