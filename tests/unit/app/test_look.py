"""The look: every option is one Streamlit has, and both themes are whole."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Literal

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig, NewSession
from streamlit.runtime import app_session

from app.pages import PAGES
from app.router import HOME
from app.theme import STYLE_FILE, page_options
from app.theme.colours import DARK, LIGHT
from app.theme.live import FILL, ThemeOnce, show_theme, tell_theme_once


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_every_option_is_known_to_streamlit(theme: Literal["auto", "light", "dark"]) -> None:
    """An option that an upgrade renamed would silently do nothing."""
    known = config.get_config_options()

    assert [name for name in page_options(theme) if name not in known] == []


def test_a_chosen_theme_holds_whatever_the_system_says() -> None:
    """Dark is dark also on a light desktop; only `auto` asks the system."""
    assert page_options("dark")["theme.base"] == "dark"
    assert page_options("dark")["theme.backgroundColor"] == DARK["backgroundColor"]
    assert not any(name.startswith("theme.light") for name in page_options("dark"))
    assert page_options("auto")["theme.light.backgroundColor"] == LIGHT["backgroundColor"]


def test_both_palettes_colour_the_same_things() -> None:
    """A colour that is missing in one theme would be Streamlit's own there."""
    assert LIGHT.keys() == DARK.keys()


def test_the_style_names_nothing_that_changes_by_itself() -> None:
    """Streamlit's generated class names are different in every release."""
    text = STYLE_FILE.read_text(encoding="utf-8")

    assert "st-emotion-cache" not in text
    assert "http" not in text
    assert text.count("{") == text.count("}")


def test_every_view_of_the_address_has_a_page() -> None:
    """An address leads to a page, and each page has an address."""
    slugs = [page.slug for page in PAGES]
    assert len(set(slugs)) == len(slugs)
    assert HOME in slugs


def test_the_pages_load_nothing_heavy_before_they_are_drawn() -> None:
    """The first page waits for nothing it does not show."""
    program = (
        "import sys, app.shell, app.entry\n"
        "print(*(m for m in ('pandas', 'altair', 'duckdb', 'sqlalchemy', 'pyarrow') if m in sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == []


def test_actions_load_no_page() -> None:
    """The command line calls the same actions and has no use for Streamlit."""
    names = ", ".join(
        f"app.features.{name}.actions" for name in ("datasets", "explore", "query", "export", "jobs")
    )
    program = f"import sys, app.context, app.runtime, {names}\nprint('streamlit' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "False"


def _told() -> CustomThemeConfig:
    """Return the theme as Streamlit tells it to a page."""
    told = NewSession()
    for message, section in (
        (told.custom_theme, "theme"),
        (told.custom_theme.light, "theme.light"),
        (told.custom_theme.dark, "theme.dark"),
        (told.custom_theme.sidebar, "theme.sidebar"),
    ):
        getattr(app_session, FILL)(message, section)
    return told.custom_theme


@pytest.fixture
def _streamlits_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Streamlit as it comes, and its options as they were."""
    options = {name: (option.value, option.where_defined) for name, option in config.get_config_options().items()}
    own = getattr(app_session, FILL)
    monkeypatch.setattr(app_session, FILL, own.fill if isinstance(own, ThemeOnce) else own)
    yield
    for name, (value, where) in options.items():
        if name.startswith(("theme.", "global.", "client.")):
            config.set_option(name, value, where)


@pytest.mark.usefixtures("_streamlits_own")
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_a_theme_that_is_kept_is_told_as_streamlit_tells_it(theme: Literal["auto", "light", "dark"]) -> None:
    """What was kept is the same message, of every theme, also after a change while the page is open."""
    show_theme(theme)
    expected = _told()

    tell_theme_once()
    for other in ("light", "auto", "dark", theme):
        show_theme(other)
        _told()

    assert isinstance(getattr(app_session, FILL), ThemeOnce)
    assert _told() == _told() == expected


@pytest.mark.usefixtures("_streamlits_own")
def test_the_options_are_looked_through_once() -> None:
    """They are told at the beginning of every step, and looking through them costs more than a step of ours."""
    looks: list[str] = []
    fill = ThemeOnce(lambda _msg, section: looks.append(section))
    for _ in range(3):
        fill(CustomThemeConfig(), "theme.dark")

    assert looks == ["theme.dark"]
