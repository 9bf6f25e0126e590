"""The open profile of this process, for the page's script, and the window's dialogs, where there is a window.

Streamlit runs the script anew for each session and gives it nothing, so the engine leaves the `AppContext` here
before the first run. Only `app/entry` and the server read or set it; everything else is handed the context.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from app.context import AppContext

_open: "Final[list[AppContext]]" = []
"""Empty or the one context. A process serves one profile, so this is set once at start and cleared at the end."""


class Dialogs(Protocol):
    """The native dialogs of the window above this engine. Each waits for the person."""

    def open_files(self) -> list[Path]:
        """Let a person choose files; empty if they chose none."""


_dialogs: Final[list[Dialogs]] = []
"""Empty without a window, as in a browser."""


def set_dialogs(dialogs: Dialogs | None) -> None:
    """Leave the window's dialogs for the pages."""
    _dialogs[:] = [dialogs] if dialogs is not None else []


def window_dialogs() -> Dialogs | None:
    """Return the window's dialogs, or None where a page is shown in a browser only."""
    return _dialogs[0] if _dialogs else None


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
