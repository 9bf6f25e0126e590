"""Callbacks of the Import page that begin, stop and end imports."""

from typing import TYPE_CHECKING, Final

from app import work
from app.features.datasets import actions
from app.features.datasets.options import NAME, import_form
from app.features.datasets.remembered import import_state, remember
from app.features.datasets.state import ImportState, OpenFile
from app.features.datasets.successor import following
from app.refresh import STATUS, redraw, view_key
from app.router import redraw_view, router
from app.session import value
from app.widgets.field import form_field_key
from core.errors import ProtectedFileError, UsageError
from core.i18n import _
from core.ids import new_id

if TYPE_CHECKING:
    from analysis.choosing import Wish
    from app.context import AppContext

VIEW: Final = "import"
FEWEST_TOGETHER: Final = 2
"""Fewest files that can become one table."""


def start(ctx: "AppContext", file: OpenFile) -> None:
    """Queue the file that is shown, as it is shown."""
    form = import_form(ctx, file, drawing=False)
    typed = value(form_field_key(VIEW, NAME, form.name), form.shown(NAME))
    form.change(NAME, typed)  # a click on Import also ends the typing; either may be heard first
    _queue(ctx, file)
    remember()
    router().views.spoil(VIEW)
    redraw(view_key(VIEW), STATUS)


def start_all(ctx: "AppContext", state: ImportState) -> None:
    """Queue every file that needs no answer."""
    for file in state.waiting(ctx.config.imports.min_confidence):
        _queue(ctx, file)
    remember()
    router().views.spoil(VIEW)
    redraw(view_key(VIEW), STATUS)


def start_together(ctx: "AppContext", state: ImportState) -> None:
    """Queue all files as one table, and show its progress instead of them; a person decides what is open first."""
    files = state.open_ones()
    if state.judging() or len(files) < FEWEST_TOGETHER:
        return
    if state.asking(ctx.config.imports.min_confidence) or state.refused():
        state.together = True
        redraw_view(VIEW)
    folders = {file.path.parent for file in files}
    whole = folders.pop() if len(folders) == 1 else files[0].path
    each = {file.path: wish for file in files if file.steps and (wish := _wish_of(file)) is not None}
    for file in state.files:
        _let_go(ctx, file)
    one = OpenFile(new_id(), whole, together=tuple(state.files))
    one.job = actions.start_import_together(ctx, [file.path for file in files], called=str(whole), each=each)
    state.open([one])
    remember()
    router().views.spoil(VIEW)
    redraw(view_key(VIEW), STATUS)


def open_again(state: ImportState, file: OpenFile) -> None:
    """Show the files again that did not become one table."""
    state.open(file.together)
    remember()
    redraw_view(VIEW)


def open_with(ctx: "AppContext", file: OpenFile, password: str) -> None:
    """Open a protected file by what a person typed; a wrong password is told in the place of the file.

    A click on Open also ends the typing, so this may be called twice.
    """
    if not file.protected:
        return
    if not password:
        raise UsageError(_("A protected file needs its password."), hint=_("Type it."))
    try:
        file.path, file.upload = actions.unlock(ctx, file.path, password), True
    except ProtectedFileError as error:
        file.refused = (str(error), _("Type it again."))
    else:
        file.forget()
    redraw_view(VIEW)


def _wish_of(file: OpenFile) -> "Wish | None":
    """Return how a file is read on the screen; None while nobody knows."""
    from analysis.choosing import Wish

    if file.replayed and file.replay is not None:
        return Wish(saved=file.replay.saved, auto=True)
    return Wish(reading=file.candidate.reading) if file.candidate is not None else None


def _queue(ctx: "AppContext", file: OpenFile) -> None:
    wish = _wish_of(file)
    if wish is None:
        return
    form = import_form(ctx, file, drawing=False)
    if NAME in form.problems:
        raise UsageError(form.problems[NAME])
    name = form.value(NAME)
    wish, as_next = following(ctx, file, form, wish)
    file.job = actions.start_import(ctx, file.path, wish=wish, name=name, replace=as_next)
    file.ended = None


def cancel(ctx: "AppContext", file: OpenFile) -> None:
    """Stop the import of a file."""
    if file.job is not None:
        work.cancel(ctx, file.job)


def after(ctx: "AppContext", file: OpenFile) -> None:
    """Drop an upload once its bytes are kept with the dataset; otherwise let the person import again."""
    if file.done:
        for one in file.together or (file,):
            if one.upload:
                actions.discard_upload(ctx, one.path)
        if file.look is not None:
            ctx.looks.close(file.look)
    else:
        file.job = None


def _let_go(ctx: "AppContext", file: OpenFile) -> None:
    if file.judging is not None:
        file.judging.cancel()
    if file.look is not None:
        ctx.looks.close(file.look)
        file.look = None


def close_all(ctx: "AppContext") -> None:
    """Let go of all open files; running imports go on."""
    state = import_state()
    for file in state.files:
        _let_go(ctx, file)
    state.open([])
    remember()
    redraw_view(VIEW)
