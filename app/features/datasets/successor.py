"""The next version of a dataset: offered when a file would get the name of one there is, with what is different.

Without it the file becomes a dataset of its own. No answer of the judge depends on it.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped
from app.catalogue import find, shown
from app.features.datasets import texts
from app.features.datasets.options import NAME, REPLACE, make_step
from app.features.datasets.state import OpenFile
from app.forms.state import FormState
from app.router import redraw_view
from app.widgets import s_checkbox
from core.i18n import _, retold
from core.types import Manifest

if TYPE_CHECKING:
    from analysis.choosing import Wish
    from analysis.readings import Candidate
    from app.context import AppContext

VIEW: Final = "import"
MOST_TOLD: Final = 6
"""Differences that are told one by one."""


def draw_successor(ctx: "AppContext", file: OpenFile, form: FormState, candidate: "Candidate") -> None:
    """Ask what the file shall be beside a dataset of the same name; nothing where there is none."""
    before = shown(ctx, name_of(file, form, candidate))
    if before is None:
        return
    following = form.value(REPLACE) == before.name

    def tick(now: bool) -> None:
        make_step(ctx, file, {REPLACE: before.name if now else None}, texts.AS_NEXT_STEP)
        redraw_view(VIEW)

    with st.container(key="import_successor", horizontal=True, vertical_alignment="center", gap="small"):
        told = texts.NAME_FOLLOWED if following else texts.NAME_IN_USE
        st.caption(escaped(_(told).format(name=before.name, version=before.version)), width="content")
        s_checkbox(
            ctx, VIEW, REPLACE, instance=file.id.lower(), shows=following, on_change=tick,
            label=_(texts.AS_NEXT).format(version=before.version + 1),
        )  # fmt: skip
    if following:
        _draw_differences(before, candidate)


def following(ctx: "AppContext", file: OpenFile, form: FormState, wish: "Wish") -> "tuple[Wish, bool]":
    """Return how a file is read, and whether as the next version; that keeps what was set right by hand."""
    if not form.value(REPLACE) or file.candidate is None:
        return wish, False
    before = find(ctx, name_of(file, form, file.candidate))
    if before is None or before.name != form.value(REPLACE):
        return wish, False
    return (replace(wish, corrections=before.corrections) if wish.reading is not None else wish), True


def name_of(file: OpenFile, form: FormState, candidate: "Candidate") -> str:
    """Return the name the dataset would have, if it were free."""
    from analysis.importing import dataset_name, name_after

    typed = form.value(NAME)
    return dataset_name(str(typed) if typed else name_after(file.name, candidate.reading))


def _draw_differences(before: Manifest, candidate: "Candidate") -> None:
    from analysis.readings.drift import since

    found = since(before.columns, candidate.columns) if before.question is None else ()
    if not found:
        return
    lines = [escaped(retold(one.message)) for one in found[:MOST_TOLD]]
    if len(found) > MOST_TOLD:
        lines.append(escaped(texts.more_word(len(found) - MOST_TOLD)))
    head = escaped(_(texts.DIFFERENT).format(name=before.name, version=before.version))
    st.warning(head + "".join(f"\n- {line}" for line in lines), icon=":material/difference:")
