"""One person's window: who, which, where it is and was, and what it found half-typed when it was opened.

Made by `bootstrap_session`; found by `user_session` from anywhere in the window's script. What is to outlive the
window is written as one versioned JSON text.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.session.kept import kept
from core.ids import new_id
from core.types import Json

if TYPE_CHECKING:
    from storage.database.journal import Aside, Kept
    from storage.open import Storage

OWNER: Final = "owner"
"""The person, until someone logs in."""
STATE_VERSION: Final = 1
"""Counts the shapes of `UserSession.to_text`; each older one has a step in `_UPGRADES`."""
JOURNEY_KEPT: Final = 50
_NAME: Final = "user"


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its address: the page's name, and its parameters as texts."""

    page: str
    params: Mapping[str, str]


@dataclass(slots=True, eq=False, weakref_slot=True)
class UserSession:
    """What one window knows of its person and itself.

    `window` names the window, `device` the browser. `since` is the number up to which it has seen what other
    windows typed. `found` are the drafts it found when it was opened, by key; `own` its own of them where another
    window's is newer, `rivals` what others have put in besides; `offered` those no field takes.
    `journey` ends with the present place; `address` is what the browser showed when the window was opened.
    `scroll` is how far each view is scrolled, in pixels, as found.
    `preferences` are this person's; `cache_keys` what the window's views were drawn from; `forms` the forms it has
    open, by their ids, with their versions. `visits` counts page views, `acts` what a person did, `seconds` how
    long earlier documents of this session were open, `began` (monotonic) when this one was. `looked_at` is the
    write up to which `rivals` are known.
    """

    person: str = OWNER
    window: str = field(default_factory=new_id)
    device: str = ""
    since: int = 0
    journey: list[Place] = field(default_factory=list)
    scroll: dict[str, int] = field(default_factory=dict)
    preferences: dict[str, Json] = field(default_factory=dict)
    permissions: frozenset[str] = frozenset()
    forms: dict[str, int] = field(default_factory=dict)
    cache_keys: dict[str, str] = field(default_factory=dict)
    visits: int = 0
    acts: int = 0
    seconds: float = 0.0
    began: float = field(default_factory=time.monotonic)
    address: dict[str, str] = field(default_factory=dict)
    found: "dict[str, Kept]" = field(default_factory=dict)
    own: "dict[str, Kept]" = field(default_factory=dict)
    rivals: "dict[str, list[Kept]]" = field(default_factory=dict)
    looked_at: int = 0
    offered: "list[Aside]" = field(default_factory=list)
    storage: "Storage | None" = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def place(self) -> Place | None:
        """Where the window is; None before it is anywhere."""
        return self.journey[-1] if self.journey else None

    @property
    def open_s(self) -> float:
        """How long this session has been open until now, with its earlier documents and starts."""
        return self.seconds + time.monotonic() - self.began

    def go(self, page: str, params: Mapping[str, str]) -> None:
        """Note a step, and have it written down."""
        self.journey.append(Place(page, dict(params)))
        del self.journey[:-JOURNEY_KEPT]
        self.visits += 1
        self.write()

    def write(self) -> None:
        """Have the window's state written down, soon."""
        if self.storage is not None:
            self.storage.drafts.window(
                self.person, self.window, device=self.device, since=self.since, state=self.to_text()
            )

    def to_text(self) -> str:
        """Return what outlives the window."""
        state = {
            "version": STATE_VERSION,
            "journey": [{"page": one.page, "params": dict(one.params)} for one in self.journey],
            "preferences": self.preferences,
            "permissions": sorted(self.permissions),
            "forms": self.forms,
            "cache_keys": self.cache_keys,
            "metrics": {"visits": self.visits, "acts": self.acts, "seconds": round(self.open_s, 1)},
        }
        return json.dumps(state, ensure_ascii=False, separators=(",", ":"))

    def take_over(self, text: str) -> None:
        """Go on where an earlier window of this person stopped; a text nobody can read changes nothing."""
        try:
            state = upgraded(json.loads(text))
            journey = [Place(str(one["page"]), _texts(one["params"])) for one in state["journey"]]
            metrics = state["metrics"]
            numbers = int(metrics["visits"]), int(metrics["acts"]), float(metrics["seconds"])
            forms = {str(name): int(version) for name, version in state["forms"].items()}
            keys = {str(name): str(key) for name, key in state["cache_keys"].items()}
            permissions = frozenset(map(str, state["permissions"]))
            preferences = dict(state["preferences"])
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        self.journey, self.preferences, self.permissions = journey[-JOURNEY_KEPT:], preferences, permissions
        self.forms, self.cache_keys = forms, keys
        self.visits, self.acts, self.seconds = numbers


_UPGRADES: Final[dict[int, Any]] = {}
"""From a version to the next: a function of the state as it was."""


def upgraded(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state of any released version in the present shape.

    Raises:
        ValueError: it is of a newer version, or of none.
    """
    version = state.get("version")
    while version != STATE_VERSION:
        if version not in _UPGRADES:
            raise ValueError(f"a session of the version '{version}' cannot be read")
        state = _UPGRADES[version](state)
        version = state["version"]
    return state


def user_session() -> UserSession:
    """Return this window's session; outside of the shell (in a test of a part) one that keeps nothing."""
    return kept(_NAME, UserSession)


def install_session(session: UserSession) -> UserSession:
    """Make a session this window's."""
    st.session_state[f"kept__{_NAME}"] = session
    return session


def installed_session() -> UserSession | None:
    """Return this window's session, or None before it has one."""
    found = st.session_state.get(f"kept__{_NAME}")
    return found if isinstance(found, UserSession) else None


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()}
