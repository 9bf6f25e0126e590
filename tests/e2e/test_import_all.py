"""A folder of files, imported at once."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Window


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

    page.get_by_label("Path of a file or folder").fill(str(folder))
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_role("button", name="Import all").click()

    for month in ("january", "february", "march"):
        expect(page.locator(".st-key-nav")).to_contain_text(month)
    chooser = page.locator(".st-key-body_import [data-testid='stSelectbox']").get_by_role("combobox")
    expect(page.get_by_text("3 files imported. Not imported: photo.csv.")).to_be_visible()
    chooser.click()
    expect(page.get_by_role("option", name="4 of 4 · photo.csv")).to_be_visible()
    page.get_by_role("option", name="photo.csv").click()
    expect(page.get_by_text("photo.csv").first).to_be_visible()
    expect(page.locator(".st-key-body_import [data-testid='stAlert']")).to_contain_text("photo.csv")
    expect(page.get_by_role("button", name="Import all")).to_have_count(0)
