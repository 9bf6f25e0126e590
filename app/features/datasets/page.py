"""The Import page: open files, see how each is read, import it, see what became of each line."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import guarded, part, problem
from app.features.datasets import texts
from app.features.datasets.chooser import draw_chooser, open_sample, opened
from app.features.datasets.deciding import leave_out
from app.features.datasets.files import draw_files
from app.features.datasets.halves import draw_lines
from app.features.datasets.importing import after, cancel, close_all, open_again, open_with, start
from app.features.datasets.judging import settle
from app.features.datasets.options import NAME, follow, import_form
from app.features.datasets.readings import draw_reading
from app.features.datasets.remembered import import_state, remember
from app.features.datasets.result import draw_result
from app.features.datasets.saving import draw_save
from app.features.datasets.state import ImportState, OpenFile
from app.forms.state import FormState
from app.page import Action, Event, Page, Params
from app.refresh import NAV, STATUS, refresh, view_key
from app.router import navigate, redraw_view
from app.session import value
from app.session.inputs import SECRET
from app.widgets import field_key, s_text
from app.widgets.form import draw_steps, form_actions, form_steps
from app.widgets.merge_view import draw_merge
from app.widgets.parts import body, progress, toolbar
from app.widgets.words import size
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk

VIEW: Final = "import"
LOOK_EVERY_S: Final = 0.4
AT_ONCE_S: Final = 0.3
"""A judgement that is there within this is drawn without plain lines before it."""
TRY_SAMPLE: Final = "sample"
"""The event with which other pages send a person here to try the sample."""
FILES: Final = "files"
"""The event that brings files: its facts are `paths`, and `upload` if they are our own copies."""


class ImportPage(Page):
    """From a file to a dataset."""

    slug = VIEW
    icon = "upload_file"

    @property
    def title(self) -> str:
        """The page's name."""
        return _(texts.TITLE)

    def on_event(self, ctx: "AppContext", event: Event) -> bool:
        """Open the sample when another page asks for it, or files that were dropped or handed over."""
        if event.name == TRY_SAMPLE:
            open_sample(ctx)
            return True
        if event.name == FILES:
            paths: list[Path] = event.facts["paths"]
            import_state().add(opened(paths, upload=bool(event.facts.get("upload", True))))
            remember()
            return True
        return False

    def actions(self, ctx: "AppContext", params: Params) -> Sequence[Action]:
        """Return undo and redo of what was chosen about the file that is shown."""
        del params
        file = import_state().file
        if file is None or file.job is not None or file.done:
            return ()
        return form_actions(VIEW, import_form(ctx, file, drawing=False), self.title)

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        """Draw the chooser, the files that are open, or one of them."""
        del desk, params
        state = import_state()
        file = state.file
        if not state.files:
            draw_chooser(ctx)
        elif file is None:
            draw_files(ctx, state)
        else:
            _draw_file(ctx, state, file)


def _draw_file(ctx: "AppContext", state: ImportState, file: OpenFile) -> None:
    """Draw one file: as far as it has been looked at, on its way to be a dataset, or as one."""
    _poll(ctx, file)
    form = import_form(ctx, file)
    if file.job is None:
        follow(ctx, file, form)
    known = file.job is not None or settle(ctx, file, AT_ONCE_S)
    about = size(file.path.stat().st_size) if file.path.is_file() else ""
    open_ = file.job is None and (file.steps or (known and file.candidate is not None))
    with toolbar(VIEW, file.name, about, steps=form_steps(VIEW, form) if open_ else None):
        if open_:
            draw_steps(VIEW, form)
        _draw_tools(ctx, state, file, form, known=known)
    with body(VIEW):
        draw_merge(ctx, VIEW, form)
        if file.refused:
            problem(*file.refused)
            if file.protected:
                _draw_password(ctx, file)
        elif not known:
            part("import_judging", partial(_draw_judging, ctx, file), every=LOOK_EVERY_S)
            draw_lines(ctx, file)
        elif file.importing:
            part("import_progress", partial(_draw_progress, ctx, file), every=LOOK_EVERY_S)
        elif file.done and file.ended is not None:
            draw_result(ctx, file.ended)
        else:
            _draw_ended_badly(file)
            if file.candidate is not None:
                draw_reading(ctx, file, form, file.candidate)


def _draw_password(ctx: "AppContext", file: OpenFile) -> None:
    """Ask for the password of a protected file; it is kept nowhere."""
    key = SECRET + field_key(VIEW, "password", file.id.lower())
    opening = guarded(VIEW, lambda: open_with(ctx, file, value(key, "")))
    with st.container(horizontal=True, vertical_alignment="bottom", key="import_password"):
        s_text(
            ctx, VIEW, "password", instance=file.id.lower(), label=_(texts.PASSWORD), secret=True, width=320,
            on_change=lambda _typed: opening(),
        )  # fmt: skip
        st.button(_(texts.OPEN), key=field_key(VIEW, "unlock"), type="primary", on_click=opening)


# ---- above ------------------------------------------------------------------------------------------------


def _draw_tools(
    ctx: "AppContext", state: ImportState, file: OpenFile, form: FormState, *, known: bool
) -> None:  # fmt: skip
    """Draw what can be done with the file now: one filled button at most."""
    ready = known and file.job is None and file.candidate is not None
    if ready:
        s_text(
            ctx, VIEW, NAME, form=form, label=_(texts.NAME), placeholder=_(texts.NAME_HINT), hide_label=True,
            width=210, on_change=lambda _typed: redraw_view(VIEW),
        )  # fmt: skip
    if len(state.files) > 1:
        if file.job is None and not file.done:
            st.button(
                _(texts.TAKE_IN) if file.left_out else _(texts.LEAVE_OUT), key=field_key(VIEW, "leave_out"),
                on_click=guarded(VIEW, partial(leave_out, state, [file], out=not file.left_out)),
            )  # fmt: skip
        st.button(_(texts.ALL_FILES), key=field_key(VIEW, "list"), on_click=guarded(VIEW, partial(_list, state)))
    else:
        if file.together and not file.importing and not file.done:
            st.button(
                _(texts.BACK_TO_FILES), key=field_key(VIEW, "files_again"),
                on_click=guarded(VIEW, partial(open_again, state, file)),
            )  # fmt: skip
        st.button(
            _(texts.ANOTHER), key=field_key(VIEW, "another"), on_click=guarded(VIEW, partial(close_all, ctx))
        )
    if ready:
        draw_save(ctx, file)
        st.button(
            _(texts.IMPORT), key=field_key(VIEW, "start"), type="primary", on_click=guarded(VIEW, start),
            args=(ctx, file),
        )  # fmt: skip
    elif file.importing:
        st.button(_(texts.CANCEL), key=field_key(VIEW, "cancel"), on_click=guarded(VIEW, cancel), args=(ctx, file))
    elif file.done and file.ended is not None:
        name = str(work.result_of(file.ended).get("dataset"))
        st.button(
            _(texts.OPEN_ROWS), key=field_key(VIEW, "rows"), type="primary", on_click=navigate, args=("data",),
            kwargs={"dataset": name},
        )  # fmt: skip


def _list(state: ImportState) -> None:
    state.show(None)
    remember()
    redraw_view(VIEW)


# ---- on its way -------------------------------------------------------------------------------------------


def _draw_judging(ctx: "AppContext", file: OpenFile) -> None:
    """Say that the file is being looked at; once that has ended, draw the view once more."""
    st.progress(0.0, _(texts.LOOKING).format(name=file.name))
    if settle(ctx, file, 0.0):
        refresh(view_key(VIEW))


def _poll(ctx: "AppContext", file: OpenFile) -> None:
    """Take over the end of an import, also of one that went on while nobody looked."""
    if file.job is None or file.ended is not None:
        return
    status = work.poll(ctx, file.job)
    if status.state in work.ENDED:
        file.ended = status
        after(ctx, file)


def _draw_progress(ctx: "AppContext", file: OpenFile) -> None:
    """Draw the bar; when the job has ended, draw the view once more."""
    if file.job is None:
        return
    status = work.poll(ctx, file.job)
    progress(status, _(texts.IMPORTING_FILE).format(name=file.name))
    if status.state in work.ENDED:
        _poll(ctx, file)
        refresh(view_key(VIEW), NAV, STATUS)


def _draw_ended_badly(file: OpenFile) -> None:
    if file.ended is None:
        return
    if file.ended.state == "cancelled":
        st.info(_(texts.CANCELLED), icon=":material/info:")
        return
    problem(*work.reason_of(file.ended, _(texts.FAILED)))
