"""An engine with two pages more: one that is slow to draw, one that breaks. Started by the frame's tests."""

import time
from typing import TYPE_CHECKING

import streamlit as st

from app.page import Page, Params
from app.widgets.parts import Step, body, toolbar
from tests.e2e.more_pages import serve

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


if __name__ == "__main__":
    serve(SlowPage(), BrokenPage())
