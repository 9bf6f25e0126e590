"""Widgets a person types into: `s_text`, `s_textarea`, `s_number`.

All of them are text inputs of the browser, whose text is written down key by key and read by the rule when it is
committed; a number field of the browser would hide what is half-typed. For the shared arguments see `s_text`.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.forms.state import FormState
from app.session import other_values, seed, seed_input
from app.widgets.field import OWN, Hear, Place, Width, framed, half_typed, place, take_from_form, take_shown
from app.widgets.offers import draw_offers
from core.rules import TEXT_LIMIT, Rule

if TYPE_CHECKING:
    from app.context import AppContext

NUMBER: Final[Rule[Decimal]] = Rule(Decimal, required=False)
"""The rule of a number that may be any, or none."""


def s_text(
    ctx: "AppContext", view: str, field: str, *, label: str, rule: Rule[Any] | None = None,
    form: FormState | None = None, instance: str | int | None = None, default: Any = None, shows: Any = OWN,  # noqa: ANN401
    on_change: Hear | None = None, hide_label: bool = False, disabled: bool = False, help: str | None = None,  # noqa: A002
    width: Width = "stretch", placeholder: str | None = None, icon: str | None = None, secret: bool = False,
    live: bool = False,
) -> Any:  # noqa: ANN401  # fmt: skip
    """Draw a line to type in, and return its value; None while it breaks its rule or is empty.

    Args:
        ctx: The open profile.
        view: The page's slug.
        field: What it is there; in a form, the field's name.
        label: What it is called, translated.
        rule: What it must be; a form's field has its own, and anything goes without one.
        form: The form it belongs to, which then holds its value.
        instance: Which one of several.
        default: Its value before anybody has given it one; a form has its own defaults.
        shows: The value, where it is kept elsewhere (a setting, a name); `on_change` takes a new one there, and
            only what is half-typed is kept here.
        on_change: A callback; gets the new value once it keeps its rule.
        hide_label: Tell the label only to those who hear the page.
        disabled: Let nobody change it.
        help: What it is about, on hover.
        width: In pixels, or as wide as there is room, or as its content.
        placeholder: What stands there while it is empty.
        icon: A sign in front of it, such as ":material/search:".
        secret: Never keep it anywhere: no draft, no log, no history.
        live: Have the page follow while somebody types, without Enter; for a search.
    """
    at = place(
        ctx, view, field, rule=rule, form=form, instance=instance, secret=secret, on_change=on_change, typed=True
    )  # fmt: skip
    _seed(at, default, shows)
    with framed(at, width=width):
        st.text_input(
            label, key=at.key, on_change=at.told, disabled=disabled, help=help, placeholder=placeholder, icon=icon,
            type="password" if secret else "search" if live else "default",
            autocomplete="new-password" if secret else "off", live=live,
            label_visibility="collapsed" if hide_label else "visible",
        )  # fmt: skip
        _draw_other(at)
    return at.value


def s_textarea(
    ctx: "AppContext", view: str, field: str, *, label: str, rule: Rule[Any] | None = None,
    form: FormState | None = None, instance: str | int | None = None, default: Any = None,  # noqa: ANN401
    on_change: Hear | None = None, hide_label: bool = False, disabled: bool = False, help: str | None = None,  # noqa: A002
    width: Width = "stretch", placeholder: str | None = None, height: int = 96,
) -> Any:  # noqa: ANN401  # fmt: skip
    """Draw some lines to type in, and return their text; `height` is in pixels, the rest is as in `s_text`."""
    at = place(ctx, view, field, rule=rule, form=form, instance=instance, on_change=on_change, typed=True)
    _seed(at, default)
    with framed(at, width=width):
        st.text_area(
            label, key=at.key, on_change=at.told, disabled=disabled, help=help, placeholder=placeholder,
            height=height, label_visibility="collapsed" if hide_label else "visible",
        )  # fmt: skip
        _draw_other(at)
    return at.value


def s_number(
    ctx: "AppContext", view: str, field: str, *, label: str, rule: Rule[Any] | None = None,
    form: FormState | None = None, instance: str | int | None = None, default: Any = None, shows: Any = OWN,  # noqa: ANN401
    on_change: Hear | None = None, hide_label: bool = False, disabled: bool = False, help: str | None = None,  # noqa: A002
    width: Width = "stretch", placeholder: str | None = None,
) -> Any:  # noqa: ANN401  # fmt: skip
    """Draw a field for a number, typed as the current locale writes it, and return it: int, float or Decimal.

    Which of them its rule says; the rest is as in `s_text`.
    """
    at = place(
        ctx, view, field, rule=rule, form=form, instance=instance, on_change=on_change, otherwise=NUMBER,
        typed=True,
    )  # fmt: skip
    _seed(at, default, shows)
    with framed(at, width=width):
        st.text_input(
            label, key=at.key, on_change=at.told, disabled=disabled, help=help, placeholder=placeholder,
            autocomplete="off", label_visibility="collapsed" if hide_label else "visible",
        )  # fmt: skip
        _draw_other(at)
    return at.value


def _seed(at: Place, default: Any, shows: Any = OWN) -> None:  # noqa: ANN401 - values of the rule
    """Give the field its text before it is drawn."""
    if at.form is not None:
        take_from_form(at, at.form.shown(at.field))
    elif at.secret:
        seed(at.key, "")
    elif shows is not OWN:
        at.shows = True
        take_shown(at, at.rule.shown(shows))
    else:
        seed_input(at.key, at.rule.shown(default), fits=_is_text)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_LIMIT


def _draw_other(at: Place) -> None:
    """Offer what another window of this person, open or closed, has in the same field."""
    if at.secret or at.form is not None:
        return
    rivals = other_values(at.key, differs=lambda value: value != _typed(at))
    at.differs = bool(rivals)
    draw_offers(at, (), rivals)


def _typed(at: Place) -> object:
    """Return what stands in the field, also before anybody has left it."""
    draft = half_typed(at.ctx, at.key)
    return st.session_state.get(at.key) if draft is None else draft
