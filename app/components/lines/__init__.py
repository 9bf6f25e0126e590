"""A short table whose lines can be chosen: datasets, columns of a profile, jobs. Loads no engine.

Drawn in the browser as plain elements, so that every click and every key is heard, also one whose pointer moved.
For many rows there is the grid.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import streamlit as st

from app.components.mount import component

_lines = component("lines")
_CHOSEN: Final = "chosen"


@dataclass(frozen=True, slots=True)
class Head:
    """One column: its name, and how its cells are drawn; the cells of a `bar` are shares from 0 to 1."""

    name: str
    kind: Literal["text", "number", "bar"] = "text"


@dataclass(frozen=True, slots=True)
class Row:
    """One line; a missing cell is shown as such. With `place` its name leads there: a page and its parameters."""

    cells: Sequence[str | float | None]
    place: tuple[str, Mapping[str, str]] | None = None


def line_table(
    heads: Sequence[Head],
    rows: Sequence[Row],
    *,
    key: str,
    label: str,
    chosen: int | None = None,
    on_choose: Callable[[int], None] | None = None,
    height: int | None = None,
) -> None:
    """Draw a table.

    Args:
        heads: Its columns.
        rows: Its lines.
        key: The widget's key.
        label: What the lines are, for those who hear the page.
        chosen: The line (from 0) that is marked.
        on_choose: A callback; hears the line a person chose. Without it a click anywhere in a line with a place
            leads there, with it only its name and a double click do.
        height: At most so many pixels; more lines scroll below their heads.
    """
    own = key.replace("__", "-")  # which Streamlit keeps for itself in the keys of components

    def told() -> None:
        line = st.session_state[own].get(_CHOSEN)
        if on_choose is not None and isinstance(line, int) and 0 <= line < len(rows):
            on_choose(line)

    _lines(
        key=own,
        data={
            "label": label,
            "heads": [[one.name, one.kind] for one in heads],
            "rows": [_row(one) for one in rows],
            "chosen": chosen,
            "picks": on_choose is not None,
            "height": height,
        },
        on_chosen_change=told,
    )


def _row(row: Row) -> dict[str, Any]:
    place = {"page": row.place[0], "params": dict(row.place[1])} if row.place else None
    return {"cells": list(row.cells), "place": place}
