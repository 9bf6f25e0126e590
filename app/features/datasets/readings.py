"""How a file was read, drawn: in words, as a table, and beside the other candidates."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped
from app.features.datasets import texts
from app.features.datasets.state import ImportState, OpenFile
from app.widgets import field_key
from app.widgets.parts import grid_height, grid_place, table
from app.widgets.words import counted, percent
from core.i18n import _, retold

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.readings import Candidate

VIEW: Final = "import"
COMPARED_PX: Final = 420
FITS: Final = 20
"""Records of a preview that are on the screen whole in the smallest window."""


def draw_preview(file: OpenFile, state: ImportState | None = None) -> None:
    """Draw the reading in words and the first records as read; with `state` also the way to the others."""
    if file.judgement is None:
        return
    candidate = file.judgement.candidates[file.chosen or 0]
    others = len(file.judgement.candidates) - 1
    with st.container(horizontal=True, vertical_alignment="center", key="import_reading"):
        st.markdown(f"**{escaped(retold(candidate.why))}**", width="content")
        st.caption(_(texts.SURE).format(share=percent(candidate.reading.confidence)), width="content")
        if state is not None and others:
            st.button(
                _(texts.COMPARE).format(others=counted(others, "other reading")),
                key=field_key(VIEW, "compare"),
                type="tertiary",
                on_click=_compare,
                args=(state,),
            )
    rows = preview_table(candidate)
    height = grid_height(rows.num_rows, FITS)
    with grid_place("preview", height):
        table(
            rows,
            key=field_key(VIEW, "grid", file.id),
            alt=_("First records of {name}").format(name=file.name),
            height=height,
        )
    st.caption(_(texts.PREVIEW).format(rows=counted(rows.num_rows, "record")))


def draw_comparison(state: ImportState, file: OpenFile) -> None:
    """Draw all candidates side by side, each with its words and its table."""
    if file.judgement is None:
        return
    candidates = file.judgement.candidates
    for number, (column, candidate) in enumerate(zip(st.columns(len(candidates)), candidates, strict=True)):
        with column, st.container(border=True, key=f"import_candidate_{number}", height=COMPARED_PX, gap="small"):
            chosen = file.chosen == number
            st.button(
                _(texts.USED) if chosen else _(texts.USE),
                key=field_key(VIEW, "use", number),
                icon=":material/check:" if chosen else None,
                width="stretch",
                on_click=_use,
                args=(state, file, number),
            )
            sure = _(texts.SURE).format(share=percent(candidate.reading.confidence))
            st.caption(f"**{sure}** · {escaped(retold(candidate.why))}")
            table(
                preview_table(candidate),
                key=field_key(VIEW, "candidate", f"{file.id}_{number}"),
                alt=_("{name} as read by candidate {number}").format(name=file.name, number=number + 1),
                height="stretch",
            )
    if file.chosen is not None:
        st.button(
            _(texts.ONE_ONLY), key=field_key(VIEW, "one_only"), type="tertiary", on_click=_one_only, args=(state,)
        )


def preview_table(candidate: "Candidate") -> "pa.Table":
    """Return a candidate's first records as text, ready to draw; names that repeat are told apart."""
    import pyarrow as pa

    names = [column.name for column in candidate.columns]
    cells = [
        pa.array([row[i] if i < len(row) else None for row in candidate.preview], pa.string())
        for i in range(len(names))
    ]
    return pa.table(cells, names=names)


def _compare(state: ImportState) -> None:
    state.comparing = True


def _one_only(state: ImportState) -> None:
    state.comparing = False


def _use(state: ImportState, file: OpenFile, number: int) -> None:
    file.chosen, state.comparing = number, False
