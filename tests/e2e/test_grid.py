"""The grid in a real browser: any place of a large table, sort, filter, search, copy, keys, and what fails."""

import re
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.catalogue import delete, restore
from app.context import init_app, opened_app
from tests.e2e.conftest import WAIT_MS, Engine, Window
from tests.tables import add_dataset
from tests.waiting import wait_until

MANY = 1_200_000
"""Rows of the large table: more than the scroll bar can stand for pixel by pixel."""
LEAST = (-5 * pow(7919, -1, MANY)) % MANY + 1
"""The row in which `mixed` is 0."""
WIDE = 5_000
CELL = 1_000_000
QUIET_S = 3.0
AXE = Path(__file__).resolve().parents[2] / "app" / "components" / "node_modules" / "axe-core" / "axe.min.js"
TABLES = {
    "many": f"select range + 1 as nr, (range * 7919 + 5) % {MANY} as mixed, 'name ' || range % 1000 as name, "
    f"case when range % 4 = 0 then null else range % 10 end as holes from range({MANY})",
    "wide": "select " + ", ".join(f"range * {i + 1} as c{i}" for i in range(WIDE)) + " from range(400)",
    "long": f"select range as nr, case when range = 1 then repeat('Ä', {CELL}) else 'short' end as text "
    "from range(50)",
    "exact": "select * from (values (9007199254740993::bigint, 0.10::decimal(18,2), '', true, 'nan'::double, "
    "timestamp '2025-01-02 03:04:05.000006'), (-1, null, null, null, 1e300, null)) "
    "t(big, money, text, truth, approx, moment)",
    "gone": "select range as nr, 'x' as x from range(100000)",
}
ON_SCREEN = """grid => [...grid.querySelectorAll('.row:not([hidden])')]
  .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
  .map(row => [...row.querySelectorAll('[aria-colindex]:not([hidden])')]
    .sort((a, b) => a.ariaColIndex - b.ariaColIndex).map(cell => cell.textContent))"""


@pytest.fixture(scope="module")
def tables(engine: Engine) -> None:
    """The tables, published beside the running engine, as the command line would."""
    with opened_app(engine.paths, purpose="a test") as context:
        for name, sql in TABLES.items():
            add_dataset(context.storage, name, sql)


@dataclass(frozen=True)
class Grid:
    """The grid on the screen."""

    page: Page

    @property
    def port(self) -> Locator:
        """The element that has the focus."""
        return self.page.locator("[role=grid]:visible").first

    def head(self, name: str) -> Locator:
        """The head of a column."""
        return self.page.get_by_role("columnheader", name=name).first

    def rows(self) -> list[list[str]]:
        """Return what is on the screen: the row number first."""
        found: list[list[str]] = self.port.evaluate(ON_SCREEN)
        return found

    def shows(self, text: str) -> None:
        """Wait for the line that says which rows are on the screen."""
        expect(self.page.locator(".foot span").first).to_contain_text(text)

    def until(self, ready: str) -> list[list[str]]:
        """Wait until the cell at the top left of the rows says this, and return the rows."""
        self.page.wait_for_function(
            """([ready]) => { const all = [...document.querySelectorAll('*')];
              const roots = all.map(e => e.shadowRoot).filter(Boolean);
              const grid = roots.map(r => r.querySelector('[role=grid]')).find(g => g && g.checkVisibility());
              if (!grid) return false;
              const rows = [...grid.querySelectorAll('.row:not([hidden])')]
                .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex);
              return rows[0]?.querySelector('[role=gridcell]:not([hidden])')?.textContent === ready; }""",
            arg=[ready],
        )
        return self.rows()


@pytest.fixture
def grid(window: Window, tables: None) -> Grid:  # noqa: ARG001 - must be there first
    """The window's grid; nothing open in it yet, and nothing remembered of what was chosen in another."""
    with closing(sqlite3.connect(window.engine.paths.state_db)) as database, database:
        database.execute("delete from journal where key like 'grid%'")
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=window.engine.origin)
    return Grid(window.page)


def show(window: Window, name: str) -> None:
    """Open a dataset and wait for its first rows."""
    window.open(f"/?view=data&dataset={name}")
    window.page.locator("[role=grid] .row .cell").first.wait_for()


def test_any_place_of_a_large_table_is_there_at_once(window: Window, grid: Grid) -> None:
    """The last of a million rows by a key, the middle by its number, with the right numbers beside them."""
    show(window, "many")
    grid.shows(f"of {MANY:,} rows")
    grid.port.focus()

    grid.page.keyboard.press("Control+End")
    grid.shows(f"{MANY:,} of {MANY:,}")
    expect(grid.page.get_by_role("gridcell", name=f"{MANY:,}", exact=True).first).to_be_visible()
    assert grid.rows()[-1][0] == grid.rows()[-1][1] == f"{MANY:,}"

    grid.page.get_by_label("Go to row").fill("600,000")
    grid.page.keyboard.press("Enter")
    expect(grid.page.get_by_role("gridcell", name="600,000", exact=True).first).to_be_visible()
    for row in grid.rows():
        assert row[0] == row[1]


def test_the_wheel_moves_row_by_row_however_long_the_table_is(window: Window, grid: Grid) -> None:
    """Where the scroll bar stands for a part only, turning the wheel still skips nothing."""
    show(window, "many")
    before = grid.rows()[0][1]
    grid.port.hover()
    grid.page.mouse.wheel(0, 260)

    rows = grid.until("11")
    assert before == "1"
    assert rows[1][1] == "12"


def test_a_click_on_a_head_sorts_in_the_engine(window: Window, grid: Grid) -> None:
    """Up, down, and the file's order again; the whole order is there a moment later, to its end."""
    show(window, "many")
    grid.head("mixed").locator(".name").click()
    expect(grid.head("mixed")).to_have_attribute("aria-sort", "ascending")
    assert [row[2] for row in grid.until(f"{LEAST:,}")[:3]] == ["0", "1", "2"]

    grid.head("mixed").locator(".name").click()
    expect(grid.head("mixed")).to_have_attribute("aria-sort", "descending")
    expect(grid.page.get_by_role("gridcell", name=f"{MANY - 1:,}", exact=True).first).to_be_visible()
    grid.port.focus()
    grid.page.keyboard.press("Control+End")
    wait_until(lambda: [row[2] for row in grid.rows()][-3:] == ["2", "1", "0"], timeout_s=30, what="the end")

    grid.head("mixed").locator(".name").click()
    grid.until("1")
    expect(grid.head("mixed")).to_have_attribute("aria-sort", "none")


def test_filters_and_search_narrow_and_clear(window: Window, grid: Grid) -> None:
    """A filter becomes a chip that a click removes; a search counts what it finds."""
    show(window, "many")
    page = grid.page
    page.get_by_label("Search all columns").fill("name 77")
    grid.shows(f"of {MANY // 1000 * 11:,} rows")

    grid.head("holes").click(button="right")
    page.get_by_role("menuitem", name="Filter…").click()
    page.get_by_label("How").select_option("is_null")
    page.get_by_role("button", name="Add filter").click()
    chip = page.get_by_role("button", name="Remove the filter holes is empty")
    expect(chip).to_be_visible()
    found = sum(str(number).startswith("77") for number in range(0, 1000, 4))
    grid.shows(f"of {found * MANY // 1000:,} rows")
    assert all(row[4] == "∅" for row in grid.rows())
    chip.click()
    grid.shows(f"of {MANY // 1000 * 11:,} rows")
    page.get_by_role("button", name="Clear all").click()
    grid.shows(f"of {MANY:,} rows")


def test_a_frequent_value_shows_its_rows_at_every_click(window: Window, grid: Grid) -> None:
    """Again after its filter was taken away, without the pointer travelling there, and by keys too."""
    show(window, "many")
    page = grid.page
    page.locator(".below svg").first.wait_for()
    grid.head("holes").locator(".below").click()
    values = page.get_by_role("list", name="Most frequent values of holes").get_by_role("button")
    chip = page.get_by_role("button", name="Remove the filter holes is")
    values.first.wait_for()
    for place in (0, 1, 1):
        value, count = values.nth(place).locator("span").all_inner_texts()
        values.nth(place).click()
        expect(page.get_by_role("button", name=f"Remove the filter holes is {value}")).to_be_visible()
        grid.shows(f"of {count} rows")
        chip.click()
        grid.shows(f"of {MANY:,} rows")
    values.first.focus()
    page.keyboard.press("Enter")
    expect(chip).to_be_visible()


def test_a_filter_that_cannot_hold_says_why_and_leads_out(window: Window, grid: Grid) -> None:
    """The sentence names the column, and one click shows all rows again."""
    show(window, "many")
    page = grid.page
    grid.head("nr").click(button="right")
    page.get_by_role("menuitem", name="Filter…").click()
    page.get_by_role("textbox", name="Value").fill("seven")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Column 'nr' holds numbers")).to_be_visible()
    page.locator(".panel").get_by_role("button", name="Clear all").click()
    grid.shows(f"of {MANY:,} rows")


def test_what_is_selected_is_added_up_and_copied_with_its_heads(window: Window, grid: Grid) -> None:
    """The status bar says the sum, the clipboard gets names and exact values."""
    show(window, "many")
    grid.port.focus()
    for _ in range(3):
        grid.page.keyboard.press("Shift+ArrowDown")
    grid.page.keyboard.press("Shift+ArrowRight")
    expect(grid.page.locator(".st-key-status")).to_contain_text("8 cells · Sum 47,544")

    grid.page.keyboard.press("Control+c")
    expect(grid.page.locator(".st-key-status")).to_contain_text("Copied: 8 cells")
    copied = grid.page.evaluate("navigator.clipboard.readText()")
    assert copied.replace("\r", "") == "nr\tmixed\n1\t5\n2\t7924\n3\t15843\n4\t23762"


def test_far_more_than_is_here_is_copied_too(window: Window, grid: Grid) -> None:
    """A whole column of many rows: what the browser does not hold comes from the engine."""
    show(window, "many")
    grid.port.focus()
    grid.page.keyboard.press("ArrowRight")
    grid.page.keyboard.press("ArrowRight")
    for _ in range(60):
        grid.page.keyboard.press("Shift+PageDown")
    grid.page.keyboard.press("Control+c")
    expect(grid.page.locator(".st-key-status")).to_contain_text("Copied")
    lines = grid.page.evaluate("navigator.clipboard.readText()").replace("\r", "").split("\n")
    assert lines[:3] == ["name", "name 0", "name 1"]
    assert len(lines) > 1_000
    assert lines[-1] == f"name {(len(lines) - 2) % 1000}"


def test_everything_is_there_without_a_mouse(window: Window, grid: Grid) -> None:
    """Into the heads, sort, the column's menu, pin, one whole cell, back out."""
    show(window, "many")
    page = grid.page
    grid.port.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(grid.head("mixed")).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("menu", name="Menu of column mixed")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(grid.head("mixed")).to_have_class(re.compile("pinned.*active|active.*pinned"))
    expect(grid.port).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 character")
    page.keyboard.press("Escape")
    expect(grid.port).to_be_focused()
    page.keyboard.press("Control+f")
    expect(page.get_by_label("Search all columns")).to_be_focused()


def test_a_screen_reader_hears_where_it_is(window: Window, grid: Grid) -> None:
    """The grid tells its whole size, the active cell its row and column, whatever is drawn."""
    show(window, "many")
    grid.port.focus()
    grid.page.keyboard.press("Control+End")
    grid.shows(f"{MANY:,} of {MANY:,}")

    expect(grid.port).to_have_attribute("aria-rowcount", str(MANY + 1))
    expect(grid.port).to_have_attribute("aria-colcount", "5")
    active: dict[str, Any] = grid.port.evaluate(
        """grid => { const cell = grid.getRootNode().getElementById(grid.getAttribute('aria-activedescendant'));
          return {column: cell.ariaColIndex, row: cell.closest('.row').ariaRowIndex, role: cell.role}; }"""
    )
    assert active == {"column": "5", "row": str(MANY + 1), "role": "gridcell"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, engine: Engine, tables: None, scheme: str) -> None:  # noqa: ARG001
    """In both schemes, with a selection, a filter chip and the pictures of the columns."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed; run `make frontend`")
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(WAIT_MS)
    window = Window(context.new_page(), engine)
    try:
        show(window, "many")
        grid = Grid(window.page)
        grid.page.locator(".below svg").first.wait_for()
        grid.port.focus()
        grid.page.keyboard.press("Shift+ArrowDown")
        grid.page.get_by_label("Search all columns").fill("name 7")
        grid.shows(f"of {111 * MANY // 1000:,} rows")
        grid.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = grid.page.evaluate("axe.run('.st-key-fill_rows', {resultTypes: ['violations']})")
        assert [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in result["violations"]] == []
    finally:
        context.close()


def test_five_thousand_columns_come_as_they_are_seen(window: Window, grid: Grid) -> None:
    """Only what is on the screen travels: less than a megabyte a step, at both ends."""
    sizes: list[int] = []
    window.page.on(
        "response", lambda response: sizes.append(len(response.body())) if "/data/" in response.url else None
    )
    show(window, "wide")
    grid.port.focus()
    grid.page.keyboard.press("ArrowDown")
    grid.page.keyboard.press("Control+ArrowRight")
    expect(grid.head(f"c{WIDE - 1}")).to_be_visible()
    expect(grid.page.get_by_role("gridcell", name=f"{WIDE:,}", exact=True).first).to_be_visible()

    assert grid.port.get_attribute("aria-colcount") == str(WIDE + 1)
    assert len(grid.rows()[0]) < 40
    assert max(sizes) < 1_000_000


def test_a_cell_of_a_megabyte_is_cut_and_whole_on_demand(window: Window, grid: Grid) -> None:
    """The row costs a few bytes; a double click brings the whole text."""
    sizes: list[int] = []
    window.page.on(
        "response", lambda response: sizes.append(len(response.body())) if "/data/rows" in response.url else None
    )
    show(window, "long")
    cell = grid.page.locator(".row .cell.text", has_text="Ä").first
    expect(cell).to_contain_text("…")
    cell.dblclick()

    expect(grid.page.get_by_role("dialog")).to_contain_text(f"{CELL:,} characters")
    assert len(grid.page.get_by_role("dialog").locator("textarea").input_value()) == CELL
    assert max(sizes) < 100_000


def test_what_stands_there_is_what_is_stored(window: Window, grid: Grid) -> None:
    """Digits beyond what a browser counts with, missing and empty, what is no number."""
    show(window, "exact")

    assert grid.rows() == [
        ["1", "9,007,199,254,740,993", "0.10", "", "true", "NaN", "2025-01-02 03:04:05.000006"],
        ["2", "−1", "∅", "∅", "∅", "1e+300", "∅"],
    ]


def test_a_dataset_deleted_elsewhere_is_one_calm_sentence(window: Window, grid: Grid) -> None:
    """The command line deletes what is shown: the place says so, and leads out of it."""
    show(window, "gone")
    context = init_app(window.engine.paths, purpose="a test")
    try:
        dataset_id = delete(context, "gone")
        grid.port.focus()
        if grid.port.is_visible():
            grid.page.keyboard.press("Control+End")
        expect(grid.page.get_by_role("button", name="All datasets")).to_be_visible()
        assert "Traceback" not in grid.page.inner_text("body")
        restore(context, dataset_id)
    finally:
        context.close()


def test_a_page_nobody_touches_asks_nothing(window: Window, grid: Grid) -> None:
    """Once everything is there, the grid is silent."""
    show(window, "many")
    grid.page.locator(".below svg").first.wait_for()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if "/data/" in request.url else None)
    until = time.monotonic() + QUIET_S
    while time.monotonic() < until:
        grid.page.wait_for_timeout(100)
    assert asked == []


def test_the_view_is_the_same_after_going_away_and_after_a_reload(window: Window, grid: Grid) -> None:
    """Order, place and width stay: hidden and shown again without a request, loaded anew with the same rows."""
    show(window, "many")
    grid.head("mixed").locator(".name").click()
    grid.until(f"{LEAST:,}")
    grid.page.get_by_label("Go to row").fill("500")
    grid.page.keyboard.press("Enter")
    expect(grid.page.get_by_role("gridcell", name="499", exact=True).first).to_be_visible()
    grid.page.wait_for_timeout(400)
    before = grid.rows()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if "/data/rows" in request.url else None)
    window.go("jobs")
    window.page.locator(".st-key-nav a[href='?view=data&dataset=many']").click()
    grid.port.wait_for()
    assert grid.rows() == before
    assert asked == []

    window.page.wait_for_url("**dataset=many*")  # the address follows once the engine has heard
    grid.page.reload()
    window.ready()
    expect(grid.page.get_by_role("gridcell", name="499", exact=True).first).to_be_visible()
    expect(grid.head("mixed")).to_have_attribute("aria-sort", "ascending")
