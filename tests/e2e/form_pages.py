"""An engine with a page more: every widget, alone and in a form. Started by the tests of widgets and forms."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import streamlit as st
from pydantic import Field as Limits
from pydantic import StringConstraints

from app import catalogue
from app.components.grid import dataset_rows
from app.forms.spec import Field, FormSpec, Values
from app.forms.state import FormState
from app.page import Action, Page, Params
from app.widgets import (
    s_checkbox,
    s_date,
    s_file,
    s_multiselect,
    s_number,
    s_radio,
    s_select,
    s_slider,
    s_table,
    s_text,
    s_textarea,
)
from app.widgets.files import FILE
from app.widgets.form import draw_steps, form_actions, form_steps, open_form
from app.widgets.form_bar import form_bar, save
from app.widgets.parts import body, toolbar
from core.rules import Rule
from tests.e2e.more_pages import serve

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk

COLOURS: Final = ("red", "green", "blue")
NAME: Final[Rule[str]] = Rule(Annotated[str, StringConstraints(min_length=2, max_length=20)])
WEIGHT: Final[Rule[float]] = Rule(Annotated[float, Limits(ge=0, le=100)], required=False)
TEXT: Final[Rule[str]] = Rule(str, required=False)
COLOUR: Final[Rule[str]] = Rule(Literal["red", "green", "blue"])
MANY: Final[Rule[list[str]]] = Rule(list[str], required=False)
YES: Final[Rule[bool]] = Rule(bool)
DAY: Final[Rule[dt.date]] = Rule(dt.date, required=False)
SIZE: Final[Rule[int]] = Rule(Annotated[int, Limits(ge=0, le=10)])
DATASET: Final = "rows"


class AlonePage(Page):
    """Each widget by itself; what it holds is told beside it."""

    slug = "alone"
    icon = "widgets"

    @property
    def title(self) -> str:
        return "Alone"

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        del desk, params
        view, found = self.slug, {}
        with toolbar(view, self.title), st.container():
            pass
        with body(view):
            found["text"] = s_text(ctx, view, "text", label="Text")
            found["textarea"] = s_textarea(ctx, view, "textarea", label="Lines")
            found["number"] = s_number(ctx, view, "number", label="Weight", rule=WEIGHT)
            found["select"] = s_select(ctx, view, "select", label="Colour", options=_colours(ctx))
            found["multiselect"] = s_multiselect(ctx, view, "multiselect", label="Colours", options=COLOURS)
            found["radio"] = s_radio(ctx, view, "radio", label="Round", options=COLOURS)
            found["checkbox"] = s_checkbox(ctx, view, "checkbox", label="Tick")
            found["slider"] = s_slider(ctx, view, "slider", label="Slide", least=0, most=10)
            found["date"] = s_date(ctx, view, "date", label="Day")
            file = s_file(ctx, view, "file", label="File")
            found["file"] = file and file.name
            if catalogue.find(ctx, DATASET) is not None:
                source = dataset_rows(catalogue.current(ctx, DATASET))
                found["table"] = s_table(
                    ctx, view, "table", label="Rows", source=source, rules={"a": WEIGHT}, height=160
                )
            s_text(ctx, view, "secret", label="Password", secret=True)
            told = " · ".join(f"{name}={value!r}" for name, value in found.items())
            st.text(told)


class FormPage(Page):
    """One form with a field of each kind, a rule over two of them and a slow one."""

    slug = "form"
    icon = "edit_note"

    @property
    def title(self) -> str:
        return "Form"

    def actions(self, ctx: "AppContext", params: Params) -> Sequence[Action]:
        del params
        form = _form(ctx, drawing=False)
        return form_actions("form", form, "Form", on_save=lambda: save("form", form))

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        del desk, params
        view, form = self.slug, _form(ctx)
        with toolbar(view, self.title, steps=form_steps(view, form)):
            draw_steps(view, form)
        with body(view):
            form_bar(ctx, view, form)
            s_text(ctx, view, "name", label="Name", form=form)
            s_number(ctx, view, "weight", label="Weight", form=form)
            s_textarea(ctx, view, "notes", label="Notes", form=form)
            s_select(ctx, view, "colour", label="Colour", options=COLOURS, form=form)
            s_multiselect(ctx, view, "many", label="Colours", options=COLOURS, form=form)
            s_checkbox(ctx, view, "heavy", label="Heavy", form=form)
            s_date(ctx, view, "day", label="Day", form=form)
            s_slider(ctx, view, "size", label="Size", least=0, most=10, form=form)
            s_file(ctx, view, "file", label="File", form=form)
            st.text(f"{form.status} · " + " · ".join(f"{name}={value!r}" for name, value in form.values.items()))


def _form(ctx: "AppContext", *, drawing: bool = True) -> FormState:
    spec = FormSpec(
        (
            Field("name", "Name", NAME, default=None),
            Field("weight", "Weight", WEIGHT),
            Field("notes", "Notes", TEXT),
            Field("colour", "Colour", COLOUR, default="red", clears=("many",)),
            Field("many", "Colours", MANY),
            Field("heavy", "Heavy", YES, default=False),
            Field("day", "Day", DAY),
            Field("size", "Size", SIZE, default=3),
            Field("file", "File", FILE),
        ),
        checks=(_heavy_is_heavy,),
        later={"name": _is_free},
    )
    return open_form(ctx, "form", spec, "trial", drawing=drawing)


def _heavy_is_heavy(values: Values) -> Mapping[str, str]:
    if values.get("heavy") and (values.get("weight") or 0) < 10:
        return {"weight": "What is heavy weighs at least 10."}
    return {}


def _is_free(name: Any, values: Values) -> str | None:  # noqa: ANN401 - a name
    del values
    return "This name is taken." if name == "taken" else None


def _colours(ctx: "AppContext") -> tuple[str, ...]:
    """A choice less once a file says so, as when a column is gone."""
    return COLOURS[:1] if (ctx.paths.root / "fewer").exists() else COLOURS


if __name__ == "__main__":
    serve(AlonePage(), FormPage())
