"""J2: a messy file, its reading, its import, a look around, an export. By hand, in a real browser."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app import sample
from tests.e2e.conftest import Window

HEADER = ["Datum", "Filiale", "Kundennummer", "Artikel", "Menge", "Einzelpreis", "Betrag", "Bezahlt"]


def _true_rows() -> list[list[str]]:
    """The sample's records, taken apart by hand: what an export must hold, as text."""
    text = sample.sample_bytes().decode("windows-1252")
    records = list(csv.reader(text.splitlines()[4:], delimiter=";"))
    return [_true_row(record) for record in records]


def _true_row(record: list[str]) -> list[str]:
    day, month, year = record[0].split(".")
    amounts = [str(Decimal(record[i].replace(".", "").replace(",", "."))) for i in (5, 6)]
    return [f"{year}-{month}-{day}", *record[1:5], *amounts]


@pytest.mark.timeout(180)
def test_a_messy_file_becomes_an_answer(window: Window, tmp_path: Path) -> None:
    """From the typed path to the saved export nothing is lost, and what was repaired is named."""
    page = window.page
    file = sample.write_sample(tmp_path)
    window.open()

    # the reading
    window.type_path(file)
    for word in ("Windows-1252", "semicolon", "header in line 4", "3 lines before it", "decimal comma"):
        expect(page.get_by_role("button", name=word)).to_be_visible()
    expect(page.locator("[class*='st-key-import-grid'] .head .name")).to_have_text(HEADER)

    # the import and its ledger
    page.locator(".st-key-import__start button").click()
    total = page.get_by_test_id("ledger-sum")
    expect(total).to_contain_text("2,004 lines = 1,998 loaded + 2 repaired + 0 rejected", use_inner_text=True)
    told = page.locator("[class*='st-key-import-ledger'] .rows .row:not([hidden])")
    expect(told).to_have_count(2)
    expect(told.filter(has_text=str(sample.EXTRA_FIELD_LINE))).to_contain_text(";storniert")
    expect(told.filter(has_text=str(sample.SHORT_LINE))).to_contain_text("repaired")

    # the rows
    page.get_by_role("button", name="Open the rows").click()
    expect(page.get_by_text("of 2,000 rows")).to_be_visible()
    expect(page.locator(".st-key-nav")).to_contain_text("umsatz_2025")
    page.get_by_placeholder("Search all columns").fill("espresso")
    expected = sum("Espresso" in row[3] for row in _true_rows())
    expect(page.get_by_text(f"of {expected} rows")).to_be_visible()
    page.get_by_placeholder("Search all columns").fill("")
    expect(page.get_by_text("of 2,000 rows")).to_be_visible()

    # where it is from
    page.get_by_text("Where from", exact=True).click()
    expect(page.get_by_text("kept in this profile")).to_be_visible()

    # the export
    page.locator(".st-key-export__data__box button").first.click()
    page.get_by_role("button", name="Write the file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save a copy").click()
    assert download.value.suggested_filename == "umsatz_2025.csv"
    saved = tmp_path / "saved.csv"
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream)
    assert head[:8] == HEADER
    assert [row[:7] for row in rows] == _true_rows()

    assert window.foreign == []
    assert file.read_bytes() == sample.sample_bytes()
