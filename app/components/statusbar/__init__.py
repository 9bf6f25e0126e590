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
    data = {"items": [dict(item) for item in items], "facts": list(facts), "label": _("Status")}
    _statusbar(key=_KEY, height="stretch", data=data)
