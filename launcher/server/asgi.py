"""The application the server serves: the launch gate, our own routes, Streamlit's page.

The only module of the launcher that imports Streamlit. Used by `launcher.server.serve`.
"""

import gc
import importlib
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from streamlit import config as streamlit_config
from streamlit import file_util
from streamlit import logger as streamlit_logger

from app.boundary import on_script_error
from app.lighter import lighten
from app.orphans import keep_together
from app.theme.live import tell_theme_once
from core.config import AppConfig
from core.paths import ProfilePaths
from core.telemetry import log_error
from launcher.server.document import document
from launcher.server.links import use_link
from launcher.server.options import streamlit_options
from launcher.server.security import CookieNames, LaunchGate, inline_script_sources
from launcher.server.sockets import LOOPBACK

PRELOADED: Final = (
    "streamlit.runtime.scriptrunner.script_runner",
    "streamlit.web.server.starlette.starlette_websocket",
    "app.shell",
)
"""What the first session would otherwise wait for: the page's runner and our own pages."""

NEXT: Final = ("app.components.grid.route",)
"""What the first table would otherwise wait for, beside the floor of analysis."""

ROUNDS: Final = (2_000, 10, 20)
"""How many new objects, and how many smaller rounds, go before each round of the garbage collector. As Python sets
it (700, 10, 10), what one step makes and drops again is carried from round to round, and counts as if it were to
stay: with a hundred people that brought a round over all their views, a tenth of a second, every few seconds."""

_CHATTY: Final = frozenset({"streamlit", "uvicorn", "websockets"})


def build_app(
    script: Path, *, config: AppConfig, port: int, walls: Sequence[Middleware], routes: Sequence[BaseRoute]
) -> st.App:
    """Return the ASGI application.

    Args:
        script: The page's entry script.
        config: The settings, of which the theme counts here.
        port: Where the engine listens.
        walls: What every request passes first, outermost first: the launch gate, see `gate_for`, and others.
        routes: Our own routes; they come before Streamlit's.
    """
    streamlit_config.get_config_options(
        force_reparse=True, options_from_flags=dict(streamlit_options(config, port))
    )
    lighten()
    keep_together()
    tell_theme_once()
    _log_with_the_rest()
    return st.App(script, routes=routes, middleware=list(walls), on_script_error=on_script_error)


def preload(modules: Sequence[str] = PRELOADED) -> None:
    """Import what the first page needs."""
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            log_error(error, {"module": name})
    _log_with_the_rest()  # a module makes its logger when it is imported


def settle() -> None:
    """Keep what was imported out of the garbage collector's rounds from now on, and have it go round less often.

    A round over all of it takes a tenth of a second, so this waits until the first page is drawn.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*ROUNDS)
    gc.enable()


def page_document(config: AppConfig, left: Sequence[str] = ()) -> str:
    """Return the page's document, made from Streamlit's; `left` are the origins of the profile's other ports."""
    return document(Path(file_util.get_static_dir()) / "index.html", config.theme, left)


def gate_for(
    paths: ProfilePaths, *, port: int, secret: str, page: str, framed_by: str = "", frames: Sequence[str] = ()
) -> Middleware:
    """Return the launch gate of one engine, ready to be put in front of the application.

    Args:
        paths: The profile.
        port: Where the engine listens.
        secret: The launch secret.
        page: The page's document, whose inline scripts may run.
        framed_by: The host whose page may frame this one, see `launcher.server.left`.
        frames: The origins this page frames.
    """
    return Middleware(
        LaunchGate,
        netloc=f"{LOOPBACK}:{port}",
        secret=secret,
        cookies=CookieNames.of(paths),
        use_link=partial(use_link, paths),
        inline_scripts=inline_script_sources(page),
        framed_by=framed_by,
        frames=frames,
    )


def _log_with_the_rest() -> None:
    """Send what Streamlit and the server log to our own log, not to the terminal."""
    streamlit_logger.set_log_level("error")
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in _CHATTY:
            logger = logging.getLogger(name)
            logger.handlers.clear()
            logger.propagate = True
