"""J1: the first start on a fresh profile, in the window itself: the sample becomes an answer.

With `BESTAND_BUNDLE` naming a built bundle, its executables are played through instead of the source.
"""

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.native.conftest import ROOT, OpenWindow, command_line, window_environment

QUESTION = 'select "Filiale", count(*) as sales from umsatz_2025 group by 1 order by 2 desc limit 3'
COLOURS = 40
"""A drawn page has more colours than an empty or a broken one."""


@pytest.mark.timeout(240)
def test_the_sample_becomes_an_answer(open_window: OpenWindow, screen: str, tmp_path: Path) -> None:
    """Nobody needs a file, a manual or a terminal; the command line then finds the same dataset."""
    window = open_window()
    page = window.drawn_page()
    expect(page.get_by_text("Drop a file anywhere, or try the sample.")).to_be_visible()
    page.get_by_role("button", name="Try the sample").first.click()
    expect(page.get_by_role("button", name="Windows-1252")).to_be_visible()
    page.locator(".st-key-import__start button").click()
    page.get_by_role("button", name="Open the rows").click()
    expect(page.get_by_text("of 2,000 rows")).to_be_visible()

    page.get_by_role("link", name="SQL").click()
    page.get_by_role("textbox", name="SQL editor").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(QUESTION)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".st-key-sql_tools")).to_contain_text("3 rows")
    asked = subprocess.run(
        [*command_line(window.paths.root), "query", QUESTION, "--format", "json"], cwd=ROOT,
        env=window_environment(screen, tmp_path), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    rows = json.loads(asked.stdout)
    assert len(rows) == 3
    for row in rows:
        cell = page.locator(".st-key-view_sql").get_by_role("gridcell", name=str(row["sales"]), exact=True)
        expect(cell.first).to_be_visible()
    picture = window.look()
    picture.save(tmp_path / "j1.png")
    colours = picture.convert("P").getcolors()
    assert colours is not None
    assert len(colours) > COLOURS, "nothing is on the screen"
