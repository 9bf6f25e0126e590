"""A button that copies a text to the clipboard."""

from app.components.mount import component
from core.i18n import _

_copy = component("copy")


def copy_button(text: str, *, label: str, key: str) -> None:
    """Draw it; `key` has no double underscore, as for every component."""
    _copy(key=key, data={"text": text, "label": label, "copied": _("Copied")})
