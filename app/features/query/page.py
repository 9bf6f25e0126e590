"""The SQL page: what can be asked on the left, a question above, its answers below, earlier questions at hand."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import part
from app.components.schema import schema_rail
from app.components.splitter import splitter
from app.features.query import schema
from app.features.query.answer import draw_below
from app.features.query.drawer import draw_history, draw_kept
from app.features.query.editing import BELOW, EDITOR, VIEW, draw_editor, show_rows
from app.features.query.routes import CATALOGUE_PATH
from app.page import Action, Event, Page, Params
from app.widgets.parts import body, toolbar
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk

RAIL_PX: Final = 208
EDITOR_PX: Final = 236
REST_PX: Final = 380
"""What the editor leaves to toolbar, answer and status line."""


class SqlPage(Page):
    """Questions in SQL."""

    slug = VIEW
    icon = "terminal"
    watches = ("table:dataset",)

    @property
    def title(self) -> str:
        """The page's name."""
        return _("SQL")

    def on_event(self, ctx: "AppContext", event: Event) -> bool:
        """Show only some rows of an answer when another page leads to them."""
        if event.name != "filter":
            return super().on_event(ctx, event)
        show_rows(ctx, str(event.facts["sql"]), event.facts["filters"])
        return True

    def actions(self, ctx: "AppContext", params: Params) -> Sequence[Action]:
        """Return what the editor can do; it does so itself, whose text is newer than what is known here."""
        del ctx, params
        return (
            Action("sql.run", _("Run the statement at the caret"), _by_the_editor, "mod+enter"),
            Action("sql.layout", _("Format the statement at the caret"), _by_the_editor, "alt+shift+f"),
        )

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        """Draw the rail and, each as a part of its own, the editor and the answers."""
        del params
        with toolbar(VIEW, self.title):
            draw_kept(ctx)
            draw_history(ctx)
        with body(VIEW), st.container(key="sql_area", horizontal=True, wrap=False, gap="small", height="stretch"):
            with st.container(key="sql_rail", width=RAIL_PX, height="stretch", gap=None):
                schema_rail(
                    key="sql_rail_tree", route=CATALOGUE_PATH, mark=schema.mark(ctx), labels=_rail_labels()
                )
            with st.container(key="sql_main", height="stretch", gap=None):
                with st.container(key="sql_top", gap=None):
                    part(EDITOR, partial(draw_editor, ctx))
                splitter(
                    "bestand-editor",
                    label=_("Height of the editor"),
                    sizes="above",
                    initial=EDITOR_PX,
                    rest=REST_PX,
                )
                with st.container(key="sql_bottom", height="stretch", gap="xsmall"):
                    part(BELOW, partial(draw_below, ctx, desk))


def _by_the_editor() -> None:
    """Be done in the browser."""


def _rail_labels() -> dict[str, str]:
    return {
        "tree": _("Datasets and columns"),
        "filter": _("Find a column"),
        "empty": _("No datasets yet."),
        "none": _("Nothing has this name."),
        "more": _("There are more; type a part of the name."),
    }
