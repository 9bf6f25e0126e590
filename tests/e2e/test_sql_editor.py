"""The SQL editor in a real browser: completion, mistakes, several statements, keys, and text that stays."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.components.mount import ASSETS
from tests.e2e.conftest import Window
from tests.e2e.test_j3_question import import_numbers, write

AXE = ASSETS.parent / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def page(window: Window, tmp_path: Path) -> Page:
    """The SQL page over a dataset `numbers` with the columns `id` and `name`."""
    window.open()
    if not window.page.locator(".st-key-nav a", has_text="numbers").count():
        import_numbers(window, tmp_path)
    window.go("sql")
    editor(window.page).wait_for()
    expect(window.page.get_by_role("treeitem", name="numbers", exact=True)).to_be_visible()
    return window.page


def editor(page: Page) -> Locator:
    """Return the editor's text."""
    return page.get_by_role("textbox", name="SQL editor")


def offered(page: Page) -> Locator:
    """Return the list of completions."""
    return page.get_by_role("listbox")


def take(page: Page, name: str) -> None:
    """Take the first completion over; by a click, since Enter is not heard while the list has just opened."""
    first = offered(page).get_by_role("option").first
    expect(first).to_contain_text(name)
    first.click()


def test_names_are_completed_as_they_must_be_written(page: Page) -> None:
    """Datasets behind FROM, columns of the dataset elsewhere; nothing is taken over unasked."""
    write(page, "select  from ")
    page.keyboard.type("nu")
    take(page, "numbers")
    expect(editor(page)).to_have_text("select  from numbers")

    page.keyboard.press("Home")
    for _ in range(len("select ")):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("na")
    take(page, "name")
    expect(editor(page)).to_have_text("select name from numbers")


def test_a_mistake_is_underlined_and_mended(page: Page) -> None:
    """The place is marked, also after text above it; the nearest name replaces it by one click."""
    write(page, "select n.nmae from numbers n")
    page.keyboard.press("Control+Enter")
    marked = page.locator(".cm-lintRange-error")
    expect(marked).to_have_text("nmae")

    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("-- first\n")
    expect(marked).to_have_text("nmae")
    marked.hover()
    expect(page.locator(".cm-diagnostic")).to_contain_text("no column 'nmae'")
    page.get_by_role("button", name="Use name").click()
    expect(editor(page)).to_contain_text("select n.name from numbers n")
    expect(marked).to_have_count(0)


def test_the_statement_under_the_caret_is_run(page: Page) -> None:
    """Of several only the one the caret is in, or what is selected."""
    tools = page.locator(".st-key-sql_tools")
    write(page, "select range from range(3);\n\nselect range from range(5);")
    expect(page.get_by_text("Statement 2 of 2")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(tools).to_contain_text("5 rows")
    page.keyboard.press("Control+Home")
    expect(page.get_by_text("Statement 1 of 2")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(tools).to_contain_text("3 rows")


def test_half_typed_text_is_there_again(window: Window, page: Page) -> None:
    """Over other pages and a reload of the window, with the caret where it was."""
    write(page, "select 1 as a;\nselect 2 as")
    page.keyboard.type(" half")
    page.keyboard.press("Escape")
    window.go("jobs")
    expect(page.get_by_text("Choose a job to see its details.")).to_be_visible()
    window.go("sql")
    expect(editor(page)).to_contain_text("select 2 as half")

    page.reload()
    window.ready()
    expect(editor(page)).to_contain_text("select 2 as half")
    editor(page).focus()
    page.keyboard.type("_typed")
    expect(editor(page)).to_contain_text("select 2 as half_typed")


def test_everything_can_be_done_by_keys(page: Page) -> None:
    """Escape then Tab leaves the editor; rail, tabs and parameters are reached and used without a mouse."""
    write(page, "select * from numbers where id < $most;")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert _focused(page) == "Run"
    page.keyboard.press("Tab")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-sql_tools")).to_contain_text("3 rows")

    tab = page.locator(".strip .choose").first
    tab.focus()
    page.keyboard.press("F2")
    page.keyboard.type("small ones")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="No longer keep small ones")).to_be_visible()

    page.get_by_role("searchbox", name="Find a column").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(editor(page)).to_be_focused()
    expect(editor(page)).to_contain_text("numbers")


def test_a_statement_is_formatted_without_a_change(page: Page) -> None:
    """Only spaces and line breaks are different; undo takes them back."""
    text = "select id,name from numbers where id between 1 and $p and name ilike '%;%' -- end"
    write(page, text)
    page.get_by_role("button", name="Format").click()
    expect(page.locator(".cm-line").nth(3)).to_be_visible()
    assert "".join(editor(page).inner_text().split()) == "".join(text.split())
    page.keyboard.press("Control+z")
    expect(editor(page)).to_have_text(text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(page: Page, scheme: Any) -> None:  # noqa: ANN401 - one of Playwright's words
    """Axe finds nothing to complain about, in either theme, with an answer and a mistake on the screen."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (make frontend)")
    page.emulate_media(color_scheme=scheme)
    write(page, "-- all\nselect id, 'x' as x, 1.5 as n from numbers;\nselect nmae from numbers")
    page.keyboard.press("Control+Enter")
    page.locator(".cm-lintRange-error").wait_for()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-sql_tools")).to_contain_text("3,210 rows")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    told = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
    assert told == [], json.dumps(told, indent=1)


def _focused(page: Page) -> str:
    """Return the text of what has the focus, through all shadow roots."""
    text: str = page.evaluate(
        "() => { let e = document.activeElement;"
        " while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;"
        " return e?.innerText?.trim() ?? ''; }"
    )
    return text
