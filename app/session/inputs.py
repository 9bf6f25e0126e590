"""What a person put into widgets: given back before they are drawn, written down when it changes, offered when a
widget no longer takes it.

A widget's value lives under its key in Streamlit's state, as ever. Keys that begin with `secret_` are left alone.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import streamlit as st

from app.session.user import UserSession, user_session
from app.session.values import as_json, from_json
from core.errors import BestandError
from core.telemetry import log_error

if TYPE_CHECKING:
    from storage.database.unit_of_work import UnitOfWork

T = TypeVar("T")

SECRET: Final = "secret_"  # noqa: S105 - how keys begin whose values are never kept
_UNSET: Final = object()


@dataclass(frozen=True, slots=True)
class Offer:
    """A value a field could have had: one it no longer takes ("unfit"), or another window's ("window").

    `at` is ISO 8601 UTC; `id` tells what is kept aside (None for another window's), `window` whose it was, `seq`
    which of its values.
    """

    key: str
    value: Any
    why: str
    at: str
    id: int | None = None
    window: str = ""
    seq: int = 0


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
    _written(session, lambda uow: uow.journal.drop_aside(session.person, offer_id))


def other_values(key: str, *, differs: Callable[[Any], bool] | None = None) -> list[Offer]:
    """Return what other windows, open or closed, put into a field and this one has not seen, the newest first.

    Cheap: the values are read again only after some window has written one.

    Args:
        key: The widget's key.
        differs: Whether a value is another one than the field has; without it, than the widget's state has.
    """
    session = user_session()
    if session.storage is None:
        return []
    if session.storage.drafts.written != session.looked_at:
        _look_again(session)
    with session.lock:
        rivals = list(session.rivals.get(key, ()))
    if not rivals:  # as nearly always, and every field asks
        return []
    now = st.session_state.get(key)
    found = [Offer(key, _readable(one.value), "window", one.at, window=one.window, seq=one.seq) for one in rivals]
    return [one for one in found if (differs(one.value) if differs else one.value != now)]


def stay_with(key: str, value: object, others: Sequence[Offer], *, closed: Collection[str] = ()) -> None:
    """Stay with what a field has: what other windows have there is not offered again until they change it.

    Args:
        key: The widget's key.
        value: What it has; written down if this window never put anything in.
        others: What was offered.
        closed: Which of their windows are closed; what they left is forgotten, since nobody else shows it.
    """
    session = user_session()
    seen = max((one.seq for one in others), default=0)
    with session.lock:
        session.rivals[key] = [one for one in session.rivals.get(key, ()) if one.seq > seen]

    def stay(uow: "UnitOfWork") -> None:
        for one in others:
            if one.window in closed:
                uow.journal.forget_windows(session.person, key, one.window)
        uow.journal.stay(session.person, session.window, key, as_json(value), seen=seen)

    _written(session, stay)


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
    if gone is None:
        return
    try:
        aside = _written(
            session, lambda uow: uow.journal.put_aside(session.person, gone, "unfit", alone=own is not None)
        )
        if aside is not None:
            with session.lock:
                session.offered.insert(0, aside)
    except BestandError as error:  # it stays where it was, and is met again next time
        log_error(error, {"where": "seed_input", "key": key})


def _written(session: UserSession, act: "Callable[[UnitOfWork], T]") -> T | None:
    """Do something to the drafts in a transaction nobody need hear of; nothing in a session without a store."""
    if session.storage is None:
        return None
    from storage.database.journal import QUIET  # with the engines, which a command does not load

    def work(uow: "UnitOfWork") -> T:
        uow.touch(QUIET)
        return act(uow)

    return session.storage.database.run_tx(work, label="journal-offer")


def _readable(value: Any) -> Any:  # noqa: ANN401
    try:
        return from_json(value)
    except ValueError:
        return value
