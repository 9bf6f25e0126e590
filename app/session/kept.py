"""What a window remembers while it is open: one typed object per page.

A widget's own value lives under its key; everything else a page keeps between two runs is one dataclass, made on
first use. Nothing else in `app` touches `st.session_state` by name.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import streamlit as st

T = TypeVar("T")

NOTHING_CHOSEN: Final[dict[str, dict[str, list[int]]]] = {"selection": {"rows": [], "columns": [], "cells": []}}
"""The value of a grid without a selection; put, it takes a selection back without drawing the grid anew."""


def kept(name: str, make: Callable[[], T]) -> T:
    """Return the object kept under a name, made on first use; every field asks for several, so look once."""
    key = f"kept__{name}"
    found: T | None = st.session_state.get(key)
    if found is None:
        found = st.session_state[key] = make()
    return found


def notices() -> dict[str, tuple[str, str]]:
    """Return the failures that wait to be shown: view to message and hint."""
    return kept("notices", dict)


def seed(key: str, value: object) -> None:
    """Give a widget its first value, before it is drawn, unless it has one."""
    if key not in st.session_state:
        st.session_state[key] = value


def put(key: str, value: object) -> None:
    """Set a widget's value, before it is drawn in this run."""
    st.session_state[key] = value


def value(key: str, default: T) -> T:
    """Return a widget's value, or the default while it has none."""
    found: T = st.session_state.get(key, default)
    return found
