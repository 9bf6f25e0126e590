"""Where a window is, and the one way to somewhere else.

`navigate("data", dataset="umsatz")` in a callback changes the place, writes a line of history, and has drawn
what changed: the view, unless it is alive and shows the same already, the navigation and the status bar. Never
the whole script. The shell makes one `Router` per window and hands it the pages; features know only the functions
at the end.

The browser keeps the history: the address of an entry holds the page and its parameters, so back, forward, a
reload and a link from elsewhere all come through `arrive`.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import streamlit as st
from pydantic import ValidationError

from app.page import Event, Page, Params
from app.refresh import FRAME, inspector_key, redraw, view_key
from app.session import notices
from app.views import Views
from core.i18n import _
from core.telemetry import track
from core.types import Json

if TYPE_CHECKING:
    from app.context import AppContext

HOME: Final = "home"
JOURNEY_LIMIT: Final = 200
"""Places a window remembers having been at."""
_KEY: Final = "kept__router"

Address = Literal["push", "replace", "none"]
"""What the browser does with its address: a new entry, another address for this one, nothing."""


@dataclass(frozen=True, slots=True)
class Route:
    """A place: the page's name and its parameters."""

    page: str
    params: Params

    def query(self) -> dict[str, str]:
        """Return the address of the place."""
        return {"view": self.page, **self.params.query()}


@dataclass(frozen=True, slots=True)
class Move:
    """A step from one place to another, as guards and middleware see it."""

    origin: Route
    target: Route
    cause: Literal["link", "address"]


Guard = Callable[[Move], str | None]
"""Returns why a step is not allowed, as one sentence; None lets it pass."""
Middleware = Callable[[Move, Callable[[Move], None]], None]
"""Gets each step and what comes after it, which it must call for the step to happen."""


@dataclass(slots=True)
class Router:
    """The place of one window and how it got there.

    `seq` counts the places; with `address` it tells the browser what to do with its own history. `heard` is the
    last of the browser's own steps that came here: it has written that one down already. `marks` returns how often
    each watched tag has changed so far, by tag.
    """

    ctx: "AppContext"
    pages: Mapping[str, Page]
    guards: Sequence[Guard] = ()
    middleware: Sequence[Middleware] = ()
    marks: Callable[[Iterable[str]], dict[str, int]] = field(default=lambda tags: dict.fromkeys(tags, 0))
    route: Route = field(default_factory=lambda: Route(HOME, Params()))
    views: Views = field(default_factory=Views)
    journey: list[Route] = field(default_factory=list)
    seq: int = 0
    address: Address = "replace"
    heard: int = 0
    _waiting: list[tuple[str, Event]] = field(default_factory=list)

    # ---- going ------------------------------------------------------------------------------------------

    def arrive(self, query: Mapping[str, str]) -> list[str]:
        """Take the place from an address; return the parts that must be drawn."""
        asked = dict(query)
        page = asked.pop("view", HOME)
        return self._go(page, asked, "address", "none")

    def move(self, to: str, params: Mapping[str, Any], *, replace: bool = False) -> list[str]:
        """Be somewhere else from the next drawing on; return the parts that must be drawn."""
        return self._go(to, params, "link", "replace" if replace else "push")

    def _go(
        self, to: str, params: Mapping[str, Any], cause: Literal["link", "address"], address: Address
    ) -> list[str]:
        target, refusal = self.resolve(to, params)
        move = Move(self.route, target, cause)
        refusal = refusal or next(filter(None, (guard(move) for guard in self.guards)), None)
        if refusal:
            notices()[HOME] = (refusal, "")
            self.views.spoil(HOME)
            move, address = (
                Move(self.route, Route(HOME, Params()), cause),
                "replace" if address == "none" else address,
            )
        parts: list[str] = []
        step: Callable[[Move], None] = lambda done: parts.extend(self._settle(done.target, address))  # noqa: E731
        for around in reversed(self.middleware):
            step = _wrapped(around, step)
        step(move)
        return parts

    def _settle(self, target: Route, address: Address) -> list[str]:
        """Make a place the present one."""
        if target == self.route and address == "push" and self.journey:
            address = "none"
        self.route, self.address = target, address
        self.seq += 1
        self.journey.append(target)
        del self.journey[:-JOURNEY_LIMIT]
        gone = self.views.see(target.page)
        self._deliver(target.page)
        fresh = self.views.is_fresh(target.page, target.params, self.marks_of(target.page))
        return [*([] if fresh else [view_key(target.page)]), FRAME, *map(view_key, gone)]

    def resolve(self, to: str, params: Mapping[str, Any]) -> tuple[Route, str | None]:
        """Return the place meant, or home and why."""
        page = self.pages.get(to)
        if page is None:
            return Route(HOME, Params()), _("There is no page '{name}'.").format(name=to)
        try:
            return Route(to, page.params.model_validate(dict(params))), None
        except ValidationError as error:
            names = ", ".join(str(one["loc"][0]) if one["loc"] else to for one in error.errors())
            told = _("The address of '{page}' could not be understood: {names}.")
            return Route(HOME, Params()), told.format(page=page.title, names=names)

    # ---- events -----------------------------------------------------------------------------------------

    def tell(self, page: str, event: Event) -> None:
        """Tell a page something; it hears it when it is gone to."""
        self._waiting.append((page, event))

    def _deliver(self, page: str) -> None:
        waiting = [event for to, event in self._waiting if to == page]
        self._waiting = [one for one in self._waiting if one[0] != page]
        for event in waiting:
            if self.pages[page].on_event(self.ctx, event):
                self.views.spoil(page)

    def changed(self, tags: frozenset[str]) -> list[str]:
        """Hear that stored things changed; return the parts on the screen that must be drawn."""
        page = self.page
        hit = tags & frozenset(page.watches)
        again = bool(hit) and page.on_event(self.ctx, Event("changed", {"tags": hit}))
        return [view_key(page.slug)] if again else []

    # ---- looking ----------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The present page."""
        return self.pages[self.route.page]

    def marks_of(self, slug: str) -> dict[str, int]:
        """Return how often what a page watches has changed so far."""
        return self.marks(self.pages[slug].watches)

    def is_live(self, slug: str) -> bool:
        """Tell whether a view is to be drawn at all."""
        return slug in self.views.live

    def params_of(self, slug: str) -> Params:
        """Return what a live view shows: the present place, or what it was drawn with last."""
        if self.route.page == slug:
            return self.route.params
        return self.views.live[slug].params or self.pages[slug].params()

    @contextmanager
    def drawn(self, slug: str) -> Iterator[Params]:
        """Draw a live view in the block, which gets its parameters; it counts as drawn when the block ends."""
        params, marks = self.params_of(slug), self.marks_of(slug)
        self.views.give_back(slug)
        yield params
        self.views.is_drawn(slug, params, marks)

    def fresh(self) -> dict[str, dict[str, str]]:
        """Return the live views that need not be drawn again, and what they show."""
        return {
            slug: view.params.query()
            for slug, view in self.views.live.items()
            if view.params is not None and self.views.is_fresh(slug, view.params, self.marks_of(slug))
        }


def _wrapped(around: Middleware, step: Callable[[Move], None]) -> Callable[[Move], None]:
    return lambda move: around(move, step)


def logged(move: Move, then: Callable[[Move], None]) -> None:
    """Log each step and how long it took to decide; the middleware every window has."""
    started = time.perf_counter()
    then(move)
    took_ms = round((time.perf_counter() - started) * 1000, 2)
    params: list[Json] = [*sorted(move.target.params.query())]
    track(
        "navigated",
        {"from": move.origin.page, "to": move.target.page, "params": params,
         "cause": move.cause, "took_ms": took_ms},
    )  # fmt: skip


# ---- what features use ------------------------------------------------------------------------------------


def router() -> Router:
    """Return this window's router.

    Raises:
        RuntimeError: the shell has not drawn this window yet (a bug).
    """
    found = st.session_state.get(_KEY)
    if not isinstance(found, Router):
        raise RuntimeError("the shell has not drawn this window yet")
    return found


def install(make: Callable[[], Router]) -> Router:
    """Return this window's router, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = make()
    return router()


def here() -> Route:
    """Return where this window is."""
    return router().route


def navigate(to: str, *, event: str | None = None, replace: bool = False, **params: Any) -> NoReturn:  # noqa: ANN401
    """Within a callback: go to a page, and draw what changed.

    Args:
        to: The page's slug; an unknown one leads home with a notice.
        event: The name of an `Event` the page is to hear when it is reached.
        replace: Write the place over the present line of the history instead of below it.
        params: The page's parameters.
    """
    if event is not None:
        router().tell(to, Event(event))
    redraw(*router().move(to, params, replace=replace))


def move(to: str, *, replace: bool = False, **params: Any) -> list[str]:  # noqa: ANN401
    """Like `navigate`, but return the parts to be drawn, for a callback that has more to draw."""
    return router().move(to, params, replace=replace)


def redraw_view(slug: str) -> NoReturn:
    """Within a callback: draw one view and its inspector again."""
    router().views.spoil(slug)
    redraw(view_key(slug))


def redraw_inspector(slug: str) -> NoReturn:
    """Within a callback: draw only the inspector of a view again, because the selection changed."""
    redraw(inspector_key(slug))
