"""`s_table`: rows a person may type into; each edit is a step of a form, the rows below stay as they are."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import streamlit as st

from app.boundary import escaped, guarded
from app.components.grid import GridEvent, Kind, edited_rows, grid
from app.forms.spec import TYPED, Field, FormSpec, taken
from app.forms.state import FormState
from app.router import redraw_view
from app.widgets.field import Hear, Place, form_field_key
from app.widgets.form import form_steps, open_form
from app.widgets.keys import field_key
from app.widgets.merge_view import draw_merge
from core.errors import RuleError
from core.i18n import _, ngettext, number
from core.rules import Rule

if TYPE_CHECKING:
    from app.context import AppContext
    from app.widgets.parts import Step

EDITS: Final[Rule[dict[str, dict[str, Any]]]] = Rule(dict[str, dict[str, Any]], required=False)
"""The rule of edits: what was typed, by the number of the row, then by the name of the column."""
PROBLEMS_SHOWN: Final = 5
_HEARD: Final[tuple[Kind, ...]] = ("edit",)


def s_table(
    ctx: "AppContext", view: str, field: str, *, label: str, source: str, form: FormState | None = None,
    instance: str | int | None = None, rules: Mapping[str, Rule[Any]] | None = None, on_change: Hear | None = None,
    height: int | Literal["stretch", "content"] = 320, disabled: bool = False,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Draw rows to type into, and return the edits: values by row number (from 1, as text), then by column.

    Args:
        ctx: The open profile.
        view: The page's slug.
        field: What it is there; in a form, the field's name, whose rule is `EDITS`.
        label: What the rows are.
        source: The rows below, by their name: `dataset_rows`, `answer_rows`.
        form: The form the edits belong to; without one the table has its own, with undo and redo above it.
        instance: Which one of several.
        rules: What the cells of a column must be, by its name; an edit that breaks its rule is kept as typed and
            told below.
        on_change: A callback; gets the edits.
        height: In pixels, or all there is.
        disabled: Let nobody change anything.
    """
    own = form is None
    held = form or _own_form(ctx, view, field, label, source, instance)
    at = Place(ctx, view, field, EDITS, held, instance, on_change=on_change)
    with st.container(key=f"field_{at.key}", gap="xsmall"):
        if own:
            draw_merge(ctx, view, held)
            _draw_steps(view, form_steps(view, held), at.key)
        grid(
            edited_rows(source, held.name, field, held.standing.last),
            key=form_field_key(view, f"{field}_grid", held.name, instance),
            label=label,
            height=height,
            tools=False,
            editable=not disabled,
            events=_HEARD,
            on_event=partial(_edited, at, rules or {}),
        )
        edits = held.data.get(field)
        _draw_problems(edits if isinstance(edits, dict) else {}, rules or {})
    return dict(held.value(field) or {})


def _own_form(
    ctx: "AppContext", view: str, field: str, label: str, source: str, instance: str | int | None
) -> FormState:
    spec = FormSpec((Field(field, label, EDITS),), autosave=True)
    return open_form(ctx, view, spec, f"table:{field_key(view, field, instance)}:{source}")


def _draw_steps(view: str, steps: "tuple[Step | None, Step | None]", key: str) -> None:
    with st.container(horizontal=True, key=f"steps_{key}", gap="small"):
        for sign, word, step in (("undo", _("Undo"), steps[0]), ("redo", _("Redo"), steps[1])):
            st.button(
                word, key=field_key(view, f"table_{sign}", key), icon=f":material/{sign}:", type="tertiary",
                help=f"{word}: {step.label}" if step else word, disabled=step is None,
                on_click=guarded(view, step.do) if step else None,
            )  # fmt: skip


def _edited(at: Place, rules: Mapping[str, Rule[Any]], event: GridEvent) -> None:
    """Within the grid's callback: keep what was typed into a cell, as a step."""
    form = at.form
    if form is None or event.kind != "edit" or event.number is None or event.column is None:
        return
    form.refresh()
    held = form.data.get(at.field)
    edits: dict[str, Any] = dict(held) if isinstance(held, dict) else {}
    row = str(event.number)
    below = edits.get(row)
    value = taken(rules[event.column], event.value) if event.column in rules else event.value
    edits[row] = {**(below if isinstance(below, dict) else {}), event.column: value}
    step = _("{column} in row {row}").format(column=event.column, row=number(event.number))
    form.change(at.field, edits, label=step)
    event.taken()
    if at.on_change is not None:
        at.on_change(form.value(at.field))
    redraw_view(at.view)


def _draw_problems(edits: Mapping[str, Any], rules: Mapping[str, Rule[Any]]) -> None:
    """Tell which edits break a rule."""
    found = []
    for row, cells in edits.items():
        for column, value in cells.items() if isinstance(cells, dict) else ():
            if isinstance(value, dict) and TYPED in value and column in rules:
                told = _problem(rules[column], value[TYPED])
                found.append(_("Row {row}, {column}: {problem}").format(row=row, column=column, problem=told))
    for told in found[:PROBLEMS_SHOWN]:
        st.caption(_red(told))
    if len(found) > PROBLEMS_SHOWN:
        more = len(found) - PROBLEMS_SHOWN
        st.caption(ngettext("and {count} more", "and {count} more", more).format(count=number(more)))


def _red(told: str) -> str:
    return f":red[{escaped(told)}]"


def _problem(rule: Rule[Any], typed: object) -> str:
    try:
        rule.value(typed)
    except RuleError as error:
        return error.message
    return ""
