"""The router: where a window is, and what is drawn when it goes elsewhere."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from app.page import Crumb, Event, Page, Params
from app.refresh import NAV, STATUS, in_order, view_key
from app.router import HOME, Move, Router, logged
from app.session import notices
from app.views import LIVE_VIEWS

if TYPE_CHECKING:
    from app.context import AppContext
    from app.desk import Desk


class _RowsParams(Params):
    dataset: str | None = None
    page: int = 1


class _Plain(Page):
    """A page that only remembers what it heard."""

    icon = "circle"

    def __init__(self, slug: str, params: type[Params] = Params, watches: tuple[str, ...] = ()) -> None:
        self.slug = slug  # type: ignore[misc]  # one class stands for many pages here
        self.params = params  # type: ignore[misc]
        self.watches = watches  # type: ignore[misc]
        self.heard: list[Event] = []

    @property
    def title(self) -> str:
        return self.slug.title()

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        """Draw nothing."""

    def on_event(self, ctx: "AppContext", event: Event) -> bool:
        del ctx
        self.heard.append(event)
        return event.name != "ignored"


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A window's session, without a window."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def _router(**more: Any) -> Router:  # noqa: ANN401 - what a router takes
    pages = [
        _Plain(HOME), _Plain("import"), _Plain("data", _RowsParams, ("table:dataset",)), _Plain("sql"),
        _Plain("jobs", watches=("table:job",)), _Plain("charts"),
    ]  # fmt: skip
    made = Router(cast("AppContext", None), {page.slug: page for page in pages}, **more)
    made.arrive({})
    return made


def _draw(router: Router, parts: Iterable[str]) -> None:
    """Do what the shell does with the views among these parts."""
    for slug in router.pages:
        if view_key(slug) in parts and router.is_live(slug):
            with router.drawn(slug):
                pass


def _go(router: Router, to: str, **params: Any) -> list[str]:  # noqa: ANN401 - what a page takes
    parts = router.move(to, params)
    _draw(router, parts)
    return parts


def test_a_place_has_an_address_and_an_address_leads_there() -> None:
    """What a person sends to a colleague shows the same thing."""
    router = _router()
    _go(router, "data", dataset="umsatz", page=3)
    address = router.route.query()
    other = _router()
    other.arrive(address)

    assert address == {"view": "data", "dataset": "umsatz", "page": "3"}
    assert other.route == router.route


@given(some.text(), some.integers())
def test_any_parameter_survives_its_address(dataset: str, page: int) -> None:
    """Names hold whatever a file was called."""
    router = _router()
    router.move("data", {"dataset": dataset, "page": page})
    there = router.route
    router.arrive(there.query())

    assert router.route == there


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"view": "nowhere"}, "nowhere"),
        ({"view": "data", "page": "three"}, "page"),
        ({"view": "data", "colour": "red"}, "colour"),
        ({"view": "sql", "dataset": "x"}, "dataset"),
    ],
)
def test_an_address_nobody_understands_leads_home_with_a_notice(query: dict[str, str], named: str) -> None:
    """The notice names what was wrong; the address of the entry is put right."""
    router = _router()
    parts = router.arrive(query)

    assert router.route.page == HOME
    assert router.address == "replace"
    assert view_key(HOME) in parts
    assert named in notices()[HOME][0]


def test_a_guard_keeps_people_out_and_says_why() -> None:
    """What one may not see is not drawn."""
    router = _router(guards=[lambda move: "Not for you." if move.target.page == "jobs" else None])
    parts = router.move("jobs", {})

    assert router.route.page == HOME
    assert view_key("jobs") not in parts
    assert notices()[HOME] == ("Not for you.", "")


def test_middleware_sees_each_step_from_the_outside_in_and_may_stop_it() -> None:
    """Logging, timing and, later, signing in stand around each step."""
    seen: list[str] = []

    def around(name: str) -> Callable[[Move, Callable[[Move], None]], None]:
        def middleware(move: Move, then: Callable[[Move], None]) -> None:
            seen.append(f"{name} {move.origin.page}>{move.target.page}")
            if move.target.page != "jobs":
                then(move)

        return middleware

    router = _router(middleware=[logged, around("outer"), around("inner")])
    seen.clear()

    assert router.move("sql", {})
    assert router.move("jobs", {}) == []
    assert router.route.page == "sql"
    assert seen == ["outer home>sql", "inner home>sql", "outer sql>jobs"]


def test_a_live_view_that_shows_the_same_is_not_drawn_again() -> None:
    """Going back costs the navigation only; other parameters or a change behind it cost the view."""
    counts: Counter[str] = Counter()
    router = _router(marks=lambda tags: {tag: counts[tag] for tag in tags})
    _go(router, "data", dataset="a")
    _go(router, "sql")

    assert view_key("data") not in _go(router, "data", dataset="a")
    assert view_key("data") in _go(router, "data", dataset="b")
    _go(router, "sql")
    counts["table:dataset"] += 1
    assert "data" not in router.fresh()
    assert view_key("data") in _go(router, "data", dataset="b")
    assert router.fresh()["data"] == {"dataset": "b"}


def test_a_drawing_that_was_cut_short_is_done_again() -> None:
    """A second click in the middle leaves half a view; it does not count as drawn."""
    router = _router()
    router.move("sql", {})
    with pytest.raises(RuntimeError), router.drawn("sql"):
        raise RuntimeError("a rerun")
    _go(router, "home")

    assert view_key("sql") in router.move("sql", {})


def test_only_the_last_views_stay_alive_and_the_oldest_is_drawn_away() -> None:
    """A window that saw everything is no heavier than one that saw four views."""
    router = _router()
    parts = [_go(router, page) for page in ("import", "data", "sql", "jobs")][-1]
    gone = [slug for slug in router.pages if not router.is_live(slug)]

    assert len(router.views.live) == LIVE_VIEWS
    assert HOME in gone
    assert parts[-1] == view_key(HOME), "what goes is drawn last: nothing on the screen waits for it"
    assert view_key(HOME) in _go(router, HOME)


def test_an_event_is_heard_on_arrival_and_once() -> None:
    """`navigate("import", event="sample")` makes the page do something, and only this time."""
    router = _router()
    page = cast("_Plain", router.pages["import"])
    _go(router, "import")
    _go(router, "sql")
    router.tell("import", Event("sample"))

    assert view_key("import") in _go(router, "import")
    assert [event.name for event in page.heard] == ["sample"]
    _go(router, "sql")
    assert view_key("import") not in _go(router, "import")


def test_a_change_draws_the_view_on_the_screen_if_it_shows_it() -> None:
    """Others are drawn when they are gone to."""
    router = _router()
    _go(router, "data")

    assert router.changed(frozenset({"table:dataset", "dataset:1"})) == [view_key("data")]
    assert router.changed(frozenset({"table:job"})) == []
    _go(router, "sql")
    assert router.changed(frozenset({"table:dataset"})) == []


def test_the_browser_writes_history_for_links_but_not_for_its_own_steps() -> None:
    """Back and forward move in the history; they do not make it longer."""
    router = _router()
    addresses = []
    for replace in (False, None, True):
        if replace is None:
            router.arrive({"view": "home"})
        else:
            router.move("sql", {}, replace=replace)
        addresses.append(str(router.address))

    assert addresses == ["push", "none", "replace"]


def test_twenty_steps_back_and_forward_lead_through_the_same_places() -> None:
    """J7, without a browser: each address leads to exactly the place it was written for."""
    router = _router()
    trail = []
    for step in range(20):
        page = ("data", "sql", "jobs", "charts", "import")[step % 5]
        _go(router, page, **({"dataset": f"d{step}"} if page == "data" else {}))
        trail.append(router.route)
    for route in [*reversed(trail), *trail]:
        _draw(router, router.arrive(route.query()))
        assert router.route == route


def test_parts_are_drawn_in_an_order_in_which_nothing_is_shown_before_it_is_there() -> None:
    """The frame, which shows the view, comes after it."""
    assert in_order([view_key("sql"), NAV, STATUS, NAV]) == ["view_sql", "nav", "status", "frame"]
    assert in_order([STATUS]) == ["status"]


def test_a_parameter_cannot_be_called_as_the_address_needs_it() -> None:
    """`view` is the page's own name there."""
    with pytest.raises(TypeError, match="view"):
        type("Bad", (Params,), {"__annotations__": {"view": str}, "view": "x"})


def test_every_page_has_a_way_to_it() -> None:
    """Without more to say a page is its own way."""
    page = _Plain("sql")

    assert list(page.crumbs(Params())) == [Crumb("Sql")]
    assert not page.has_inspector
