"""What the window itself shows: texts are texts, and the cover wears the page's colours."""

import html
import json
import re

import pytest

from app.theme.colours import DARK, LIGHT
from launcher.cover import BACKGROUNDS, cover, splash
from launcher.window.pages import Notice, notice_page, notice_script

NASTY = "</script><img src=x onerror=alert(1)>"


def test_the_cover_wears_the_colours_of_the_page() -> None:
    """The change from one to the other is not seen."""
    assert {"light": LIGHT["backgroundColor"], "dark": DARK["backgroundColor"]} == BACKGROUNDS
    for palette in (LIGHT, DARK):
        for name in ("backgroundColor", "textColor", "primaryColor"):
            assert palette[name] in cover("auto", "")


def test_the_splash_runs_nothing_and_loads_nothing() -> None:
    """It is there at once, also without an engine."""
    page = splash("dark", NASTY)
    assert "<script" not in page
    assert html.escape(NASTY) in page
    assert not re.search(r"(src|href)=", page.replace(html.escape(NASTY), ""))


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_a_notice_shows_texts_as_they_are(theme: str) -> None:
    """An error's message may hold a file name, and a file name may hold anything."""
    notice = Notice("Title", (NASTY, "{id} {notice}"), (("retry", "Try again"),))
    assert NASTY not in notice_page(notice, theme)
    facts = re.search(r"const notice = (\{.*\});", notice_script(notice))
    assert facts
    assert json.loads(facts[1])["lines"][0] == NASTY
