"""A folder of files: what is certain is imported with one click."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Window

PROSE = (
    "It was late, and nobody had seen; the letter\nwhich came, that morning; lay there\nunread, as before; or so\n"
)


@pytest.mark.timeout(180)
def test_a_folder_becomes_datasets_with_one_click(window: Window, tmp_path: Path) -> None:
    """What is certain is imported; what is no table stays, with its reason."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for month in ("january", "february", "march"):
        rows = "".join(f"{i},Köln,{i * 1.5}\n" for i in range(200))
        (folder / f"{month}.csv").write_text(f"id,town,amount\n{rows}", encoding="utf-8")
    (folder / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    page = window.page
    window.open()

    window.type_path(folder)
    page.get_by_role("button", name="Import all (3)").click()

    for month in ("january", "february", "march"):
        expect(page.locator(".st-key-nav")).to_contain_text(month)
    expect(page.get_by_text("3 files imported. Not imported: photo.csv.")).to_be_visible()
    states = {one["File"]: one["State"] for one in window.records("import__files")}
    assert states == {
        "january.csv": "imported", "february.csv": "imported", "march.csv": "imported", "photo.csv": "no table",
    }  # fmt: skip
    expect(page.get_by_role("button", name="Import all")).to_have_count(0)
