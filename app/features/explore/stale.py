"""A dataset that is an answer to a question: whether it is out of date, of what, and the click that asks again."""

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import catalogue, work
from app.boundary import guarded, part, problem
from app.features.explore import texts
from app.features.explore.state import DataState
from app.refresh import NAV, STATUS, refresh, view_key
from app.router import redraw_view
from app.widgets import field_key
from app.widgets.parts import progress
from app.widgets.stamp import draw_stamp
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
LOOK_EVERY_S: Final = 0.4


def draw_stale(ctx: "AppContext", manifest: "Manifest", state: DataState) -> None:
    """Draw that the dataset is out of date, or how far its next version is; nothing if all is well."""
    job = state.asking.get(manifest.dataset_id)
    if job is not None:
        part("data_asking", partial(_draw_asking, ctx, manifest, state, job), every=LOOK_EVERY_S)
        return

    def again() -> None:
        state.asking[manifest.dataset_id] = catalogue.ask_again(ctx, manifest)
        redraw_view(VIEW)

    draw_stamp(VIEW, catalogue.outdated(ctx, manifest), again)


def _draw_asking(ctx: "AppContext", manifest: "Manifest", state: DataState, job: str) -> None:
    status = work.poll(ctx, job)
    if status.state not in work.ENDED:
        progress(status, _(texts.ASKING))
        return
    if status.state == "done":
        state.asking.pop(manifest.dataset_id, None)
        refresh(view_key(VIEW), NAV, STATUS)
        return

    def close() -> None:
        state.asking.pop(manifest.dataset_id, None)
        redraw_view(VIEW)

    problem(*work.reason_of(status, _(texts.NOT_ASKED)))
    st.button(_(texts.CLOSE), key=field_key(VIEW, "asked"), on_click=guarded(VIEW, close))
