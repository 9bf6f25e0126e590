"""A changed setting holds at once, is written without loss, and never pretends."""

from functools import partial

import pytest

from core.config import AppConfig, load_config_report
from core.errors import ConfigError
from core.paths import ProfilePaths
from core.settings import AFTER_RESTART, CurrentConfig
from core.types import Compute

FILE = """# What I like
debug = true  # for the demo

# The engine
[engine]
threads = 2  # two cores
"""


def settings_of(profile: ProfilePaths, **overrides: object) -> CurrentConfig:
    """The settings of a profile, as the engine opens them."""
    reload = partial(load_config_report, profile, overrides=overrides)
    return CurrentConfig(profile, reload(), reload)


def test_a_change_holds_and_keeps_every_comment(profile: ProfilePaths) -> None:
    """What a person wrote into the file by hand stays; the new values stand where they belong."""
    profile.config_file.write_text(FILE, encoding="utf-8")
    settings = settings_of(profile)

    settings.change("theme", "dark")
    settings.change("engine.memory_limit_mib", 512)
    settings.change("ui.language", "de")

    assert (settings.config.theme, settings.config.engine.memory_limit_mib) == ("dark", 512)
    assert load_config_report(profile).config == settings.config
    text = profile.config_file.read_text(encoding="utf-8")
    for line in ("# What I like", "debug = true  # for the demo", "# The engine", "threads = 2  # two cores"):
        assert line in text


def test_a_change_can_be_taken_back_to_what_the_file_said(profile: ProfilePaths) -> None:
    """Undo writes what stood there; where nothing stood, nothing stands again."""
    profile.config_file.write_text(FILE, encoding="utf-8")
    settings = settings_of(profile)
    before = settings.config

    threads = settings.change("engine.threads", 4)
    theme = settings.change("theme", "light")
    settings.change("theme", theme)
    settings.change("engine.threads", threads)

    assert (threads, theme) == (2, None)
    assert settings.config == before
    assert "theme" not in profile.config_file.read_text(encoding="utf-8")


def test_whoever_listens_hears_the_new_settings(profile: ProfilePaths) -> None:
    """A listener is called once for each change, with what holds then."""
    settings, heard = settings_of(profile), list[AppConfig]()
    settings.on_change(heard.append)

    settings.change("compute", "fast")

    assert [config.compute for config in heard] == [Compute.FAST]


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("engine.threads", -1, "cannot be -1"),
        ("theme", "pink", "cannot be 'pink'"),
        ("colour", "red", "no setting"),
    ],
)
def test_what_cannot_be_changes_nothing(profile: ProfilePaths, key: str, value: object, told: str) -> None:
    """An impossible value is refused by name, and the file stays as it was."""
    profile.config_file.write_text(FILE, encoding="utf-8")
    settings = settings_of(profile)

    with pytest.raises(ConfigError, match=told):
        settings.change(key, value)

    assert profile.config_file.read_text(encoding="utf-8") == FILE


def test_what_is_set_above_the_file_says_so(profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable or an option goes before the file: the change is refused, with the name of what decides."""
    monkeypatch.setenv("BESTAND_THEME", "dark")
    settings = settings_of(profile, compute="fast")

    assert settings.locked_by("theme") == "BESTAND_THEME"
    assert settings.locked_by("compute") == "command line"
    assert settings.locked_by("ui.language") is None
    with pytest.raises(ConfigError, match="BESTAND_THEME"):
        settings.change("theme", "light")


def test_a_file_of_the_environment_lies_below(profile: ProfilePaths) -> None:
    """What the file of the environment says can be overruled by the person's own."""
    profile.environment_config_file("prod").write_text('theme = "dark"\n', encoding="utf-8")
    settings = settings_of(profile)
    assert (settings.config.theme, settings.locked_by("theme")) == ("dark", None)

    settings.change("theme", "light")
    chosen = settings.config.theme
    settings.change("theme", None)
    assert (chosen, load_config_report(profile).config.theme) == ("light", "dark")


def test_a_broken_file_is_not_written_over(profile: ProfilePaths) -> None:
    """A file nobody can read may hold what a person wants back; it is left alone and named."""
    profile.config_file.write_text("theme = [", encoding="utf-8")
    settings = settings_of(profile)

    with pytest.raises(ConfigError, match=r"config\.toml"):
        settings.change("theme", "light")

    assert profile.config_file.read_text(encoding="utf-8") == "theme = ["


def test_a_safe_start_changes_nothing(profile: ProfilePaths) -> None:
    """While the files are left aside a change would seem to be lost, so there is none."""
    settings = CurrentConfig(profile, load_config_report(profile, files=False))

    with pytest.raises(ConfigError, match="safe start"):
        settings.change("theme", "light")
    assert not profile.config_file.exists()


def test_what_waits_for_a_restart_is_known(profile: ProfilePaths) -> None:
    """A setting that is read once is named until the engine starts again, or it is what it was."""
    settings = settings_of(profile)

    settings.change("jobs.workers", 5)
    settings.change("theme", "dark")
    assert settings.waits_for_restart() == ("jobs.workers",)
    settings.change("jobs.workers", None)
    assert settings.waits_for_restart() == ()


def test_the_list_of_what_waits_names_settings() -> None:
    """Nothing in it is misspelt or gone."""
    from core.config import known_keys

    assert set(known_keys()) >= AFTER_RESTART
