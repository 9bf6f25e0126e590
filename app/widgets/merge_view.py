"""What two windows changed at once: the value before, mine and theirs, and a choice for each field.

Drawn above a form that waits to be merged, by every window that has it open, also after a restart.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app import messages
from app.boundary import escaped, guarded
from app.forms.merge import Clash, Merged, Path, Side
from app.forms.state import FormState
from app.refresh import NAV, redraw, view_key
from app.router import router
from app.session import forget_inputs
from app.widgets.choices import s_radio
from app.widgets.keys import field_key
from app.widgets.told import told_value
from core.i18n import _, ngettext, number

if TYPE_CHECKING:
    from app.context import AppContext

_SIDE: Final = "merge_side"


def draw_merge(ctx: "AppContext", view: str, form: FormState) -> None:
    """Draw what two windows changed at once: what was there, mine and theirs, a choice for each field."""
    waiting = form.waiting()
    if waiting is None:
        return
    aside, merged = waiting
    with st.container(key=field_key(view, "merge", form.name), border=True, gap="small"):
        st.markdown(f"**{_('Two windows changed the same fields. Nothing was lost: choose what shall hold.')}**")
        sides: dict[Path, Side] = {}
        for clash in merged.clashes:
            sides[clash.at] = _draw_clash(ctx, view, form, clash, _instance(form, aside, clash))
        with st.container(horizontal=True):
            st.button(
                _("Let these hold"), key=field_key(view, "merge_take", form.name), type="primary",
                on_click=guarded(view, partial(_settle, view, form, aside, merged, sides)),
            )  # fmt: skip
            for side, word in (("mine", _("All mine")), ("theirs", _("All theirs"))):
                every: dict[Path, Any] = {clash.at: side for clash in merged.clashes}
                st.button(
                    word, key=field_key(view, f"merge_{side}", form.name),
                    on_click=guarded(view, partial(_settle, view, form, aside, merged, every)),
                )  # fmt: skip


def _instance(form: FormState, aside: int, clash: Clash) -> str:
    """Return what is another one for each clash, so that no choice is taken for one about something else."""
    return f"{form.name}/{aside}/{'/'.join(clash.at)}"


def _draw_clash(ctx: "AppContext", view: str, form: FormState, clash: Clash, instance: str) -> Side:
    names: dict[Side, str] = {"mine": _("Mine"), "theirs": _("Theirs"), "base": _("Before")}
    label = " · ".join((form.spec.label(clash.at[0]), *clash.at[1:]))
    found: Side = s_radio(
        ctx, view, _SIDE, instance=instance, label=escaped(label), options=list(names), default="theirs",
        naming=lambda side: f"{names[side]}: {escaped(told_value(form, clash.at, clash.side(side)))}",
    )  # fmt: skip
    return found


def _settle(view: str, form: FormState, aside: int, merged: Merged, sides: Mapping[Path, Side]) -> None:
    form.settle(aside, sides)
    forget_inputs(*(field_key(view, _SIDE, _instance(form, aside, clash)) for clash in merged.clashes))
    messages.say(ngettext("{count} field was merged.", "{count} fields were merged.", len(merged.clashes)).format(
        count=number(len(merged.clashes))
    ))  # fmt: skip
    router().views.spoil(view)
    redraw(view_key(view), NAV)
