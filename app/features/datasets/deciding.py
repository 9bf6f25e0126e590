"""Before several files become one table: what a person decides about those that are not certain, or no tables.

Each can be looked at by itself; here one click says it for all of them. Nothing is taken or left out unasked.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.features.datasets import texts
from app.features.datasets.options import choose_reading, follow, import_form, make_step
from app.features.datasets.remembered import remember
from app.features.datasets.state import ImportState, OpenFile
from app.router import redraw_view
from app.widgets import field_key, s_select
from core.errors import BestandError
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext

VIEW: Final = "import"
_NOBODY: Final = ""


def draw_questions(ctx: "AppContext", state: ImportState) -> None:
    """Draw what is open, and the ways to decide it; once nothing is, say so."""
    asking, refused = state.asking(ctx.config.imports.min_confidence), state.refused()
    with st.container(key="import_questions", border=True, gap="xsmall"):
        if asking:
            st.markdown(escaped(texts.asking_line([file.name for file in asking])))
            with st.container(key="import_decide", horizontal=True, vertical_alignment="bottom", gap="small"):
                st.button(
                    _(texts.TAKE_BEST), key=field_key(VIEW, "take_best"),
                    on_click=guarded(VIEW, partial(take_best, ctx, asking)),
                )  # fmt: skip
                _draw_like(ctx, state, asking)
                _draw_leave_out(state, asking, "asking")
        if refused:
            with st.container(key="import_refused", horizontal=True, vertical_alignment="center", gap="small"):
                told = texts.refused_line([file.name for file in refused])
                st.markdown(escaped(told), width="content")
                _draw_leave_out(state, refused, "refused")
        if not asking and not refused:
            st.markdown(_(texts.ALL_DECIDED))


def _draw_leave_out(state: ImportState, files: Sequence[OpenFile], which: str) -> None:
    st.button(
        _(texts.LEAVE_OUT), key=field_key(VIEW, "leave_out", which),
        on_click=guarded(VIEW, partial(leave_out, state, files)),
    )  # fmt: skip


def _draw_like(ctx: "AppContext", state: ImportState, asking: Sequence[OpenFile]) -> None:
    """Draw the choice of a file that is decided, whose reading the others shall have."""
    models = {file.id: file for file in models_for(state, asking)}
    if not models:
        return

    def chosen(one: str) -> None:
        if one in models:
            read_like(ctx, models[one], asking)

    s_select(
        ctx, VIEW, "like", instance=str(len(asking)), label=_(texts.READ_LIKE), options=[_NOBODY, *models],
        naming=lambda one: models[one].name if one in models else _(texts.READ_LIKE),
        hide_label=True, width=240, shows=_NOBODY, on_change=chosen,
    )  # fmt: skip


def models_for(state: ImportState, asking: Sequence[OpenFile]) -> list[OpenFile]:
    """Return the files that are decided and of the format of one that is not."""
    open_formats = {file.best.reading.format for file in asking if file.best is not None}
    return [
        file
        for file in state.open_ones()
        if file not in asking and file.candidate is not None and file.candidate.reading.format in open_formats
    ]


def take_best(ctx: "AppContext", files: Sequence[OpenFile]) -> None:
    """Choose what stands first for each of these files, as a step of each."""
    for file in files:
        make_step(ctx, file, {"look": file.look_of(0)}, texts.TAKE_BEST)
        follow(ctx, file, import_form(ctx, file, drawing=False))
    redraw_view(VIEW)


def read_like(ctx: "AppContext", model: OpenFile, files: Sequence[OpenFile]) -> None:
    """Read these files as another one is read, each with types of its own; one that cannot be so stays open.

    Raises:
        BestandError: none of them can be read so.
    """
    if model.candidate is None:
        return
    reading, done, failed = replace(model.candidate.reading, column_types=()), 0, None
    for file in files:
        if file.best is None or file.best.reading.format is not reading.format:
            continue
        try:
            choose_reading(ctx, file, reading, texts.READ_LIKE)
        except BestandError as error:
            failed = failed or error
            continue
        follow(ctx, file, import_form(ctx, file, drawing=False))
        done += 1
    if failed is not None and not done:
        raise failed
    redraw_view(VIEW)


def leave_out(state: ImportState, files: Sequence[OpenFile], *, out: bool = True) -> None:
    """Leave files out of what is imported, or take them in again; they stay in the list."""
    for file in files:
        file.left_out = out
    state.show(None)
    remember()
    redraw_view(VIEW)
