"""Kills of the native window: as `journal_browser`, in the window people have, on a virtual screen.

The window's process holds the web view with its store and looks after the engine. Killed alone it takes the web
view along, and its engine ends by itself; killed with its engine nothing has a chance to say anything; below it,
the engine is started again under the open page. `python -m tests.torture.journal_window FOLDER KILLS SEED`.
"""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import psutil
from playwright.sync_api import Error, Playwright, sync_playwright

from tests.e2e.native.conftest import (
    NativeWindow,
    all_gone,
    missing_programs,
    started_window,
    virtual_screen,
    window_environment,
)
from tests.torture.journal_browser import FIELDS, NOTE, Report, Torture
from tests.waiting import wait_until

GONE_S = 60.0


class WindowTorture(Torture):
    """One profile, one window on a screen, one person who never gives up."""

    modes = ("window", "both", "engine")
    fields = FIELDS
    module = "launcher.server"

    def __init__(self, driver: Playwright, folder: Path, seed: int, screen: str) -> None:
        super().__init__(driver, folder, seed)
        self.screen = screen
        self.window: NativeWindow

    def begin(self) -> None:
        """Open the window, which starts its engine."""
        environment = window_environment(self.screen, self.folder)
        log = self.folder / "window.txt"
        self.window = started_window(self.paths.root, (), self.screen, environment, self.driver, log)
        self.page = self.window.drawn_page()
        self.drawn()
        self.page.expose_function("noteStored", self.note_stored)
        self.page.evaluate(f"({NOTE})()")
        self.page.on("requestfinished", self.note_acks)

    def end(self) -> None:
        """End the window and all it has started."""
        family = [self.window.engine, *self.window.family()] if self.window.process.poll() is None else []
        self.window.let_go()
        _kill(psutil.Process(self.window.process.pid), *family)
        self.window.process.wait()
        self.engine.close()

    def strike(self, mode: str) -> Callable[[], None]:
        """Return what happens in the middle of the typing; runs in a thread, not in Playwright's."""
        window, engine = psutil.Process(self.window.process.pid), self.window.engine
        struck = {"window": [window], "both": [engine, window], "engine": [engine]}[mode]
        self.left = [engine, *self.window.family()]
        return lambda: _kill(*struck)

    def come_back(self, mode: str) -> None:
        """Have window and engine up again."""
        if mode != "engine":
            self.window.process.wait()
            wait_until(lambda: all_gone(self.left), timeout_s=GONE_S, what="all that the window had started ended")
            with suppress(Error):
                self.window.let_go()
            self.begin()
        self.until("globalThis.bestand && bestand.standing.connected && bestand.standing.state === 'saved'")

    def again(self) -> None:
        """Start all of it again."""
        family = [psutil.Process(self.window.process.pid)] if self.window.process.poll() is None else []
        _kill(*family, *self.left)
        self.window.process.wait()
        wait_until(lambda: all_gone(self.left), timeout_s=GONE_S, what="all that the window had started ended")
        self.begin()


def _kill(*processes: psutil.Process) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def main(folder: str, kills: str, seed: str) -> None:
    """Run and print the report as one line of JSON; nothing is killed where there is no screen to be had."""
    if missing := missing_programs():
        report = Report()
        sys.stderr.write(f"no window is killed, since these are not installed: {', '.join(missing)}\n")
    else:
        with virtual_screen() as screen, sync_playwright() as driver:
            report = WindowTorture(driver, Path(folder), int(seed), screen).run(int(kills))
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
