"""The frame around slow and broken pages: nothing blinks, what breaks stays in its place, what was typed stays."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.paths import ProfilePaths
from tests.e2e.conftest import ROOT, Engine, stopped, told_origin, window_of
from tests.waiting import wait_until


@contextmanager
def _strange_engine(folder: Path) -> Iterator[Engine]:
    """An engine that has a slow page and a broken one."""
    paths = ProfilePaths(folder / "profile")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.strange_pages", str(paths.root)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with stopped(process):
        yield Engine(paths, told_origin(process), process)


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One such engine for the tests below."""
    with _strange_engine(tmp_path_factory.mktemp("strange")) as engine:
        yield engine


def test_a_slow_view_never_blanks_the_old_one(browser: Browser, strange: Engine) -> None:
    """Until the new view is complete the old one stays: there is no moment without a view, or with half of one."""
    with window_of(browser, strange) as window:
        window.open("/?view=jobs")
        window.page.evaluate(
            """() => { window.seen = []; const look = () => {
                const shown = [...document.querySelectorAll('[class*="st-key-slot_"]')]
                    .filter(slot => getComputedStyle(slot).visibility === 'visible' && slot.innerText.trim());
                window.seen.push(shown.map(slot => slot.innerText.includes('The first half.')
                    && !slot.innerText.includes('The second half.') ? 'half' : 'whole').join());
                requestAnimationFrame(look); }; look(); }"""
        )
        window.go("slow")
        expect(window.page.get_by_text("The second half.")).to_be_visible()
        seen = set(window.page.evaluate("window.seen"))

    assert seen == {"whole"}


def test_what_breaks_stays_in_its_slot_and_can_be_reported(browser: Browser, strange: Engine) -> None:
    """Middle, inspector and callback break; each says so in its place, without a secret, and the rest goes on."""
    with window_of(browser, strange) as window:
        window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        window.open("/?view=broken")
        page = window.page
        expect(page.get_by_text("Before it breaks.")).to_be_visible()
        expect(page.get_by_test_id("stAlert")).to_have_count(2)
        page.get_by_role("button", name="Copy report").first.click()
        report = page.evaluate("navigator.clipboard.readText()")
        assert "Bestand" in report
        assert "RuntimeError" in report
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_test_id("stAlert")).to_have_count(3)
        assert "secret" not in page.inner_text("body") + report
        window.go("jobs")
        window.go("sql")


def test_a_title_is_changed_in_place(browser: Browser, strange: Engine) -> None:
    """Click, type, Enter; Escape leaves it as it was."""
    with window_of(browser, strange) as window:
        window.open("/?view=broken")
        page = window.page
        page.get_by_role("button", name="A name").click()
        page.keyboard.type("Another")
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="A name")).to_be_focused()
        page.keyboard.press("F2")
        page.keyboard.type("Another")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Another")).to_be_visible()


def test_a_view_that_was_put_away_has_its_text_again(browser: Browser, strange: Engine) -> None:
    """More views than stay alive were looked at; what was typed in the first is there."""
    with window_of(browser, strange) as window:
        window.open("/?view=broken")
        page = window.page
        page.get_by_label("Kept text").fill("half a thou")
        page.keyboard.press("Tab")
        for view in ("sql", "jobs", "home", "import", "slow"):
            window.go(view)
        expect(page.locator(".st-key-view_broken")).to_have_count(0)
        window.go("broken")
        expect(page.get_by_label("Kept text")).to_have_value("half a thou")


def test_the_engine_stops_at_once_with_a_page_open(browser: Browser, tmp_path: Path) -> None:
    """An open page that listens for changes does not hold the engine."""
    with _strange_engine(tmp_path) as engine, window_of(browser, engine) as window:
        window.open("/?view=home")
        engine.process.terminate()
        wait_until(lambda: engine.process.poll() is not None, timeout_s=10, what="the engine to stop")
