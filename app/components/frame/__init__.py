"""The part of the frame that is not seen: address, views, pushed events, dropped files, messages."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import streamlit as st

from app.components.mount import component, script_urls
from core.i18n import _, current_language

_KEY: Final = "frame"
_frame = component("frame")


def frame(
    *,
    page: str,
    params: Mapping[str, str],
    seq: int,
    address: str,
    heard: int,
    title: str,
    facts: Sequence[str],
    fresh: Mapping[str, Mapping[str, str]],
    watch: Collection[str],
    messages: Sequence[Mapping[str, Any]],
    scroll: Mapping[str, int],
    on_told: Callable[[Mapping[str, Any]], None],
) -> None:
    """Have the browser follow the window, and hear what happens in it.

    Args:
        page: The page the window is at, and
        params: its parameters as in the address.
        seq: Counts the places; at a new one the browser's address is changed as
        address: says: "push", "replace" or "none".
        heard: The last step of this page that was heard of; its entry in the history is there already.
        title: The title of the window.
        facts: What the status bar says of the view, such as its number of rows.
        fresh: Live views that need not be drawn again, with the parameters they show.
        watch: Tags whose change must be told.
        messages: What is to be told at the bottom right: id, text, undo.
        scroll: How far views were scrolled when the window was closed, by slug, in pixels.
        on_told: A callback; gets what happened: its `kind` (go, address, changed, clash, files, undo) and facts.
    """

    def hear() -> None:
        told = st.session_state[_KEY].told
        if told:
            on_told(dict(told))

    _frame(
        key=_KEY,
        on_told_change=hear,
        data={
            "page": page,
            "params": dict(params),
            "seq": seq,
            "address": address,
            "heard": heard,
            "title": title,
            "language": current_language(),
            "facts": list(facts),
            "fresh": {slug: dict(shown) for slug, shown in fresh.items()},
            "watch": sorted(watch),
            "messages": [dict(one) for one in messages],
            "scroll": dict(scroll),
            "files": script_urls(),
            "texts": _texts(),
        },
    )


def _texts() -> dict[str, str]:
    return {
        "drop": _("Drop to import"),
        "undo": _("Undo"),
        "dismiss": _("Dismiss"),
        "failed": _("The file could not be sent to the engine."),
    }
