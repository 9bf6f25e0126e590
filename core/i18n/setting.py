"""The chosen language, read without loading the settings: for `--help` and the window, which must be quick."""

import os
from pathlib import Path
from typing import Final

LANGUAGE_VARIABLE: Final = "BESTAND_UI__LANGUAGE"


def language_setting(config_file: Path) -> str:
    """Return `ui.language` as the environment or the person's settings file say it; `auto` if neither does.

    Says nothing about a file that cannot be read: `core.config` does, when the settings are loaded in full.
    """
    named = os.environ.get(LANGUAGE_VARIABLE)
    return named or _in_file(config_file) or "auto"


def _in_file(path: Path) -> str | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if "language" not in text:
        return None
    import tomllib

    try:
        section = tomllib.loads(text).get("ui")
    except tomllib.TOMLDecodeError:
        return None
    named = section.get("language") if isinstance(section, dict) else None
    return named if isinstance(named, str) else None
