"""Opening the browser: the link reaches it, and nobody else."""

import os
import stat
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from core.paths import ProfilePaths
from launcher.server.browser import has_display, open_in_browser

LINK = "http://127.0.0.1:23456/auth?t=one-time-token&x='\"<"


def test_the_browser_is_given_a_private_file_not_the_link(profile: ProfilePaths) -> None:
    """The list of processes shows a file name; only the owner reads the file."""
    given: list[str] = []

    def opener(url: str) -> bool:
        given.append(url)
        return True

    opened = open_in_browser(profile, LINK, opener=opener)
    page = Path(url2pathname(urlsplit(given[0]).path))

    assert opened
    assert "one-time-token" not in given[0]
    assert "t=one-time-token&amp;x=&#x27;&quot;&lt;" in page.read_text(encoding="utf-8")
    if os.name == "posix":
        assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_old_files_are_removed(profile: ProfilePaths) -> None:
    """Opening again leaves one file, not two."""
    for _ in range(2):
        open_in_browser(profile, LINK, opener=lambda _url: True)

    assert len(list(profile.run.glob("*.html"))) == 1


def test_no_browser_is_no_failure(profile: ProfilePaths) -> None:
    """The link was printed too."""

    def nothing(_url: str) -> bool:
        raise webbrowser.Error("could not locate runnable browser")

    assert not open_in_browser(profile, LINK, opener=nothing)


@pytest.mark.parametrize(
    ("environment", "platform", "there"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "win32", True),
        ({}, "darwin", True),
    ],
)
def test_a_display_is_seen(environment: dict[str, str], platform: str, there: bool) -> None:
    """Linux says so by a variable, the others always have one."""
    assert has_display(environment, platform) is there
