"""The ledger bar: what became of every line of a file, as a strip and a sum; its parts can be pressed."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

import streamlit as st

from app.components.mount import component
from core.i18n import _, number
from core.types import Ledger
from core.words import counted, done_word, ledger_parts

_draw = component("ledgerbar")
_EVENT: Final = "part"


def ledger_bar(
    ledger: Ledger,
    *,
    key: str,
    active: str | None = None,
    on_part: Callable[[str | None], None] | None = None,
    without: Collection[str] = (),
    note: str = "",
) -> None:
    """Draw a ledger.

    Args:
        ledger: The counts.
        key: The widget's key.
        active: The part whose lines are shown elsewhere; None for all.
        on_part: A callback that gets the part a person pressed, or None when it was pressed again.
        without: Parts that cannot be pressed.
        note: Said after the sum.
    """
    own = key.replace("__", "-")

    def told() -> None:
        raw = st.session_state[own].get(_EVENT)
        if on_part is not None and isinstance(raw, Mapping):
            name = raw.get("name")
            on_part(name if isinstance(name, str) else None)

    total = counted(ledger.total, ledger.unit)
    _draw(
        key=own,
        data={
            "label": _("What became of {total}").format(total=total),
            "total": total,
            "parts": [
                {"name": name, "value": value, "number": number(value), "word": done_word(name)}
                for name, value in ledger_parts(ledger)
            ],
            "active": active,
            "choosable": [name for name, _value in ledger_parts(ledger) if on_part and name not in without],
            "note": note,
        },
        on_part_change=told,
    )
