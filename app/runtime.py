"""The open profile of this process, for the page's script.

Streamlit runs the script anew for each session and gives it nothing, so the engine leaves the `AppContext` here
before the first run. Only `app/entry` and the server read or set it; everything else is handed the context.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.context import AppContext

_open: "Final[list[AppContext]]" = []
"""Empty or the one context. A process serves one profile, so this is set once at start and cleared at the end."""


def set_context(context: "AppContext | None") -> None:
    """Leave the open profile for the page's script; None when it is closed."""
    _open[:] = [context] if context is not None else []


def get_context() -> "AppContext":
    """Return the open profile.

    Raises:
        RuntimeError: the server ran the script before it opened a profile (a bug).
    """
    if not _open:
        raise RuntimeError("the script ran before a profile was opened")
    return _open[0]
