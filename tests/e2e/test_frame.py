"""The frame in a real browser: nothing moves, nothing is asked for in vain, the keyboard reaches everything."""

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from app.components.mount import ASSETS
from tests.e2e.conftest import ROOT, Engine, Window, window_of

AXE = ASSETS.parent / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = ("home", "import", "data", "sql", "chart", "jobs")
LIVE = VIEWS[:4]
"""As many views as stay alive."""
SHIFTS = """() => { window.moved = []; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.moved.push([document.documentElement.dataset.view, entry.value,
    ...entry.sources.map(({node, previousRect: was, currentRect: is}) =>
      [(node?.outerHTML ?? node?.data ?? '').slice(0, 200), was.x, was.y, was.width, is.x, is.y, is.width])]);
}).observe({type: "layout-shift"}); }"""
FIRST_SHIFTS = """window.shifts = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())
  window.shifts += entry.value; }).observe({type: "layout-shift", buffered: true});"""
TOLD = """document.dispatchEvent(new CustomEvent("bestand:status",
  {detail: {items: [{id: "jobs", text: "told since"}], badges: {}}}))"""
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
QUIET_MS = 4_000
STEPS = 20


def _import(engine: Engine, folder: Path, name: str, rows: int = 3) -> None:
    """Import by command line, as another process."""
    file = folder / f"{name}.csv"
    file.write_text("\n".join(["a;b", *(f"{n};x{n}" for n in range(1, rows + 1)), ""]), encoding="utf-8")
    command = [sys.executable, "-m", "launcher", "--profile", str(engine.paths.root), "data", "import", str(file)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert ran.returncode == 0, ran.stderr


# ---- nothing moves ----------------------------------------------------------------------------------------


def test_the_first_load_moves_nothing(window: Window) -> None:
    """The frame is there before its parts are; what is not complete is covered."""
    window.page.add_init_script(FIRST_SHIFTS)
    window.open("/?view=home")
    window.page.wait_for_timeout(500)

    assert window.page.evaluate("window.shifts") < 0.02


def test_no_step_moves_anything(window: Window, tmp_path: Path) -> None:
    """The sum of all shifts over every page, first visits and later ones, is nothing."""
    _import(window.engine, tmp_path, "steady")
    window.open("/?view=home")
    for view in VIEWS:  # what Streamlit itself loads late has been seen once
        window.go(view)
    window.page.evaluate(SHIFTS)
    for view in (*VIEWS, *reversed(VIEWS)):
        window.go(view)
        window.page.wait_for_timeout(150)

    assert window.page.evaluate("window.moved") == []


# ---- nothing is asked for in vain -------------------------------------------------------------------------


def test_an_idle_page_sends_nothing(window: Window) -> None:
    """Neither a frame nor a request, for as long as nothing changes."""
    sent: list[str] = []
    window.page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append("frame")))
    window.open("/?view=home")
    window.go("jobs")
    window.page.wait_for_timeout(1_500)  # what is loaded ahead
    window.page.on("request", lambda request: sent.append(request.url))
    sent.clear()
    window.page.wait_for_timeout(QUIET_MS)

    assert sent == []


def test_what_another_process_does_is_seen_without_asking(window: Window, tmp_path: Path) -> None:
    """The command line imports; the navigation and the list have it, the status bar says when."""
    window.open("/?view=home")
    expect(window.page.locator(".st-key-nav")).not_to_contain_text("from_elsewhere")
    _import(window.engine, tmp_path, "from_elsewhere")

    expect(window.page.locator(".st-key-nav")).to_contain_text("from_elsewhere")
    expect(window.page.locator(".st-key-home_overview")).to_contain_text("from_elsewhere")


def test_other_colours_leave_the_status_line_as_it_was_told(window: Window) -> None:
    """What the engine pushed since the line was drawn is newer than what it was drawn with."""
    window.open("/?view=home")
    line = window.page.locator(".st-key-status footer")
    expect(line).to_contain_text("No jobs")
    window.page.evaluate(TOLD)
    expect(line).to_have_text("told since")
    for scheme in SCHEMES:
        window.page.emulate_media(color_scheme=scheme)
        window.page.wait_for_timeout(800)  # the line is drawn anew a moment after the colours change
        assert line.inner_text() == "told since"


# ---- going back -------------------------------------------------------------------------------------------


@pytest.mark.timeout(180)
def test_j7_twenty_steps_back_and_forward(window: Window, tmp_path: Path) -> None:
    """Each step back shows exactly the place that was left, with what was typed there, and forward again."""
    for name in ("eins", "zwei", "drei"):
        _import(window.engine, tmp_path, name)
    window.open("/?view=import")
    page = window.page
    window.another_file()
    page.get_by_label("Path of a file or folder").fill("/half/typed")
    page.keyboard.press("Tab")
    ways = [
        "sql",
        "data&dataset=eins",
        "jobs",
        "data&dataset=zwei",
        "home",
        "data",
        "chart",
        "data&dataset=drei",
        "import",
    ]
    trail = [page.url]
    for step in range(STEPS):
        way = ways[step % len(ways)]
        page.locator(f".st-key-nav a[href='?view={way}']").click()
        window.shown(way.split("&")[0])
        expect(page.locator(".st-key-nav a[aria-current]")).to_have_attribute("href", f"?view={way}")
        trail.append(page.url)
    assert len({*trail}) == len(ways)

    for url in reversed(trail[:-1]):
        page.go_back()
        _is_at(window, url)
    expect(page.get_by_label("Path of a file or folder")).to_have_value("/half/typed")
    for url in trail[1:]:
        page.go_forward()
        _is_at(window, url)


def test_loading_anew_right_after_a_click_shows_what_was_clicked(window: Window) -> None:
    """The address is that of the click before the engine has heard of it; here it hears nothing at all."""
    window.open("/?view=home")
    window.go("jobs")
    window.go("home")  # the Jobs page stays alive, so the next click shows it without asking
    page = window.page
    window.engine.process.send_signal(signal.SIGSTOP)
    try:
        page.locator(".st-key-nav a[href='?view=jobs']").click()
        window.shown("jobs")
        expect(page).to_have_url(re.compile(r"view=jobs$"))
        page.evaluate("setTimeout(() => location.reload())")
    finally:
        window.engine.process.send_signal(signal.SIGCONT)
    page.wait_for_function("performance.getEntriesByType('navigation')[0].type === 'reload'")
    window.ready()

    window.shown("jobs")
    page.go_back()
    window.shown("home")


def test_a_click_writes_one_line_of_history(window: Window) -> None:
    """The click and the answer to it do not write two, and a click that leads nowhere leaves none."""
    window.open("/?view=home")
    page = window.page
    lines = page.evaluate("history.length")
    window.go("jobs")
    expect(page.locator(".st-key-nav a[aria-current]")).to_have_attribute("href", "?view=jobs")
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('bestand:go', {detail: {page: 'nonsense', params: {}}}))"
    )
    expect(page).to_have_url(re.compile(r"view=home$"))
    assert page.evaluate("history.length") == lines + 2
    page.go_back()

    window.shown("jobs")


def _is_at(window: Window, url: str) -> None:
    """Tell that the place of an address is the one on the screen."""
    page = window.page
    expect(page).to_have_url(url)
    way = url.partition("?")[2]
    expect(page.locator(".st-key-nav a[aria-current]")).to_have_attribute("href", f"?{way}")
    view = way.removeprefix("view=").partition("&")[0]
    window.shown(view)
    if "dataset=" in way:
        expect(page.locator(f".st-key-heading_{view} h2")).to_have_text(way.rpartition("=")[2])


def test_a_link_leads_to_a_place_and_a_wrong_one_home_with_a_reason(window: Window) -> None:
    """Deep links survive; mistyped ones explain themselves."""
    window.open("/?view=jobs")
    expect(window.page.locator("html")).to_have_attribute("data-view", "jobs")
    window.open("/?view=nonsense")
    expect(window.page.locator("html")).to_have_attribute("data-view", "home")
    expect(window.page.get_by_test_id("stAlert")).to_contain_text("nonsense")
    window.open("/?view=data&colour=red")
    expect(window.page.get_by_test_id("stAlert")).to_contain_text("colour")


# ---- the keyboard -----------------------------------------------------------------------------------------


def test_the_palette_finds_and_goes(window: Window, tmp_path: Path) -> None:
    """Ctrl+K, a few letters, Enter; Escape closes it and gives the focus back."""
    _import(window.engine, tmp_path, "palette_target")
    window.open("/?view=home")
    page = window.page
    page.keyboard.press("Control+k")
    asked = page.get_by_role("combobox", name="Search pages")
    expect(asked).to_be_focused()
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(asked).to_be_focused()
    page.keyboard.type("paltarg")
    expect(page.get_by_role("option").first).to_contain_text("palette_target")
    page.keyboard.press("Enter")
    window.shown("data")
    expect(page.locator(".st-key-heading_data h2")).to_have_text("palette_target")

    page.keyboard.press("Control+k")
    expect(asked).to_be_focused()
    page.keyboard.type("jobs")
    page.keyboard.press("Enter")
    window.shown("jobs")


def test_keys_go_to_pages_and_do_nothing_while_one_types(window: Window) -> None:
    """`g s` is SQL, `?` the list of shortcuts; in a field they are letters."""
    window.open("/?view=home")
    page = window.page
    page.locator(".st-key-heading_home").click()
    page.keyboard.press("g")
    page.keyboard.press("j")
    window.shown("jobs")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    expect(page.get_by_role("dialog")).to_contain_text("Open the command palette")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    window.go("import")
    window.another_file()
    field = page.get_by_label("Path of a file or folder")
    field.fill("")
    field.press_sequentially("g s?")
    expect(field).to_have_value("g s?")
    expect(page.locator("html")).to_have_attribute("data-view", "import")
    page.keyboard.press("Alt+ArrowLeft")
    window.shown("jobs")


def test_the_navigation_is_walked_with_the_arrows_and_folds(window: Window) -> None:
    """Down, Enter, and one is there; folded it shows signs with names for those who do not see."""
    window.open("/?view=home")
    page = window.page
    page.locator(".st-key-nav a[href='?view=home']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    window.shown("import")

    page.get_by_role("button", name="Fold the navigation").click()
    box = page.locator(".st-key-zone_nav").bounding_box()
    assert box is not None
    assert box["width"] == 48
    expect(page.get_by_role("link", name="Jobs")).to_be_visible()
    page.reload()
    window.ready()
    page.get_by_role("button", name="Unfold the navigation").click()
    box = page.locator(".st-key-zone_nav").bounding_box()
    assert box is not None
    assert box["width"] == 210


def test_more_than_ten_datasets_are_searched(window: Window, tmp_path: Path) -> None:
    """Ten are read, more are searched."""
    file = tmp_path / "many"
    file.mkdir()
    for number in range(12):
        (file / f"many_{number}.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    command = [sys.executable, "-m", "launcher", "--profile", str(window.engine.paths.root), "data", "import"]
    files = [str(one) for one in sorted(file.iterdir())]
    assert subprocess.run([*command, *files], cwd=ROOT, capture_output=True, check=False).returncode == 0
    window.open("/?view=home")
    search = window.page.locator(".st-key-nav").get_by_placeholder("Search datasets")
    search.fill("ny_1")

    expect(window.page.locator(".st-key-nav .datasets a")).to_have_text(["many_1", "many_10", "many_11"])
    expect(search).to_be_focused()


# ---- the inspector ----------------------------------------------------------------------------------------


def test_the_inspector_is_as_wide_as_one_likes(window: Window, tmp_path: Path) -> None:
    """Dragged, moved by keys, folded, taken back by a double click, and remembered."""
    _import(window.engine, tmp_path, "inspected")
    window.open("/?view=data&dataset=inspected")
    page = window.page
    line = page.get_by_role("separator", name="Width of the inspector")

    def width() -> float:
        box = page.locator(".st-key-pane_data").bounding_box()
        return box["width"] if box else 0.0

    at = line.bounding_box()
    assert at is not None
    assert width() == 300
    page.mouse.move(at["x"] + 3, 400)
    page.mouse.down()
    page.mouse.move(at["x"] - 97, 400, steps=4)
    page.mouse.up()
    assert width() == 400
    page.reload()
    window.ready()
    assert width() == 400
    line.focus()
    page.keyboard.press("ArrowRight")
    assert width() == 384
    page.keyboard.press("Enter")
    assert width() == 0
    page.keyboard.press("Enter")
    assert width() == 300
    page.keyboard.press("ArrowLeft")
    line.dblclick()
    assert width() == 300


# ---- files dropped anywhere -------------------------------------------------------------------------------


def test_a_file_dropped_anywhere_is_looked_at(window: Window) -> None:
    """Wherever one is: the file is opened on the Import page."""
    window.open("/?view=jobs")
    window.page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["a;b\\n1;2\\n3;4\\n"], "dropped.csv"));
            for (const type of ["dragenter", "dragover", "drop"]) {
                const event = new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true});
                document.body.dispatchEvent(event);
            }
        }"""
    )

    window.shown("import")
    expect(window.page.locator(".st-key-heading_import h2")).to_have_text("dropped.csv")
    window.page.locator(".st-key-import__start button").click()
    expect(window.page.locator(".st-key-nav")).to_contain_text("dropped")


# ---- everybody can use it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(
    browser: Browser, engine: Engine, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    """Names, roles, contrast, order: on every page, in the palette and in the list of shortcuts."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make frontend)")
    _import(engine, tmp_path, f"seen_in_{scheme}")
    found: dict[str, list[str]] = {}
    with window_of(browser, engine, scheme=scheme) as window:
        window.open("/?view=home")
        for view in (*VIEWS, f"data&dataset=seen_in_{scheme}"):
            window.page.locator(f".st-key-nav a[href='?view={view}']").click()
            window.shown(view.partition("&")[0])
            window.page.wait_for_timeout(800)
            found[view] = _violations(window)
        for keys in ("Control+k", "?"):
            window.page.keyboard.press(keys)
            window.page.wait_for_timeout(300)
            found[keys] = _violations(window)
            window.page.keyboard.press("Escape")

    assert {view: told for view, told in found.items() if told} == {}


def _violations(window: Window) -> list[str]:
    page = window.page
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    return [
        f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
