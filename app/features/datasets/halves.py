"""The two halves of the Import page: the file as it stands, and the table that results; below, the ledger bar.

Both follow the reading on the screen and the part of the ledger that was pressed. What is shown comes from the
file by routes of its own, so a large one is there at once and nothing waits for the script.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, guarded, part
from app.components.grid import GridEvent, Kind, grid, look_rows
from app.components.ledgerbar import ledger_bar
from app.components.rawlines import raw_lines
from app.features.datasets import texts
from app.features.datasets.options import choose_reading
from app.features.datasets.state import OpenFile
from app.refresh import refresh, view_key
from app.router import redraw_view
from app.widgets import field_key
from app.widgets.guesses import guess_words
from app.widgets.parts import grid_place
from app.widgets.words import percent
from core.errors import BestandError
from core.i18n import _
from core.words import type_word

if TYPE_CHECKING:
    from analysis.readings import Candidate, Guess
    from app.context import AppContext
    from app.looks import Look, View
    from core.types import Column

VIEW: Final = "import"
RAW_WAIT_S: Final = 0.5
"""How long the drawing waits to learn whether the file has lines at all."""
COUNT_EVERY_S: Final = 0.6
_HEARD: Final[tuple[Kind, ...]] = ("column",)


def draw_lines(ctx: "AppContext", file: OpenFile) -> None:
    """Draw the file as plain lines, while nobody knows how it is meant."""
    look = look_of(ctx, file)
    view = look.view(None)
    if _has_lines(view):
        with grid_place("raw_only", "stretch"):
            _draw_raw(file, look, view)


def draw_halves(ctx: "AppContext", file: OpenFile, candidate: "Candidate") -> None:
    """Draw both halves, the chosen column, and the ledger bar."""
    look = look_of(ctx, file)
    view = look.view(candidate)
    beside = look.view(file.best) if file.best is not None and file.best is not candidate else None
    lines = _has_lines(view)
    with st.container(key="fill_halves", gap=None):
        left, right = st.columns(2, gap="small") if lines else (None, st.container(key="import_whole"))
        if left is not None:
            with left:
                _draw_raw(file, look, view)
        with right:
            if not lines:
                st.caption(_(texts.NO_LINES))
            _draw_table(file, look, view, beside)
    _draw_column(ctx, file, candidate)
    if lines:
        _draw_ledger(file, view)


def draw_preview(ctx: "AppContext", file: OpenFile, candidate: "Candidate") -> None:
    """Draw the first records of a file that needs no closer look."""
    look = look_of(ctx, file)
    view = look.view(candidate)
    with grid_place("preview", "stretch"):
        _draw_table(file, look, view, None)
    _draw_column(ctx, file, candidate)
    if _has_lines(view):
        _draw_ledger(file, view)


def look_of(ctx: "AppContext", file: OpenFile) -> "Look":
    """Return what shows an open file; opened at first, and again after the engine let go of it."""
    if file.look is None:
        file.look = ctx.looks.open(file.path, file.name)
    return file.look


def _has_lines(view: "View") -> bool:
    try:
        return view.raw(RAW_WAIT_S) is not None
    except BestandError:
        return True  # what draws the lines says why they cannot be read


# ---- left and right ---------------------------------------------------------------------------------------


def _draw_raw(file: OpenFile, look: "Look", view: "View") -> None:
    raw_lines(
        look, view, key=field_key(VIEW, "raw", file.id.lower()), label=_(texts.RAW).format(name=file.name),
        only=file.only,
    )  # fmt: skip


def _draw_table(file: OpenFile, look: "Look", view: "View", beside: "View | None") -> None:
    def heard(event: GridEvent) -> None:
        if event.kind == "column" and event.column is not None:
            file.column = event.column
            redraw_view(VIEW)

    grid(
        look_rows(look, view, only=file.only, beside=beside),
        key=field_key(VIEW, "grid", file.id.lower()),
        label=_(texts.TABLE).format(name=file.name),
        tools=False,
        lasting=False,
        events=_HEARD,
        on_event=guarded(VIEW, heard),
        says={"profile": _(texts.TYPE_MENU)},
    )


# ---- one column -------------------------------------------------------------------------------------------


def _draw_column(ctx: "AppContext", file: OpenFile, candidate: "Candidate") -> None:
    """Draw what is known of the type of the chosen column, and what can be done about it."""
    at = next((i for i, one in enumerate(candidate.columns) if one.name == file.column), None)
    if at is None:
        return
    column = candidate.columns[at]
    guess = next((one for one in candidate.guesses if one.column == column.name), None)
    with st.container(key="import_column", border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_told(column, guess), width="stretch")
        _draw_type_buttons(ctx, file, candidate, at, guess)
        st.button(
            _(texts.CLOSE), key=field_key(VIEW, "column_close"), icon=":material/close:", type="tertiary",
            on_click=guarded(VIEW, partial(_leave_column, file)),
        )  # fmt: skip


def _told(column: "Column", guess: "Guess | None") -> str:
    """Return all there is to say of a column's type, as Markdown."""
    word, sure = type_word(column.type), percent(column.confidence)
    parts = [f"**{escaped(column.name)}** {escaped(_(texts.COLUMN_IS).format(type=word, share=sure))}"]
    return " · ".join([*parts, *(guess_words(guess) if guess is not None else [])])


def _draw_type_buttons(
    ctx: "AppContext", file: OpenFile, candidate: "Candidate", at: int, guess: "Guess | None"
) -> None:
    """Draw the other types a column can have."""
    now = candidate.columns[at].type
    ways: list[tuple[str, str, str]] = []
    if now != _TEXT:
        ways.append(("text", _(texts.AS_TEXT), _TEXT))
    if guess is not None and guess.offered and guess.offered != now:
        ways.append(("offered", _(texts.AS_TYPE).format(type=type_word(guess.offered)), guess.offered))
    if guess is not None and guess.stored not in (now, _TEXT, guess.offered):
        ways.append(("guessed", _(texts.AS_GUESSED), guess.stored))
    for name, label, kind in ways:
        st.button(
            escaped(label), key=field_key(VIEW, "as", name),
            on_click=guarded(VIEW, _retype), args=(ctx, file, candidate, at, kind),
        )  # fmt: skip


_TEXT: Final = "VARCHAR"


def _retype(ctx: "AppContext", file: OpenFile, candidate: "Candidate", at: int, kind: str) -> None:
    types = [column.type for column in candidate.columns]
    types[at] = kind
    told = texts.TYPE_OF.format(name=candidate.columns[at].name)
    choose_reading(ctx, file, replace(candidate.reading, column_types=tuple(types)), told)
    redraw_view(VIEW)


def _leave_column(file: OpenFile) -> None:
    file.column = None
    redraw_view(VIEW)


# ---- the ledger bar ---------------------------------------------------------------------------------------


def _draw_ledger(file: OpenFile, view: "View") -> None:
    """Draw the sum; while lines are counted it is drawn again and again."""
    if view.scanning.wait(0.0):
        _draw_bar(file, view)
    else:
        part("import_counting", partial(_draw_counting, file, view), every=COUNT_EVERY_S)


def _draw_counting(file: OpenFile, view: "View") -> None:
    _draw_bar(file, view)
    if view.scanning.wait(0.0):
        refresh(view_key(VIEW))


def _draw_bar(file: OpenFile, view: "View") -> None:
    raw = view.raw(0.0)
    if raw is None or raw.understanding is None:
        return
    ledger, whole = raw.ledger()
    note = ""
    if not view.scanning.wait(0.0):
        note = _(texts.COUNTING).format(share=percent(view.scanning.fraction))
    elif not whole:
        note = _(texts.ONLY_BEGINNING)

    def press(name: str | None) -> None:
        file.only = name
        redraw_view(VIEW)

    ledger_bar(ledger, key=field_key(VIEW, "ledger"), active=file.only, on_part=guarded(VIEW, press), note=note)
