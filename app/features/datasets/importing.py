"""Callbacks of the Import page that begin, stop and end imports."""

from typing import TYPE_CHECKING, Final

from app import work
from app.features.datasets import actions
from app.features.datasets.remembered import import_state, remember
from app.features.datasets.state import ImportState, OpenFile
from app.refresh import STATUS, redraw, view_key
from app.router import redraw_view, router
from app.session import forget_inputs, put, value
from app.widgets import field_key

if TYPE_CHECKING:
    from app.context import AppContext

VIEW: Final = "import"
NAME: Final = field_key(VIEW, "name")


def start(ctx: "AppContext", file: OpenFile) -> None:
    """Queue the file that is shown, as it is shown."""
    name = str(value(NAME, "")).strip() or None
    _queue(ctx, file, name)
    put(NAME, "")
    forget_inputs(NAME)
    remember()
    router().views.spoil(VIEW)
    redraw(view_key(VIEW), STATUS)


def start_all(ctx: "AppContext", state: ImportState) -> None:
    """Queue every file that needs no answer."""
    for file in state.waiting(ctx.config.imports.min_confidence):
        _queue(ctx, file, None)
    remember()
    router().views.spoil(VIEW)
    redraw(view_key(VIEW), STATUS)


def _queue(ctx: "AppContext", file: OpenFile, name: str | None) -> None:
    candidate = file.candidate
    if candidate is None:
        return
    if file.replayed and file.replay is not None:
        file.job = actions.start_import(ctx, file.path, name=name, saved=file.replay.saved, auto=True)
    else:
        file.job = actions.start_import(ctx, file.path, name=name, reading=candidate.reading)
    file.ended = None


def cancel(ctx: "AppContext", file: OpenFile) -> None:
    """Stop the import of a file."""
    if file.job is not None:
        work.cancel(ctx, file.job)


def after(ctx: "AppContext", file: OpenFile) -> None:
    """Drop an upload once its bytes are kept with the dataset; otherwise let the person import again."""
    if file.done:
        if file.upload:
            actions.discard_upload(ctx, file.path)
        if file.look is not None:
            ctx.looks.close(file.look)
    else:
        file.job = None


def close_all(ctx: "AppContext") -> None:
    """Let go of all open files; running imports go on."""
    state = import_state()
    for file in state.files:
        if file.judging is not None:
            file.judging.cancel()
        if file.look is not None:
            ctx.looks.close(file.look)
    state.open([])
    remember()
    redraw_view(VIEW)
