"""The Import page: choose a file, see how it was read, import it, see what became of each line."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import guarded, part, problem
from app.features.datasets import actions, texts
from app.features.datasets.readings import draw_comparison, draw_preview
from app.features.datasets.result import draw_result
from app.features.datasets.state import ImportState, OpenFile
from app.page import Event, Page, Params
from app.refresh import NAV, STATUS, redraw, refresh, view_key
from app.router import navigate
from app.sample import write_sample
from app.session import kept, put, value
from app.widgets import field_key
from app.widgets.parts import body, empty, progress, toolbar
from app.widgets.words import size
from core.errors import BestandError
from core.ids import new_id

if TYPE_CHECKING:
    from streamlit.typing import UploadedFile

    from app.context import AppContext
    from app.desk import Desk

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
        return texts.TITLE

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
            _draw_tools(ctx, file)
        with body(VIEW):
            _draw_file_choice(state)
            _draw_file(ctx, state, file)


def _state() -> ImportState:
    return kept(VIEW, ImportState)


# ---- choosing a file --------------------------------------------------------------------------------------


def _draw_chooser(ctx: "AppContext") -> None:
    with toolbar(VIEW, texts.TITLE):
        pass
    with body(VIEW):
        empty(texts.EMPTY)
        uploads = field_key(VIEW, "upload", _state().uploads)
        st.file_uploader(
            texts.DROP,
            accept_multiple_files=True,
            key=uploads,
            label_visibility="collapsed",
            on_change=guarded(VIEW, _open_uploads),
            args=(ctx, uploads),
        )
        with st.container(horizontal=True, vertical_alignment="bottom", key="import_ways"):
            st.text_input(
                texts.PATH, key=_PATH, placeholder=texts.PATH_EXAMPLE, on_change=guarded(VIEW, _open_path)
            )
            st.button(texts.OPEN, key=field_key(VIEW, "open"), on_click=guarded(VIEW, _open_path))
            st.button(
                texts.SAMPLE, key=field_key(VIEW, "sample"), on_click=guarded(VIEW, _open_sample), args=(ctx,)
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


def _draw_tools(ctx: "AppContext", file: OpenFile) -> None:
    """Draw what can be done with the file now: one filled button at most."""
    if file.ended is not None and file.ended.state == "done":
        name = str(work.result_of(file.ended).get("dataset"))
        st.button(texts.ANOTHER, key=field_key(VIEW, "another"), on_click=_close)
        st.button(
            texts.OPEN_ROWS, key=field_key(VIEW, "rows"), type="primary", on_click=navigate, args=("data",),
            kwargs={"dataset": name},
        )  # fmt: skip
        return
    if file.job is None and file.judgement is not None:
        st.text_input(texts.NAME, key=_NAME, placeholder=texts.NAME_HINT, label_visibility="collapsed", width=230)
    st.button(texts.ANOTHER, key=field_key(VIEW, "another"), on_click=_close)
    if file.job is None and file.judgement is not None:
        st.button(
            texts.IMPORT,
            key=field_key(VIEW, "start"),
            type="primary",
            disabled=file.uncertain(ctx.config.imports.min_confidence),
            on_click=guarded(VIEW, _start),
            args=(ctx, file),
        )
    if file.job is not None and file.ended is None:
        st.button(texts.CANCEL, key=field_key(VIEW, "cancel"), on_click=guarded(VIEW, _cancel), args=(ctx, file))


def _close() -> None:
    _state().open([])


def _start(ctx: "AppContext", file: OpenFile) -> None:
    name = str(value(_NAME, "")).strip() or None
    file.job = actions.start_import(ctx, file.path, name=name, reading=file.reading())
    file.ended = None
    put(_NAME, "")
    redraw(view_key(VIEW), STATUS)


def _cancel(ctx: "AppContext", file: OpenFile) -> None:
    if file.job is not None:
        work.cancel(ctx, file.job)


def _draw_file_choice(state: ImportState) -> None:
    """With several files, draw which one is shown."""
    if len(state.files) < 2:
        return
    key = field_key(VIEW, "file", state.uploads)
    st.selectbox(
        texts.FILE,
        range(len(state.files)),
        format_func=lambda i: texts.file_line(i + 1, len(state.files), state.files[i].name, _told(state.files[i])),
        key=key,
        label_visibility="collapsed",
        on_change=lambda: state.show(value(key, 0)),
    )


def _told(file: OpenFile) -> str:
    if file.refused:
        return texts.REFUSED
    if file.ended is not None:
        return texts.STATES.get(file.ended.state, file.ended.state)
    return texts.IMPORTING if file.job else ""


def _draw_file(ctx: "AppContext", state: ImportState, file: OpenFile) -> None:
    if file.refused:
        problem(*file.refused)
    elif file.job is not None and file.ended is None:
        part("import_progress", partial(_draw_progress, ctx, file), every=PROGRESS_EVERY_S)
        draw_preview(file)
    elif file.ended is not None and file.ended.state == "done":
        draw_result(ctx, file.ended)
    else:
        _draw_ended_badly(file)
        _draw_reading(ctx, state, file)


def _draw_progress(ctx: "AppContext", file: OpenFile) -> None:
    """Draw the bar; when the job has ended, draw the view once more."""
    if file.job is None:
        return
    status = work.poll(ctx, file.job)
    progress(status, texts.IMPORTING_FILE.format(name=file.name))
    if status.state in work.ENDED:
        file.ended = status
        _after(ctx, file)
        refresh(view_key(VIEW), NAV, STATUS)


def _after(ctx: "AppContext", file: OpenFile) -> None:
    """Drop an upload once its bytes are kept with the dataset; otherwise let the person import again."""
    if file.ended is not None and file.ended.state == "done":
        if file.upload:
            actions.discard_upload(ctx, file.path)
    else:
        file.job = None


def _draw_ended_badly(file: OpenFile) -> None:
    if file.ended is None:
        return
    if file.ended.state == "cancelled":
        st.info(texts.CANCELLED, icon=":material/info:")
        return
    problem(*work.reason_of(file.ended, texts.FAILED))


def _draw_reading(ctx: "AppContext", state: ImportState, file: OpenFile) -> None:
    if file.judgement is None:
        return
    uncertain = file.uncertain(ctx.config.imports.min_confidence)
    if uncertain:
        one = len(file.judgement.candidates) == 1
        st.warning(texts.UNCERTAIN_ONE if one else texts.UNCERTAIN, icon=":material/help:")
    if uncertain or state.comparing:
        draw_comparison(state, file)
    else:
        draw_preview(file, state)
