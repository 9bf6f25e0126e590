"""A real engine on a fresh profile, and a real browser in front of it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from core.paths import PROFILE_VARIABLE, ProfilePaths
from launcher.server.links import mint_link

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
START_S = 90
WAIT_MS = 60_000
"""How long something may take to show; generous, since a slow machine is no fault."""
CELLS = "t => [...t.querySelectorAll('tr')].map(r => [...r.querySelectorAll('th,td')].map(c => c.innerText))"
READY = "html[data-bestand=ready]"
LOGGED = 30
"""Lines of a log told with a test that failed."""
ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser; a failing wait shows its own message long before this limit."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.e2e)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(4 * WAIT_MS / 1000))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say with a failure what the window showed: on another machine there is nothing else to look at."""
    report = yield
    window = getattr(item, "funcargs", {}).get("window")
    if report.when == "call" and report.failed and isinstance(window, Window):
        with contextlib.suppress(Error):  # the browser is gone
            report.sections.append(("The window", window.state()))
    return report


@dataclass(frozen=True)
class Engine:
    """A running `bestand app run --no-window`."""

    paths: ProfilePaths
    origin: str
    process: subprocess.Popen[str]

    def link(self) -> str:
        """Return a one-time link into it."""
        return mint_link(self.paths, self.origin)


@dataclass
class Window:
    """One browser window on the workbench, and the hosts it has asked for anything."""

    page: Page
    engine: Engine
    foreign: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What the page wrote to the browser's console, and the errors nobody caught."""

    def state(self) -> str:
        """Tell what a person would see and what was logged, for a test that failed."""
        shows = self.page.evaluate("[document.documentElement.outerHTML.slice(0, 400), document.body.innerText]")
        log = self.engine.paths.log_file
        lines = log.read_text(encoding="utf-8").splitlines()[-LOGGED:] if log.exists() else []
        return "\n".join([self.page.url, *shows, "-- console", *self.said[-LOGGED:], "-- log", *lines])

    def open(self, address: str = "/?view=import") -> None:
        """Load the workbench; `address` is what stands behind the origin."""
        self.page.goto(self.engine.link())
        self.ready()
        if address:
            self.page.goto(self.engine.origin + address)
            self.ready()

    def ready(self) -> None:
        """Wait until the first view is complete and the cover has lifted."""
        self.page.wait_for_selector(READY, state="attached")
        self.page.wait_for_selector("#bestand-cover", state="detached")

    def go(self, view: str) -> None:
        """Click a view in the navigation."""
        self.page.locator(f".st-key-nav a[href='?view={view}']").click()
        self.shown(view)

    def shown(self, view: str) -> None:
        """Wait until a view is the one on the screen."""
        self.page.wait_for_selector(f"html[data-view='{view}']", state="attached")
        self.page.locator(f".st-key-toolbar_{view}").wait_for()

    def another_file(self) -> None:
        """On the Import page: put away what an earlier window has left open."""
        another = self.page.get_by_role("button", name="Another file")
        self.page.locator(".st-key-import_ways").or_(another).first.wait_for()
        if another.count():
            another.click()

    def type_path(self, path: str | Path) -> None:
        """On the Import page: open what lies at a path."""
        self.another_file()
        self.page.get_by_label("Path of a file or folder").fill(str(path))
        self.page.get_by_role("button", name="Open", exact=True).click()

    def cells(self, key: str) -> list[list[str]]:
        """Return the cells of a grid that are on the screen, by rows, the head first."""
        grid = self.page.locator(f"[class*='st-key-{key}'] canvas table[role=grid]").first
        grid.wait_for(state="attached")
        rows: list[list[str]] = grid.evaluate(CELLS)
        return rows

    def records(self, key: str) -> list[dict[str, str]]:
        """Return the rows of a grid that are on the screen, each by column name."""
        head, *rows = self.cells(key)
        return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers; there can be one only."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One headless browser for all tests."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser found; looked for {', '.join(BROWSERS)}")
    launched = playwright.chromium.launch(executable_path=found, args=list(QUIET))
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for the tests of a file, on a profile of their own."""
    paths = ProfilePaths(tmp_path_factory.mktemp("e2e") / "profile")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BESTAND_")}
    environment[PROFILE_VARIABLE] = str(paths.root)
    command = [sys.executable, "-m", "launcher", "app", "run", "--no-window"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with stopped(process):
        yield Engine(paths, told_origin(process), process)


@contextlib.contextmanager
def stopped(process: subprocess.Popen[str]) -> Iterator[None]:
    """Stop a process when the block ends."""
    try:
        yield
    finally:
        _stop(process)


def told_origin(process: subprocess.Popen[str]) -> str:
    """Read the one-time link the engine prints when it is ready; the link itself is not used."""
    assert process.stdout is not None
    watchdog = _Watchdog(process)
    with watchdog:
        line = process.stdout.readline().strip()
    if not line.startswith("http"):
        _, told = process.communicate(timeout=10)
        raise AssertionError(f"the engine did not start: {line} {told}")
    parts = urlsplit(line)
    return f"{parts.scheme}://{parts.netloc}"


class _Watchdog:
    """Kills a process that says nothing, so that reading from it ends."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        import threading

        self._timer = threading.Timer(START_S, process.kill)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate(timeout=10)


@pytest.fixture
def window(browser: Browser, engine: Engine) -> Iterator[Window]:
    """A window that is let in, and nothing open in it yet."""
    with window_of(browser, engine) as shown:
        yield shown


@contextlib.contextmanager
def window_of(browser: Browser, engine: Engine, *, scheme: Literal["light", "dark"] = "light") -> Iterator[Window]:
    """A window on an engine, in one of the colour schemes."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, accept_downloads=True, color_scheme=scheme
    )
    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    shown = Window(context.new_page(), engine)

    def watch(address: str) -> None:
        if urlsplit(address).scheme not in ("data", "blob", "about") and not address.startswith(
            (engine.origin, engine.origin.replace("http", "ws", 1))
        ):
            shown.foreign.append(address)

    shown.page.on("console", lambda message: shown.said.append(f"{message.type}: {message.text}"))
    shown.page.on("pageerror", lambda error: shown.said.append(f"uncaught: {error}"))
    shown.page.on("request", lambda request: watch(request.url))
    shown.page.on("websocket", lambda socket: watch(socket.url))
    yield shown
    with contextlib.suppress(Exception):
        context.close()
