"""The line over an answer that is out of date, with the way to a new one. Used by pages that show answers."""

from collections.abc import Callable, Collection
from typing import Final

import streamlit as st

from app.boundary import escaped, guarded
from app.widgets.keys import field_key
from core.i18n import N_, _, ngettext

_AGAIN: Final = N_("Ask again")


def draw_stamp(view: str, changed: Collection[str], again: Callable[[], None]) -> None:
    """Draw which datasets have changed since the answer was made; nothing if none has.

    Args:
        view: The page.
        changed: Names of datasets.
        again: Asks the question anew.
    """
    if not changed:
        return
    told = changed_since(changed)
    with st.container(key=f"{view}_stamp", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/history: {escaped(told)}", width="content")
        st.button(_(_AGAIN), key=field_key(view, "ask_again"), on_click=guarded(view, again))


def changed_since(changed: Collection[str]) -> str:
    """Return which datasets have changed since an answer was made, as a sentence."""
    return ngettext(
        "Out of date: {names} has changed since this answer was made.",
        "Out of date: {names} have changed since this answer was made.",
        len(changed),
    ).format(names=", ".join(f"'{name}'" for name in changed))
