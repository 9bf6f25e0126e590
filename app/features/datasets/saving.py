"""Save reading…: the reading on the screen gets a name, for the next file of the same kind."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import guarded
from app.features.datasets import texts
from app.features.datasets.state import OpenFile
from app.messages import say
from app.readings import save_reading
from app.refresh import NAV, redraw
from app.session import value
from app.widgets import field_key, s_text
from core.errors import UsageError
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext

VIEW: Final = "import"


def draw_save(ctx: "AppContext", file: OpenFile) -> None:
    """Draw the way to save the reading on the screen."""
    key = field_key(VIEW, "reading_name", file.id.lower())
    with st.popover(_(texts.SAVE_READING), key=field_key(VIEW, "save_reading")):
        s_text(
            ctx, VIEW, "reading_name", instance=file.id.lower(), label=_(texts.READING_NAME),
            default=file.path.stem,
        )  # fmt: skip
        st.caption(_(texts.READING_HINT))
        st.button(
            _(texts.SAVE), key=field_key(VIEW, "save"), type="primary", on_click=guarded(VIEW, _save),
            args=(ctx, file, key),
        )  # fmt: skip


def _save(ctx: "AppContext", file: OpenFile, key: str) -> None:
    name = str(value(key, "")).strip()
    candidate = file.candidate
    if candidate is None:
        return
    if not name:
        raise UsageError(_("A reading needs a name."), hint=_("Type one."))
    save_reading(ctx, name, candidate.reading, candidate.columns, file_name=file.name)
    say(_(texts.READING_SAVED).format(name=name))
    redraw(NAV)
