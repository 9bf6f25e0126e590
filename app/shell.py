"""The frame of the page: navigation, one slot per view with its inspector, the status bar, and what is not seen.

Each view is a keyed fragment in a slot of its own that stays alive; the frame in the browser shows one of them.
A click draws the view if it must be drawn, then tells the frame in the browser, which tells the navigation and the
status bar; never the whole script, so nothing else moves.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app import catalogue, messages
from app.boundary import boundary, guarded, part
from app.changes import ANYTHING
from app.commands import Commands, chosen, commands, recently_chosen
from app.components.frame import frame
from app.components.hotkeys import hotkeys
from app.components.nav import nav
from app.components.palette import palette
from app.components.splitter import splitter
from app.components.statusbar import statusbar
from app.desk import Desk
from app.features.export.page import export_control
from app.handed import HANDED
from app.page import Event, Page
from app.pages import PAGES
from app.refresh import FRAME, NAV, STATUS, inspector_key, redraw, view_key
from app.router import Move, Router, install, logged, navigate, redraw_view, router
from app.session import UserSession, bootstrap_session, user_session
from app.status import status_items
from app.uploads import kept_upload
from core.i18n import _
from core.trace import trace

if TYPE_CHECKING:
    from app.context import AppContext

DATASETS_SHOWN: Final = 500
"""Most datasets in the navigation; the Data page searches them all."""
INSPECTOR_PX: Final = 300
INSPECTOR_MIN_PX: Final = 220
MIDDLE_MIN_PX: Final = 640
"""What the inspector leaves at least for navigation and content."""
ONCE_A_DAY_S: Final = 86_400
"""A page draws itself again after its engine was started anew only if some part of it has a clock. This one hardly
ever ticks."""


def draw(ctx: "AppContext") -> None:
    """Draw the whole page; runs once for each window, and again only when it is loaded anew."""
    st.set_page_config(page_title="Bestand", layout="wide")
    with trace():
        _arrive(bootstrap_session(ctx), install(partial(_new_router, ctx)))
        _take_handed(ctx)
        desk = Desk(export=partial(export_control, ctx))
        window = st.container(key="window", gap=None)
        with window.container(key="zone_nav", gap=None):
            part(NAV, partial(_navigation, ctx))
        with window.container(key="zone_views", gap=None):
            for page in PAGES:
                part(view_key(page.slug), partial(_view, ctx, page, desk))
        with window.container(key="zone_status", gap=None):
            part(STATUS, partial(_status, ctx), every=ONCE_A_DAY_S)
        with window.container(key="zone_unseen", gap=None):  # last: it tells the browser that all is drawn
            part(FRAME, partial(_unseen, ctx))


def _arrive(session: UserSession, window: Router) -> None:
    """Be where the browser's address says; one that says nothing means where the last window was closed."""
    if window.journey:  # drawn anew as a whole: what Streamlit takes for the address is that of the beginning
        window.arrive(window.route.query())
        return
    asked = session.address or st.query_params.to_dict()
    last = session.place
    if asked or last is None:
        window.arrive(asked)
    else:
        window.move(last.page, last.params, replace=True)


def _new_router(ctx: "AppContext") -> Router:
    pages = {page.slug: page for page in PAGES}

    def visited(move: Move, then: Callable[[Move], None]) -> None:
        """Remember the place for the next start."""
        then(move)
        way = pages[move.target.page].crumbs(move.target.params)
        ctx.visits.note(move.target.page, move.target.params.query(), " › ".join(crumb.title for crumb in way))
        user_session().go(move.target.page, move.target.params.query())

    return Router(ctx, pages, middleware=(logged, visited), marks=ctx.changes.marks)


# ---- left -------------------------------------------------------------------------------------------------


def _navigation(ctx: "AppContext") -> None:
    window = router()
    changes = ctx.changes
    names = catalogue.names(ctx, limit=DATASETS_SHOWN + 1)
    badges = changes.memo("badges", [ANYTHING], lambda: {page.slug: page.badge(ctx) for page in PAGES})
    nav(
        [
            {"slug": page.slug, "title": page.title, "icon": page.icon, "badge": badges[page.slug]}
            for page in PAGES
            if page.listed
        ],
        below="data",
        datasets=names[:DATASETS_SHOWN],
        more=max(len(names) - DATASETS_SHOWN, 0),
        active=_place(window),
    )


def _place(window: Router) -> dict[str, Any]:
    return {"page": window.route.page, "params": window.route.params.query()}


# ---- middle and right -------------------------------------------------------------------------------------


def _view(ctx: "AppContext", page: Page, desk: Desk) -> None:
    """Draw one view in its slot, or nothing if it is not alive."""
    slot = st.container(key=f"slot_{page.slug}", gap=None)
    if not router().is_live(page.slug):
        return
    with router().drawn(page.slug) as params:
        with slot.container(key=f"view_{page.slug}", gap=None), boundary(page.slug):
            page.render(ctx, desk, params)
        if page.has_inspector:
            with slot.container(key=f"edge_{page.slug}", gap=None):
                _inspector_edge(page.slug)
            with slot.container(key=f"pane_{page.slug}", gap=None):
                part(inspector_key(page.slug), partial(_inspector, ctx, page, desk))


def _inspector_edge(view: str) -> None:
    splitter(
        "bestand-inspector", label=_("Width of the inspector"), sizes="right", initial=INSPECTOR_PX,
        minimum=INSPECTOR_MIN_PX, rest=MIDDLE_MIN_PX, foldable=True, within=view,
    )  # fmt: skip


def _inspector(ctx: "AppContext", page: Page, desk: Desk) -> None:
    page.inspector(ctx, desk, router().params_of(page.slug))


# ---- bottom -----------------------------------------------------------------------------------------------


def _status(ctx: "AppContext") -> None:
    window = router()
    facts = window.page.status(ctx, window.route.params)
    with st.container(key="status", gap=None):
        items = ctx.changes.memo("status", [ANYTHING], lambda: status_items(ctx, [page.slug for page in PAGES]))
        statusbar(items, facts)


# ---- what is not seen -------------------------------------------------------------------------------------


def _unseen(ctx: "AppContext") -> None:
    window = router()
    available = commands(ctx, window, [page for page in PAGES if page.listed])
    hotkeys(available.keys(), guarded(window.route.page, available.run))
    palette(
        available.entries(),
        recent=recently_chosen(),
        shortcuts=available.shortcuts(),
        on_chosen=partial(_chosen, available),
    )
    frame(
        **_place(window),
        seq=window.seq,
        address=window.address,
        heard=window.heard,
        title=_title(window),
        facts=window.page.status(ctx, window.route.params),
        fresh=window.fresh(),
        watch={catalogue.DATASETS, HANDED, *window.page.watches},
        messages=messages.told_messages(),
        scroll=user_session().scroll,
        on_told=partial(_told, ctx),
    )


def _title(window: Router) -> str:
    crumbs = window.page.crumbs(window.route.params)
    return f"{crumbs[-1].title} – Bestand" if crumbs else "Bestand"


def _chosen(available: Commands, entry_id: str, is_action: bool) -> None:
    chosen(entry_id)
    if is_action:
        guarded(router().route.page, available.run)(entry_id)
    redraw(NAV)


def _told(ctx: "AppContext", told: Mapping[str, Any]) -> None:
    """Hear from the browser: someone went somewhere, something changed, files were dropped."""
    window = router()
    window.heard = max(int(told.get("step") or 0), window.heard)
    match told.get("kind"):
        case "go":
            redraw(*window.move(str(told["page"]), _texts(told["params"])))
        case "address":
            redraw(*window.arrive(_texts(told["query"])))
        case "changed":
            tags = frozenset(map(str, told["tags"]))
            taken = _take_handed(ctx) if HANDED in tags else []  # also where anything may have changed, elsewhere
            redraw(*taken, *window.changed(tags), NAV if taken or catalogue.DATASETS in tags else FRAME)
        case "clash":  # the fields of the view offer what the other window has
            redraw_view(window.page.slug)
        case "files":
            _take_files(ctx, told["files"])
        case "undo":
            guarded(window.route.page, messages.undo)(str(told["id"]))
    redraw(NAV)


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()}


def _take_handed(ctx: "AppContext") -> list[str]:
    """Open the files that were handed to the engine, unless another window was quicker; return what to draw."""
    paths = ctx.handed.take()
    if not paths:
        return []
    router().tell("import", Event("files", {"paths": paths, "upload": False}))
    return router().move("import", {})


def _take_files(ctx: "AppContext", files: list[Mapping[str, Any]]) -> None:
    paths = [kept_upload(ctx, str(one["id"]), str(one["name"])) for one in files]
    found = [path for path in paths if path is not None]
    if found:
        router().tell("import", Event("files", {"paths": found}))
        navigate("import")
