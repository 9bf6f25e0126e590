"""Fixtures shared by all tests: a profile of its own for each test, and the floors opened on it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.config import AppConfig, load_config
from core.i18n import set_language
from core.paths import PROFILE_VARIABLE, ProfilePaths

if TYPE_CHECKING:
    from storage.open import Storage

# What a shell starts in the background ignores Ctrl+C, and so does all that it starts in turn; with a handler
# here, what tests start hears it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Also for what lives longer than a test: engines in processes of their own speak English of no country.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("LANGUAGE", None)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test sees no variable, no language and no profile of the person who runs it."""
    for name in [n for n in os.environ if n.upper().startswith("BESTAND_") or n in ("LANGUAGE", "LC_MESSAGES")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    set_language("en")
    monkeypatch.setenv(PROFILE_VARIABLE, str(tmp_path / "profile"))


@pytest.fixture
def profile(tmp_path: Path) -> ProfilePaths:
    """An empty profile with its folders made."""
    paths = ProfilePaths(tmp_path / "profile")
    paths.create()
    return paths


@pytest.fixture
def config(profile: ProfilePaths) -> AppConfig:
    """The settings as they come."""
    return load_config(profile)


@pytest.fixture
def storage(config: AppConfig, profile: ProfilePaths) -> Iterator["Storage"]:
    """The storage floor, opened on the profile."""
    from storage.open import open_storage

    opened = open_storage(config, profile, purpose="a test")
    yield opened
    opened.close()
