"""Values a widget could have had: one its choices no longer contain, or what another window put in. Never dropped.

Drawn under the widget: what it was, a button that takes it where that is possible, and one that forgets it.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from app.boundary import escaped, guarded
from app.session import Offer, dismiss_offer, dismiss_other, kept, offers, other_value, persist_input, put
from app.widgets.field import Place
from app.widgets.keys import field_key
from core.i18n import _

Naming = Callable[[Any], str]


def choices_fit(at: Place, options: Collection[Any], default: object, *, several: bool = False) -> None:
    """Set aside what a widget holds and its choices no longer contain, before it is drawn."""
    if at.form is not None or at.key not in st.session_state:
        return
    held = st.session_state[at.key]
    gone = [one for one in (held if several else [held]) if one is not None and one not in options]
    if not gone:
        return
    unfit: dict[str, Any] = kept("unfit", dict)
    unfit[at.key] = held
    put(at.key, [one for one in held if one in options] if several else default)


def draw_unfit(at: Place, fits: Callable[[Any], bool], naming: Naming = str, *, others: bool = True) -> None:
    """Offer what does not fit a widget any more, or fits again, and what another window has chosen there."""
    unfit: dict[str, Any] = kept("unfit", dict)
    found = [one for one in offers(at.key) if one.key == at.key]
    if at.key in unfit:
        found.insert(0, Offer(at.key, unfit[at.key], "unfit", ""))
    other = other_value(at.key) if others and not at.shows else None
    if other is not None and other.value is not None and fits(other.value):
        found.append(other)
    draw_offers(at, found, fits=fits, naming=naming)


def draw_offers(
    at: Place, found: Sequence[Offer], *, fits: Callable[[Any], bool] = lambda _value: True, naming: Naming = str
) -> None:
    """Draw what a widget could have had."""
    for number, one in enumerate(found):
        with st.container(
            key=f"offer_{number}_{at.key}", horizontal=True, gap="small", vertical_alignment="center"
        ):
            st.caption(escaped(_told(one, naming)), width="content")
            if fits(one.value):
                st.button(
                    _("Take it"), key=field_key("offer", "take", f"{number}/{at.key}"), type="tertiary",
                    on_click=guarded(at.view, _take), args=(at, one),
                )  # fmt: skip
            if one.why != "window" or not at.ctx.windows.is_open(one.window):
                st.button(
                    _("Forget it"), key=field_key("offer", "forget", f"{number}/{at.key}"), type="tertiary",
                    on_click=guarded(at.view, _forget), args=(one,),
                )  # fmt: skip


def _told(one: Offer, naming: Naming) -> str:
    shown = ", ".join(map(naming, one.value)) if isinstance(one.value, list) else naming(one.value)
    if one.why == "window":
        return _("Another window has '{value}' here.").format(value=shown)
    return _("'{value}' was here and is no longer among the choices.").format(value=shown)


def _take(at: Place, one: Offer) -> None:
    put(at.key, one.value)
    persist_input(at.key, one.value)
    if one.why != "window":  # it stays what the other window has
        _forget(one)
    if not at.typed:  # a text is half-typed until somebody leaves its field
        at.hear()


def _forget(one: Offer) -> None:
    if one.why == "window":
        dismiss_other(one)
        return
    unfit: dict[str, Any] = kept("unfit", dict)
    unfit.pop(one.key, None)
    if one.id is not None:
        dismiss_offer(one.id)
