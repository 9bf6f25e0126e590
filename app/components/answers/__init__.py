"""The tabs above an answer; see `answer_tabs`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

import streamlit as st

from app.components.mount import component

_tabs = component("answers")

Act = Literal["choose", "pin", "rename", "close"]
_ACTS: Final[tuple[Act, ...]] = ("choose", "pin", "rename", "close")


@dataclass(frozen=True, slots=True)
class AnswerTab:
    """One tab. `about` stands small behind the name, `sign` before it; `state` is the run's."""

    id: int
    name: str
    about: str
    state: str
    sign: str
    pinned: bool


def answer_tabs(
    tabs: Sequence[AnswerTab],
    chosen: int,
    *,
    key: str,
    labels: Mapping[str, str],
    on_act: Callable[[Act, int, str], None],
) -> None:
    """Draw the tabs.

    Args:
        tabs: From left to right.
        chosen: The id of the one whose answer is shown.
        key: The widget's key.
        labels: What it says: `list`, `pin`, `unpin`, `close`, `rename`; `{name}` stands for the tab's name.
        on_act: A callback; gets what was done to which tab, and the new name when it was renamed.
    """

    def acted() -> None:
        found = st.session_state[key]["act"]
        act = next((known for known in _ACTS if known == found["act"]), None)
        if act is not None:
            on_act(act, int(found["id"]), str(found["name"]))

    _tabs(
        key=key,
        data={"tabs": [asdict(tab) for tab in tabs], "chosen": chosen, "labels": dict(labels)},
        on_act_change=acted,
    )
