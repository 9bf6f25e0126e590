"""The Profile tab: one line per column, and the spread and most frequent values of the chosen one."""

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from app.context import AppContext
    from app.features.explore.state import DataState
    from core.types import Manifest


def draw_profile(ctx: "AppContext", manifest: "Manifest", state: "DataState") -> None:
    """Draw the profile of a dataset."""
    del ctx, manifest, state
    st.caption("–")
