"""A real window on a virtual screen, looked at from outside: by its pixels and over its debugging port.

The port exists in tests only; it has no password.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image, ImageGrab
from playwright.sync_api import Browser, Page, Playwright

from core.paths import ProfilePaths
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
START_S = 60.0
CARD_PX = 400
"""The card before the window is narrower."""
BUNDLE = os.environ.get("BESTAND_BUNDLE")
"""The folder of a built bundle to be tested; read before the tests' own environment is emptied."""
NEEDED = ("Xvfb", "openbox", "xdotool")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a screen and a window."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def screen() -> Iterator[str]:
    """A virtual screen with a window manager, for one test: one that falls over takes no others with it."""
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)}")
    with virtual_screen() as name:
        yield name


def missing_programs() -> list[str]:
    """Return which programs a virtual screen wants that are not there."""
    return [name for name in NEEDED if shutil.which(name) is None]


@contextlib.contextmanager
def virtual_screen() -> Iterator[str]:
    """Have a virtual screen with a window manager in the block; its name, such as `:99`."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as answer:
            name = f":{answer.readline().strip()}"
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "DISPLAY": name}
        asked = ["xdotool", "get_num_desktops"]  # which only a window manager can tell
        with subprocess.Popen(["openbox"], env=environment, **quiet) as manager:
            try:
                wait_until(
                    lambda: subprocess.run(asked, env=environment, check=False, **quiet).returncode == 0,
                    timeout_s=START_S,
                    what="the window manager",
                )
                yield name
            finally:
                manager.kill()
                server.kill()


@dataclass
class NativeWindow:
    """One start of the window process."""

    process: subprocess.Popen[str]
    paths: ProfilePaths
    screen: str
    debug_port: int
    playwright: Playwright
    log: Path
    _browsers: list[Browser] = field(default_factory=list)

    def page(self) -> Page:
        """Connect to the web view and return its page, whatever it shows."""
        found: list[Page] = []

        def connect() -> bool:
            with contextlib.suppress(Exception):
                address = f"http://127.0.0.1:{self.debug_port}"
                browser = self.playwright.chromium.connect_over_cdp(address, no_defaults=True)
                self._browsers.append(browser)
                found.extend(browser.contexts[0].pages)
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            return bool(found)

        wait_until(connect, timeout_s=START_S, what="the window's debugging port")
        return found[0]

    def drawn_page(self) -> Page:
        """Return the page as soon as it is drawn."""
        page = self.page()
        page.set_default_timeout(START_S * 1000)
        page.wait_for_url("http://127.0.0.1:*/*")
        page.locator("[data-testid=stApp]").wait_for()
        page.locator("#bestand-cover").wait_for(state="detached")
        return page

    @property
    def engine(self) -> psutil.Process:
        """The supervised engine."""
        wait_until(self._engines, timeout_s=START_S, what="the engine")
        return self._engines()[0]

    def _engines(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            children = psutil.Process(self.process.pid).children()
            return [child for child in children if "launcher.server" in child.cmdline()]
        return []

    def family(self) -> list[psutil.Process]:
        """Every process the window has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def look(self) -> Image.Image:
        """What is on the screen."""
        return ImageGrab.grab(xdisplay=self.screen)

    def xdotool(self, *words: str) -> str:
        """Act as the window manager or the person."""
        done = subprocess.run(
            ["xdotool", *words],
            env={**os.environ, "DISPLAY": self.screen},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def frame(self) -> str:
        """The window's number on the screen, as soon as it is there; the card before it does not count."""
        found: list[str] = []

        def look() -> bool:
            found[:] = self.frames()
            return bool(found)

        wait_until(look, timeout_s=START_S, what="the window")
        return found[0]

    def frames(self) -> list[str]:
        """The numbers of the windows on the screen: none before the window is shown."""
        wanted = ["search", "--onlyvisible", "--pid", str(self.process.pid), "--name", "Bestand"]
        with contextlib.suppress(
            subprocess.CalledProcessError
        ):  # it finds none, or the card goes while it is measured
            return [each for each in self.xdotool(*wanted).split() if self._width_of(each) > CARD_PX]
        return []

    def _width_of(self, frame: str) -> int:
        facts = self.xdotool("getwindowgeometry", "--shell", frame).split()
        return int(dict(fact.split("=") for fact in facts)["WIDTH"])

    def let_go(self) -> None:
        """Disconnect from the debugging port."""
        for browser in self._browsers:
            with contextlib.suppress(Exception):
                browser.close()


OpenWindow = Callable[..., NativeWindow]


@pytest.fixture
def open_window(screen: str, playwright: Playwright, tmp_path: Path) -> Iterator[OpenWindow]:
    """Start windows; each one left open is killed at the end, and what it started with it."""
    opened: list[NativeWindow] = []

    def start(*arguments: object, profile: Path | None = None, **variables: str) -> NativeWindow:
        root = profile or tmp_path / "profile"
        log = tmp_path / f"window-{len(opened)}.txt"
        environment = window_environment(screen, tmp_path) | variables
        opened.append(started_window(root, arguments, screen, environment, playwright, log))
        return opened[-1]

    yield start
    for window in opened:
        window.let_go()
        _end(window)


def started_window(
    root: Path, arguments: Sequence[object], screen: str, environment: dict[str, str], playwright: Playwright,
    log: Path,
) -> NativeWindow:  # fmt: skip
    """Start the window of a profile, with a debugging port of its own."""
    port = _free_port()
    with log.open("a", encoding="utf-8") as errors:
        process = subprocess.Popen(
            window_command(root, *arguments),
            cwd=ROOT,
            env={**environment, "QTWEBENGINE_REMOTE_DEBUGGING": f"127.0.0.1:{port}"},
            stderr=errors,
            stdout=errors,
            text=True,
        )
    return NativeWindow(process, ProfilePaths(root), screen, port, playwright, log)


def window_command(profile: Path, *arguments: object) -> list[str]:
    """Return how the window of a profile is started; from a bundle, if one is named."""
    start = [f"{BUNDLE}/bestand-window"] if BUNDLE else [sys.executable, "-m", "launcher.window"]
    return [*start, "--profile", str(profile), *map(str, arguments)]


def command_line(profile: Path) -> list[str]:
    """Return how a command on a profile begins; from a bundle, if one is named."""
    start = [f"{BUNDLE}/bestand"] if BUNDLE else [sys.executable, "-m", "launcher"]
    return [*start, "--profile", str(profile)]


def window_environment(screen: str, folder: Path) -> dict[str, str]:
    """Return the variables of a window on the virtual screen; what it opens in a browser is written to a file."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BESTAND_", "QT", "WAYLAND"))}
    browser = folder / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {folder / "opened.txt"}\n', encoding="utf-8")
    browser.chmod(0o755)
    return {**kept, "DISPLAY": screen, "BROWSER": str(browser)}


def starts_of(paths: ProfilePaths) -> int:
    """How many starts in a row failed, as the profile knows it."""
    return int(json.loads(paths.starts_file.read_text(encoding="utf-8"))["failed"])


def all_gone(processes: Sequence[psutil.Process]) -> bool:
    """Tell whether none of them runs any more."""
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _end(window: NativeWindow) -> None:
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        family = window.family()
    window.process.terminate()
    try:
        window.process.wait(15)
    except subprocess.TimeoutExpired:
        window.process.kill()
        window.process.wait(15)
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()
