"""Several open files: one line each, what is certain imported with one click, the others a click away."""

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import escaped, guarded, part
from app.features.datasets import texts
from app.features.datasets.deciding import draw_questions
from app.features.datasets.importing import FEWEST_TOGETHER, after, close_all, start_all, start_together
from app.features.datasets.judging import begin, settle
from app.features.datasets.remembered import remember
from app.features.datasets.state import ImportState, OpenFile
from app.refresh import NAV, STATUS, refresh, view_key
from app.router import redraw_view
from app.session import NOTHING_CHOSEN, put
from app.widgets import field_key
from app.widgets.parts import body, toolbar
from app.widgets.words import counted, number, size
from core.i18n import _, retold

if TYPE_CHECKING:
    import pyarrow as pa

    from app.context import AppContext

VIEW: Final = "import"
EVERY_S: Final = 0.5


def draw_files(ctx: "AppContext", state: ImportState) -> None:
    """Draw all open files."""
    for file in state.files:
        begin(ctx, file)
    _settle_all(ctx, state)
    waiting = state.waiting(ctx.config.imports.min_confidence)
    with toolbar(VIEW, _(texts.TITLE), counted(len(state.files), "file")):
        st.button(
            _(texts.ANOTHER), key=field_key(VIEW, "another"), on_click=guarded(VIEW, partial(close_all, ctx))
        )
        if len(state.open_ones()) >= FEWEST_TOGETHER and not state.importing():
            st.button(
                _(texts.TOGETHER), key=field_key(VIEW, "together"), disabled=bool(state.judging()),
                help=_(texts.TOGETHER_LATER) if state.judging() else _(texts.TOGETHER_HINT),
                type="primary" if state.together else "secondary",
                on_click=guarded(VIEW, start_together), args=(ctx, state),
            )  # fmt: skip
        if waiting:
            st.button(
                escaped(texts.to_import_word(len(waiting))), key=field_key(VIEW, "all"),
                type="secondary" if state.together else "primary",
                on_click=guarded(VIEW, start_all), args=(ctx, state),
            )  # fmt: skip
    with body(VIEW):
        if state.together:
            draw_questions(ctx, state)
        if state.judging() or state.importing():
            part("import_files", partial(_draw_moving, ctx, state), every=EVERY_S)
        else:
            _draw_list(ctx, state)


def _settle_all(ctx: "AppContext", state: ImportState) -> bool:
    """Take over what has come meanwhile; return whether anything has."""
    moved = False
    for file in state.files:
        if file.judging is not None:
            moved |= settle(ctx, file, 0.0)
        if file.job is not None and file.ended is None:
            status = work.poll(ctx, file.job)
            if status.state in work.ENDED:
                file.ended, moved = status, True
                after(ctx, file)
    return moved


def _draw_moving(ctx: "AppContext", state: ImportState) -> None:
    moved = _settle_all(ctx, state)
    importing = sum(1 for file in state.files if file.job or file.done)
    if importing:
        done = sum(file.done for file in state.files)
        told = _(texts.IMPORTING_ALL).format(done=number(done), all=number(importing))
        st.progress(done / importing, told)
    _draw_list(ctx, state)
    if moved:
        refresh(view_key(VIEW), NAV, STATUS)


def _draw_list(ctx: "AppContext", state: ImportState) -> None:
    if any(file.ended for file in state.files) and not state.importing():
        st.markdown(escaped(texts.ended_line(sum(file.done for file in state.files), state.missed())))
    key = field_key(VIEW, "files", state.uploads)

    def choose() -> None:
        cells: list[tuple[int, str]] = st.session_state[key]["selection"]["cells"]
        if cells and cells[0][0] < len(state.files):
            put(key, NOTHING_CHOSEN)
            state.show(cells[0][0])
            remember()
            redraw_view(VIEW)

    st.dataframe(
        _as_arrow(ctx, state.files),
        key=key,
        on_select=choose,
        selection_mode="single-cell",
        hide_index=True,
        height="content",
        row_height=28,
        alt=_(texts.FILES),
        lazy=False,
    )


def _as_arrow(ctx: "AppContext", files: list[OpenFile]) -> "pa.Table":
    import pyarrow as pa

    sure = ctx.config.imports.min_confidence
    return pa.table(
        {
            _(texts.FILE): [file.name for file in files],
            _(texts.SIZE): [size(file.path.stat().st_size) if file.path.exists() else None for file in files],
            _(texts.STATE): [state_word(file, sure) for file in files],
            _(texts.READ_AS): [_reading_word(file) for file in files],
        }
    )


def state_word(file: OpenFile, min_confidence: float) -> str:
    """Return how far a file is."""
    if file.done:
        return _(texts.IS_IMPORTED)
    if file.importing:
        return _(texts.IS_IMPORTING)
    if file.left_out:
        return _(texts.IS_LEFT_OUT)
    if file.refused:
        return _(texts.IS_NO_TABLE)
    if file.ended is not None:
        return _(texts.IS_NOT_IMPORTED)
    if file.judgement is None:
        return _(texts.IS_LOOKED_AT)
    return _(texts.IS_UNCERTAIN) if file.uncertain(min_confidence) else _(texts.IS_CERTAIN)


def _reading_word(file: OpenFile) -> str | None:
    if file.refused:
        return file.refused[0]
    if file.ended is not None and not file.done:
        return work.reason_of(file.ended, _(texts.FAILED))[0]
    return retold(file.candidate.why) if file.candidate else None
