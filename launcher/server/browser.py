"""Open the page in the person's browser without showing the link to anybody else.

What a program is started with can be read by every user of the machine, so the browser is not given the link but a
local file only its owner can read, which moves on to it.
"""

import html
import os
import sys
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path

from core.ids import new_id
from core.paths import ProfilePaths

_PREFIX = "open-"


def has_display(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> bool:
    """Tell whether there is a screen to open a browser on."""
    if platform in ("win32", "darwin"):
        return True
    values = os.environ if environment is None else environment
    return bool(values.get("DISPLAY") or values.get("WAYLAND_DISPLAY"))


def open_in_browser(paths: ProfilePaths, link: str, *, opener: Callable[[str], bool] = webbrowser.open) -> bool:
    """Open a one-time link; False if no browser could be started."""
    for old in paths.run.glob(f"{_PREFIX}*.html"):
        old.unlink(missing_ok=True)
    page = paths.run / f"{_PREFIX}{new_id()}.html"
    _write_private(page, link)
    try:
        return opener(page.as_uri())
    except webbrowser.Error:
        return False


def _write_private(page: Path, link: str) -> None:
    with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(
            "<!doctype html><meta charset=utf-8><title>Bestand</title>"
            f'<meta name="referrer" content="no-referrer">'
            f'<meta http-equiv="refresh" content="0;url={html.escape(link, quote=True)}">'
        )
