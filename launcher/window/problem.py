"""A start that failed before there was an engine: one calm page that says why.

A person who clicked an icon has no terminal to read from. Nothing is kept: the profile may be what is wrong.
"""

import tempfile
from pathlib import Path

from core.errors import BestandError
from core.i18n import _
from core.paths import ProfilePaths
from launcher.window.pages import CHOICE, Notice, notice_page
from launcher.window.system import backend_of_system

_LOOK_S = 0.2


def show_problem(error: BestandError) -> None:
    """Show why Bestand does not start, until the person closes the window."""
    import webview

    notice = Notice(_("Bestand cannot open your data"), (str(error), error.hint), (("close", _("Close")),))
    with tempfile.TemporaryDirectory(prefix="bestand-", ignore_cleanup_errors=True) as folder:
        backend = backend_of_system()
        backend.prepare(ProfilePaths(Path(folder)), safe=False)
        window = webview.create_window("Bestand", html=notice_page(notice, "auto"), width=640, height=420)
        if window is None:
            return

        def follow() -> None:
            while not window.events.closed.wait(_LOOK_S):
                if window.run_js(CHOICE):
                    window.destroy()
                    return

        webview.start(follow, gui=backend.gui, private_mode=True)
