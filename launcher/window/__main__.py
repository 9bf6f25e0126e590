"""The window's own executable: `python -m launcher.window [--profile DIR] [FILE]...`.

What a desktop entry starts. It knows one option only, so that no command line library stands between a click and
the splash; everything else is `bestand`. Without a way to show a window it is the command line's `app run`.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import BestandError
from core.paths import resolve_profile
from launcher.window.run import Ending, command_line, run_window
from launcher.window.system import window_problem

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the window and return the exit code."""
    profile, files = _read(list(sys.argv[1:] if arguments is None else arguments))
    if window_problem() is not None:
        option = ["--profile", str(profile)] if profile else []
        return subprocess.run([*command_line(), *option, "app", "run", *files], check=False).returncode
    paths = resolve_profile(profile)
    try:
        ending = run_window(paths, files=files)
    except BestandError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return 1
    return _INTERRUPTED if ending is Ending.INTERRUPTED else 0


def _read(words: list[str]) -> tuple[Path | None, list[Path]]:
    """Return the profile folder, if one is given, and the files."""
    profile = None
    if "--profile" in words[:-1]:
        place = words.index("--profile")
        profile = Path(words[place + 1])
        del words[place : place + 2]
    return profile, [Path(word).absolute() for word in words]


if __name__ == "__main__":
    sys.exit(main())
