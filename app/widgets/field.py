"""What all widgets share: their key, their first value, what is wrong with them, what becomes of their value.

Used by the `s_…` widgets only. A widget either belongs to a form, which then holds its value and keeps each act as
a step, or stands alone; then the session keeps it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import streamlit as st

from app.boundary import guarded
from app.checks import Judge
from app.components.note import note
from app.forms.state import FormState, problem_as_typed
from app.session import forget_inputs, kept, persist_input, put, seed_input, user_session
from app.session.inputs import SECRET
from app.widgets.keys import field_key
from core.errors import RuleError
from core.rules import Rule

if TYPE_CHECKING:
    from app.context import AppContext

Hear = Callable[[Any], object]
"""A callback that gets the new value, once it keeps its rule."""
Width = int | Literal["stretch", "content"]

OWN: Final = object()
"""Stands for: the widget keeps its value itself."""
TEXT: Final[Rule[str]] = Rule(str, required=False)
"""The rule of a text that may be anything."""


@dataclass(slots=True)
class Place:
    """One widget: where it is, what it must be, and who hears of it.

    `shows` tells that it only shows a value that is kept elsewhere, `typed` that a person types into it, `differs`
    that another window has something else there.
    """

    ctx: "AppContext"
    view: str
    field: str
    rule: Rule[Any]
    form: FormState | None = None
    instance: str | int | None = None
    secret: bool = False
    on_change: Hear | None = None
    shows: bool = False
    typed: bool = False
    differs: bool = False

    @property
    def key(self) -> str:
        """The widget's key; one of a form is that form's own, one of a secret begins so."""
        if self.form is not None:
            return form_field_key(self.view, self.field, self.form.name, self.instance)
        key = field_key(self.view, self.field, self.instance)
        return f"{SECRET}{key}" if self.secret else key

    @property
    def value(self) -> Any:  # noqa: ANN401 - whatever the rule is about
        """What the widget holds, as its rule reads it; None while it breaks it."""
        if self.form is not None:
            return self.form.value(self.field)
        try:
            return self.rule.value(st.session_state.get(self.key))
        except RuleError:
            return None

    @property
    def problem(self) -> str | None:
        """What is wrong with what it holds; a field nobody has touched is not blamed for being empty."""
        if self.form is not None:
            return self.form.told_problems.get(self.field)
        held = st.session_state.get(self.key)
        return None if held in (None, "", []) else self.rule.problem(held)

    def hear(self) -> None:
        """Within the widget's callback: keep what it holds now, and tell who wants to know."""
        held = st.session_state.get(self.key)
        note_heard(self.key)
        if self.form is not None and handed_over().pop(self.key, None) == held:
            self.form.turn += 1  # it was made a step while it was being typed, see `open_form`
        elif self.form is not None:
            self.form.change(self.field, held)
        elif not self.shows and not self.typed:  # what is typed the browser writes down itself, key by key
            persist_input(self.key, held)
        if self.shows and self.typed and self.problem is None:
            forget_inputs(self.key)  # it is kept where `on_change` takes it
        if self.on_change is not None and self.problem is None:
            self.on_change(self.value)

    @property
    def told(self) -> Callable[[], None]:
        """The callback of the widget."""
        return guarded(self.view, self.hear)


def note_heard(key: str) -> None:
    """Note that what a field shows is known here now; what was typed before is half-typed no more."""
    heard: dict[str, float] = kept("heard_us", dict)
    heard[key] = time.time() * 1_000_000  # drafts are numbered by it


def handed_over() -> dict[str, str]:
    """Return the texts of fields that were made a step while they were still being typed, by key."""
    return kept("handed_over", dict)


def half_typed(ctx: "AppContext", key: str) -> str | None:
    """Return what is being typed in a field of this window and was not handed over yet, as far as it is known."""
    heard: dict[str, float] = kept("heard_us", dict)
    session = user_session()
    with ctx.storage.database.read() as uow:
        rows = uow.journal.of(session.person, key)
    mine = next((row for row in rows if row.window == session.window), None)
    if mine is None or mine.seq <= heard.get(key, 0.0) or not isinstance(mine.value, str):
        return None
    return mine.value


def form_field_key(view: str, field: str, form: str, instance: str | int | None = None) -> str:
    """Return the key of a form's widget; each form has its own, so that drafts never mix."""
    return field_key(view, field, form if instance is None else f"{form}/{instance}")


def place(
    ctx: "AppContext",
    view: str,
    field: str,
    *,
    rule: Rule[Any] | None,
    form: FormState | None,
    instance: str | int | None = None,
    secret: bool = False,
    on_change: Hear | None = None,
    otherwise: Rule[Any] = TEXT,
    typed: bool = False,
) -> Place:
    """Return a widget's place; the rule is its own, else its form's, else the widget's usual one."""
    if secret and form is not None:
        raise ValueError("a form keeps what it holds; a secret is never kept")
    if rule is None and form is not None:
        rule = form.spec.field(field).rule_for(form.values)
    return Place(ctx, view, field, rule or otherwise, form, instance, secret, on_change, typed=typed)


def take_from_form(at: Place, held: object) -> None:
    """Give a form's widget what the form holds, if that changed other than by the widget itself."""
    if at.form is None:
        return
    drawn: dict[str, object] = kept("drawn_fields", dict)
    mark = (id(at.form), at.form.turn)
    if at.key not in st.session_state or drawn.get(at.key) != mark:
        if at.typed and st.session_state.get(at.key) != held:
            persist_input(at.key, held)  # the browser did not type it, so nobody else writes it down
        put(at.key, held)
        drawn[at.key] = mark


def take_shown(at: Place, text: str) -> None:
    """Give a field the text it shows, if that changed; what was half-typed in it goes before."""
    drawn: dict[str, object] = kept("drawn_fields", dict)
    if at.key not in st.session_state:
        seed_input(at.key, text, fits=lambda kept_text: isinstance(kept_text, str))
    elif drawn.get(at.key, text) != text:
        put(at.key, text)
        forget_inputs(at.key)
    drawn[at.key] = text


@contextmanager
def framed(at: Place, *, width: Width = "stretch") -> Iterator[None]:
    """Draw the widget in the block, and under it what is wrong with it."""
    with st.container(key=f"field_{at.key}", gap=None, width=width):
        yield
        form, problem = at.form, at.problem
        watches = form is not None and not form.spec.autosave
        if at.typed or watches or problem:
            note(
                at.key,
                problem=problem,
                check=_check(at) if at.typed and not at.secret else None,
                dirty=form is not None and watches and at.field in form.dirty_fields(),
                differs=at.differs,
                key=f"note_{at.key}",
            )


def _check(at: Place) -> str:
    judge: Judge = at.rule.problem if at.form is None else partial(problem_as_typed, at.form, at.field)
    name: str = at.ctx.checks.register(user_session().window, at.key, judge)
    return name
