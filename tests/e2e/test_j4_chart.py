"""J4, first half: a chart, a filter by a click, and the chart as files that ask nobody for anything."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Window

TOWNS = ("Ulm", "Bonn", "Kiel", "Trier")


def import_sales(window: Window, folder: Path) -> None:
    """Import a dataset `sales`: towns of different sizes, days of one year."""
    file = folder / "sales.csv"
    lines = [
        f"2024-{day % 12 + 1:02}-{day % 28 + 1:02};{town};{day + number}.50"
        for number, town in enumerate(TOWNS)
        for day in range(200 // (number + 1))
    ]
    file.write_text("\n".join(["day;town;amount", *lines, ""]), encoding="utf-8")
    window.page.locator(".st-key-body_import input[type=file]").set_input_files(file)
    window.page.locator(".st-key-import__start button").click()
    window.page.get_by_role("button", name="Open the rows").wait_for()


def pick(page: Page, role: str, column: str) -> None:
    """Choose the column of a role."""
    page.locator(f".st-key-chart__pick__{role} input").click()
    page.get_by_role("option", name=column, exact=True).click()


def click_first_bar(page: Page) -> None:
    """Click a bar near its foot; bars are narrower or wider with the fonts there are."""
    place = page.locator(".st-key-fill_chart").bounding_box()
    assert place is not None
    chips = page.locator(".st-key-chart_chips")
    for across in (0.12, 0.16, 0.2):
        for up in (60, 75, 90, 120):
            page.mouse.click(place["x"] + place["width"] * across, place["y"] + place["height"] - up)
            page.wait_for_timeout(400)  # long enough for a click that hit; there is nothing to wait for otherwise
            if chips.count():
                return


def drag_over(page: Page) -> None:
    """Pick a range by dragging, as soon as the pointer says that one can."""
    place = page.locator(".st-key-fill_chart").bounding_box()
    assert place is not None
    at = (place["x"] + place["width"] * 0.35, place["y"] + 150)
    pointer = "([x, y]) => getComputedStyle(document.elementFromPoint(x, y)).cursor"
    for step in range(100):
        page.mouse.move(at[0] + step % 2, at[1])
        if page.evaluate(pointer, at) == "crosshair":
            break
        page.wait_for_timeout(100)
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.65, place["y"] + 150, steps=6)
    page.mouse.up()


@pytest.mark.timeout(240)
def test_a_chart_is_picked_filtered_and_written(window: Window, browser: Browser, tmp_path: Path) -> None:
    """Columns are enough for a chart; a click narrows it; the caption tells all; the file opens offline."""
    page = window.page
    window.open()
    import_sales(window, tmp_path)
    window.go("chart")
    caption = page.locator(".st-key-chart_caption")
    expect(caption).to_contain_text("Sum of amount by day")

    offer = page.locator(".st-key-chart_offer")
    drag_over(page)
    expect(offer).to_contain_text("day ≥ 2024-")
    page.get_by_role("button", name="Pick nothing").click()
    expect(offer).to_have_count(0)
    page.locator("[class*=st-key-chart__span_to] input").click()
    page.get_by_role("option", name="2024-01-01", exact=True).click()
    expect(offer).to_contain_text("Picked: day ≥ 2024-01-01, day < 2024-01-02")
    page.get_by_role("button", name="Show these rows").click()
    expect(page.get_by_text("day at least 2024-01-01")).to_be_visible()
    window.open("/?view=chart&sql=select+town,+amount+from+sales+where+amount+<+50")
    page.locator("[class*=st-key-chart__span_to] input").click()
    page.get_by_role("option", name="Bonn", exact=True).click()
    page.get_by_role("button", name="Show these rows").click()
    expect(page.get_by_role("button", name=re.compile(r"town in .*Bonn"))).to_be_visible()
    window.go("data")
    window.page.locator(".st-key-nav").get_by_text("sales", exact=True).click()
    page.get_by_role("button", name="Chart", exact=True).click()

    pick(page, "x", "A town")
    expect(caption).to_contain_text("Sum of amount by town. From 416 rows of 'sales' version 1.")
    click_first_bar(page)
    expect(page.locator(".st-key-chart_chips")).to_contain_text("town = Ulm")
    expect(caption).to_contain_text("From 200 rows of 'sales' version 1, only those with town = Ulm.")

    page.locator(".st-key-chart__step_undo button").first.click()
    expect(caption).to_contain_text("From 416 rows")
    page.locator(".st-key-chart__step_redo button").first.click()
    expect(caption).to_contain_text("From 200 rows")

    page.get_by_role("button", name="Export").click()
    page.locator(".st-key-chart_export_panel").get_by_role("radio", name="HTML").click()
    page.get_by_role("button", name="Write the file").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save a copy").click()
    file = tmp_path / "chart.html"
    saved.value.save_as(file)
    assert window.foreign == []

    asked: list[str] = []
    reader = browser.new_page(color_scheme="dark")
    reader.on("request", lambda request: asked.append(request.url))
    refused: list[str] = []
    reader.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    reader.goto(file.as_uri())
    expect(reader.locator("#chart svg")).to_be_visible()
    expect(reader.locator("table")).to_contain_text("Ulm")
    reader.close()
    assert asked == [file.as_uri()]
    assert refused == []
    assert not re.search(r"https?:", file.read_text(encoding="utf-8"))


@pytest.mark.timeout(120)
def test_settings_hold_at_once_and_can_be_taken_back(window: Window) -> None:
    """The colours change while the page is open, the file says so, and Undo is one click."""
    page = window.page
    window.open("/?view=settings")
    colour = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    light = page.evaluate(colour)
    page.locator(".st-key-settings__value__theme").get_by_text("Dark").click()
    page.wait_for_function(f"light => ({colour})() !== light", arg=light)
    assert 'theme = "dark"' in window.engine.paths.config_file.read_text(encoding="utf-8")

    page.locator(".st-key-settings__step_undo button").first.click()
    page.wait_for_function(f"light => ({colour})() === light", arg=light)
    assert "theme" not in window.engine.paths.config_file.read_text(encoding="utf-8")
