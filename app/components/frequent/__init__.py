"""The frequent values of a column: a list of bars, each a button; see `frequent_values`. Loads no engine."""

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from app.components.mount import component

_frequent = component("frequent")
_CHOSEN: Final = "chosen"


def frequent_values(
    values: Sequence[tuple[str, str, float]], *, key: str, label: str, on_choose: Callable[[int], None]
) -> None:
    """Draw values with how often each occurs.

    Args:
        values: Of each the text, how often it occurs as people read it, and the length of its bar (0 to 1).
        key: The widget's key.
        label: What the list is, for those who hear the page.
        on_choose: A callback; hears the place (from 0) of the value that was clicked.
    """
    own = key.replace("__", "-")  # which Streamlit keeps for itself in the keys of components

    def told() -> None:
        place = st.session_state[own].get(_CHOSEN)
        if isinstance(place, int) and 0 <= place < len(values):
            on_choose(place)

    _frequent(key=own, data={"label": label, "values": [list(one) for one in values]}, on_chosen_change=told)
