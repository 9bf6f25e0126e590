"""After a crash Home says what was brought back, once; after an orderly end it says nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core.paths import PROFILE_VARIABLE, ProfilePaths
from tests.e2e.conftest import ROOT, Engine, stopped, told_origin, window_of


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Starts engines on one profile, one after the other."""
    paths = ProfilePaths(tmp_path / "profile")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BESTAND_")}
    environment[PROFILE_VARIABLE] = str(paths.root)
    command = [sys.executable, "-m", "launcher", "app", "run", "--no-window"]
    with ExitStack() as running:

        def started() -> Engine:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            running.enter_context(stopped(process))
            return Engine(paths, told_origin(process), process)

        yield started


@pytest.mark.timeout(240)
def test_a_killed_engine_is_told_once_on_home(browser: Browser, start: Callable[[], Engine]) -> None:
    """Killed while a person was elsewhere: Home says so, leads back there, and has forgotten it afterwards."""
    first = start()
    with window_of(browser, first) as window:
        window.open("/?view=home")
        expect(window.page.locator(".st-key-home_recovered")).to_have_count(0)
        window.go("sql")
        expect(window.page.locator(".st-key-nav a[aria-current]")).to_have_attribute("href", "?view=sql")
        window.go("jobs")
        expect(window.page.locator(".st-key-nav a[aria-current]")).to_have_attribute("href", "?view=jobs")
        window.page.wait_for_function("fetch('/healthz').then(one => one.ok)")
    first.process.send_signal(signal.SIGKILL)
    first.process.wait(20)

    second = start()
    with window_of(browser, second) as window:
        window.open("/?view=home")
        told = window.page.locator(".st-key-home_recovered")
        expect(told).to_contain_text("did not end in order")
        told.get_by_role("button", name="Dismiss").click()
        expect(told).to_have_count(0)
        window.page.reload()
        window.ready()
        expect(window.page.locator(".st-key-toolbar_home")).to_be_visible()
        expect(told).to_have_count(0)
    second.process.send_signal(signal.SIGTERM)
    second.process.wait(30)

    with window_of(browser, start()) as window:
        window.open("/?view=home")
        expect(window.page.locator(".st-key-toolbar_home")).to_be_visible()
        expect(window.page.locator(".st-key-home_recovered")).to_have_count(0)
