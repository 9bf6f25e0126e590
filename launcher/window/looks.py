"""The colours a person chose, read without loading the settings: the splash cannot wait for them."""

import os
import tomllib
from pathlib import Path
from typing import Final

THEMES: Final = ("auto", "light", "dark")
_VARIABLE: Final = "BESTAND_THEME"


def theme_setting(config_file: Path) -> str:
    """Return `theme` as the environment or the person's settings file say it; `auto` if neither does.

    Says nothing about a file that cannot be read: the engine does, when it loads the settings in full.
    """
    named = os.environ.get(_VARIABLE) or _in_file(config_file)
    return named if named in THEMES else "auto"


def _in_file(path: Path) -> str | None:
    try:
        named = tomllib.loads(path.read_text(encoding="utf-8")).get("theme")
    except (OSError, ValueError):
        return None
    return named if isinstance(named, str) else None
