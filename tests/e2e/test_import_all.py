"""A folder of files: what is certain is imported with one click."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Window

UNCLEAR = "".join(f"{';'.join('a' * (1 + at % 5))},{','.join('bc' * (at % 4))}\n" for at in range(40))
"""Split by neither sign well."""


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


@pytest.mark.timeout(240)
def test_one_table_of_files_that_ask(window: Window, tmp_path: Path) -> None:
    """Nothing is taken or left out unasked: what is uncertain is read like another, no table is left out."""
    folder = tmp_path / "reports"
    folder.mkdir()
    rows = "".join(f"{i};Köln;{i}\n" for i in range(50))
    (folder / "january.csv").write_text(f"id;town;amount\n{rows}", encoding="utf-8")
    for month in ("february", "march"):
        (folder / f"{month}.csv").write_text(UNCLEAR, encoding="utf-8")
    (folder / "photo.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    page = window.page
    window.open()
    window.type_path(folder)

    together = page.get_by_role("button", name="Import as one table")
    together.click()

    questions = page.locator(".st-key-import_questions")
    expect(questions).to_contain_text("2 files can be read in several ways: february.csv, march.csv.")
    expect(questions).to_contain_text("1 file is no table and would be missing: photo.csv.")
    expect(page.locator(".st-key-nav")).not_to_contain_text("reports")
    questions.locator(".st-key-import_refused").get_by_role("button", name="Leave out").click()
    expect(questions).not_to_contain_text("photo.csv")
    questions.get_by_role("combobox").click()
    page.get_by_role("option", name="january.csv").click()
    expect(questions).to_contain_text("All files are decided")

    together.click()

    expect(page.locator(".st-key-nav")).to_contain_text("reports")
    expect(page.locator(".st-key-import_result")).to_contain_text("reports")
