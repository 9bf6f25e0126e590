"""The profile of a dataset on its way: the Profile tab and the inspector share it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, guarded, part
from app.features.explore import actions, texts
from app.features.explore.state import DataState
from app.later import Later
from app.refresh import redraw, refresh
from app.widgets import field_key
from app.widgets.words import counted
from core.i18n import _, retold
from core.types import Compute

if TYPE_CHECKING:
    from analysis.profile import TableProfile
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
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
        first = _first_look(ctx, manifest, state)
        part(key, partial(_draw_making, making, first, draw, manifest, key, then), every=LOOK_EVERY_S)
        return
    seen = _seen(state.first_looks.get(_place(manifest)))
    if making.failed and seen is not None:
        draw(seen)
        st.button(
            _(texts.EXACTLY), key=field_key(VIEW, "exactly", key),
            on_click=guarded(VIEW, partial(_count, manifest, state, then)),
        )  # fmt: skip
        return
    try:
        profile = making.value()
    finally:
        # The cache keeps it, and may drop it.
        state.profiles.pop(_place(manifest), None)
        state.first_looks.pop(_place(manifest), None)
    draw(profile)


def _place(manifest: "Manifest") -> tuple[str, int]:
    return manifest.dataset_id, manifest.version


def _count(manifest: "Manifest", state: DataState, then: str) -> None:
    """Within a callback: count exactly after all."""
    state.profiles.pop(_place(manifest), None)
    redraw(then)


def _seen(first: "Later[TableProfile] | None") -> "TableProfile | None":
    return first.value() if first is not None and first.wait(0) and not first.failed else None


def _first_look(ctx: "AppContext", manifest: "Manifest", state: DataState) -> "Later[TableProfile] | None":
    """Return a look at a sample on its way, for a dataset that takes a while to be counted exactly."""
    from analysis.profile import SAMPLE_ROWS

    if ctx.config.compute is not Compute.ACCURATE or manifest.rows <= SAMPLE_ROWS:
        return None
    wanted = _place(manifest)
    for other in [key for key in state.first_looks if key != wanted]:
        state.first_looks.pop(other).cancel()
    if wanted not in state.first_looks:
        state.first_looks[wanted] = Later(
            lambda progress: actions.profile(ctx, manifest.name, compute=Compute.FAST, progress=progress),
            what=_(texts.PROFILE),
        )
    return state.first_looks[wanted]


def _making(ctx: "AppContext", manifest: "Manifest", state: DataState) -> "Later[TableProfile]":
    """Return the profile on its way; that of another dataset is stopped, nobody waits for it any more."""
    wanted = _place(manifest)
    for other in [key for key in state.profiles if key != wanted]:
        state.profiles.pop(other).cancel()
    making = state.profiles.get(wanted)
    if making is None:
        making = state.profiles[wanted] = Later(
            lambda progress: actions.profile(ctx, manifest.name, progress=progress), what=_(texts.PROFILE)
        )
    return making


def _draw_making(
    making: "Later[TableProfile]",
    first: "Later[TableProfile] | None",
    draw: "Callable[[TableProfile], None]",
    manifest: "Manifest",
    key: str,
    then: str,
) -> None:
    seen = _seen(first)
    if seen is not None:
        draw(seen)
    step = f" · {escaped(retold(making.step))}" if making.step else ""
    st.progress(min(making.fraction, 1.0), _(texts.MAKING).format(rows=counted(manifest.rows, "row")) + step)
    if seen is not None:
        st.button(_(texts.STOP), key=field_key(VIEW, "stop", key), on_click=making.cancel)
    if making.wait(0):
        refresh(then)
