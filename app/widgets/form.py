"""Forms on the screen: opening one, its steps in the toolbar and on the keys.

A page asks for its form each time it is drawn, hands it to its widgets, and draws `form_bar` (of `form_bar.py`)
where the form is to be saved. How to make one: docs/forms.md.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.forms.history import FormHistory
from app.forms.spec import FormSpec
from app.forms.state import FormState
from app.page import Action
from app.router import redraw_view
from app.session import kept, stored_input, user_session
from app.widgets.field import form_field_key, half_typed, handed_over
from app.widgets.keys import field_key
from app.widgets.parts import Step
from app.widgets.told import told_changes
from app.widgets.words import when
from core.i18n import _, retold

if TYPE_CHECKING:
    from app.context import AppContext
    from app.forms.tree import FormVersion

STEPS_SHOWN: Final = 50
LIST_PX: Final = 360
VERSIONS: Final = "table:form_version"
_UNSET: Final = object()

Turn = Callable[[Callable[[], object]], None]
"""Gets something to do to a form within a callback, does it, and has drawn what changed."""


# ---- opening ----------------------------------------------------------------------------------------------


def open_form(
    ctx: "AppContext", view: str, spec: FormSpec, name: str, *, drawing: bool = True
) -> FormState:  # fmt: skip
    """Return this window's form of a name, as it was left: by this window, another one, or before a crash.

    Args:
        ctx: The open profile.
        view: The page's slug; the form's widgets are drawn on it.
        spec: What the form asks, made anew in the person's language.
        name: What it is a form of, such as "chart:umsatz".
        drawing: Whether its widgets are about to be drawn; only then it takes over what other windows did, so that
            it always knows what the person has seen. A page's actions are told without drawing.
    """
    forms: dict[str, tuple[FormState, Mapping[str, int]]] = kept("forms", dict)
    marks = ctx.changes.marks((VERSIONS,))
    known = forms.get(name)
    if known is None:
        form = FormState.opened(FormHistory(ctx.storage.database), spec, name, window=user_session().window)
        forms[name] = (form, marks)
        _take_over(ctx, view, form)
    else:
        form = known[0]
        form.spec = spec
        if drawing and known[1] != marks:
            forms[name] = (form, marks)
            _catch_up(ctx, view, form)
    user_session().forms[name] = form.standing.last
    return form


def _catch_up(ctx: "AppContext", view: str, form: FormState) -> None:
    """Take over what other windows did; what is being typed here now is a step first, so that both are seen."""
    if form.is_behind():
        for one in form.spec.fields:
            key = form_field_key(view, one.name, form.name)
            draft = half_typed(ctx, key)
            if draft is not None and draft != st.session_state.get(key):
                handed_over()[key] = draft
                form.change(one.name, draft)
        form.refresh()


def _take_over(ctx: "AppContext", view: str, form: FormState) -> None:
    """Make what was half-typed when the form was last open a step of its own."""
    session = user_session()
    seen = session.forms.get(form.name)
    for one in form.spec.fields:
        key = form_field_key(view, one.name, form.name)
        draft = stored_input(key, _UNSET, newest=True)
        if not isinstance(draft, str) or draft == form.shown(one.name):
            continue
        found = session.found.get(key)
        if found is not None and found.window != session.window and ctx.windows.is_open(found.window):
            continue  # somebody is typing it in another window now
        form.change(one.name, draft, seen=seen)


# ---- steps ------------------------------------------------------------------------------------------------


def form_steps(view: str, form: FormState, do: Turn | None = None) -> tuple[Step | None, Step | None]:
    """Return what undo and redo would do, for `toolbar`.

    Args:
        view: The page's slug.
        form: The form.
        do: Does a turn; for a form whose values must be taken elsewhere too.
    """
    turning = do or partial(turn, view, form)
    undo, redo = form.standing.undo, form.standing.redo
    return (
        None if undo is None else Step(retold(undo), partial(turning, form.undo)),
        None if redo is None else Step(retold(redo), partial(turning, form.redo)),
    )


def form_actions(
    view: str, form: FormState, group: str, *, on_save: Callable[[], object] | None = None, do: Turn | None = None
) -> list[Action]:
    """Return what the keys do to the form: Ctrl+Z, Ctrl+Shift+Z, and with `on_save` Ctrl+S."""
    turning = do or partial(turn, view, form)
    found = [
        Action(f"{view}.undo", _("Undo"), partial(turning, form.undo), "mod+z", group),
        Action(f"{view}.redo", _("Redo"), partial(turning, form.redo), "mod+shift+z", group),
    ]
    if on_save is not None:
        found.append(Action(f"{view}.save", _("Save"), on_save, "mod+s", group))
    return found


def draw_steps(view: str, form: FormState, do: Turn | None = None) -> None:
    """Draw the list of steps, each of which can be gone to."""
    turning = do or partial(turn, view, form)
    box = st.popover(
        _("Steps"), icon=":material/history:", key=field_key(view, "steps"), type="tertiary", on_change="rerun",
        disabled=form.standing.last == 0, help=_("What was done here, to go back to any of it"),
    )  # fmt: skip
    if not box.open or not form.standing.last:
        return
    with (
        box,
        st.container(height=LIST_PX, border=False, key=field_key(view, "step_list"), gap=None, width=LIST_PX),
    ):
        for line in _states(form.lines(limit=STEPS_SHOWN)):
            told = told_changes(form, line.changes)
            name = ": ".join((_named(line), *told)) if len(told) == 1 else _named(line)
            st.button(
                f"{escaped(name)} · {when(line.at)}", key=field_key(view, "step", line.number),
                help="  \n".join(map(escaped, told)) if len(told) > 1 else None,
                type="tertiary", icon=_icon(line, form), width="stretch",
                disabled=line.mark == form.standing.mark,
                on_click=guarded(view, partial(turning, partial(form.jump, line.number))),
            )  # fmt: skip


def _states(lines: "Sequence[FormVersion]") -> "list[FormVersion]":
    """Return the lines that made a state; undo and redo only went to one."""
    return [line for line in lines if line.mark == line.number or line.kind == "save"]


def _named(line: "FormVersion") -> str:
    if line.kind == "begin":
        return _("As it began")
    if line.kind == "aside":
        return _("{step} (kept aside)").format(step=retold(line.label))
    if line.kind == "save":
        return _("Saved: {name}").format(name=retold(line.label))
    return retold(line.label)


def _icon(line: "FormVersion", form: FormState) -> str:
    if line.mark == form.standing.mark:
        return ":material/radio_button_checked:"
    return ":material/save:" if line.kind == "save" else ":material/radio_button_unchecked:"


def turn(view: str, form: FormState, act: Callable[[], object]) -> None:
    """Within a callback: do something to a form, and draw its view. What nobody has seen yet is not undone."""
    del form
    act()
    redraw_view(view)
