"""Settings: which layer wins, what is refused, and what happens when a file cannot be used."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.config import AppConfig, known_keys, load_config, load_config_report, remember_good
from core.errors import ConfigError
from core.paths import PROFILE_VARIABLE, ProfilePaths

VALUES: dict[str, st.SearchStrategy[object]] = {
    "debug": st.booleans(),
    "mode": st.sampled_from(["offline", "online"]),
    "theme": st.sampled_from(["auto", "light", "dark"]),
    "compute": st.sampled_from(["fast", "accurate"]),
    "engine.memory_limit_mib": st.integers(64, 100_000),
    "engine.threads": st.integers(0, 256),
    "imports.min_confidence": st.floats(0, 1),
    "query.page_rows": st.integers(1, 10_000),
    "query.timeout_s": st.floats(0.001, 1e6),
    "jobs.workers": st.integers(1, 32),
    "log.level": st.sampled_from(["debug", "info", "warning", "error"]),
    "server.port": st.integers(0, 65_535),
}
LAYERS = ("environment file", "user file", "variable", "command line")
"""Weakest first; the defaults lie below all of them."""


def variable(key: str) -> str:
    """The environment variable that sets `key`."""
    return "BESTAND_" + key.upper().replace(".", "__")


def toml(values: Mapping[str, object]) -> str:
    """Dotted keys and JSON scalars are TOML as they stand."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def value_at(config: AppConfig, key: str) -> object:
    """The effective value of a dotted key."""
    value: object = config
    for part in key.split("."):
        value = getattr(value, part)
    return value


@st.composite
def layered(draw: st.DrawFn) -> dict[str, dict[str, object]]:
    """Values for some keys in some layers."""
    layers: dict[str, dict[str, object]] = {layer: {} for layer in LAYERS}
    places = st.tuples(st.sampled_from(sorted(VALUES)), st.sampled_from(LAYERS))
    for key, layer in draw(st.sets(places, max_size=24)):
        layers[layer][key] = draw(VALUES[key])
    return layers


@given(layered())
def test_the_strongest_layer_wins_and_is_named_as_the_origin(layers: dict[str, dict[str, object]]) -> None:
    """Defaults < file per environment < user file < variable < command line, for every setting by itself."""
    with tempfile.TemporaryDirectory() as folder:
        paths = ProfilePaths(Path(folder))
        paths.environment_config_file("prod").write_text(toml(layers["environment file"]), encoding="utf-8")
        paths.config_file.write_text(toml(layers["user file"]), encoding="utf-8")
        variables = {
            variable(k): str(v).lower() if isinstance(v, bool) else str(v) for k, v in layers["variable"].items()
        }
        with mock.patch.dict(os.environ, {PROFILE_VARIABLE: folder, **variables}, clear=True):
            report = load_config_report(paths, overrides=layers["command line"])

    origins: dict[str, Callable[[str], str]] = {
        "environment file": lambda _: str(paths.environment_config_file("prod")),
        "user file": lambda _: str(paths.config_file),
        "variable": variable,
        "command line": lambda _: "command line",
    }
    assert report.problems == ()
    for key in VALUES:
        layer = next((each for each in reversed(LAYERS) if key in layers[each]), None)
        wanted = value_at(AppConfig(), key) if layer is None else layers[layer][key]
        assert value_at(report.config, key) == wanted
        assert report.origins[key] == ("default" if layer is None else origins[layer](key))


def test_every_setting_has_an_origin(profile: ProfilePaths) -> None:
    """`config show --origin` can name a place for each value."""
    assert set(load_config_report(profile).origins) == set(known_keys())


@pytest.mark.parametrize("source", ["command line", "variable", "user file"])
def test_the_environment_chooses_its_file_from_any_layer(
    profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """`env = dev` reads config.dev.toml and no other environment's file, wherever `env` was set."""
    profile.environment_config_file("dev").write_text('theme = "dark"\n', encoding="utf-8")
    profile.environment_config_file("prod").write_text('theme = "light"\n', encoding="utf-8")
    overrides = {}
    if source == "command line":
        overrides["env"] = "dev"
    elif source == "variable":
        monkeypatch.setenv("BESTAND_ENV", "dev")
    else:
        profile.config_file.write_text('env = "dev"\n', encoding="utf-8")

    config = load_config(profile, overrides=overrides)

    assert (config.env, config.theme) == ("dev", "dark")


def test_settings_cannot_be_changed_after_they_were_read(config: AppConfig) -> None:
    """A running process has one set of settings; a change hands down a new one."""
    with pytest.raises(ValidationError):
        config.theme = "dark"
    with pytest.raises(ValidationError):
        config.engine.threads = 3


# ---- what is refused ------------------------------------------------------------------------------------------


def test_an_unknown_variable_is_refused_with_the_nearest_known_key(
    profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error in a variable is not silently without effect."""
    monkeypatch.setenv("BESTAND_ENGIN__THREADS", "3")
    with pytest.raises(ConfigError, match=r"BESTAND_ENGIN__THREADS.*Did you mean 'engine\.threads'"):
        load_config(profile)


def test_an_unknown_option_is_refused_with_the_nearest_known_key(profile: ProfilePaths) -> None:
    """The same for the command line."""
    with pytest.raises(ConfigError, match=r"command line.*'querry\.page_rows'.*'query\.page_rows'"):
        load_config(profile, overrides={"querry.page_rows": 3})


def test_a_key_like_no_other_is_refused_without_a_guess(profile: ProfilePaths) -> None:
    """A far-fetched suggestion would mislead."""
    with pytest.raises(ConfigError, match="no setting 'zzzz'") as caught:
        load_config(profile, overrides={"zzzz": 3})
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BESTAND_THEME", "pink"),
        ("BESTAND_ENGINE__MEMORY_LIMIT_MIB", "63"),
        ("BESTAND_QUERY__TIMEOUT_S", "0"),
        ("BESTAND_SERVER__PORT", "65536"),
        ("BESTAND_ENGINE", "lots"),
        ("BESTAND_ENGINE", "{"),
        ("BESTAND_ENGINE", '{"thread": 2}'),
    ],
)
def test_an_impossible_variable_is_refused_by_its_own_name(
    profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The person who set it learns which variable to correct."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name):
        load_config(profile)


def test_an_impossible_option_is_refused_even_beside_a_broken_file(profile: ProfilePaths) -> None:
    """A broken file is forgiven, what was typed just now is not."""
    profile.config_file.write_text("theme = ", encoding="utf-8")
    with pytest.raises(ConfigError, match="command line: 'theme'"):
        load_config(profile, overrides={"theme": "pink"})


# ---- files that cannot be used --------------------------------------------------------------------------------

BAD_FILES = {
    "no TOML": b"theme = \n",
    "an unknown key": b'theem = "dark"\n',
    "an unknown section": b"[engin]\nthreads = 3\n",
    "a value where a section belongs": b"engine = 3\n",
    "a section where a value belongs": b"[theme]\ncolour = 3\n",
    "an impossible value": b'[engine]\nthreads = "many"\n',
    "a byte that is no UTF-8": b'theme = "d\xe4rk"\n',
    "an impossible environment": b'env = "holiday"\n',
    "an environment that is no text": b"env = 3\n",
}


@pytest.mark.parametrize("what", sorted(BAD_FILES))
def test_a_bad_file_never_stops_the_start(profile: ProfilePaths, what: str) -> None:
    """It is named, and the settings of the last good start are used."""
    profile.config_file.write_text('theme = "dark"\n[engine]\nthreads = 7\n', encoding="utf-8")
    remember_good(profile, load_config_report(profile))
    profile.config_file.write_bytes(BAD_FILES[what])

    report = load_config_report(profile)

    assert (report.config.theme, report.config.engine.threads) == ("dark", 7)
    assert report.origins["theme"] == str(profile.last_good_config_file)
    assert len(report.problems) == 1
    assert profile.config_file.name in report.problems[0]
    assert "last good" in report.problems[0]


def test_a_bad_file_without_a_good_past_means_the_defaults(profile: ProfilePaths) -> None:
    """The first start of all with a broken file works too."""
    profile.config_file.write_text("theme = ", encoding="utf-8")
    report = load_config_report(profile)
    assert report.config == AppConfig()
    assert report.problems


def test_a_folder_in_place_of_the_file_is_told_and_survived(profile: ProfilePaths) -> None:
    """Whatever cannot be read is a problem to name, not a crash."""
    profile.config_file.mkdir()
    report = load_config_report(profile)
    assert report.config == AppConfig()
    assert str(profile.config_file) in report.problems[0]


def test_a_bad_environment_file_is_named(profile: ProfilePaths) -> None:
    """Both files are under the same rule."""
    profile.environment_config_file("prod").write_text("nonsense = 1\n", encoding="utf-8")
    report = load_config_report(profile)
    assert "config.prod.toml" in report.problems[0]


def test_variables_still_count_above_the_last_good_settings(
    profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken file takes nothing away from the layers above it."""
    profile.config_file.write_text("theme = ", encoding="utf-8")
    monkeypatch.setenv("BESTAND_THEME", "light")
    report = load_config_report(profile)
    assert report.config.theme == "light"
    assert report.origins["theme"] == "BESTAND_THEME"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"theme": "pink"}', '{"nonsense": 1}', "3"])
def test_damaged_last_good_settings_are_left_aside(profile: ProfilePaths, text: str) -> None:
    """Two broken files in a row still start with the defaults."""
    profile.config_file.write_text("theme = ", encoding="utf-8")
    profile.last_good_config_file.write_text(text, encoding="utf-8")
    assert load_config(profile) == AppConfig()


def test_only_values_from_files_are_remembered(profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of one start must not live on in the next."""
    profile.config_file.write_text("[engine]\nthreads = 7\n", encoding="utf-8")
    monkeypatch.setenv("BESTAND_THEME", "dark")
    remember_good(profile, load_config_report(profile, overrides={"mode": "online"}))
    assert json.loads(profile.last_good_config_file.read_text(encoding="utf-8")) == {"engine.threads": 7}


def test_settings_with_problems_are_not_remembered(profile: ProfilePaths) -> None:
    """What was good yesterday is not overwritten by what is broken today."""
    profile.config_file.write_text('theme = "dark"\n', encoding="utf-8")
    remember_good(profile, load_config_report(profile))
    profile.config_file.write_text("theme = ", encoding="utf-8")
    remember_good(profile, load_config_report(profile))
    assert json.loads(profile.last_good_config_file.read_text(encoding="utf-8")) == {"theme": "dark"}


def test_unchanged_settings_are_not_written_again(profile: ProfilePaths) -> None:
    """A start changes no file without need."""
    profile.config_file.write_text('theme = "dark"\n', encoding="utf-8")
    remember_good(profile, load_config_report(profile))
    before = profile.last_good_config_file.stat()
    remember_good(profile, load_config_report(profile))
    after = profile.last_good_config_file.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
