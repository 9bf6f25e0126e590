"""Changing the colours while the page is open.

Streamlit sends its theme with every full run, so it is enough to set its options anew before one. Used by the
settings page, which then has everything drawn again.
"""

from typing import Any, Literal

from streamlit import config as streamlit_config

from app.theme import page_options

Theme = Literal["auto", "light", "dark"]


def show_theme(theme: Theme) -> None:
    """Let the next full run bring these colours; what only another theme sets is taken back."""
    wanted = page_options(theme)
    for name in {key for other in ("auto", "light", "dark") for key in page_options(other)} - set(wanted):
        _set(name, None)
    for name, value in wanted.items():
        _set(name, value)


def _set(name: str, value: Any) -> None:  # noqa: ANN401 - whatever an option holds
    streamlit_config.set_option(name, value, "bestand settings")
