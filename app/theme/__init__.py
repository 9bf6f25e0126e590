"""The look: Streamlit's settings for one theme, and the few style rules they cannot express."""

from pathlib import Path
from typing import Any, Final, Literal

from app.theme.colours import DARK, DARK_SIDEBAR, LIGHT, LIGHT_SIDEBAR

STYLE_FILE: Final = Path(__file__).with_name("style.css")

_BASE: Final[dict[str, Any]] = {
    "baseFontSize": 14,  # grids are drawn at 7/8 of it; the style sheet sets text to 13 px
    "font": "'Segoe UI', 'Inter', 'Noto Sans', 'Source Sans', system-ui, sans-serif",
    "codeFont": "'Cascadia Mono', 'JetBrains Mono', 'Noto Sans Mono', 'Source Code Pro', ui-monospace, monospace",
    "codeFontSize": "0.95rem",
    "headingFontSizes": ["1.3rem", "1.15rem", "1.05rem", "1rem", "0.95rem", "0.9rem"],
    "headingFontWeights": [600, 600, 600, 600, 600, 600],
    "baseRadius": "4px",
    "buttonRadius": "4px",
    "paddingTop": "0.4rem",
    "paddingBottom": "0",
    "showSidebarBorder": True,
    "showWidgetBorder": True,
}
_BEHAVIOUR: Final[dict[str, Any]] = {
    "global.disableWidgetStateDuplicationWarning": True,  # a pager has a first page and is also set by Go to row
    "client.disableDataExport": True,  # it would export one page of rows; Export writes all
}


def page_options(theme: Literal["auto", "light", "dark"]) -> dict[str, Any]:
    """Return Streamlit's options for the look, by dotted key, to be set before the app is built.

    `auto` follows the system, the others hold their colours whatever the system says.
    """
    options = {**_BEHAVIOUR, **{f"theme.{name}": value for name, value in _BASE.items()}}
    if theme == "auto":
        sections = {"light": LIGHT, "light.sidebar": LIGHT_SIDEBAR, "dark": DARK, "dark.sidebar": DARK_SIDEBAR}
    else:
        options["theme.base"] = theme
        main, side = (LIGHT, LIGHT_SIDEBAR) if theme == "light" else (DARK, DARK_SIDEBAR)
        sections = {"": main, "sidebar": side}
    for section, colours in sections.items():
        prefix = f"theme.{section}." if section else "theme."
        options |= {f"{prefix}{name}": value for name, value in colours.items()}
    return options
