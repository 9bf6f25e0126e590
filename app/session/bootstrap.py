"""The first thing a window does: find out whose it is, and what was there when it was last open.

Called once by the shell, before anything is drawn. The window's name and the browser's come as headers our own
gate has set (a page cannot); what was half-typed is read in one go.
"""

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import streamlit as st

from app.session.user import OWNER, UserSession, install_session, installed_session
from core.telemetry import metrics

if TYPE_CHECKING:
    from app.context import AppContext

SCROLL: Final = "scroll__"
"""How the keys begin under which the browser notes how far a view is scrolled."""
WINDOW_HEADER: Final = "x-bestand-window"
DEVICE_HEADER: Final = "x-bestand-device"
ADDRESS_HEADER: Final = "x-bestand-address"
LEFT_HEADER: Final = "x-bestand-left"
FLUSH_S: Final = 0.25
"""How long a new window waits for what the others have still to write."""


def bootstrap_session(ctx: "AppContext") -> UserSession:
    """Return this window's session, restored when the window is new.

    A window that was there before (F5, a new engine) goes on where it was; one that was not goes on where the last
    one stopped that is not open any more.
    """
    known = installed_session()
    if known is not None:
        return known
    from storage.database.journal import UNFIT, Kept  # with the engines, which a command does not load

    with metrics().timed("session_restore"):
        session = UserSession(storage=ctx.storage)
        headers = st.context.headers
        session.window = headers.get(WINDOW_HEADER) or session.window
        session.device = headers.get(DEVICE_HEADER) or ""
        session.address = dict(parse_qsl((headers.get(ADDRESS_HEADER) or "").removeprefix("?")))
        ctx.storage.drafts.flush(FLUSH_S)  # what other windows show, or this one showed before F5
        with ctx.storage.database.read() as uow:
            mine = uow.windows.get(session.window)
            latest = [] if mine else uow.windows.latest(OWNER)
            session.looked_at = ctx.storage.drafts.written
            left = int(headers.get(LEFT_HEADER) or 0)
            found = uow.journal.found(OWNER, session.window, uow.windows.since(OWNER), left=left)
            session.found, session.own, session.rivals = found.newest, found.own, found.rivals
            session.offered = uow.journal.aside(OWNER, why=UNFIT)
            session.since = mine.since if mine and mine.person == OWNER else uow.journal.head(OWNER)
        before = mine or next((one for one in latest if not ctx.windows.is_open(one.window)), None)
        if before is not None and before.person == OWNER:
            session.take_over(before.state)
        for key, value in ctx.storage.drafts.pending(OWNER).items():  # made here, and not on the disk yet
            session.found[key] = Kept(key, value, session.window, session.since, 0, "")
        for key, kept in session.found.items():
            if key.startswith(SCROLL) and isinstance(kept.value, int):
                session.scroll[key.removeprefix(SCROLL)] = kept.value
        ctx.windows.belongs(session.window, session)
        return install_session(session)
