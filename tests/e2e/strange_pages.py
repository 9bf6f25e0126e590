"""An engine with two pages more: one that is slow to draw, one that breaks. Started by the frame's tests."""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app import pages
from app.page import Page, Params
from app.widgets.parts import Step, body, toolbar

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk

SLOW_S = 0.4


class SlowPage(Page):
    """Takes its time."""

    slug = "slow"
    icon = "hourglass"

    @property
    def title(self) -> str:
        return "Slow"

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        del ctx, desk, params
        with toolbar("slow", "Slow"), body("slow"):
            st.markdown("The first half.")
            time.sleep(SLOW_S)
            st.markdown("The second half.")


class BrokenPage(Page):
    """Breaks in the middle, in the inspector and in a callback; its title may be changed."""

    slug = "broken"
    icon = "error"

    @property
    def title(self) -> str:
        return "Broken"

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        del ctx, desk, params
        name = st.session_state.setdefault("broken_name", "A name")

        def rename(to: str) -> None:
            st.session_state["broken_name"] = to

        with toolbar("broken", name, rename=rename, steps=(Step("the last one", _fail), None)), body("broken"):
            st.text_input("Kept text", key="broken__text")
            st.markdown("Before it breaks.")
            raise RuntimeError("a secret detail")

    def inspector(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        del ctx, desk, params
        raise ValueError("another secret detail")


def _fail() -> None:
    raise RuntimeError("a third secret detail")


def main() -> None:
    """Serve the profile named on the command line, and print the first link."""
    pages.PAGES = (*pages.PAGES, SlowPage(), BrokenPage())  # type: ignore[misc]
    from core.paths import ProfilePaths
    from launcher.server.links import mint_link
    from launcher.server.serve import Hooks, Launch, run_engine

    paths = ProfilePaths(Path(sys.argv[1]))
    run_engine(paths, Launch(), Hooks(ready=lambda at: print(mint_link(paths, at.origin), flush=True)))  # noqa: T201


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
