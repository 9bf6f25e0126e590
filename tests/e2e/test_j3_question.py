"""J3: a question in SQL that never ends, its stop, one that does, pinned beside another, the export of all."""

import csv
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.context import opened_app
from tests.e2e.conftest import Window
from tests.tables import add_dataset, add_version

ROWS = 3_210
ENDLESS = "select count(*) from numbers a, numbers b, numbers c, numbers d where a.id + b.id + c.id + d.id < 7"
ALL = "-- squares\nselect id, id * id as square from numbers order by id desc"
FEW = "select id from numbers where id <= $most"


def write(page: Page, sql: str) -> None:
    """Put a statement into the editor, in place of everything that is there."""
    page.get_by_role("textbox", name="SQL editor").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(sql)


def import_numbers(window: Window, folder: Path) -> None:
    """Import a dataset `numbers` with `id` from 1 and a name."""
    file = folder / "numbers.csv"
    lines = [f"{n};number {n}" for n in range(1, ROWS + 1)]
    file.write_text("\n".join(["id;name", *lines, ""]), encoding="utf-8")
    window.page.locator(".st-key-body_import input[type=file]").set_input_files(file)
    window.page.locator(".st-key-import__start button").click()
    window.page.get_by_role("button", name="Open the rows").wait_for()


@pytest.mark.timeout(240)
def test_a_question_is_asked_stopped_and_asked_again(window: Window, tmp_path: Path) -> None:
    """Stop is heard at once, the engine stays usable, and the whole answer leaves, not the page shown."""
    page = window.page
    window.open()
    import_numbers(window, tmp_path)
    window.go("sql")

    # one that never ends
    write(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    asked = time.monotonic()
    stop.click()
    expect(page.get_by_text("The question was stopped.")).to_be_visible()
    assert time.monotonic() - asked < 10, "a stop is heard while the question still runs"

    # one that does, kept under a name; another one beside it
    write(page, ALL)
    page.get_by_role("button", name="Run", exact=True).click()
    tools = page.locator(".st-key-sql_tools")
    expect(tools).to_contain_text(f"{ROWS:,} rows")
    page.get_by_role("button", name="Keep squares").click()
    expect(page.get_by_role("button", name="No longer keep squares")).to_be_visible()
    write(page, FEW)
    page.get_by_label("Value of $most").fill("7")
    page.keyboard.press("Enter")
    expect(tools).to_contain_text("7 rows")
    page.get_by_role("button", name="squares", exact=False).first.click()
    expect(tools).to_contain_text(f"{ROWS:,} rows")

    # all of it leaves
    page.locator(".st-key-export__sql__box button").first.click()
    page.get_by_role("button", name="Write the file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save a copy").click()
    saved = tmp_path / "answer.csv"
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [["id", "square"], *([str(n), str(n * n)] for n in range(ROWS, 0, -1))]

    # and can be found again
    page.keyboard.press("Escape")
    page.get_by_role("button", name="History").click()
    history = page.locator(".st-key-sql_history")
    expect(history).to_contain_text("order by id desc")
    expect(history).to_contain_text("a.id + b.id")
    assert window.foreign == []


@pytest.mark.timeout(120)
def test_an_answer_is_sorted_filtered_and_searched_where_it_lies(window: Window) -> None:
    """In the engine, over all of its rows, with the exact number of those that are left; and all of them again."""
    page = window.page
    window.open("/?view=sql")
    write(page, "select range as n, 'name ' || range as name from range(250000)")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-sql_tools")).to_contain_text("250,000 rows")
    answer = page.locator("[class*='st-key-sql-answer']")
    foot = answer.locator(".foot")
    head = answer.locator(".head[data-place='0']")
    first = answer.locator(".row[aria-rowindex='2'] .cell").first

    head.locator(".name").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.locator(".name").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(first).to_have_text("249,999")

    search = answer.get_by_role("searchbox", name="Search all columns")
    search.fill("name 24999")
    expect(foot).to_contain_text("11 rows")
    expect(first).to_have_text("249,999")
    search.fill("name 2")
    expect(foot).to_contain_text("61,111 rows")
    answer.get_by_role("button", name="Clear all").click()
    expect(foot).to_contain_text("250,000 rows")
    assert window.foreign == []


@pytest.mark.timeout(120)
def test_an_answer_of_earlier_data_says_so_until_it_is_asked_again(window: Window) -> None:
    """A new version from elsewhere stamps the answer; its rows stay until a person wants new ones."""
    page = window.page
    with opened_app(window.engine.paths, purpose="a test") as context:
        add_dataset(context.storage, "changing", "select range as n from range(3)")
    window.open("/?view=sql")
    write(page, "select count(*) as rows from changing")
    page.keyboard.press("Control+Enter")
    answer = page.locator("[class*='st-key-sql-answer'] .row .cell").first
    expect(answer).to_have_text("3")
    stamp = page.locator(".st-key-sql_stamp")
    expect(stamp).to_have_count(0)

    with opened_app(window.engine.paths, purpose="a test") as context:
        add_version(context.storage, "changing", "select range as n from range(7)")
    expect(stamp).to_contain_text("Out of date: 'changing' has changed")
    expect(answer).to_have_text("3")
    stamp.get_by_role("button", name="Ask again").click()
    expect(answer).to_have_text("7")
    expect(stamp).to_have_count(0)


@pytest.mark.timeout(120)
def test_the_keys_of_the_editor_are_known_everywhere(window: Window) -> None:
    """They stand in the list of shortcuts, run the question from anywhere on the page, and so does the palette."""
    page = window.page
    window.open("/?view=sql")
    write(page, "select 41 + 1 as answer")
    page.locator(".st-key-heading_sql h2").click()  # the focus is elsewhere
    page.keyboard.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(shortcuts).to_contain_text("Run the statement at the caret")
    page.keyboard.press("Escape")
    expect(shortcuts).to_be_hidden()
    page.keyboard.press("Control+Enter")
    answer = page.locator("[class*='st-key-sql-answer'] .row .cell").first
    expect(answer).to_have_text("42")

    write(page, "select 43 as answer")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Command palette")
    palette.get_by_role("combobox").fill("run the statement")
    expect(palette.get_by_role("option").first).to_contain_text("Run the statement")
    page.keyboard.press("Enter")
    expect(answer).to_have_text("43")


@pytest.mark.timeout(120)
def test_an_answer_becomes_a_dataset(window: Window) -> None:
    """Saved under a name it is in the rail and can be asked like any other."""
    page = window.page
    window.open("/?view=sql")
    write(page, "select range as n from range(42)")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-sql_tools")).to_contain_text("42 rows")

    page.get_by_role("button", name="Save as dataset").click()
    page.get_by_label("Name of the dataset").fill("forty two")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Open the dataset")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("treeitem", name="forty two")).to_be_visible()
    write(page, 'select sum(n) as total from "forty two"')
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-sql_tools")).to_contain_text("1 row")


def test_a_question_that_cannot_be_answered_says_why(window: Window) -> None:
    """The sentence names the thing; the question stays in the editor."""
    page = window.page
    window.open("/?view=sql")
    write(page, "select * from nowhere")
    page.keyboard.press("Control+Enter")
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("nowhere")
    expect(page.get_by_role("textbox", name="SQL editor")).to_have_text("select * from nowhere")

    write(page, "drop table numbers")
    page.keyboard.press("Control+Enter")
    expect(alert).not_to_contain_text("nowhere")
    assert "Traceback" not in page.content()
