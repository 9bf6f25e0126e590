"""Kills with a real browser: somebody types into the page while engine, window or both are killed.

Each round types into one field, more letters at the end of what is there, at the pace of a fast person; somewhere
in it something is killed, the network drops, the disk fills, the page is closed the moment after its engine was
killed, or it is loaded anew under a clock that was set by up to a day. Now and then something is chosen before.
What the page was told (`acks`) and what the browser's own store said it has (`stored`) is noted from outside.
Afterwards the field, on the screen of the page that is there then and in the file, must hold what was typed: all
of it while the page lives, else at least all that was stored or acknowledged.
`python -m tests.torture.journal_browser FOLDER KILLS SEED`.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Error, Locator, Page, Playwright, sync_playwright

from tests.mounts import fill_up, tiny_disk
from tests.torture.engine import CHROMIUM, SupervisedEngine

QUIET: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
FIELDS: Final = {
    "import__path": ("import", ".st-key-import__path input"),
    "sql_question": ("sql", ".st-key-sql_question .cm-content"),
}
"""Fields every window has: their view, and where they are."""
WIDGETS: Final = {
    "alone__text": ("alone", ".st-key-alone__text input"),
    "alone__textarea": ("alone", ".st-key-alone__textarea textarea"),
    "alone__number": ("alone", ".st-key-alone__number input"),
}
"""Fields of the page `tests.torture.workbench` has besides."""
COLOURS: Final = ("red", "green", "blue")
RADIO: Final = "alone__radio"
LONG: Final = "alone__textarea"
LONG_TEXT: Final = "x" * 200_000
"""What goes into a field while the disk is full: some letters fit into what the database's files have already, and
later on this does, too."""
DISK_MIB: Final = 64
MODES: Final = ("engine", "close", "window", "both", "network", "clock", "engine", "disk")
DAY_MS: Final = 86_400_000
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
PAUSES_MS: Final = (1, 5, 20, 50, 90)
WAIT_S: Final = 60.0
NOTE: Final = """() => document.addEventListener('bestand:stored', (event) => {
  for (const one of event.detail) window.noteStored(one.key, one.seq, one.value.text ?? one.value);
})"""
SET_CLOCK: Final = """((ms) => {
  const before = Date.now;
  Date.now = () => before() + ms;
  Object.defineProperty(performance, 'timeOrigin', { configurable: true, value: performance.timeOrigin + ms });
})(%d)"""


@dataclass
class Report:
    """What came out.

    `full` counts how often the disk had no room left, `oldest_lost_ms` is how old the oldest letter was that a
    killed or closed page took along.
    """

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    offered: int = 0
    full: int = 0
    oldest_lost_ms: float = 0.0
    back_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Torture:
    """One profile, one browser, one person who never gives up."""

    modes: tuple[str, ...] = MODES
    fields: Mapping[str, tuple[str, str]] = {**FIELDS, **WIDGETS}
    module = "tests.torture.workbench"

    def __init__(self, driver: Playwright, folder: Path, seed: int, *, profile: Path | None = None) -> None:
        self.driver = driver
        self.folder = folder
        self.dice = random.Random(seed)
        self.engine = SupervisedEngine(folder, profile=profile, module=self.module)
        self.paths = self.engine.paths
        self.report = Report()
        self.stored: dict[str, str] = {}
        self.acked: dict[str, int] = {}
        self.texts: dict[tuple[str, int], str] = {}
        self.typed = dict.fromkeys(self.fields, "")
        self.pressed: list[float] = []
        self.struck = 0.0
        self.chosen = COLOURS[0]
        self.context: BrowserContext
        self.page: Page

    def run(self, kills: int) -> Report:
        """Kill so many times."""
        self.begin()
        for number in range(kills):
            mode = self.modes[number % len(self.modes)]
            key = LONG if mode == "disk" else self.dice.choice(list(self.fields))
            try:
                self.round(mode, key, number)
            except (Error, AssertionError, TimeoutError) as error:
                self.fail(f"round {number}, {mode}, {key}: {error}")
                self.begin_anew()
            self.report.kills += 1
        self.end()
        with closing(sqlite3.connect(self.paths.state_db)) as file:
            self.report.offered = file.execute("SELECT count(*) FROM journal_aside").fetchone()[0]
        return self.report

    def begin(self) -> None:
        """Start the engine, and open the page."""
        self.engine.start()
        self.open_browser()

    def end(self) -> None:
        """Close the page, and end the engine."""
        with suppress(Error):
            self.context.close()
        self.engine.close()

    # ---- one round --------------------------------------------------------------------------------------

    def round(self, mode: str, key: str, number: int) -> None:
        """Type, kill, come back, compare."""
        self.go(key)
        if key in WIDGETS:
            self.choose()
        where = self.page.locator(self.fields[key][1])
        where.click()
        self.page.keyboard.press("Control+End")
        before = self.typed[key]
        self.pressed = []
        strike = threading.Timer(self.dice.uniform(0.1, 1.5), self.strike(mode))
        strike.start()
        with suppress(Error):
            self.type(key, strike)
        strike.join()
        screen = self.on_screen(key) if mode == "engine" else None
        began = time.monotonic()
        self.come_back(mode)
        self.report.back_s.append(round(time.monotonic() - began, 2))
        self.compare(mode, key, before, number)
        if screen is not None and screen != self.typed[key]:
            self.lose(f"round {number}, {mode}: {key} showed {screen[-40:]!r}, now {self.typed[key][-40:]!r}")
        if mode == "disk":
            self.page.locator(self.fields[key][1]).fill("")
            self.forget(key, "")
        if key in WIDGETS:
            self.wait_for(lambda: self.radio(self.chosen).is_checked(), f"{self.chosen} is still chosen")

    def choose(self) -> None:
        """Choose something, and wait until that is on the disk."""
        self.chosen = self.dice.choice([one for one in COLOURS if one != self.chosen])
        self.page.locator(f".st-key-{RADIO}").get_by_text(self.chosen, exact=True).click()
        self.wait_for(lambda: self.in_file(RADIO) == self.chosen, "what was chosen is on the disk")

    def radio(self, colour: str) -> Locator:
        """Return one of the choices."""
        return self.page.locator(f".st-key-{RADIO}").get_by_role("radio", name=colour, exact=True)

    def type(self, key: str, strike: threading.Timer) -> None:
        """Press keys until something is killed, and a few more where that is possible."""
        for _ in range(300):
            letter = self.dice.choice(LETTERS)
            self.typed[key] += letter  # before: the page may take the key and die before it says so
            self.page.keyboard.press(letter)
            self.pressed.append(time.monotonic())
            self.page.wait_for_timeout(self.dice.choice(PAUSES_MS))
            if not strike.is_alive():
                return

    def strike(self, mode: str) -> Callable[[], None]:
        """Return what happens in the middle of the typing; runs in a thread, not in Playwright's."""
        pids = browser_processes(self.folder)

        def kill() -> None:
            self.struck = time.monotonic()
            if mode == "disk":
                fill_up(self.filler)
            if mode in ("engine", "both", "close"):
                self.engine.kill()
            if mode in ("window", "both"):
                for pid in pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

        return kill

    def come_back(self, mode: str) -> None:
        """Have engine and page up again."""
        if mode == "network":
            self.context.set_offline(True)
            self.page.keyboard.press("x")
            self.page.wait_for_timeout(200)
            self.context.set_offline(False)
        if mode == "clock":
            self.page.add_init_script(SET_CLOCK % self.dice.randint(-DAY_MS, DAY_MS))
            self.page.reload()
            self.drawn()
        if mode == "disk":
            self.page.keyboard.insert_text(LONG_TEXT)
            self.until("['full', 'saved'].includes(bestand.standing.state)")
            self.report.full += self.page.evaluate("bestand.standing.state === 'full'")
            self.filler.unlink()
        if mode == "close":
            self.page.close()
        if mode in ("engine", "both", "close"):
            port = self.engine.port
            self.engine.start()
            assert self.engine.port == port, "another program took the port; what is kept under it waits there"
        if mode == "close":
            self.open_page(self.context.new_page())
        if mode in ("window", "both"):
            with suppress(Error):
                self.context.close()
            self.open_browser()
        self.until("globalThis.bestand && bestand.standing.connected && bestand.standing.state === 'saved'")

    def compare(self, mode: str, key: str, before: str, number: int) -> None:
        """See what is on the screen and in the file now."""
        self.go(key)
        whole = self.on_screen(key) if mode in ("network", "disk") else self.typed[key]
        if mode in ("network", "disk"):
            self.typed[key] = whole
        self.wait_for(lambda: self.in_file(key) == self.on_screen(key), f"the file has what {key} shows")
        shown = self.on_screen(key)
        if mode in ("engine", "network", "disk") and not whole.startswith(shown):
            self.lose(f"round {number}, {mode}: {key} shows {shown[-40:]!r}, typed was {whole[-40:]!r}")
        if mode == "engine" and len(shown) < len(self.stored.get(key, "")):
            self.lose(f"round {number}, {mode}: {key} lost what was stored")
        least = max(before, self.stored.get(key, ""), self.texts.get((key, self.acked.get(key, 0)), ""), key=len)
        if not shown.startswith(least):
            self.lose(f"round {number}, {mode}: {key} shows {len(shown)} letters, {len(least)} were kept")
        elif not whole.startswith(shown):
            self.lose(f"round {number}, {mode}: {key} shows what was not typed")
        lost = len(whole) - len(shown)
        if 0 < lost <= len(self.pressed):
            age_ms = (self.struck - self.pressed[-lost]) * 1000
            self.report.oldest_lost_ms = round(max(self.report.oldest_lost_ms, age_ms), 1)
        self.typed[key] = shown

    @property
    def filler(self) -> Path:
        """What takes the room on the profile's disk."""
        return self.paths.root.parent / "filler"

    # ---- looking ----------------------------------------------------------------------------------------

    def on_screen(self, key: str) -> str:
        """Return a field's text as the page shows it."""
        where = self.page.locator(self.fields[key][1])
        return where.inner_text().strip("\n") if key == "sql_question" else where.input_value()

    def in_file(self, key: str) -> str:
        """Return a field's text as the database has it."""
        with closing(sqlite3.connect(self.paths.state_db)) as file:
            found = file.execute("SELECT value, max(seq) FROM journal WHERE key = ?", (key,)).fetchone()
        value: Any = json.loads(found[0]) if found and found[0] else ""
        return str(value["text"] if isinstance(value, dict) else value)

    def go(self, key: str) -> None:
        """Show the field."""
        view, place = self.fields[key]
        self.page.locator(f".st-key-nav a[href='?view={view}']").click()
        self.page.wait_for_selector(f"html[data-view='{view}']", state="attached")
        self.page.locator(place).wait_for()
        self.wait_for(lambda: self.page.locator(place).is_enabled(), f"{key} can be typed in")

    def until(self, expression: str) -> None:
        """Wait until the page says so; its policy forbids Playwright's own way."""
        self.wait_for(lambda: self.page.evaluate(expression), expression)

    def wait_for(self, what: Callable[[], object], told: str) -> None:
        """Wait, letting the page's events through."""
        deadline = time.monotonic() + WAIT_S
        while not what():
            if time.monotonic() > deadline:
                raise TimeoutError(told)
            self.page.wait_for_timeout(30)

    # ---- browser ----------------------------------------------------------------------------------------

    def open_browser(self) -> None:
        """Open the browser on the same profile as before, and the page in it."""
        found = next(filter(None, map(shutil.which, CHROMIUM)))
        self.context = self.driver.chromium.launch_persistent_context(
            str(self.folder / "browser"), executable_path=found, args=list(QUIET), headless=True
        )
        self.open_page(self.context.pages[0])

    def open_page(self, page: Page) -> None:
        """Open Bestand in a page of the browser."""
        self.page = page
        self.page.expose_function("noteStored", self.note_stored)
        self.page.add_init_script(f"({NOTE})()")
        self.page.on("requestfinished", self.note_acks)
        self.page.goto(self.engine.link())
        self.drawn()

    def drawn(self) -> None:
        """Wait until the page is complete."""
        self.page.wait_for_selector("html[data-bestand=ready]", state="attached", timeout=WAIT_S * 1000)
        self.page.wait_for_selector("#bestand-cover", state="detached")

    def again(self) -> None:
        """Start all of it again."""
        self.filler.unlink(missing_ok=True)
        with suppress(Error):
            self.context.close()
        self.engine.kill()
        self.begin()

    def begin_anew(self) -> None:
        """After a round that went wrong: all of it again, so that the next round counts."""
        self.again()
        for key in self.fields:
            self.go(key)
            self.forget(key, self.on_screen(key))

    def forget(self, key: str, text: str) -> None:
        """Begin anew with a field that shows a text now."""
        self.typed[key] = text
        self.stored.pop(key, None)
        self.acked.pop(key, None)

    def note_stored(self, key: str, seq: int, text: str) -> None:
        """Hear from the page what its store has."""
        self.texts[key, seq] = text
        if key in self.fields:
            self.stored[key] = text

    def note_acks(self, request: Any) -> None:  # noqa: ANN401 - Playwright's request
        """Hear what the engine acknowledged."""
        if not request.url.endswith("/journal") or request.method != "POST":
            return
        with suppress(Error, ValueError, AttributeError):
            sent = json.loads(request.post_data)
            for entry in sent["entries"]:
                value = entry["value"]
                self.texts[entry["key"], entry["seq"]] = value["text"] if isinstance(value, dict) else value
            for ack in request.response().json().get("acks", ()):  # none while the disk is full
                self.report.acknowledged += 1
                self.acked[ack["key"]] = max(ack["seq"], self.acked.get(ack["key"], 0))

    def lose(self, what: str) -> None:
        """Note a loss."""
        self.report.lost += 1
        self.fail(what)

    def fail(self, what: str) -> None:
        """Note what went wrong."""
        self.report.failures.append(what)


def browser_processes(folder: Path) -> list[int]:
    """Return the processes of the browser that uses this folder, the parent first."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            line = (entry / "cmdline").read_bytes()
            if str(folder / "browser").encode() in line:
                found.append((b"--type=" in line, int(entry.name)))
    return [pid for _, pid in sorted(found)]


class RoomyTorture(Torture):
    """Where no small disk can be had, none is filled."""

    modes = tuple(mode for mode in MODES if mode != "disk")


def main(folder: str, kills: str, seed: str) -> None:
    """Run and print the report as one line of JSON."""
    with ExitStack() as stack:
        driver = stack.enter_context(sync_playwright())
        try:
            disk = stack.enter_context(tiny_disk(Path(folder) / "disk", mib=DISK_MIB))
            torture = Torture(driver, Path(folder), int(seed), profile=disk / "profile")
        except pytest.skip.Exception as why:
            sys.stderr.write(f"no disk is filled: {why}\n")
            torture = RoomyTorture(driver, Path(folder), int(seed))
        report = torture.run(int(kills))
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
