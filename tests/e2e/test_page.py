"""The page as a whole: where things are, what it does when something breaks, whom it talks to."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Window

SHIFTS = """() => { window.shifts = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shifts += entry.value; }).observe({type: "layout-shift"}); }"""


def _box(window: Window, selector: str) -> dict[str, Any]:
    found = window.page.locator(selector).first.bounding_box()
    assert found is not None, f"{selector} is not on the screen"
    return dict(found)


def _import_small(window: Window, folder: Path, name: str) -> None:
    file = folder / f"{name}.csv"
    file.write_text("a;b\n1;x\n2;y\n", encoding="utf-8")
    window.type_path(file)
    window.page.locator(".st-key-import__start button").click()
    window.page.get_by_role("button", name="Open the rows").click()
    expect(window.page.get_by_text("1–2 of 2 rows")).to_be_visible()


def test_everything_is_where_it_belongs(window: Window) -> None:
    """An upgrade of Streamlit that moves the frame shows here before a person sees it."""
    window.open()
    page = window.page

    side, status = _box(window, ".st-key-zone_nav"), _box(window, ".st-key-zone_status")
    assert (side["x"], side["y"], side["width"]) == (0, 0, 210)
    assert side["height"] + status["height"] == 800
    assert (status["x"], status["y"] + status["height"], status["width"]) == (0, 800, 1280)
    assert 24 <= status["height"] <= 30
    tops = []
    for view in ("home", "import", "data", "sql", "jobs"):
        window.go(view)
        bar = _box(window, f".st-key-toolbar_{view}")
        tops.append((bar["x"], bar["y"]))
        assert page.evaluate("document.scrollingElement.scrollHeight") <= 800
        assert _box(window, f".st-key-body_{view}")["height"] > 600
    assert len(set(tops)) == 1, f"the toolbars do not stand in one place: {tops}"
    label = page.locator(".st-key-nav a span").first
    assert label.evaluate("e => getComputedStyle(e).fontSize") == "13px"


def test_nothing_moves_when_a_person_goes_from_view_to_view(window: Window) -> None:
    """What one looks at stays under the eye."""
    window.open()
    for view in ("data", "sql", "jobs", "import"):
        window.go(view)
    window.page.evaluate(SHIFTS)
    for view in ("data", "sql", "jobs", "import"):
        window.go(view)

    assert window.page.evaluate("window.shifts") == 0


def test_in_a_small_window_everything_of_a_toolbar_is_within_reach(window: Window, tmp_path: Path) -> None:
    """Nothing one can do to a dataset or a chart lies beyond the edge, and the dataset's name is readable."""
    page = window.page
    window.open()
    _import_small(window, tmp_path, "reachable")
    page.set_viewport_size({"width": 1024, "height": 700})
    for view, last in (("data", "Delete"), ("chart", "Export")):
        if view == "chart":
            window.go(view)
        bar = page.locator(f".st-key-toolbar_{view}")
        expect(bar.get_by_role("button", name=last)).to_be_visible()
        page.wait_for_function(
            "bar => { const e = document.querySelector(bar); return e.scrollWidth <= e.clientWidth; }",
            arg=f".st-key-toolbar_{view}",
        )
    page.set_viewport_size({"width": 1280, "height": 800})
    window.go("data")
    page.locator(".st-key-nav").get_by_text("reachable").first.click()
    name = page.locator(".st-key-toolbar_data").get_by_role("heading", name="reachable").get_by_role("button")
    assert name.evaluate("e => e.scrollWidth <= e.clientWidth"), "the name is cut off"


def test_the_address_leads_back_to_the_same_place(window: Window, tmp_path: Path) -> None:
    """A reload shows the dataset one was looking at."""
    window.open()
    _import_small(window, tmp_path, "address")
    assert "view=data" in window.page.url
    assert "dataset=address" in window.page.url

    window.page.reload()
    expect(window.page.get_by_text("1–2 of 2 rows")).to_be_visible()


def test_a_deleted_dataset_can_be_brought_back(window: Window, tmp_path: Path) -> None:
    """Deleting takes one click because undoing does, too."""
    window.open()
    _import_small(window, tmp_path, "undo")
    page = window.page

    page.get_by_role("button", name="Delete").click()
    line = page.locator(".st-key-data_undo")
    expect(line).to_contain_text("“undo” was deleted.")
    expect(page.get_by_text("“undo” was deleted.")).to_have_count(1)
    expect(page.locator(".st-key-nav")).not_to_contain_text("undo")
    line.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1–2 of 2 rows")).to_be_visible()
    expect(page.locator(".st-key-nav")).to_contain_text("undo")


def test_a_file_that_is_no_table_is_refused_with_a_reason(window: Window, tmp_path: Path) -> None:
    """The sentence names the file, and the way to another one is there."""
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    window.open()
    window.type_path(picture)

    expect(window.page.get_by_test_id("stAlert")).to_contain_text("photo.png")
    window.page.get_by_role("button", name="Another file").click()
    expect(window.page.get_by_label("Path of a file or folder")).to_be_visible()


@pytest.mark.parametrize("typed", ["/no/such/file.csv", "~~~"])
def test_a_path_that_leads_nowhere_is_told(window: Window, typed: str) -> None:
    """A typing error is a sentence, not a blank page."""
    window.open()
    window.type_path(typed)

    expect(window.page.get_by_test_id("stAlert")).to_contain_text("does not exist")


def test_what_breaks_is_one_calm_sentence_and_the_rest_goes_on(window: Window, tmp_path: Path) -> None:
    """A dataset whose file is gone shows why in its place; the navigation and the other views still work."""
    window.open()
    _import_small(window, tmp_path, "broken")
    for folder in window.engine.paths.datasets.iterdir():
        shutil.rmtree(folder)

    window.page.reload()
    window.ready()
    expect(window.page.get_by_text("are gone").first).to_be_visible()
    text = window.page.inner_text("body")
    assert "Traceback" not in text
    assert ".py" not in text
    window.go("sql")
    expect(window.page.get_by_role("button", name="Run", exact=True)).to_be_visible()
    assert window.foreign == []
