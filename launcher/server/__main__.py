"""`python -m launcher.server --profile DIR`: the engine of a window; nobody types this.

Light until it has begun: what it imports, and in which order, decides how soon a window has its page.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from core.paths import ProfilePaths
from launcher.server.channel import Channel
from launcher.server.light import begin_light
from launcher.server.supervised import run_supervised


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve for the window at the other end of the standard streams; return the exit code."""
    begin_light()
    words = list(sys.argv[1:] if arguments is None else arguments)
    given = dict(zip(words[::2], words[1::2], strict=False))
    for stream in (sys.stdin, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    port = given.get("--port")
    return run_supervised(
        ProfilePaths(Path(given["--profile"])), int(port) if port else None, Channel.of_this_process()
    )


if __name__ == "__main__":
    sys.exit(main())
