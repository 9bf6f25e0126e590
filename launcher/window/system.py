"""Which window this system has, and whether one can be shown at all. Loads no window library."""

import sys
from typing import Final

from launcher.server.browser import has_display
from launcher.window.backend import Backend, Plain

NO_SCREEN: Final = "DISPLAY"
"""What is missing where there is no screen at all."""


def backend_of_system() -> Backend:
    """Return the backend of this system."""
    if sys.platform in ("win32", "darwin"):
        return Plain()
    from launcher.window.qt import QtBackend

    return QtBackend()


def window_problem() -> str | None:
    """Return what is missing for a window (a library's or the screen's name), or None if one can be shown."""
    if not has_display():
        return NO_SCREEN
    if sys.platform in ("win32", "darwin"):
        return None
    from launcher.window.qt import qt_problem

    return qt_problem()
