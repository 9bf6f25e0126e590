"""J3: a question in SQL that never ends, its stop, one that does, its last page, the export of all of it."""

import csv
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Window

ROWS = 3_210
ENDLESS = "select count(*) from numbers a, numbers b, numbers c, numbers d where a.id + b.id + c.id + d.id < 7"
ALL = "select id, id * id as square from numbers order by id desc"


def _ask(window: Window, sql: str) -> None:
    window.page.locator(".st-key-sql__text textarea").fill(sql)
    window.page.get_by_role("button", name="Run").click()


@pytest.mark.timeout(180)
def test_a_question_is_asked_stopped_and_asked_again(window: Window, tmp_path: Path) -> None:
    """Stop is heard at once, the engine stays usable, and the whole answer leaves, not the page shown."""
    page = window.page
    file = tmp_path / "numbers.csv"
    lines = [f"{n};number {n}" for n in range(1, ROWS + 1)]
    file.write_text("\n".join(["id;name", *lines, ""]), encoding="utf-8")
    window.open()
    page.locator(".st-key-body_import input[type=file]").set_input_files(file)
    page.locator(".st-key-import__start button").click()
    page.get_by_role("button", name="Open the rows").wait_for()

    window.go("sql")
    _ask(window, ENDLESS)
    stop = page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    asked = time.monotonic()
    stop.click()
    expect(page.get_by_text("The question was stopped.")).to_be_visible()
    assert time.monotonic() - asked < 10, "a stop is heard while the question still runs"

    _ask(window, ALL)
    expect(page.get_by_text(f"1–200 of {ROWS:,} rows")).to_be_visible()
    assert window.cells("sql__answer")[1][-2:] == [str(ROWS), str(ROWS * ROWS)]
    page.locator(".st-key-sql__page").get_by_role("button", name=str(-(-ROWS // 200)), exact=False).last.click()
    expect(page.get_by_text(f"3,201–{ROWS:,} of {ROWS:,} rows")).to_be_visible()
    assert window.cells("sql__answer")[1][-2:] == ["10", "100"]

    page.locator(".st-key-export__sql__box button").first.click()
    page.get_by_role("button", name="Write the file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save a copy").click()
    saved = tmp_path / "answer.csv"
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [["id", "square"], *([str(n), str(n * n)] for n in range(ROWS, 0, -1))]

    page.keyboard.press("Escape")
    page.get_by_role("button", name="History").click()
    expect(page.locator(".st-key-sql_history")).to_contain_text("order by id desc")
    expect(page.locator(".st-key-sql_history")).to_contain_text("a.id + b.id")
    assert window.foreign == []


def test_a_question_that_cannot_be_answered_says_why(window: Window) -> None:
    """The sentence names the thing; the question stays in the editor."""
    window.open("/?view=sql")
    _ask(window, "select * from nowhere")
    alert = window.page.get_by_test_id("stAlert")
    expect(alert).to_contain_text("nowhere")
    expect(window.page.locator(".st-key-sql__text textarea")).to_have_value("select * from nowhere")

    _ask(window, "drop table numbers")
    expect(alert).not_to_contain_text("nowhere")
    assert "Traceback" not in window.page.content()
