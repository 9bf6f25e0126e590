"""Where a form is saved: its state in words, all that is wrong in one list, and Save, Apply and Reset."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.boundary import guarded
from app.components.note import problem_list
from app.forms.state import FormState, FormStatus
from app.router import redraw_view
from app.widgets.field import form_field_key
from app.widgets.form import turn
from app.widgets.keys import field_key
from app.widgets.merge_view import draw_merge
from app.widgets.words import when
from core.errors import FormError
from core.i18n import _, ngettext, number

if TYPE_CHECKING:
    from app.context import AppContext


def form_bar(
    ctx: "AppContext", view: str, form: FormState, *, on_saved: Callable[[], object] | None = None,
    on_apply: Callable[[Mapping[str, Any]], object] | None = None, save_label: str = "",
) -> None:  # fmt: skip
    """Draw the state of a form, what is wrong with it, and Save, Apply and Reset.

    Args:
        ctx: The open profile.
        view: The page's slug.
        form: The form.
        on_saved: A callback, after a save.
        on_apply: A callback that lets the values hold without saving them; without one there is no Apply.
        save_label: What Save is called here.
    """
    draw_merge(ctx, view, form)
    draw_problems(view, form)
    with st.container(horizontal=True, key=field_key(view, "form_bar", form.name), vertical_alignment="center"):
        st.button(
            save_label or _("Save"), key=field_key(view, "form_save", form.name), type="primary",
            disabled=form.status == "conflict", on_click=guarded(view, partial(save, view, form, on_saved)),
        )  # fmt: skip
        if on_apply is not None:
            st.button(
                _("Apply"), key=field_key(view, "form_apply", form.name), disabled=bool(form.checked.problems),
                on_click=guarded(view, partial(_apply, view, form, on_apply)),
            )  # fmt: skip
        st.button(
            _("Reset"), key=field_key(view, "form_reset", form.name), type="tertiary", disabled=not form.dirty,
            on_click=guarded(view, partial(turn, view, form, form.reset)),
        )  # fmt: skip
        st.caption(status_words(form), width="content")


def status_words(form: FormState) -> str:
    """Return where a form stands, in words."""
    status: FormStatus = form.status
    if status == "invalid":
        count = len(form.told_problems)
        told = ngettext("{count} field to set right", "{count} fields to set right", count)
        return told.format(count=number(count))
    if status == "saved" and form.saved_here is not None:
        return _("Saved {when}").format(when=when(form.saved_here.at))
    return {
        "clean": _("Nothing changed"), "dirty": _("Changed, not saved"), "saving": _("Saving"),
        "saved": _("Saved"), "conflict": _("Changed in two windows"),
    }[status]  # fmt: skip


def save(view: str, form: FormState, on_saved: Callable[[], object] | None = None) -> None:
    """Within a callback: save a form; what is wrong is told under the fields, and in a list if it is more."""
    try:
        saved = form.save()
    except FormError:
        if not form.problems:
            raise
        redraw_view(view)  # each is told under its field, and all of them above
    if saved is not None and on_saved is not None:
        on_saved()
    redraw_view(view)


def _apply(view: str, form: FormState, on_apply: Callable[[Mapping[str, Any]], object]) -> None:
    on_apply(form.values)
    redraw_view(view)


def draw_problems(view: str, form: FormState) -> None:
    """Draw all that is wrong in one list; each line leads to its field."""
    problems = form.told_problems
    if len(problems) < 2:  # one is told under its field
        return
    found = {
        form_field_key(view, name, form.name): (form.spec.label(name), told) for name, told in problems.items()
    }
    problem_list(found, label=_("What is to be set right"), key=field_key(view, "problems", form.name))
