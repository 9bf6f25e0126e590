"""The Import page: choose a file, see how it was read, import it, see what became of each line."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import escaped, guarded, part, problem
from app.features.datasets import actions, texts
from app.features.datasets.readings import draw_comparison, draw_preview
from app.features.datasets.result import draw_result
from app.features.datasets.state import ImportState, OpenFile
from app.page import Event, Page, Params
from app.refresh import NAV, STATUS, redraw, refresh, view_key
from app.router import navigate
from app.runtime import window_dialogs
from app.sample import write_sample
from app.session import kept, put, seed_input, value
from app.widgets import field_key
from app.widgets.parts import body, empty, progress, toolbar
from app.widgets.words import number, size
from core.errors import BestandError
from core.i18n import _
from core.ids import new_id

if TYPE_CHECKING:
    from streamlit.typing import UploadedFile

    from app.context import AppContext
    from app.desk import Desk
    from app.runtime import Dialogs

VIEW: Final = "import"
PROGRESS_EVERY_S: Final = 0.4
FILES_AT_ONCE: Final = 200
TRY_SAMPLE: Final = "sample"
"""The event with which other pages send a person here to try the sample."""
_PATH: Final = field_key(VIEW, "path")
_NAME: Final = field_key(VIEW, "name")


class ImportPage(Page):
    """From a file to a dataset."""

    slug = VIEW
    icon = "upload_file"

    @property
    def title(self) -> str:
        """The page's name."""
        return _(texts.TITLE)

    def on_event(self, ctx: "AppContext", event: Event) -> bool:
        """Open the sample when another page asks for it, or files that were dropped on the window."""
        if event.name == TRY_SAMPLE:
            _close()
            _open_sample(ctx)
            return True
        if event.name == "files":
            paths: list[Path] = event.facts["paths"]
            _state().open([OpenFile(new_id(), path, upload=True) for path in paths[:FILES_AT_ONCE]])
            return True
        return False

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        """Draw the chooser, or the file that is open."""
        del desk, params
        state = _state()
        file = state.file
        if file is None:
            _draw_chooser(ctx)
            return
        _look(ctx, file)
        about = "" if file.refused else _size_of(file.path)
        with toolbar(VIEW, file.name, about):
            _draw_tools(ctx, state, file)
        with body(VIEW):
            _draw_file_choice(ctx, state)
            _draw_file(ctx, state, file)


def _state() -> ImportState:
    return kept(VIEW, ImportState)


# ---- choosing a file --------------------------------------------------------------------------------------


def _draw_chooser(ctx: "AppContext") -> None:
    with toolbar(VIEW, _(texts.TITLE)):
        pass
    with body(VIEW):
        empty(_(texts.EMPTY))
        uploads = field_key(VIEW, "upload", _state().uploads)
        st.file_uploader(
            _(texts.DROP),
            accept_multiple_files=True,
            key=uploads,
            label_visibility="collapsed",
            on_change=guarded(VIEW, _open_uploads),
            args=(ctx, uploads),
        )
        with st.container(horizontal=True, vertical_alignment="bottom", key="import_ways"):
            if (dialogs := window_dialogs()) is not None:
                st.button(
                    _(texts.CHOOSE),
                    key=field_key(VIEW, "choose"),
                    on_click=guarded(VIEW, _choose),
                    args=(dialogs,),
                )
            seed_input(_PATH)
            st.text_input(
                _(texts.PATH), key=_PATH, placeholder=texts.PATH_EXAMPLE, on_change=guarded(VIEW, _open_path)
            )
            st.button(_(texts.OPEN), key=field_key(VIEW, "open"), on_click=guarded(VIEW, _open_path))
            st.button(
                _(texts.SAMPLE), key=field_key(VIEW, "sample"), on_click=guarded(VIEW, _open_sample), args=(ctx,)
            )


def _choosing() -> bool:
    """Tell whether the chooser is what a person sees.

    A click on Open also ends the typing, so both may ask for the same file; what comes second, when a file is open
    already, was meant for a chooser that is gone.
    """
    return _state().file is None


def _open_uploads(ctx: "AppContext", key: str) -> None:
    if not _choosing():
        return
    uploads: list[UploadedFile] = value(key, [])
    kept_files = [actions.keep_upload(ctx, upload.name, upload) for upload in uploads]
    if kept_files:
        _state().open([OpenFile(new_id(), path, upload=True) for path in kept_files])


def _choose(dialogs: "Dialogs") -> None:
    """Let the window show the system's own dialog, which gives places: nothing is sent or copied."""
    chosen = dialogs.open_files()
    if chosen and _choosing():
        _state().open([OpenFile(new_id(), path) for path in chosen[:FILES_AT_ONCE]])


def _open_path() -> None:
    typed = str(value(_PATH, "")).strip().strip('"')
    if not typed or not _choosing():
        return
    files = actions.files_of(Path(os.path.expanduser(typed)))  # noqa: PTH111 - the other one raises for an unknown user
    _state().open([OpenFile(new_id(), path) for path in files[:FILES_AT_ONCE]])
    put(_PATH, "")


def _open_sample(ctx: "AppContext") -> None:
    if not _choosing():
        return
    folder = ctx.paths.uploads / new_id()
    folder.mkdir(mode=0o700)
    _state().open([OpenFile(new_id(), write_sample(folder), upload=True)])


# ---- the open file ----------------------------------------------------------------------------------------


def _look(ctx: "AppContext", file: OpenFile) -> None:
    """Judge the file on its first drawing; a file that is no table is told as such, once."""
    if file.judgement is not None or file.refused is not None:
        return
    try:
        file.judgement = actions.judge(ctx, file.path)
    except BestandError as error:
        file.refused = (str(error), error.hint)


def _size_of(path: Path) -> str:
    return size(path.stat().st_size) if path.exists() else ""


def _draw_tools(ctx: "AppContext", state: ImportState, file: OpenFile) -> None:
    """Draw what can be done with the file now: one filled button at most."""
    if len(state.files) > 1 and state.waiting(ctx.config.imports.min_confidence):
        st.button(
            _(texts.IMPORT_ALL), key=field_key(VIEW, "all"), on_click=guarded(VIEW, _start_all), args=(ctx, state)
        )
    if file.done and file.ended is not None:
        name = str(work.result_of(file.ended).get("dataset"))
        st.button(_(texts.ANOTHER), key=field_key(VIEW, "another"), on_click=_close)
        st.button(
            _(texts.OPEN_ROWS), key=field_key(VIEW, "rows"), type="primary", on_click=navigate, args=("data",),
            kwargs={"dataset": name},
        )  # fmt: skip
        return
    if file.job is None and file.judgement is not None:
        st.text_input(
            _(texts.NAME), key=_NAME, placeholder=_(texts.NAME_HINT), label_visibility="collapsed", width=230
        )
    st.button(_(texts.ANOTHER), key=field_key(VIEW, "another"), on_click=_close)
    if file.job is None and file.judgement is not None:
        st.button(
            _(texts.IMPORT),
            key=field_key(VIEW, "start"),
            type="primary",
            disabled=file.uncertain(ctx.config.imports.min_confidence),
            on_click=guarded(VIEW, _start),
            args=(ctx, file),
        )
    if file.job is not None and file.ended is None:
        st.button(
            _(texts.CANCEL), key=field_key(VIEW, "cancel"), on_click=guarded(VIEW, _cancel), args=(ctx, file)
        )


def _close() -> None:
    _state().open([])


def _start(ctx: "AppContext", file: OpenFile) -> None:
    name = str(value(_NAME, "")).strip() or None
    file.job = actions.start_import(ctx, file.path, name=name, reading=file.reading())
    file.ended = None
    put(_NAME, "")
    redraw(view_key(VIEW), STATUS)


def _start_all(ctx: "AppContext", state: ImportState) -> None:
    """Queue every file that needs no answer; one that turns out to need one comes back as not imported."""
    for file in state.waiting(ctx.config.imports.min_confidence):
        file.job, file.ended = actions.start_import(ctx, file.path, reading=file.reading()), None
    redraw(view_key(VIEW), STATUS)


def _cancel(ctx: "AppContext", file: OpenFile) -> None:
    if file.job is not None:
        work.cancel(ctx, file.job)


def _draw_file_choice(ctx: "AppContext", state: ImportState) -> None:
    """With several files, draw which one is shown, and how far all of them are."""
    if len(state.files) < 2:
        return
    if state.importing():
        part("import_all", partial(_draw_all, ctx, state), every=PROGRESS_EVERY_S)
    elif any(file.ended for file in state.files):
        st.caption(escaped(texts.ended_line(sum(file.done for file in state.files), state.missed())))
    key = field_key(VIEW, "file", state.uploads)
    st.selectbox(
        texts.FILE,
        range(len(state.files)),
        # Labels must not change: Streamlit knows the chosen one by its label.
        format_func=lambda i: texts.file_line(i + 1, len(state.files), state.files[i].name),
        key=key,
        label_visibility="collapsed",
        on_change=lambda: state.show(value(key, 0)),
    )


def _draw_all(ctx: "AppContext", state: ImportState) -> None:
    """Draw how many of the open files are imported; when one has ended, draw the view once more."""
    moved = False
    for file in state.importing():
        status = work.poll(ctx, str(file.job))
        if status.state in work.ENDED:
            file.ended, moved = status, True
            _after(ctx, file)
    done = sum(file.done for file in state.files)
    told = _(texts.IMPORTING_ALL).format(done=number(done), all=number(len(state.files)))
    st.progress(done / len(state.files), told)
    if moved:
        refresh(view_key(VIEW), NAV, STATUS)


def _draw_file(ctx: "AppContext", state: ImportState, file: OpenFile) -> None:
    if file.refused:
        problem(*file.refused)
    elif file.job is not None and file.ended is None:
        part("import_progress", partial(_draw_progress, ctx, file), every=PROGRESS_EVERY_S)
        draw_preview(file)
    elif file.done and file.ended is not None:
        draw_result(ctx, file.ended)
    else:
        _draw_ended_badly(file)
        _draw_reading(ctx, state, file)


def _draw_progress(ctx: "AppContext", file: OpenFile) -> None:
    """Draw the bar; when the job has ended, draw the view once more."""
    if file.job is None:
        return
    status = work.poll(ctx, file.job)
    progress(status, _(texts.IMPORTING_FILE).format(name=file.name))
    if status.state in work.ENDED:
        file.ended = status
        _after(ctx, file)
        refresh(view_key(VIEW), NAV, STATUS)


def _after(ctx: "AppContext", file: OpenFile) -> None:
    """Drop an upload once its bytes are kept with the dataset; otherwise let the person import again."""
    if file.done:
        if file.upload:
            actions.discard_upload(ctx, file.path)
    else:
        file.job = None


def _draw_ended_badly(file: OpenFile) -> None:
    if file.ended is None:
        return
    if file.ended.state == "cancelled":
        st.info(_(texts.CANCELLED), icon=":material/info:")
        return
    problem(*work.reason_of(file.ended, _(texts.FAILED)))


def _draw_reading(ctx: "AppContext", state: ImportState, file: OpenFile) -> None:
    if file.judgement is None:
        return
    uncertain = file.uncertain(ctx.config.imports.min_confidence)
    if uncertain:
        one = len(file.judgement.candidates) == 1
        st.warning(_(texts.UNCERTAIN_ONE) if one else _(texts.UNCERTAIN), icon=":material/help:")
    if uncertain or state.comparing:
        draw_comparison(state, file)
    else:
        draw_preview(file, state)
