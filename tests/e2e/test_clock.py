"""A page left open over night, a clock that is set, a page at twice its size: nothing breaks, nothing is lost."""

import re

import pytest
from playwright.sync_api import Browser, expect

from app.context import opened_app
from tests.e2e.conftest import Engine, Window, window_of
from tests.tables import add_dataset

NIGHT_MS = 14 * 3_600_000
VIEWS = ("home", "import", "data", "sql", "chart", "jobs", "settings")


@pytest.fixture(scope="module", autouse=True)
def dataset(engine: Engine) -> None:
    """Something to show."""
    with opened_app(engine.paths, purpose="a test") as context:
        add_dataset(context.storage, "nights", "select range as n, 'x' || range as name from range(5000)")


@pytest.mark.timeout(180)
def test_a_page_left_open_over_night_goes_on(window: Window) -> None:
    """Fourteen hours of its timers later it has asked for nothing, and the next click is like the one before."""
    page = window.page
    page.clock.install()
    window.open("/?view=data&dataset=nights")
    page.locator("[role=grid] .row .cell").first.wait_for()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.clock.fast_forward(NIGHT_MS)
    page.clock.run_for(5_000)
    window.go("sql")
    window.go("data")
    page.locator(".st-key-nav a[href='?view=data&dataset=nights']").click()
    expect(page.locator(".st-key-heading_data h2")).to_have_text("nights")
    with opened_app(window.engine.paths, purpose="a test") as context:
        add_dataset(context.storage, "morning", "select 1 as n")
    expect(page.locator(".st-key-nav")).to_contain_text("morning")
    assert errors == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("to", ["2001-02-03T04:05:06", "2038-01-20T00:00:00"])
def test_a_clock_that_is_set_moves_nothing(window: Window, to: str) -> None:
    """Backwards or forwards by years: what is typed afterwards is what stays, and history goes on in order."""
    page = window.page
    window.open("/?view=sql")
    editor = page.get_by_role("textbox", name="SQL editor")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("select 1 as before")
    page.keyboard.press("Control+Enter")
    answer = page.locator("[class*='st-key-sql-answer'] .row .cell").first
    expect(answer).to_have_text("1")

    page.clock.install(time=to)
    page.clock.resume()
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("select 2 as after")
    page.keyboard.press("Control+Enter")
    expect(answer).to_have_text("2")
    window.go("jobs")
    window.go("sql")
    expect(editor).to_have_text("select 2 as after")
    page.go_back()
    window.shown("jobs")


@pytest.mark.timeout(240)
def test_at_twice_the_size_everything_is_reached(browser: Browser, engine: Engine) -> None:
    """1280 × 800 at 200 % has room for 640 × 400: nothing scrolls sideways, the main part of each page shows."""
    with window_of(browser, engine) as window:
        page = window.page
        page.set_viewport_size({"width": 640, "height": 400})
        for view in VIEWS:
            window.open(f"/?view={view}")
            body = page.locator(f".st-key-body_{view}")
            expect(body).to_be_visible()
            box = body.bounding_box()
            assert box is not None
            assert box["width"] > 300, view
            assert box["height"] > 120, view
            assert page.evaluate("document.documentElement.scrollWidth") <= 640, view
        window.open("/?view=data&dataset=nights")
        grid = page.locator("[role=grid]:visible").first
        shown = grid.bounding_box()
        assert shown is not None
        assert shown["height"] > 100
        last = page.locator(".st-key-toolbar_data").get_by_role("button", name="Delete")
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport(ratio=1)
        page.locator(".foot").first.scroll_into_view_if_needed()
        expect(page.locator(".foot span").first).to_contain_text(re.compile("5,000 rows"))
