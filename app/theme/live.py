"""The colours as Streamlit tells them to a page: made once, and changed while the page is open.

Streamlit tells a page its theme at the beginning of every drawing, of the smallest part too, and looks through
all its options for that each time: more work than a step of ours costs otherwise. Here what was made is kept until
a setting changes. Used by the server at its start and by the settings page, which then has everything drawn again.
"""

from collections.abc import Callable
from typing import Any, Final, Literal

from streamlit import config as streamlit_config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from app.theme import page_options

Theme = Literal["auto", "light", "dark"]
Fill = Callable[..., None]

FILL: Final = "_populate_theme_msg"
"""Streamlit's own function that writes the options of one section into a message; it has no other handle."""


class ThemeOnce:
    """Writes what `fill` wrote for a section before, until it is told to forget."""

    def __init__(self, fill: Fill) -> None:
        self.fill = fill
        self._made: dict[str, CustomThemeConfig] = {}

    def __call__(self, msg: CustomThemeConfig, section: str = "theme") -> None:
        """Write the options of one section into a message."""
        made = self._made
        if section not in made:
            whole = CustomThemeConfig()
            self.fill(whole, section)
            made[section] = whole
        if made[section].ListFields():  # a section without options must not become one that is there
            msg.MergeFrom(made[section])

    def forget(self) -> None:
        """Have every section made anew; one that is being made meanwhile goes with the old ones."""
        self._made = {}


def tell_theme_once() -> None:
    """From now on keep what Streamlit tells of the theme; harmless when done before, or if it has no such part."""
    fill: Fill | None = getattr(app_session, FILL, None)
    if fill is not None and not isinstance(fill, ThemeOnce):
        setattr(app_session, FILL, ThemeOnce(fill))
    forget_theme()


def forget_theme() -> None:
    """Have the theme made anew from the options as they are now."""
    fill = getattr(app_session, FILL, None)
    if isinstance(fill, ThemeOnce):
        fill.forget()


def show_theme(theme: Theme) -> None:
    """Let the next full run bring these colours; what only another theme sets is taken back."""
    wanted = page_options(theme)
    for name in {key for other in ("auto", "light", "dark") for key in page_options(other)} - set(wanted):
        _set(name, None)
    for name, value in wanted.items():
        _set(name, value)
    forget_theme()


def _set(name: str, value: Any) -> None:  # noqa: ANN401 - whatever an option holds
    streamlit_config.set_option(name, value, "bestand settings")
