"""The head of a view: the way here, its title, which may be changed in place, and a few facts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from app.components.mount import component
from core.i18n import _

_heading = component("heading")


def heading(
    view: str,
    title: str,
    *,
    about: str = "",
    crumbs: Sequence[Mapping[str, Any]] = (),
    on_rename: Callable[[str], None] | None = None,
) -> None:
    """Draw the head of a view, as wide as there is room.

    Args:
        view: The page's slug.
        title: What is shown here.
        about: A few facts, in a lower voice.
        crumbs: The way here, outermost first: title and place.
        on_rename: A callback; gets the new name. Without one the title cannot be changed.
    """
    key = f"heading_{view}"

    def hear() -> None:
        name = st.session_state[key].renamed
        if name and on_rename is not None:
            on_rename(str(name))

    _heading(
        key=key,
        width="stretch",
        on_renamed_change=hear,
        data={
            "crumbs": [dict(one) for one in crumbs], "title": title, "about": about,
            "editable": on_rename is not None,
            "texts": {"rename": _("Rename"), "way": _("The way here")},
        },
    )  # fmt: skip
