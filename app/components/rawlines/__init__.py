"""A text file as it stands, line by line: any number of lines, coloured by cell, marked where something was done.

Drawn in the browser, which asks the route beside this for the lines it shows; scrolling runs no script. Used by
the Import page.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from app.components.mount import component
from app.looks import Look, View
from core.i18n import N_, _, current_locale
from core.types import LineAction
from core.words import done_word

_draw = component("rawlines")
_EVENT: Final = "line"
_WORDS: Final = {
    "invisible": N_("Show invisible characters"),
    "go_to": N_("Go to line"),
    "line": N_("line {line}"),
    "lines_one": N_("{count} line"),
    "lines_other": N_("{count} lines"),
    "counting": N_("lines still being counted"),
    "cut": N_("this line goes on"),
    "none": N_("No line of the file is of this kind."),
    "away": N_("The engine does not answer."),
    "away_hint": N_("It is started again by itself; try again in a moment."),
    "again": N_("Try again"),
}


def raw_lines(
    look: Look,
    view: View,
    *,
    key: str,
    label: str,
    only: str | None = None,
    on_line: Callable[[int], None] | None = None,
) -> None:
    """Draw the lines of a file, as high as there is room.

    Args:
        look: The file.
        view: How it is read; decides the colours.
        key: The widget's key.
        label: What the lines are, for those who hear the page.
        only: Only lines that become this, such as "repaired".
        on_line: A callback that gets the number of a line that was chosen.
    """
    own = key.replace("__", "-")

    def told() -> None:
        raw = st.session_state[own].get(_EVENT)
        if on_line is not None and isinstance(raw, Mapping) and isinstance(raw.get("number"), int):
            on_line(raw["number"])

    _draw(
        key=own,
        height="stretch",
        data={
            "source": f"{look.id}:{view.key}",
            "only": only,
            "label": label,
            "locale": str(current_locale()).replace("_", "-"),
            "words": {name: _(text) for name, text in _WORDS.items()},
            "actions": _actions(),
            "choosable": on_line is not None,
        },
        on_line_change=told,
    )


def _actions() -> dict[str, Any]:
    return {action.value: done_word(action.value) for action in LineAction}
