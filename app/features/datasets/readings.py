"""How the open file can be read: the readings as tabs, the one on the screen in words, and its two halves."""

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, guarded, problem
from app.components.focusing import focus_on
from app.features.datasets import actions, texts
from app.features.datasets.controls import draw_words
from app.features.datasets.halves import draw_halves, draw_preview
from app.features.datasets.options import NO_READING, is_as_judged, make_step, reset
from app.features.datasets.state import OpenFile
from app.features.datasets.successor import draw_successor
from app.forms.state import FormState
from app.router import redraw_view
from app.widgets import field_key, s_segments, s_select
from app.widgets.words import number, percent
from core.i18n import _, retold
from core.types import FileFormat

if TYPE_CHECKING:
    from analysis.readings import Candidate
    from analysis.readings.model import Part
    from app.context import AppContext

VIEW: Final = "import"
HAS_LINES: Final = (FileFormat.DELIMITED, FileFormat.JSON, FileFormat.NDJSON)


def draw_reading(ctx: "AppContext", file: OpenFile, form: FormState, candidate: "Candidate") -> None:
    """Draw everything about how the file is read; of a file that is certain only what one has to see."""
    uncertain = file.uncertain(ctx.config.imports.min_confidence)
    _draw_notices(ctx, file, uncertain=uncertain)
    draw_successor(ctx, file, form, candidate)
    closer = uncertain if file.closer is None else file.closer
    with st.container(key="import_head", gap="xsmall"):
        with st.container(key="import_reading", horizontal=True, vertical_alignment="center", gap="small"):
            _draw_parts(ctx, file)
            draw_words(ctx, file, candidate)
            _draw_sureness(candidate)
            if candidate.reading.format in HAS_LINES or len(file.shown) > 1:
                _draw_closer(file, closer=closer)
            if not is_as_judged(form):
                st.button(
                    _(texts.RESET), key=field_key(VIEW, "as_judged"), help=_(texts.RESET_HINT), type="tertiary",
                    on_click=guarded(VIEW, _reset), args=(ctx, file),
                )  # fmt: skip
        if closer or file.at is not None:
            _draw_tabs(ctx, file)
    if closer:
        draw_halves(ctx, file, candidate)
    else:
        draw_preview(ctx, file, candidate)
    if not uncertain:
        focus_on(field_key(VIEW, "start"), once=file.id)


# ---- notices ----------------------------------------------------------------------------------------------


def _draw_notices(ctx: "AppContext", file: OpenFile, *, uncertain: bool) -> None:
    if file.misfit is not None:
        problem(*file.misfit)
    if file.replay is not None and file.replayed:
        _draw_replay(ctx, file)
    elif uncertain:
        one = len(file.shown) == 1
        st.warning(_(texts.UNCERTAIN_ONE) if one else _(texts.UNCERTAIN), icon=":material/help:")


def _draw_replay(ctx: "AppContext", file: OpenFile) -> None:
    """Say that a saved reading is used, and what does not fit it."""
    replay = file.replay
    if replay is None:
        return
    name = replay.saved.name
    with st.container(key="import_replay", horizontal=True, vertical_alignment="center", gap="small"):
        if replay.fits:
            st.caption(escaped(_(texts.REPLAYED).format(name=name)), width="content")
        else:
            told = "".join(f"\n- {escaped(retold(one.message))}" for one in replay.drift)
            st.warning(escaped(_(texts.DRIFTED).format(name=name)) + told, icon=":material/difference:")
        st.button(
            _(texts.FRESH), key=field_key(VIEW, "fresh"), type="tertiary",
            on_click=guarded(VIEW, partial(_judge_anew, ctx, file)),
        )  # fmt: skip


def _judge_anew(ctx: "AppContext", file: OpenFile) -> None:
    make_step(ctx, file, {**NO_READING, "fresh": True}, texts.FRESH)
    redraw_view(VIEW)


def _reset(ctx: "AppContext", file: OpenFile) -> None:
    reset(ctx, file)
    redraw_view(VIEW)


# ---- above the halves -------------------------------------------------------------------------------------


def _draw_sureness(candidate: "Candidate") -> None:
    sure = _(texts.SURE).format(share=percent(candidate.reading.confidence))
    if not candidate.reasons:
        st.caption(sure, width="content")
        return
    with st.popover(sure, key=field_key(VIEW, "why"), type="tertiary"):
        st.markdown("\n".join(f"- {escaped(retold(reason))}" for reason in candidate.reasons))


def _draw_closer(file: OpenFile, *, closer: bool) -> None:
    def toggle() -> None:
        file.closer = not closer
        file.only = None
        redraw_view(VIEW)

    st.button(
        _(texts.LESS) if closer else _(texts.CLOSER),
        key=field_key(VIEW, "closer"),
        icon=":material/unfold_less:" if closer else ":material/splitscreen_left:",
        type="tertiary",
        on_click=guarded(VIEW, toggle),
    )


def _draw_tabs(ctx: "AppContext", file: OpenFile) -> None:
    """Draw the readings as tabs, each with what is other about it."""
    shown = file.shown
    if len(shown) < 2:
        return
    labels = [_tab(file, at, candidate) for at, candidate in enumerate(shown)]

    def choose(at: int) -> None:
        make_step(ctx, file, {"look": file.look_of(at)}, texts.READINGS)
        redraw_view(VIEW)

    s_segments(
        ctx, VIEW, "tab", instance=f"{file.id.lower()}_{file.tries}_{len(shown)}", label=_(texts.READINGS),
        options=range(len(shown)), naming=labels.__getitem__, hide_label=True, shows=file.chosen, on_change=choose,
    )  # fmt: skip


def _tab(file: OpenFile, at: int, candidate: "Candidate") -> str:
    """Return what a reading is called beside the others."""
    best = file.shown[0]
    if file.replay is not None and at == 0:
        return escaped(_(texts.SAVED).format(name=file.replay.saved.name))
    first = 0 if file.replay is None else 1
    if file.tried is not None and at == len(file.shown) - 1:
        name = _(texts.OWN)
    elif at == first:
        name = _(texts.BEST)
    else:
        name = _other_words(file.shown[first], candidate)
    if at == 0:
        return name
    count = candidate.differs if candidate.differs and first == 0 else actions.differing(best, candidate)
    return f"{name} · {escaped(texts.differing_word(count))}"


def _other_words(best: "Candidate", candidate: "Candidate") -> str:
    """Return the words of a reading that are not the best one's."""
    known = set(best.why.split(" · "))
    other = [retold(word) for word in candidate.why.split(" · ") if word not in known]
    return escaped(" · ".join(other[:3]) or retold(candidate.why))


# ---- parts of a file --------------------------------------------------------------------------------------


def _draw_parts(ctx: "AppContext", file: OpenFile) -> None:
    """Draw the choice between the tables a file holds."""
    if file.judgement is None or len(file.judgement.parts) < 2 or file.candidate is None:
        return
    parts = file.judgement.parts
    reading = file.candidate.reading
    names = [part.name for part in parts]
    now = next((one for one in (reading.member, reading.table, reading.sheet) if one in names), None)

    def choose(name: str) -> None:
        from analysis.readings.model import Choice

        chosen = next((one for one in parts if one.name == name), None)
        if chosen is not None:
            part = Choice.of(chosen).to_args()
            make_step(ctx, file, {**NO_READING, "part": part}, texts.PART_OF[chosen.kind])
            redraw_view(VIEW)

    told = {part.name: _part_word(part) for part in parts}
    s_select(
        ctx, VIEW, "part", instance=file.id.lower(), label=_(texts.PART_OF[parts[0].kind]), options=names,
        naming=told.__getitem__, width=260, hide_label=True,
        shows=now if now is not None else names[0], on_change=choose,
    )  # fmt: skip


def _part_word(part: "Part") -> str:
    facts = [number(part.rows)] if part.rows is not None else []
    facts += [_(texts.HIDDEN)] if part.hidden else []
    return f"{part.name} ({', '.join(facts)})" if facts else part.name
