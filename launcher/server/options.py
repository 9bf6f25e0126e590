"""How Streamlit is set: for one machine, quiet, offline; the colours are those of `app.theme`.

Streamlit reads the person's own `~/.streamlit/config.toml` too; what is named here wins over it, so everything
that opens a door or leaves the machine is named. Used by `launcher.server.asgi` only.
"""

from collections.abc import Mapping
from typing import Final

from app.theme import page_options
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


def streamlit_options(config: AppConfig, port: int) -> dict[str, Option]:
    """Return every Streamlit option Bestand decides, by dotted name."""
    ports: dict[str, Option] = {"server.port": port, "browser.serverPort": port}
    return {**_FIXED, **ports, **page_options(config.theme)}
