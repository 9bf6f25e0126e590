"""The whole window in another language, chosen on the settings page and there at once."""

from playwright.sync_api import expect

from tests.e2e.conftest import Window

VIEWS = ("home", "import", "data", "sql", "chart", "jobs", "settings")
TEXTS = "button, label, .st-key-nav a, h1, h2, h3, [data-testid=stCaptionContainer]"
CUT = """texts => [...document.querySelectorAll(texts)]
    .filter(e => e.offsetParent && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.innerText.trim()).filter(Boolean)"""
"""The texts that do not fit where they stand."""
ENGLISH = ("Settings", "Import a file", "Try the sample", "No jobs", "Charts", "Home", "Language")


def test_german_is_there_at_once_and_fits(window: Window) -> None:
    """Navigation, page and status bar change without a restart; nothing is cut off, nothing stays English."""
    page = window.page
    window.open("/?view=import")
    page.get_by_role("button", name="Try the sample", exact=True).last.click()
    page.get_by_role("button", name="Import", exact=True).last.click()
    page.get_by_text("1,998", exact=False).first.wait_for()
    window.open("/?view=settings")
    page.get_by_text("Language and numbers", exact=True).first.click()
    page.get_by_text("Deutsch", exact=True).click()

    nav = page.locator(".st-key-nav")
    expect(nav.get_by_text("Einstellungen", exact=True)).to_be_visible()
    expect(page.get_by_text("1.234.567,5", exact=False)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")  # read aloud in German, too, without loading anew
    for view in VIEWS:
        window.open(f"/?view={view}")
        shown = page.locator("body").inner_text()
        assert [word for word in ENGLISH if word in shown.splitlines()] == [], view
        assert page.evaluate(CUT, TEXTS) == [], view
    window.open("/?view=data&dataset=umsatz_2025")
    expect(page.get_by_text("2.000 Zeilen", exact=False).first).to_be_visible()
    assert page.evaluate(CUT, TEXTS) == []
    assert 'language = "de"' in window.engine.paths.config_file.read_text(encoding="utf-8")
