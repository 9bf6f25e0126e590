"""How Streamlit is set: for one machine, quiet, offline, in Bestand's colours.

Streamlit reads the person's own `~/.streamlit/config.toml` too; what is named here wins over it, so everything
that opens a door or leaves the machine is named. Used by `launcher.server.asgi` only.
"""

from collections.abc import Mapping
from typing import Final

from core.config import AppConfig
from launcher.server.sockets import LOOPBACK

Option = bool | int | str | list[str] | list[int] | None

UPLOAD_LIMIT_MIB: Final = 2_048
"""Larger files are opened by their path, not sent through the browser."""

_FIXED: Final[Mapping[str, Option]] = {
    "global.developmentMode": False,
    "logger.level": "error",
    "logger.hideWelcomeMessage": True,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.showSidebarNavigation": False,
    "client.toolbarMode": "minimal",
    "client.allowedOrigins": [],
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,
    "server.headless": True,
    "server.address": LOOPBACK,
    "server.allowedHosts": [LOOPBACK],
    "server.baseUrlPath": "",
    "server.corsAllowedOrigins": [],
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": UPLOAD_LIMIT_MIB,
    "server.runOnSave": False,
    "server.scriptHealthCheckEnabled": False,
    "server.showEmailPrompt": False,
    "server.trustedUserHeaders": "{}",
    "browser.gatherUsageStats": False,
    "browser.serverAddress": LOOPBACK,
}

_SHAPE: Final[Mapping[str, Option]] = {
    "baseFontSize": 13,
    "font": "'Segoe UI', 'Inter', 'Noto Sans', sans-serif",
    "headingFontSizes": ["1.3rem", "1.15rem", "1.05rem", "1rem", "0.95rem", "0.9rem"],
    "headingFontWeights": [600] * 6,
    "baseRadius": "3px",
    "buttonRadius": "3px",
    "paddingTop": "0.5rem",
    "paddingBottom": "0.5rem",
    "showSidebarBorder": True,
    "showWidgetBorder": True,
    "metricValueFontSize": "1.25rem",
    "metricValueFontWeight": 600,
    "codeFontSize": "0.9rem",
}

_LIGHT: Final[Mapping[str, Option]] = {
    "primaryColor": "#0b62c4",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f3f4f6",
    "textColor": "#1f2328",
    "borderColor": "#d0d7de",
    "dataframeHeaderBackgroundColor": "#f3f4f6",
    "dataframeBorderColor": "#e1e4e8",
    "chartCategoricalColors": ["#0b62c4", "#e0822b", "#3b9b6d", "#8a5fb3", "#c24a4a"],
    "sidebar.backgroundColor": "#f3f4f6",
    "sidebar.secondaryBackgroundColor": "#e6e9ee",
}

_DARK: Final[Mapping[str, Option]] = {
    "primaryColor": "#4c9aff",
    "backgroundColor": "#1e1f22",
    "secondaryBackgroundColor": "#2b2d30",
    "textColor": "#dfe1e5",
    "borderColor": "#393b40",
    "dataframeHeaderBackgroundColor": "#2b2d30",
    "dataframeBorderColor": "#393b40",
    "chartCategoricalColors": ["#4c9aff", "#f0a35e", "#59c08f", "#b18ae0", "#e57373"],
    "sidebar.backgroundColor": "#2b2d30",
    "sidebar.secondaryBackgroundColor": "#393b40",
}


def streamlit_options(config: AppConfig, port: int) -> dict[str, Option]:
    """Return every Streamlit option Bestand decides, by dotted name."""
    ports: dict[str, Option] = {"server.port": port, "browser.serverPort": port}
    return {**_FIXED, **ports, **_theme(config.theme)}


def _theme(theme: str) -> dict[str, Option]:
    """Return the colours: both sets, of which the system's setting picks one, or the chosen set alone."""
    shape = {f"theme.{name}": value for name, value in _SHAPE.items()}
    if theme == "auto":
        both = (("light", _LIGHT), ("dark", _DARK))
        return shape | {f"theme.{base}.{name}": value for base, colours in both for name, value in colours.items()}
    chosen = _DARK if theme == "dark" else _LIGHT
    return shape | {"theme.base": theme} | {f"theme.{name}": value for name, value in chosen.items()}
