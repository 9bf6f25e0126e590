"""The Import page while no file is open: drop, type, choose, or try the sample."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import guarded
from app.features.datasets import actions, texts
from app.features.datasets.remembered import MOST, import_state, remember
from app.features.datasets.state import OpenFile
from app.router import redraw_view
from app.runtime import window_dialogs
from app.sample import write_sample
from app.session import forget_inputs, put, value
from app.widgets import field_key, s_text
from app.widgets.files import take_files
from app.widgets.parts import body, empty, toolbar
from core.i18n import _
from core.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamlit.typing import UploadedFile

    from app.context import AppContext
    from app.runtime import Dialogs

VIEW: Final = "import"
_PATH: Final = field_key(VIEW, "path")


def draw_chooser(ctx: "AppContext") -> None:
    """Draw the ways to open a file."""
    with toolbar(VIEW, _(texts.TITLE)):
        pass
    with body(VIEW):
        empty(_(texts.EMPTY))
        take_files(
            VIEW,
            "upload",
            instance=import_state().uploads,
            label=_(texts.DROP),
            on_files=partial(_open_uploads, ctx),
        )
        with st.container(horizontal=True, vertical_alignment="bottom", key="import_ways"):
            if (dialogs := window_dialogs()) is not None:
                st.button(
                    _(texts.CHOOSE),
                    key=field_key(VIEW, "choose"),
                    on_click=guarded(VIEW, _choose),
                    args=(dialogs,),
                )
            s_text(
                ctx, VIEW, "path", label=_(texts.PATH), placeholder=texts.PATH_EXAMPLE,
                on_change=lambda _typed: _open_path(),
            )  # fmt: skip
            st.button(_(texts.OPEN), key=field_key(VIEW, "open"), on_click=guarded(VIEW, _open_path))
            st.button(
                _(texts.SAMPLE), key=field_key(VIEW, "sample"), on_click=guarded(VIEW, _open_sample), args=(ctx,)
            )


def opened(paths: "Iterable[Path]", *, upload: bool = False) -> list[OpenFile]:
    """Return files as they are when somebody has just opened them."""
    return [OpenFile(new_id(), path, upload=upload) for path in paths][:MOST]


def open_sample(ctx: "AppContext") -> None:
    """Open the sample instead of whatever is open."""
    folder = ctx.paths.uploads / new_id()
    folder.mkdir(mode=0o700)
    import_state().open(opened([write_sample(folder)], upload=True))
    remember()


def _choosing() -> bool:
    """Tell whether the chooser is what a person sees.

    A click on Open also ends the typing, so both may ask for the same file; what comes second, when a file is open
    already, was meant for a chooser that is gone.
    """
    return not import_state().files


def _open(files: list[OpenFile]) -> None:
    if files:
        import_state().open(files)
        remember()
        redraw_view(VIEW)


def _open_uploads(ctx: "AppContext", uploads: "list[UploadedFile]") -> None:
    if _choosing():
        _open(opened([actions.keep_upload(ctx, upload.name, upload) for upload in uploads], upload=True))


def _choose(dialogs: "Dialogs") -> None:
    """Let the window show the system's own dialog, which gives places: nothing is sent or copied."""
    chosen = dialogs.open_files()
    if _choosing():
        _open(opened(chosen))


def _open_path() -> None:
    typed = str(value(_PATH, "")).strip().strip('"')
    if not typed or not _choosing():
        return
    files = actions.files_of(Path(os.path.expanduser(typed)))  # noqa: PTH111 - the other one raises for an unknown user
    put(_PATH, "")
    forget_inputs(_PATH)
    _open(opened(files))


def _open_sample(ctx: "AppContext") -> None:
    if _choosing():
        open_sample(ctx)
        redraw_view(VIEW)
