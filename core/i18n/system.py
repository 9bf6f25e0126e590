"""Which language the machine is set to. Used by `core.i18n.language`; reads, never changes anything."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_NO_LANGUAGE: Final = frozenset({"", "c", "posix"})
_LONGEST_NAME: Final = 85
"""Windows' own limit for a locale's name."""


def system_locales() -> Iterator[str]:
    """Return what the machine prefers, best first, as `de_AT`; nothing if it does not say."""
    named = _named_by_environment()
    if named is not None:
        yield from named
    elif sys.platform == "win32":
        yield from _named_by_windows()
    elif sys.platform == "darwin":
        yield from _named_by_macos()


def _named_by_environment() -> list[str] | None:
    """Return what the variables say, None if they say nothing. C in the first that is set means: no language."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            plain = _plain(value)
            if plain.lower() in _NO_LANGUAGE:
                return []
            listed = [_plain(one) for one in os.environ.get("LANGUAGE", "").split(":")]
            return [one for one in (*listed, plain) if one]
    return None


def _plain(name: str) -> str:
    """Return `de_AT` for `de_AT.UTF-8@euro` or `de-AT`."""
    return name.partition(".")[0].partition("@")[0].replace("-", "_")


def _named_by_windows() -> Iterator[str]:
    import ctypes

    library = getattr(ctypes, "windll", None)
    if library is None:
        return
    name = ctypes.create_unicode_buffer(_LONGEST_NAME)
    if library.kernel32.GetUserDefaultLocaleName(name, _LONGEST_NAME):
        yield _plain(name.value)


def _named_by_macos() -> Iterator[str]:
    """A program started from the Finder has no such variables; the person's choice is in a file."""
    import plistlib

    try:
        chosen = plistlib.loads((Path.home() / "Library/Preferences/.GlobalPreferences.plist").read_bytes())
    except (OSError, ValueError, plistlib.InvalidFileException):
        return
    yield from (_plain(str(one)) for one in chosen.get("AppleLanguages", []))
