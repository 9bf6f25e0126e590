"""Gives a widget the focus once, such as the one button a person needs next; a person who types keeps it."""

from app.components.mount import component

_draw = component("focusing")


def focus_on(widget: str, *, once: str) -> None:
    """Give a button the focus as soon as it is there.

    Args:
        widget: The widget's key.
        once: What it is done for; it is done once for each.
    """
    _draw(key="focusing", height="content", data={"place": f"st-key-{widget}", "once": once})
