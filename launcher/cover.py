"""The calm cover that hides a page until it is drawn: the same in the window's splash and in the page's document.

Imports nothing heavy: the window shows it before anything else.
"""

import html
import re
from functools import cache
from pathlib import Path
from typing import Final

BACKGROUNDS: Final = {"light": "#ffffff", "dark": "#1c1e21"}
"""The colour behind everything; a test holds it against the page's palettes."""


def cover(theme: str, text: str) -> str:
    """Return the cover that lifts by itself when the page below it is drawn.

    Args:
        theme: auto, light or dark; auto follows the system.
        text: One line below the name, plain text.
    """
    return _template().replace("{theme}", html.escape(theme, quote=True)).replace("{text}", html.escape(text))


def splash(theme: str, text: str) -> str:
    """Return a whole page that shows the cover and does nothing."""
    still = re.sub(r"<script>.*?</script>", "", cover(theme, text), flags=re.DOTALL)
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>Bestand</title></head><body>{still}</body></html>"
    )


@cache
def _template() -> str:
    return Path(__file__).with_name("cover.html").read_text(encoding="utf-8")
