"""Values a widget could have had: one it no longer takes, or what another window put in. Never dropped.

Drawn under the widget: what it was, a button that takes it where that is possible, and one that says no. Fields of
a form know neither: a form keeps what it holds, and merges what two windows did.
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.session import Offer, dismiss_offer, kept, offers, other_values, persist_input, put, stay_with
from app.widgets.field import Place, note_heard
from app.widgets.keys import field_key
from app.widgets.words import when
from core.i18n import _

Naming = Callable[[Any], str]
Fits = Callable[[Any], bool]

SHOWN_CHARS: Final = 160
"""So much of a long text tells which one it is."""


def choices_fit(at: Place, options: Collection[Any], default: object, *, several: bool = False) -> None:
    """Set aside what a widget holds and its choices no longer contain, before it is drawn."""
    held = st.session_state.get(at.key)
    gone = [one for one in (held or () if several else [held]) if one is not None and one not in options]
    if gone and held is not None:
        set_aside(at, [one for one in held if one in options] if several else default)


def set_aside(at: Place, instead: object) -> None:
    """Before a widget is drawn: have what it holds offered under it, and give it something else."""
    if at.form is None and at.key in st.session_state:
        unfit: dict[str, Any] = kept("unfit", dict)
        unfit[at.key] = st.session_state[at.key]
        put(at.key, instead)


def draw_unfit(at: Place, fits: Fits, naming: Naming = str, *, others: bool = True) -> None:
    """Offer what does not fit a widget any more, or fits again, and what another window has chosen there."""
    if at.form is not None:
        held = at.form.held(at.field)
        if held is not None and not fits(held):  # the form keeps it until a person changes it
            st.caption(escaped(_told(Offer(at.key, held, "unfit", ""), naming)))
        return
    unfit: dict[str, Any] = kept("unfit", dict)
    found = [one for one in offers(at.key) if one.key == at.key]
    if at.key in unfit:
        found.insert(0, Offer(at.key, unfit[at.key], "unfit", ""))
    rivals = other_values(at.key) if others and not at.shows else []
    draw_offers(at, found, rivals, fits=fits, naming=naming)


def draw_offers(
    at: Place, unfit: Sequence[Offer], rivals: Sequence[Offer], *, fits: Fits = lambda _value: True,
    naming: Naming = str,
) -> None:  # fmt: skip
    """Draw what a widget could have had: what it no longer takes, and what other windows have."""
    for number, one in enumerate((*unfit, *rivals)):
        rival = one.why == "window"
        no = partial(_stay, at, rivals) if rival else partial(_forget, one)
        with st.container(
            key=f"offer_{number}_{at.key}", horizontal=True, gap="small", vertical_alignment="center"
        ):
            st.caption(escaped(_told(one, naming)), width="content")
            if fits(one.value):
                st.button(
                    _("Take it"), key=field_key("offer", "take", f"{number}/{at.key}"), type="tertiary",
                    on_click=guarded(at.view, _take), args=(at, one),
                )  # fmt: skip
            st.button(
                _("Keep mine") if rival else _("Forget it"), type="tertiary",
                key=field_key("offer", "forget", f"{number}/{at.key}"), on_click=guarded(at.view, no),
            )  # fmt: skip


def _told(one: Offer, naming: Naming) -> str:
    value = _shown(one.value, naming)
    if one.why != "window":
        return _("'{value}' was here and is no longer among the choices.").format(value=value)
    if one.value in (None, "", []):
        return _("Another window has nothing here, since {when}.").format(when=when(one.at))
    return _("Another window has '{value}' here, since {when}.").format(value=value, when=when(one.at))


def _shown(value: Any, naming: Naming) -> str:  # noqa: ANN401 - whatever a widget holds
    told = ", ".join(map(naming, value)) if isinstance(value, list) else naming(value)
    return told if len(told) <= SHOWN_CHARS else f"{told[:SHOWN_CHARS]}…"


def _take(at: Place, one: Offer) -> None:
    put(at.key, one.value)
    persist_input(at.key, one.value)
    note_heard(at.key)
    if one.why != "window":  # it stays what the other window has
        _forget(one)
    if not at.typed:  # a text is half-typed until somebody leaves its field
        at.hear()


def _stay(at: Place, rivals: Sequence[Offer]) -> None:
    closed = {one.window for one in rivals if not at.ctx.windows.is_open(one.window)}
    stay_with(at.key, st.session_state.get(at.key), rivals, closed=closed)


def _forget(one: Offer) -> None:
    unfit: dict[str, Any] = kept("unfit", dict)
    unfit.pop(one.key, None)
    if one.id is not None:
        dismiss_offer(one.id)
