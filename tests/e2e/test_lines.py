"""Lists whose lines are chosen: no click is lost, wherever the pointer goes, and keys do the same."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.context import opened_app
from tests.e2e.conftest import Engine, Window
from tests.tables import add_dataset

SQL = "select range as first, range * 2 as second, 'x' as third from range(9)"
NAMES = ("alpha", "beta", "gamma")


@pytest.fixture(scope="module")
def datasets(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three datasets of three columns."""
    with opened_app(engine.paths, purpose="a test") as context:
        for name in NAMES:
            add_dataset(
                context.storage, name, "select range as first, range * 2 as second, 'x' as third from range(9)"
            )
    return tmp_path_factory.getbasetemp()


@pytest.mark.usefixtures("datasets")
def test_a_click_whose_pointer_moves_opens_the_line_it_began_in(window: Window) -> None:
    """The hand shakes, the list scrolls: what was pressed is what is shown, and by its name what opens."""
    window.open("/?view=data")
    page = window.page
    lines = page.locator("[class*='st-key-data-list'] tbody tr")
    expect(lines.filter(has_text="alpha")).to_be_visible()
    pressed = lines.filter(has_text="alpha").bounding_box()
    left = lines.filter(has_text="gamma").bounding_box()
    assert pressed
    assert left

    pane = page.locator(".st-key-pane_data")
    expect(pane).to_contain_text("All datasets")
    for across, seen in ((300, pane), (20, page.locator(".st-key-heading_data h2"))):
        page.mouse.move(pressed["x"] + across, pressed["y"] + 10)
        page.mouse.down()
        page.mouse.move(left["x"] + across, left["y"] + 10)
        page.mouse.up()
        expect(seen).to_contain_text("alpha")
    expect(page.locator("html[data-view='data']")).to_be_attached()
    page.go_back()
    lines.nth(0).get_by_role("link").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-heading_data h2")).to_have_text("gamma")


@pytest.mark.usefixtures("datasets")
def test_every_click_on_a_line_of_the_profile_shows_its_column(window: Window) -> None:
    """One after the other as fast as they come; the last one is what is shown, and what is marked."""
    window.open("/?view=data&dataset=alpha")
    page = window.page
    page.locator(".st-key-toolbar_data").get_by_role("radio", name="Profile").click()
    lines = page.locator("[class*='st-key-data-profile'] tbody tr")
    expect(lines).to_have_count(3)
    pane = page.locator(".st-key-pane_data")

    for line in (0, 1, 2, 0, 2, 1):
        lines.nth(line).click(position={"x": 300, "y": 10})
    expect(pane).to_contain_text("second")
    expect(lines.nth(1).get_by_role("button")).to_have_attribute("aria-current", "true")
    page.keyboard.press("Tab")
    lines.nth(1).get_by_role("button").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(pane).to_contain_text("third")
    expect(lines.locator("[aria-current]")).to_have_text("third")


@pytest.mark.usefixtures("datasets")
def test_a_dataset_is_called_something_else_in_its_heading(window: Window) -> None:
    """The name changes where it stands and everywhere; a taken one is refused in words; Undo takes it back."""
    window.open("/?view=data&dataset=beta")
    page = window.page
    heading = page.locator(".st-key-heading_data h2")
    nav = page.locator(".st-key-nav")

    page.locator(".st-key-toolbar_data").get_by_role("radio", name="Rows").click()  # where the last window was
    page.locator("[role=grid] .row .cell").first.wait_for()
    heading.get_by_role("button", name="beta").click()
    page.keyboard.type("gamma")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-body_data").get_by_test_id("stAlert")).to_contain_text(
        "already a dataset 'gamma'"
    )
    expect(heading).to_have_text("beta")

    heading.get_by_role("button", name="beta").click()
    page.keyboard.type("Umsatz 2025 – neu")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Umsatz 2025 – neu")
    expect(nav.get_by_text("Umsatz 2025 – neu")).to_be_visible()
    expect(nav.get_by_text("beta", exact=True)).to_have_count(0)
    expect(page.locator("[role=grid] .row .cell").first).to_have_text("0")
    page.reload()
    window.ready()
    expect(heading).to_have_text("Umsatz 2025 – neu")

    heading.get_by_role("button").click()
    page.keyboard.type("other")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("other")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(heading).to_have_text("Umsatz 2025 – neu")

    page.locator(".st-key-toolbar_data").get_by_role("button", name="Delete").click()
    expect(nav.get_by_text("Umsatz 2025 – neu")).to_have_count(0)
    page.locator(".st-key-data_undo").get_by_role("button", name="Undo").click()
    expect(heading).to_have_text("Umsatz 2025 – neu")
    expect(nav.get_by_text("Umsatz 2025 – neu")).to_be_visible()
