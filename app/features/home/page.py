"""The Home page: go on where one was, begin something, see that all is well."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.features.home import texts
from app.page import Page, Params
from app.router import HOME, navigate
from app.widgets import field_key
from app.widgets.parts import body, empty, toolbar

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk

VIEW: Final = HOME


class HomePage(Page):
    """Where a person starts."""

    slug = VIEW
    icon = "home"
    watches = ("table:dataset", "table:job", "table:query")

    @property
    def title(self) -> str:
        """The page's name."""
        return texts.title()

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        """Draw the beginning."""
        del ctx, desk, params
        with toolbar(VIEW, texts.title()):
            pass
        with body(VIEW):
            empty(texts.greeting())
            with st.container(horizontal=True):
                st.button(
                    texts.choose_file(), key=field_key(VIEW, "import"), type="primary", on_click=navigate,
                    args=("import",),
                )  # fmt: skip
                st.button(
                    texts.sample(), key=field_key(VIEW, "sample"), on_click=navigate, args=("import",),
                    kwargs={"event": "sample"},
                )  # fmt: skip
