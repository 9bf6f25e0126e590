"""What a person put into widgets: given back before they are drawn, written down when it changes, offered when a
widget no longer takes it.

A widget's value lives under its key in Streamlit's state, as ever. Keys that begin with `secret_` are left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import streamlit as st

from app.session.user import UserSession, user_session
from app.session.values import as_json, from_json
from core.errors import BestandError
from core.telemetry import log_error

T = TypeVar("T")

SECRET: Final = "secret_"  # noqa: S105 - how keys begin whose values are never kept
_UNSET: Final = object()


@dataclass(frozen=True, slots=True)
class Offer:
    """A value a field could have had: one it no longer takes ("unfit"), or another window's ("window").

    `at` is ISO 8601 UTC; `id` tells what is kept aside (None for another window's), `window` whose it was.
    """

    key: str
    value: Any
    why: str
    at: str
    id: int | None = None
    window: str = ""


def persist_input(key: str, value: object) -> None:
    """Write down what a widget has now; it is on the disk a moment later, and tried again until it is.

    For every widget whose text the browser does not write itself, and for text that was set from Python (an undone
    step): call it in the callback. Secrets are left alone.
    """
    if key.startswith(SECRET):
        return
    session = user_session()
    with session.lock:
        session.found.pop(key, None)
        session.own.pop(key, None)
    session.acts += 1
    if session.storage is None:
        return
    try:
        session.storage.drafts.keep(session.person, session.window, key, as_json(value))
    except (BestandError, TypeError) as error:  # the widget still has it
        log_error(error, {"where": "persist_input", "key": key})


def seed_input(key: str, default: object = _UNSET, *, fits: Callable[[Any], bool] | None = None) -> None:
    """Give a widget its value before it is drawn, unless it has one: what was half-typed, else the default.

    Args:
        key: The widget's key.
        default: What it has if nothing is kept; nothing is set without one.
        fits: Whether the widget takes a value (one of its options, a date within its range). One that does not fit
            is kept aside and offered, see `offers`.
    """
    if key in st.session_state:
        return
    kept_value = stored_input(key, _UNSET, fits=fits)
    if kept_value is not _UNSET:
        st.session_state[key] = kept_value
    elif default is not _UNSET:
        st.session_state[key] = default


def stored_input(
    key: str, default: Any = None, *, fits: Callable[[Any], bool] | None = None, newest: bool = False  # noqa: ANN401
) -> Any:  # noqa: ANN401  # fmt: skip
    """Return what this window found half-typed in a field when it was opened; one that does not fit goes aside.

    A window that was there before finds its own; with `newest` what any window has put there last.
    """
    session = user_session()
    with session.lock:
        found = None if newest else session.own.get(key)
        found = found or session.found.get(key)
    if found is None or key.startswith(SECRET):
        return default
    try:
        value = from_json(found.value)
        if fits is None or fits(value):
            return value
    except Exception as error:  # whatever a stale value makes a check do, it is no reason to lose either
        log_error(error, {"where": "seed_input", "key": key})
    _put_aside(session, key)
    return stored_input(key, default, fits=fits, newest=newest)  # what another window put there may fit


def forget_inputs(*keys: str) -> None:
    """Forget what is half-typed in fields: it was saved, or reset."""
    session = user_session()
    with session.lock:
        for key in keys:
            for held in (session.found, session.own, session.rivals):
                held.pop(key, None)
    if session.storage is None:
        return
    session.storage.drafts.forget(session.person, keys)


def offers(prefix: str = "") -> list[Offer]:
    """Return the values kept aside for fields whose key begins so, the newest first; cheap."""
    session = user_session()
    with session.lock:
        return [
            Offer(one.key, _readable(one.value), one.why, one.at, one.id)
            for one in session.offered
            if one.key.startswith(prefix)
        ]


def dismiss_offer(offer_id: int) -> None:
    """Forget a value kept aside: it was taken, or nobody wants it."""
    session = user_session()
    with session.lock:
        session.offered = [one for one in session.offered if one.id != offer_id]
    if session.storage is not None:
        session.storage.database.run_tx(
            lambda uow: uow.journal.drop_aside(session.person, offer_id), label="journal-offer"
        )


def other_value(key: str) -> Offer | None:
    """Return what another window, open or closed, put into a field and this one has not seen, if it differs.

    Cheap: the values are read again only after some window has written one.
    """
    session = user_session()
    if session.storage is None:
        return None
    if session.storage.drafts.written != session.looked_at:
        _look_again(session)
    now = st.session_state.get(key)
    with session.lock:
        rivals = list(session.rivals.get(key, ()))
    for one in rivals:
        value = _readable(one.value)
        if value != now:
            return Offer(key, value, "window", one.at, window=one.window)
    return None


def dismiss_other(offer: Offer) -> None:
    """Forget what a window that is closed left in a field: somebody has seen it and does not want it."""
    session = user_session()
    with session.lock:
        left = [one for one in session.rivals.get(offer.key, ()) if one.window != offer.window]
        session.rivals[offer.key] = left
    if session.storage is not None:
        session.storage.database.run_tx(
            lambda uow: uow.journal.forget_windows(session.person, offer.key, offer.window), label="journal-offer"
        )


def _look_again(session: UserSession) -> None:
    storage = session.storage
    if storage is None:
        return
    written = storage.drafts.written
    with storage.database.read() as uow:
        since = {**uow.windows.since(session.person), session.window: session.since}
        rivals = uow.journal.found(session.person, session.window, since, later=True).rivals
    with session.lock:
        session.rivals, session.looked_at = rivals, written


def _put_aside(session: UserSession, key: str) -> None:
    with session.lock:
        own = session.own.pop(key, None)
        found = None if own else session.found.pop(key, None)
    gone = own or found
    if gone is None or session.storage is None:
        return
    try:
        aside = session.storage.database.run_tx(
            lambda uow: uow.journal.put_aside(session.person, gone, "unfit", alone=own is not None),
            label="journal-aside",
        )
        with session.lock:
            session.offered.insert(0, aside)
    except BestandError as error:  # it stays where it was, and is met again next time
        log_error(error, {"where": "seed_input", "key": key})


def _readable(value: Any) -> Any:  # noqa: ANN401
    try:
        return from_json(value)
    except ValueError:
        return value
