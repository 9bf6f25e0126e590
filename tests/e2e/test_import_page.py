"""The Import page by hand: the file beside its table, its readings in words, one key where it is certain."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from playwright.sync_api import Browser, Locator, expect

from app.components.mount import ASSETS
from core.paths import PROFILE_VARIABLE
from tests.e2e.conftest import ROOT, Engine, Window, window_of

AXE = ASSETS.parent / "node_modules" / "axe-core" / "axe.min.js"


def messy(folder: Path, name: str = "messy.txt", first: str = "id") -> Path:
    """A file with two lines before its header, three lines that need repair, and a footer."""
    rows = [f'{i}|"Name {i}"|{i * 3}.50|2025-01-{1 + i % 28:02d}|ok, fine; yes' for i in range(400)]
    rows[17] = '17|"Name 17|12.00|2025-01-01|broken'
    rows[57] = '57|"Name 57"|12.00'
    rows[87] = '87|"Name 87"|12.00|2025-01-01|a|surplus'
    file = folder / name
    lines = ["Report 2025", "", f"{first}|name|amount|when|note", *rows, "", "Total 400 rows"]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def opened(window: Window, file: Path) -> None:
    """Open a file by its path."""
    window.type_path(file)
    expect(window.page.locator(".st-key-heading_import h2")).to_have_text(file.name)


def closer(window: Window) -> None:
    """Show both halves."""
    window.page.get_by_role("button", name="Look closer").click()
    expect(raw_rows(window).first).to_be_visible()


def raw_rows(window: Window) -> Locator:
    """The lines of the file on the screen."""
    return window.page.locator("[class*='st-key-import-raw'] .row")


def cells(window: Window) -> list[list[str]]:
    """The cells of the resulting table on the screen, row by row."""
    rows = window.page.locator("[class*='st-key-import-grid'] .rows .row:not([hidden])")
    read = "all => all.map(r => [...r.querySelectorAll('.cell:not([hidden])')].map(c => c.textContent))"
    found: list[list[str]] = rows.evaluate_all(read)
    return found


def heads(window: Window) -> Locator:
    """The names of the resulting columns."""
    return window.page.locator("[class*='st-key-import-grid'] .head .name")


def test_a_clean_file_needs_one_key(window: Window, tmp_path: Path) -> None:
    """Its reading is certain: a preview is shown, Import has the focus, and Enter imports it."""
    file = tmp_path / "clean.csv"
    file.write_text("id,town,amount\n" + "".join(f"{i},Köln,{i}.25\n" for i in range(60)), encoding="utf-8")
    window.open()
    opened(window, file)

    expect(heads(window)).to_have_text(["id", "town", "amount"])
    expect(raw_rows(window)).to_have_count(0)
    expect(window.page.locator(".st-key-import__start button")).to_be_focused()
    window.page.keyboard.press("Enter")

    expect(window.page.get_by_role("button", name="Open the rows")).to_be_visible()
    expect(window.page.get_by_test_id("ledger-sum")).to_contain_text("61 lines = 60 loaded")
    expect(window.page.get_by_text("Every line was read as it is")).to_be_visible()


def test_both_halves_show_what_becomes_of_each_line(window: Window, tmp_path: Path) -> None:
    """Colours are cells, marks are repairs; a part of the ledger shows only its lines, on both sides."""
    page = window.page
    window.open()
    opened(window, messy(tmp_path))
    closer(window)

    header = raw_rows(window).filter(has_text="id|name|amount")
    expect(header.locator(".cell")).to_have_text(["id", "name", "amount", "when", "note"])
    expect(page.get_by_test_id("ledger-sum")).to_contain_text("405 lines = 397 loaded + 3 repaired + 0 rejected")

    page.get_by_test_id("ledger-sum").get_by_role("button", name="repaired").click()
    expect(raw_rows(window)).to_have_count(3)
    expect(raw_rows(window).first).to_contain_text('17|"Name 17|12.00')
    expect(raw_rows(window).first).to_have_attribute("title", "repaired: the quotes do not match; the likeliest"
                                                     " cells were taken")  # fmt: skip
    expect(page.locator("[class*='st-key-import-grid'] .rows .row:not([hidden])")).to_have_count(3)
    assert [row[0] for row in cells(window)] == ["17", "57", "87"]

    page.get_by_test_id("ledger-sum").get_by_role("button", name="repaired").click()
    expect(page.get_by_text("405 lines").first).to_be_visible()

    page.get_by_label("Show invisible characters").check()
    expect(raw_rows(window).first).to_contain_text("Report·2025↵")
    page.get_by_label("Show invisible characters").uncheck()


def test_a_word_is_changed_and_the_table_follows(window: Window, tmp_path: Path) -> None:
    """Another reading is a tab with the number of cells that differ, and marks them; an edited one is one more.

    Each act is a step, there after a reload, too: Ctrl+Z, Ctrl+Shift+Z, the list of steps, and Reset.
    """
    page = window.page
    window.open()
    opened(window, messy(tmp_path))
    closer(window)
    tabs = page.locator("[class*='st-key-import__tab'] button")

    page.get_by_role("button", name="vertical bar").click()
    page.get_by_label("Delimiter").click()
    page.get_by_role("option", name="comma", exact=True).click()
    expect(tabs.last).to_contain_text("Yours")
    expect(tabs.last).to_contain_text("cells differ")
    expect(page.locator("[class*='st-key-import-grid'] .cell.marked:visible").first).to_be_visible()
    tabs.nth(0).click()
    expect(heads(window)).to_have_text(["id", "name", "amount", "when", "note"])
    expect(page.locator("[class*='st-key-import-grid'] .cell.marked:visible")).to_have_count(0)

    page.get_by_role("button", name="header in line 3").click()
    page.get_by_label("Header lines").click()
    page.get_by_role("option", name="0", exact=True).click()
    expect(page.get_by_role("button", name="no header")).to_be_visible()
    expect(tabs.last).to_contain_text("Yours")
    expect(page.get_by_text("of 401 rows")).to_be_visible()
    assert cells(window)[0][:2] == ["id", "name"]

    page.reload()
    window.ready()
    expect(page.get_by_role("button", name="no header")).to_be_visible()

    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="header in line 3")).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("button", name="no header")).to_be_visible()
    page.get_by_role("button", name="Steps").click()
    page.get_by_role("button", name="Delimiter ·").click()
    expect(page.get_by_role("button", name="comma", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Reset").click()
    expect(heads(window)).to_have_text(["id", "name", "amount", "when", "note"])
    expect(page.get_by_role("button", name="Reset")).to_have_count(0)


def test_a_wrong_word_is_told_and_nothing_is_lost(window: Window, tmp_path: Path) -> None:
    """A line that is no number is refused in one sentence; the reading before stays."""
    page = window.page
    window.open()
    opened(window, messy(tmp_path))
    page.get_by_role("button", name="2 lines before it").click()
    page.get_by_label("Line in which the table begins").fill("three")
    page.keyboard.press("Enter")

    expect(page.get_by_text("'three' is no number.")).to_be_visible()
    expect(heads(window)).to_have_text(["id", "name", "amount", "when", "note"])


def test_a_column_is_kept_as_text(window: Window, tmp_path: Path) -> None:
    """The head says the guessed type; behind it is the way to keep the cells as they are."""
    page = window.page
    window.open()
    opened(window, messy(tmp_path))
    page.locator("[class*='st-key-import-grid'] .head", has_text="amount").locator(".note").click()
    expect(page.locator(".st-key-import_column")).to_contain_text("amount is read as decimal")
    page.get_by_role("button", name="Keep as text").click()

    expect(page.locator(".st-key-import_column")).to_contain_text("amount is read as text")
    expect(page.get_by_role("button", name="Keep as text")).to_have_count(0)


def test_a_line_is_set_right_by_hand(window: Window, tmp_path: Path) -> None:
    """The correction becomes the next version; the ledger and Where from tell so; what waits outlives a reload."""
    page = window.page
    window.open()
    opened(window, messy(tmp_path, "corrected.txt"))
    page.locator(".st-key-import__start button").click()
    expect(page.get_by_role("button", name="Open the rows")).to_be_visible()  # before, it is the reading's sum
    expect(page.get_by_test_id("ledger-sum")).to_contain_text("3 repaired")
    page.get_by_test_id("ledger-sum").get_by_role("button", name="preamble").click()
    expect(page.locator("[class*='st-key-import-ledger'] .cell").filter(has_text="Report 2025")).to_be_visible()
    page.get_by_test_id("ledger-sum").get_by_role("button", name="preamble").click()

    page.locator("[class*='st-key-import-ledger'] .cell").filter(has_text='17|"Name 17|').click()
    line = page.get_by_label("Line 21, as it shall be read")
    expect(line).to_have_value('17|"Name 17|12.00|2025-01-01|broken')
    line.fill('17|"Name 17"|12.00|2025-01-01|mended')
    page.get_by_role("button", name="Set right").click()
    page.get_by_role("button", name="Import again").click()
    expect(page.get_by_text("“corrected” has version 2 now.")).to_be_visible()
    expect(
        page.locator("[class*='st-key-import-ledger'] .cell").filter(has_text="set right by hand")
    ).to_be_visible()

    page.get_by_role("button", name="Open the rows").click()
    page.get_by_placeholder("Search all columns").fill("mended")
    expect(page.get_by_text("of 1 row")).to_be_visible()
    page.get_by_text("Where from", exact=True).click()
    page.locator("[class*='st-key-data-ledger'] .cell").filter(has_text='87|"Name 87"|').click()
    page.get_by_role("button", name="Leave out").click()
    expect(page.get_by_text("1 line was set right.")).to_be_visible()
    page.reload()
    window.ready()
    expect(page.get_by_text("1 line was set right.")).to_be_visible()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("1 line was set right.")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export ledger").click()
        page.get_by_role("button", name="Save a copy").click()
    saved = tmp_path / "ledger.csv"
    download.value.save_as(saved)
    assert "17|" in saved.read_text(encoding="utf-8")
    assert window.foreign == []


def test_a_saved_reading_is_used_for_the_next_file(window: Window, tmp_path: Path) -> None:
    """A reading gets a name; a file of the same kind is read by it, and says so."""
    page = window.page
    window.open()
    opened(window, messy(tmp_path, "week_1.txt", "week"))
    page.get_by_role("button", name="Save reading…").click()
    page.get_by_label("Name of the reading").fill("weekly")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("“weekly” is saved")).to_be_visible()
    page.keyboard.press("Escape")
    opened(window, messy(tmp_path, "week_2.txt", "week"))

    expect(page.get_by_text("Read as saved in “weekly”.")).to_be_visible()
    page.get_by_role("button", name="Judge it anew").click()
    expect(page.get_by_text("Read as saved in “weekly”.")).to_have_count(0)
    expect(heads(window)).to_have_text(["week", "name", "amount", "when", "note"])


def test_a_sheet_is_chosen(window: Window, tmp_path: Path) -> None:
    """Of a workbook with several sheets the chosen one is shown and imported."""
    book = openpyxl.Workbook()
    book.active.title = "Sales"
    costs = book.create_sheet("Costs")
    for row in (["town", "amount"], ["Köln", 3.5], ["Bonn", 4.5]):
        book["Sales"].append(row[:1])
        costs.append(row)
    file = tmp_path / "book.xlsx"
    book.save(file)
    page = window.page
    window.open()
    opened(window, file)

    expect(heads(window)).to_have_text(["town"])
    page.get_by_label("Sheet").click()
    page.get_by_role("option", name="Costs").click()
    expect(heads(window)).to_have_text(["town", "amount"])
    page.locator(".st-key-import__start button").click()
    expect(page.get_by_text("2 rows, 2 columns")).to_be_visible()


def test_a_password_is_asked_for(window: Window, tmp_path: Path) -> None:
    """A protected workbook says so; a wrong password is told, the right one opens it."""
    plain, locked = tmp_path / "plain.xlsx", tmp_path / "locked.xlsx"
    book = openpyxl.Workbook()
    for row in (["town", "amount"], ["Köln", 3.5]):
        book.active.append(row)
    book.save(plain)
    with plain.open("rb") as source, locked.open("wb") as target:
        OOXMLFile(source).encrypt("secret", target)
    page = window.page
    window.open()
    opened(window, locked)

    page.get_by_label("Password of the file").fill("wrong")
    page.get_by_label("Password of the file").press("Enter")
    expect(page.get_by_text("cannot be opened with this password")).to_be_visible()
    page.get_by_label("Password of the file").fill("secret")
    page.get_by_label("Password of the file").press("Enter")
    expect(heads(window)).to_have_text(["town", "amount"])


@pytest.mark.timeout(240)
def test_an_import_is_stopped_and_begun_again(window: Window, tmp_path: Path) -> None:
    """Its progress is on the page; stopped, nothing half-done stays, and the file is there for another try."""
    file = tmp_path / "long.csv"
    with file.open("w", encoding="utf-8") as stream:
        stream.write("id,name,amount\n")
        for block in range(300):
            stream.write("".join(f'{i},"Name ""{i}"" of {block}",{i}.25\n' for i in range(5_000)))
        stream.write('1,"broken,2\n')
    page = window.page
    window.open()
    opened(window, file)
    page.locator(".st-key-import__start button").click()
    page.get_by_role("button", name="Cancel", exact=True).click()

    expect(page.get_by_text("The import was stopped; nothing half-done was kept.")).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-import__start button")).to_be_visible()
    expect(page.locator(".st-key-nav")).not_to_contain_text("long")


def test_files_of_a_second_start_open_the_page(window: Window, tmp_path: Path) -> None:
    """They are not imported unseen: the window goes to the Import page and lists them."""
    folder = tmp_path / "handed"
    folder.mkdir()
    for name in ("april", "märz"):
        (folder / f"{name}.csv").write_text("Datum;Betrag\n2025-01-02;3,50\n2025-01-03;4,50\n", encoding="utf-8")
    window.open("/?view=jobs")
    environment = {PROFILE_VARIABLE: str(window.engine.paths.root)}
    command = [sys.executable, "-m", "launcher", "app", "run", "--no-window", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**_environment(), **environment}, check=True, capture_output=True)

    window.shown("import")
    files = window.records("import__files")
    assert [one["File"] for one in files][-2:] == ["april.csv", "märz.csv"]
    expect(window.page.locator(".st-key-nav")).not_to_contain_text("april")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BESTAND_")}


def test_everything_can_be_done_with_keys(window: Window, tmp_path: Path) -> None:
    """The raw file is moved through with arrows, Home and End; a head's note opens with Enter."""
    page = window.page
    window.open()
    opened(window, messy(tmp_path))
    closer(window)
    port = page.locator("[class*='st-key-import-raw'] .port")
    port.focus()
    page.keyboard.press("End")
    expect(page.locator("[class*='st-key-import-raw'] .row.chosen")).to_contain_text("Total 400 rows")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[class*='st-key-import-raw'] .row.chosen .number")).to_contain_text("2")

    grid = page.locator("[class*='st-key-import-grid'] .port")
    expect(grid).to_have_count(1)  # while one table takes another's place there are two for a moment
    grid.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-import_column")).to_contain_text("id is read as whole number")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, engine: Engine, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    """Names, roles, contrast: of the preview, both halves with a column, and the ledger with a line."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make frontend)")
    found: dict[str, list[str]] = {}
    with window_of(browser, engine, scheme=scheme) as window:
        page = window.page
        window.open()
        opened(window, messy(tmp_path, f"axe_{scheme}.txt"))
        expect(heads(window).first).to_be_visible()
        found["preview"] = _violations(window)
        closer(window)
        page.locator("[class*='st-key-import-grid'] .head .note").first.click()
        expect(page.locator(".st-key-import_column")).to_be_visible()
        found["halves"] = _violations(window)
        page.locator(".st-key-import__start button").click()
        page.locator("[class*='st-key-import-ledger'] .cell").first.click()
        expect(page.get_by_role("button", name="Set right")).to_be_visible()
        found["ledger"] = _violations(window)

    assert {view: told for view, told in found.items() if told} == {}


def _violations(window: Window) -> list[str]:
    page = window.page
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run('.st-key-zone_views', {resultTypes: ['violations']}).then(r => r.violations)")
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]
