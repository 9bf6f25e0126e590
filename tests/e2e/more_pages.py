"""Serving a profile with pages of the tests' own beside those of the workbench."""

import os
import sys
from pathlib import Path

from app import pages
from app.page import Page


def serve(*more: Page) -> None:
    """Serve the profile named on the command line, and print the first link."""
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    pages.PAGES = (*pages.PAGES, *more)  # type: ignore[misc]
    from core.paths import ProfilePaths
    from launcher.server.links import mint_link
    from launcher.server.serve import Hooks, Launch, run_engine

    paths = ProfilePaths(Path(sys.argv[1]))
    run_engine(paths, Launch(), Hooks(ready=lambda at: print(mint_link(paths, at.origin), flush=True)))  # noqa: T201
