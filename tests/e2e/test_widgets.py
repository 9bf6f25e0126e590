"""Every widget holds what a person put into it: over a reload, a walk through the pages, a crash, a restart."""

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.paths import ProfilePaths
from tests.e2e.conftest import ROOT, WAIT_MS, Engine, Window, stopped, told_origin
from tests.waiting import wait_until

ACTS: Final = ("reload", "away", "crash", "restart")
EDITOR: Final = ".st-key-sql_question .cm-content"
OTHERS: Final = ("home", "import", "data", "sql", "chart", "jobs")
"""More pages than stay alive."""


def start(paths: ProfilePaths) -> tuple[subprocess.Popen[str], Engine]:
    """Start an engine with the pages of these tests."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.form_pages", str(paths.root)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    return process, Engine(paths, told_origin(process), process)


def import_rows(paths: ProfilePaths, folder: Path) -> None:
    """Import the rows the table widget shows."""
    file = folder / "rows.csv"
    file.write_text("a;b\n1;x\n2;y\n3;z\n", encoding="utf-8")
    command = [sys.executable, "-m", "launcher", "--profile", str(paths.root), "data", "import", str(file)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert ran.returncode == 0, ran.stderr


def new_context(browser: Browser) -> BrowserContext:
    """A browser of its own, as another start of the window is."""
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    return context


def told(page: Page, view: str) -> str:
    """What the page says its widgets hold."""
    return page.locator(f".st-key-body_{view} [data-testid=stText]").last.inner_text()


def wait_saved(page: Page) -> None:
    """Wait until the status line says that everything is kept."""
    expect(page.locator(".st-key-status")).to_contain_text("Saved")


# ---- putting something into each widget -------------------------------------------------------------------


def _choose(page: Page, key: str, name: str) -> None:
    page.locator(f".st-key-{key} input").first.click()
    page.get_by_role("option", name=name, exact=True).click()


def _put_textarea(page: Page, _file: Path) -> None:
    page.get_by_label("Lines").fill("one\ntwo ß")
    page.get_by_label("Lines").press("Control+Enter")


def _put_number(page: Page, _file: Path) -> None:
    page.get_by_label("Weight").fill("77.5")
    page.get_by_label("Weight").press("Enter")


def _put_select(page: Page, _file: Path) -> None:
    _choose(page, "alone__select", "green")


def _put_multiselect(page: Page, _file: Path) -> None:
    _choose(page, "alone__multiselect", "blue")
    page.keyboard.press("Escape")


def _put_radio(page: Page, _file: Path) -> None:
    page.locator(".st-key-alone__radio").get_by_text("blue", exact=True).click()


def _put_checkbox(page: Page, _file: Path) -> None:
    page.locator(".st-key-alone__checkbox").get_by_text("Tick").click()


def _put_slider(page: Page, _file: Path) -> None:
    page.locator(".st-key-alone__slider").get_by_role("slider").press("ArrowRight")


def _put_date(page: Page, _file: Path) -> None:
    field = page.locator(".st-key-alone__date [role=spinbutton], .st-key-alone__date input").first
    field.click()
    page.keyboard.type("20260304")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")


def _put_file(page: Page, file: Path) -> None:
    page.locator(".st-key-field_alone__file input[type=file]").set_input_files(file)


def _put_table(page: Page, _file: Path) -> None:
    page.locator("[class*=st-key-field_alone__table]").get_by_text("2", exact=True).last.dblclick()
    editor = page.locator("input.editor")
    editor.fill("20")
    editor.press("Enter")


@dataclass(frozen=True)
class Case:
    """How something gets into a widget, and what the page then says."""

    put: Callable[[Page, Path], None]
    held: str


CASES: Final = {
    "textarea": Case(_put_textarea, r"textarea='one\ntwo ß'"),
    "number": Case(_put_number, "number=77.5"),
    "select": Case(_put_select, "select='green'"),
    "multiselect": Case(_put_multiselect, "multiselect=['blue']"),
    "radio": Case(_put_radio, "radio='blue'"),
    "checkbox": Case(_put_checkbox, "checkbox=True"),
    "slider": Case(_put_slider, "slider=1"),
    "date": Case(_put_date, "date=datetime.date(2026, 3, 4)"),
    "file": Case(_put_file, "file='letter.txt'"),
    "table": Case(_put_table, "table={'2': {'a': 20.0}}"),
}
"""Each widget but the text, which is still being typed when something happens."""


# ---- what happens -----------------------------------------------------------------------------------------


@dataclass
class Desk:
    """A person at one window: the browser, the engine, and what takes their place."""

    browser: Browser
    paths: ProfilePaths
    engines: contextlib.ExitStack
    process: subprocess.Popen[str]
    context: BrowserContext
    window: Window

    @classmethod
    def begun(cls, browser: Browser, paths: ProfilePaths, engines: contextlib.ExitStack) -> "Desk":
        """Start an engine, and open a window on it."""
        process, engine = start(paths)
        engines.enter_context(stopped(process))
        context = new_context(browser)
        desk = cls(browser, paths, engines, process, context, Window(context.new_page(), engine))
        desk.window.open("/?view=alone")
        return desk

    @property
    def page(self) -> Page:
        """What the person sees."""
        return self.window.page

    def reload(self) -> None:
        """Press F5."""
        self.page.reload()
        self.window.ready()

    def away(self) -> None:
        """Walk through more pages than stay alive, and back."""
        for view in OTHERS:
            self.window.go(view)
        self.window.go("alone")

    def crash(self) -> None:
        """Kill the engine, and open a window on the next one in the same browser."""
        self.process.send_signal(signal.SIGKILL)
        self._again(self.context)

    def restart(self) -> None:
        """End window and engine, and start both."""
        self.context.close()
        self.process.send_signal(signal.SIGTERM)
        self._again(new_context(self.browser))

    def _again(self, context: BrowserContext) -> None:
        self.process.wait(30)
        self.process, engine = start(self.paths)
        self.engines.enter_context(stopped(self.process))
        self.context, self.window = context, Window(context.new_page(), engine)
        self.window.open("/?view=alone")


@pytest.mark.timeout(300)
def test_each_widget_holds_what_was_put_into_it(browser: Browser, tmp_path: Path) -> None:
    """Whatever happens to the page or the engine, the value is there again, half-typed text and question included.

    A password is not: its field is empty again.
    """
    paths = ProfilePaths(tmp_path / "profile")
    import_rows(paths, tmp_path)
    file = tmp_path / "letter.txt"
    file.write_text("Dear all", encoding="utf-8")
    with contextlib.ExitStack() as engines:
        desk = Desk.begun(browser, paths, engines)
        for case in CASES.values():
            case.put(desk.page, file)
            expect(desk.page.locator(".st-key-body_alone")).to_contain_text(case.held)
        for act in ACTS:
            question = f"select '{act}"
            write_question(desk, question)
            desk.page.get_by_label("Password", exact=True).fill("secret")
            field = desk.page.get_by_label("Text", exact=True)
            field.fill("")
            typed = f"half-typed ä {act}"
            field.press_sequentially(typed)  # nothing is pressed, nothing else gets the focus
            wait_until(partial(is_kept, paths, typed), what="what was typed is on the disk")
            getattr(desk, act)()
            body = desk.page.locator(".st-key-body_alone")
            for case in CASES.values():
                expect(body, f"after {act}").to_contain_text(case.held)
            expect(body, f"after {act}").to_contain_text(f"text='{typed}'")
            expect(desk.page.get_by_label("Password", exact=True), f"after {act}").to_have_value("")
            desk.window.go("sql")
            expect(desk.page.locator(EDITOR), f"after {act}").to_have_text(question)
            desk.window.go("alone")
        desk.context.close()


def write_question(desk: Desk, text: str) -> None:
    """Put a question into the editor, and come back."""
    desk.window.go("sql")
    desk.page.locator(EDITOR).click()
    desk.page.keyboard.press("Control+A")
    desk.page.keyboard.insert_text(text)
    desk.window.go("alone")


def test_a_half_typed_cell_and_chosen_cells_come_back_in_a_new_window(browser: Browser, tmp_path: Path) -> None:
    """A page is loaded anew, engine and window are killed while a cell is typed into: its text is offered again.

    Who walks to another page meanwhile has typed it to its end. The cells that were chosen in another grid are
    chosen there, too.
    """
    paths = ProfilePaths(tmp_path / "profile")
    import_rows(paths, tmp_path)
    process, engine = start(paths)
    with stopped(process):
        context = new_context(browser)
        window = Window(context.new_page(), engine)
        window.open("/?view=data&dataset=rows")
        cells = window.page.locator(".st-key-body_data .cell")
        cells.get_by_text("2", exact=True).click()
        cells.get_by_text("z", exact=True).click(modifiers=["Shift"])
        window.go("alone")
        table = window.page.locator("[class*=st-key-field_alone__table]")
        table.get_by_text("1", exact=True).last.dblclick()
        window.page.locator("input.editor").fill("77")
        for view in (*OTHERS, "alone"):
            window.go(view)
        expect(window.page.locator(".st-key-body_alone")).to_contain_text("'1': {'a': 77.0}")
        table.get_by_text("2", exact=True).last.dblclick()
        window.page.locator("input.editor").press_sequentially("half")
        wait_until(lambda: {"half", "bottom"} <= kept_words(paths), what="cell and chosen cells are on the disk")
        window.page.reload()
        window.ready()
        expect(table.get_by_role("status").first).to_contain_text("half")
        table.get_by_role("button", name="Type on").click()
        expect(window.page.locator("input.editor")).to_have_value("half")
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        context.close()
    again, engine = start(paths)
    with stopped(again):
        context = new_context(browser)
        window = Window(context.new_page(), engine)
        window.open("")
        table = window.page.locator("[class*=st-key-field_alone__table]")
        expect(table.get_by_role("status").first).to_contain_text("half")
        table.get_by_role("button", name="Type on").click()
        editor = window.page.locator("input.editor")
        expect(editor).to_have_value("half")
        editor.press_sequentially("-typed")
        window.page.get_by_label("Lines").click()  # elsewhere is as good as Enter
        expect(window.page.locator(".st-key-body_alone")).to_contain_text("half-typed")
        expect(table.get_by_role("button", name="Type on")).to_have_count(0)
        window.page.goto(f"{engine.origin}/?view=data&dataset=rows")
        expect(window.page.locator(".st-key-body_data .cell.selected")).to_have_count(4)
        context.close()


def is_kept(paths: ProfilePaths, typed: str) -> bool:
    """Tell whether a text is in the journal."""
    with contextlib.closing(sqlite3.connect(paths.state_db)) as file:
        found = file.execute("SELECT value FROM journal").fetchall()
    return any(value and json.loads(value) == typed for (value,) in found)


def kept_words(paths: ProfilePaths) -> set[str]:
    """Which of the words looked for are in the journal."""
    with contextlib.closing(sqlite3.connect(paths.state_db)) as file:
        found = dict(file.execute("SELECT key, value FROM journal ORDER BY seq").fetchall())
    cell = any(key.startswith("cell__") and '"half"' in value for key, value in found.items())
    chosen = any(key.startswith("grid__data") and '"anchor":{"row":1' in value for key, value in found.items())
    return ({"half"} if cell else set()) | ({"bottom"} if chosen else set())
