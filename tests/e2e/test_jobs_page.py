"""The Jobs page in a real browser: what runs moves by itself, is stopped, tried again, and tells what happened."""

import pytest
from playwright.sync_api import expect

from app.context import opened_app
from app.features.query import actions as query
from tests.e2e.conftest import Window

ENDLESS = "select a.range as a, b.range as b from range(100000000) a, range(100000) b"


def queue(window: Window, sql: str, name: str) -> str:
    """Queue a job that saves an answer, from another process, and return its id."""
    with opened_app(window.engine.paths, purpose="a test") as ctx:
        return query.start_save(ctx, sql, name)


@pytest.mark.timeout(180)
def test_a_job_is_watched_stopped_and_tried_again(window: Window) -> None:
    """Queued elsewhere, it appears by itself; Cancel is heard; Try again begins anew; the log is at hand."""
    page = window.page
    window.open("/?view=jobs")
    job = queue(window, ENDLESS, "endless")
    window.open(f"/?view=jobs&job={job}")
    pane = page.locator(".st-key-pane_jobs")

    expect(pane).to_contain_text("Save the answer as endless")
    expect(pane).to_contain_text("◐ running")
    expect(pane).to_contain_text("rows written")
    pane.get_by_role("button", name="Cancel").click()
    expect(pane.get_by_role("button", name="Try again")).to_be_visible()
    expect(pane).to_contain_text("– stopped")

    pane.get_by_role("button", name="Try again").click()
    expect(pane.get_by_role("button", name="Cancel")).to_be_visible()
    pane.get_by_role("button", name="Cancel").click()
    expect(pane.get_by_role("button", name="Try again")).to_be_visible()

    pane.get_by_text("Log", exact=True).click()
    expect(pane.get_by_test_id("stCode")).to_contain_text("job_ended")


@pytest.mark.timeout(120)
def test_what_came_of_a_job_is_one_click_away(window: Window) -> None:
    """A job that is done leads to its dataset; the question it was given is shown."""
    page = window.page
    window.open("/?view=jobs")
    job = queue(window, "select 42 as answer", "the answer")
    window.open(f"/?view=jobs&job={job}")
    pane = page.locator(".st-key-pane_jobs")

    expect(pane).to_contain_text("✓ done")
    expect(pane).to_contain_text("select 42 as answer")
    pane.get_by_role("button", name="Open the answer").click()
    window.shown("data")
    expect(page.locator(".st-key-toolbar_data")).to_contain_text("the answer")
