"""The line at the bottom: what is saved, what is shown, what runs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.components.mount import component
from core.i18n import _

_KEY: Final = "statusbar"
_statusbar = component("statusbar")


def statusbar(items: Sequence[Mapping[str, Any]], facts: Sequence[str]) -> None:
    """Draw the line.

    Args:
        items: What is common to all windows: id, text, and if there are any icon, hint, the page a click leads to,
            the fraction of what is on its way, tone, end (stands at the right).
        facts: What belongs to the view, such as its number of rows.
    """
    data = {
        "items": [dict(item) for item in items],
        "facts": list(facts),
        "label": _("Status"),
        "saving": _saving(),
    }
    _statusbar(key=_KEY, height="stretch", data=data)


def _saving() -> dict[str, dict[str, str]]:
    """Return what is said about saving, by how it stands; the browser knows that first."""
    here = _("It is kept in this window, and on the disk as soon as Bestand answers.")
    return {
        "saved": {"text": _("Saved"), "icon": "check", "hint": _("Everything is saved as soon as it is done.")},
        "typing": {"text": _("Typing …"), "icon": "edit", "hint": _("What you type is kept at once.")},
        "saving": {"text": _("Saving …"), "icon": "edit", "hint": _("What you type is kept at once.")},
        "conflict": {
            "text": _("Another window differs"),
            "icon": "call_split",
            "tone": "warn",
            "hint": _("Another window has something else in this field; below the field you can take that over."),
        },
        "offline": {"text": _("Offline: kept here"), "icon": "cloud_off", "hint": here},
        "full": {"text": _("Not saved: disk full"), "icon": "error", "tone": "warn", "hint": here},
        "refused": {
            "text": _("Not saved: too long"),
            "icon": "error",
            "tone": "warn",
            "hint": _("A text of more than 1 MiB is not kept. Copy it before the window is closed."),
        },
    }
