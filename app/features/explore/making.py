"""The profile of a dataset on its way: the Profile tab and the inspector share it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, part
from app.features.explore import actions, texts
from app.features.explore.state import DataState
from app.later import Later
from app.refresh import refresh
from app.widgets.words import counted
from core.i18n import _, retold

if TYPE_CHECKING:
    from analysis.profile import TableProfile
    from app.context import AppContext
    from core.types import Manifest

AT_ONCE_S: Final = 0.3
"""A profile that is there within this is drawn without a progress bar before it."""
LOOK_EVERY_S: Final = 0.4


def with_profile(
    ctx: "AppContext",
    manifest: "Manifest",
    state: DataState,
    draw: "Callable[[TableProfile], None]",
    *,
    key: str,
    then: str,
) -> None:
    """Draw with the profile of a dataset; while it is made, draw how far it is.

    Args:
        ctx: The open profile.
        manifest: The dataset.
        state: Where it is kept until it is there.
        draw: Draws it.
        key: Of the part that looks how far it is.
        then: The part to draw again once it is there.
    """
    making = _making(ctx, manifest, state)
    if not making.wait(AT_ONCE_S):
        part(key, partial(_draw_making, making, manifest, then), every=LOOK_EVERY_S)
        return
    try:
        profile = making.value()
    finally:
        # The cache keeps it, and may drop it.
        state.profiles.pop((manifest.dataset_id, manifest.version), None)
    draw(profile)


def _making(ctx: "AppContext", manifest: "Manifest", state: DataState) -> "Later[TableProfile]":
    """Return the profile on its way; that of another dataset is stopped, nobody waits for it any more."""
    wanted = (manifest.dataset_id, manifest.version)
    for other in [key for key in state.profiles if key != wanted]:
        state.profiles.pop(other).cancel()
    making = state.profiles.get(wanted)
    if making is None:
        making = state.profiles[wanted] = Later(
            lambda progress: actions.profile(ctx, manifest.name, progress=progress), what=_(texts.PROFILE)
        )
    return making


def _draw_making(making: "Later[TableProfile]", manifest: "Manifest", then: str) -> None:
    step = f" · {escaped(retold(making.step))}" if making.step else ""
    st.progress(min(making.fraction, 1.0), _(texts.MAKING).format(rows=counted(manifest.rows, "row")) + step)
    if making.wait(0):
        refresh(then)
