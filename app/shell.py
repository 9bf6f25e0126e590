"""The frame of the page: navigation on the left, one slot per view, the status line.

Each view is a keyed fragment in a slot of its own that stays alive; a style rule shows one of them. A click draws
the navigation and one view again, never the whole script, so nothing else moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import catalogue, work
from app.boundary import boundary, escaped, part
from app.desk import Desk
from app.features.export.page import export_control
from app.page import Page
from app.pages import PAGES
from app.refresh import NAV, STATUS, inspector_key, refresh, view_key
from app.router import Route, Router, here, install, logged, navigate, router
from app.session import kept
from app.theme import STYLE_FILE
from app.widgets import field_key
from app.widgets.words import counted, when
from core.trace import trace

if TYPE_CHECKING:
    from app.context import AppContext
    from jobs.manager import JobStatus

SIDEBAR_PX: Final = 214
STATUS_EVERY_S: Final = 2
"""How often the status line looks for work that began or ended elsewhere."""
DATASETS_SHOWN: Final = 200
"""Most datasets in the navigation; the Data page searches them all."""


def draw(ctx: "AppContext") -> None:
    """Draw the whole page; runs once for each window, and again only when it is loaded anew."""
    st.set_page_config(page_title="Bestand", layout="wide", initial_sidebar_state=SIDEBAR_PX)
    st.html(STYLE_FILE)
    with trace():
        install(partial(_new_router, ctx)).arrive(st.query_params.to_dict())
        desk = Desk(export=partial(export_control, ctx))
        with st.sidebar:
            part(NAV, partial(_navigation, ctx))
        with st.container(key="views", gap=None):
            for page in PAGES:
                part(view_key(page.slug), partial(_view, ctx, page, desk))
        with st.bottom:
            part(STATUS, partial(_status, ctx), every=STATUS_EVERY_S)


def _new_router(ctx: "AppContext") -> Router:
    return Router(ctx, {page.slug: page for page in PAGES}, middleware=(logged,), marks=ctx.changes.marks)


# ---- left -------------------------------------------------------------------------------------------------


def _navigation(ctx: "AppContext") -> None:
    place = here()
    _tell_browser(router())
    hidden = ",".join(f".st-key-slot_{page.slug}" for page in PAGES if page.slug != place.page)
    st.html(f"<style>{hidden}{{display:none}}</style>")
    with st.container(key="nav_brand"):
        st.markdown("Bestand")
    with st.container(key="nav_views", gap=None):
        for page in PAGES:
            attention = page.badge(ctx)
            badge = f" :red-badge[{attention}]" if attention else ""
            _nav_button(page.title + badge, f":material/{page.icon}:", place, page.slug, None)
            if page.slug == "data":
                _nav_datasets(ctx, place)


def _tell_browser(window: Router) -> None:
    """Have the address bar say where the window is."""
    if window.address != "none":
        st.query_params.from_dict(window.route.query())
        window.address = "none"


def _nav_datasets(ctx: "AppContext", place: Route) -> None:
    names = catalogue.names(ctx, limit=DATASETS_SHOWN)
    with st.container(key="nav_datasets", gap=None):
        for name in names:
            _nav_button(escaped(name), None, place, "data", name)


def _nav_button(label: str, icon: str | None, place: Route, view: str, dataset: str | None) -> None:
    params = {"dataset": dataset} if dataset else {}
    chosen = place.query() == {"view": view, **params}
    st.button(
        label,
        key=field_key("nav", view, dataset),
        icon=icon,
        type="primary" if chosen else "tertiary",
        width="stretch",
        on_click=navigate,
        args=(view,),
        kwargs=params,
    )


# ---- middle -----------------------------------------------------------------------------------------------


def _view(ctx: "AppContext", page: Page, desk: Desk) -> None:
    """Draw one view in its slot; a view nobody has opened yet costs nothing."""
    with st.container(key=f"slot_{page.slug}", gap="small"):
        if not router().is_live(page.slug):
            return
        params = router().drawing(page.slug)
        with st.container(key=f"view_{page.slug}", gap="small"), boundary(page.slug):
            page.render(ctx, desk, params)
        if page.has_inspector:
            with st.container(key=f"pane_{page.slug}", gap="small"):
                part(inspector_key(page.slug), partial(_inspector, ctx, page, desk))


def _inspector(ctx: "AppContext", page: Page, desk: Desk) -> None:
    page.inspector(ctx, desk, router().drawing(page.slug))


# ---- bottom -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Seen:
    """What the status line saw last, to tell what changed elsewhere since."""

    mark: tuple[str, ...] | None = None


def _status(ctx: "AppContext") -> None:
    active = work.list_jobs(ctx, states=work.UNFINISHED, limit=20)
    attention = work.list_jobs(ctx, states=work.WANTS_ATTENTION, limit=20)
    names = catalogue.names(ctx, limit=DATASETS_SHOWN)
    with st.container(key="status", horizontal=True, gap="medium", vertical_alignment="center"):
        st.caption(f":material/check: {_saved(ctx)}", width="content")
        st.caption(counted(len(names), "dataset"), width="content")
        st.caption(str(ctx.config.compute), width="content")
        st.caption(_working(active), width="content")
        st.space("stretch")
        st.caption(f":material/cloud_off: {ctx.config.mode}", width="content")
    seen = kept("status", _Seen)
    mark = (*names, "jobs", *(job.id for job in attention))
    if seen.mark not in (None, mark):
        refresh(NAV)
    seen.mark = mark


def _saved(ctx: "AppContext") -> str:
    with ctx.storage.database.read() as uow:
        newest = uow.audit.list(limit=1)
    return f"Saved {when(newest[0].at)}" if newest else "Nothing to save yet"


def _working(active: "Sequence[JobStatus]") -> str:
    if not active:
        return "no jobs running"
    first = active[0]
    more = f", {counted(len(active) - 1, 'more')}" if len(active) > 1 else ""
    return f"{first.label}: {first.fraction:.0%}{more}"
