"""Settings: defaults < file per environment < user file < `BESTAND_*` variables < command line.

`load_config()` is called once per process; whoever needs a setting gets the `AppConfig` handed down. A file
that cannot be used never stops the start: it is named in `ConfigReport.problems`, and the last good settings
are used instead. An unknown key is refused by name, with the nearest known one.
"""

import difflib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from core.errors import ConfigError
from core.i18n import Language, _
from core.paths import PROFILE_VARIABLE, ProfilePaths
from core.types import Compute

ENV_PREFIX = "BESTAND_"
NESTED = "__"


class Section(BaseModel):
    """One group of settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EngineSection(Section):
    """The analytical engine."""

    memory_limit_mib: Annotated[int, Field(ge=64)] = 2_048
    """Most memory of an import or another work of our own, and once more of questions; more goes through the disk.

    From 512 on the whole process keeps to it; below, Python and the engine's own parts alone need more.
    """
    threads: Annotated[int, Field(ge=0, le=256)] = 0
    """Engine threads; 0 takes one per core."""


class ImportSection(Section):
    """Reading files."""

    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Below this nothing is imported without a person's word."""
    reference_above_mib: Annotated[int, Field(ge=0)] = 4_096
    """Larger originals are hashed in place and referenced, not copied."""
    unpacked_limit_mib: Annotated[int, Field(ge=1)] = 2_048
    """Most bytes a compressed file may unpack to."""
    max_columns: Annotated[int, Field(ge=1)] = 20_000
    """More columns than this is no table."""


class QuerySection(Section):
    """Questions."""

    page_rows: Annotated[int, Field(ge=1, le=10_000)] = 200
    """Rows shown at once."""
    timeout_s: Annotated[float, Field(gt=0)] = 600.0
    """A question that takes longer is stopped."""
    history_keep: Annotated[int, Field(ge=0)] = 5_000
    """Questions kept in the history."""


class CacheSection(Section):
    """The cache."""

    memory_mib: Annotated[int, Field(ge=0)] = 128
    """Most memory for cached answers."""
    disk_mib: Annotated[int, Field(ge=0)] = 1_024
    """Most disk for cached answers."""


class JobsSection(Section):
    """Background work."""

    workers: Annotated[int, Field(ge=1, le=32)] = 2
    """Jobs running at once in one process."""
    lease_s: Annotated[float, Field(ge=1, le=600)] = 10.0
    """A job whose worker elsewhere says nothing for this long is taken over; on this machine only a dead one's."""
    keep_days: Annotated[float, Field(ge=0)] = 30.0
    """Days for which an ended job is shown."""


class LogSection(Section):
    """Logs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe line that is kept."""
    file_mib: Annotated[int, Field(ge=1)] = 10
    """A log file of this size is rotated."""
    keep_files: Annotated[int, Field(ge=1, le=100)] = 5
    """Rotated files kept."""


class UiSection(Section):
    """What a person sees."""

    language: Language = "auto"
    """Language of all texts, and how numbers and dates are written; auto takes the machine's."""


class ServerSection(Section):
    """The page's server, on this machine only."""

    port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """Port to listen on; 0 takes the port of last time, or a free one."""


class AppConfig(BaseSettings):
    """All settings of one process; frozen."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter=NESTED, frozen=True, extra="forbid", validate_default=True
    )

    env: Literal["dev", "stage", "prod"] = "prod"
    """Which file `config.<env>.toml` is read below the user's own."""
    debug: bool = False
    """Keep debug lines in the log."""
    mode: Literal["offline", "online"] = "offline"
    """Offline opens no connection at all."""
    theme: Literal["auto", "light", "dark"] = "auto"
    """Colours of the window."""
    compute: Compute = Compute.ACCURATE
    """How much work a profile may cost: exact, or sampled with a stated bound."""
    engine: EngineSection = EngineSection()
    imports: ImportSection = ImportSection()
    query: QuerySection = QuerySection()
    cache: CacheSection = CacheSection()
    jobs: JobsSection = JobsSection()
    log: LogSection = LogSection()
    server: ServerSection = ServerSection()
    ui: UiSection = UiSection()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from the constructor only; `load_config` has merged the layers."""
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class ConfigReport:
    """The settings, where each comes from, and what could not be used.

    `origins` maps a dotted key to "default", a file's path, a variable's name or "command line".
    """

    config: AppConfig
    origins: Mapping[str, str]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Layer:
    """Values of one origin, by dotted key, with the name a person knows each value's place by."""

    values: Mapping[str, Any]
    places: Mapping[str, str]


def load_config(paths: ProfilePaths, *, overrides: Mapping[str, Any] | None = None) -> AppConfig:
    """Return the settings for one profile; see `load_config_report` for origins and problems."""
    return load_config_report(paths, overrides=overrides).config


def load_config_report(
    paths: ProfilePaths, *, overrides: Mapping[str, Any] | None = None, files: bool = True
) -> ConfigReport:
    """Read all layers.

    Args:
        paths: The profile; its files need not exist.
        overrides: Dotted key to value, from the command line.
        files: Read the settings files; a safe start does not.

    Raises:
        ConfigError: a variable or an override is unknown or has an impossible value. A file never raises.
    """
    above = [_environment_layer(), _layer(overrides or {}, "command line")]
    for layer in above:
        _refuse_unknown(layer)
    if not files:
        config, origins = _build(above)
        return ConfigReport(config, origins, (_("This is a safe start: the settings files were left aside."),))
    env = _merge([*above])[0].get("env") or _env_named_in_file(paths.config_file) or "prod"
    problems: list[str] = []
    below = [_file_layer(p, problems) for p in (paths.environment_config_file(str(env)), paths.config_file)]
    if problems:
        below = [_last_good_layer(paths)]
    try:
        config, origins = _build([*below, *above])
    except ConfigError as error:
        _build(above)  # raises when a variable or option is at fault: that person is there to correct it
        problems.append(_("{problem} The last good settings are used.").format(problem=error))
        config, origins = _build([_last_good_layer(paths), *above])
    return ConfigReport(config, origins, tuple(problems))


def remember_good(paths: ProfilePaths, report: ConfigReport) -> None:
    """Keep the values that came from files, for a start whose files cannot be read."""
    if report.problems:
        return
    flat = dict(_flatten(report.config.model_dump(mode="json")))
    kept = {key: flat[key] for key, place in report.origins.items() if place.endswith(".toml")}
    text = json.dumps(kept, sort_keys=True)
    target = paths.last_good_config_file
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        part = target.with_suffix(f".{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(target)


def _build(layers: list[_Layer]) -> tuple[AppConfig, dict[str, str]]:
    values, places = _merge(layers)
    nested: dict[str, Any] = {}
    for key, value in values.items():
        section, _dot, name = key.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[name] = value
    try:
        config = AppConfig(**nested)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        place = places.get(key, _("the settings"))
        told = _("{place}: '{key}' cannot be {value} ({why}).")
        raise ConfigError(
            told.format(place=place, key=key, value=repr(first["input"]), why=first["msg"]), key=key
        ) from error
    origins = {key: places.get(key, "default") for key, _value in _flatten(config.model_dump(mode="json"))}
    return config, origins


def _merge(layers: list[_Layer]) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for layer in layers:
        values.update(layer.values)
        places.update(layer.places)
    return values, places


def _layer(values: Mapping[str, Any], place: str) -> _Layer:
    return _Layer(dict(values), dict.fromkeys(values, place))


def _environment_layer() -> _Layer:
    """Read `BESTAND_*`, one setting each; a variable that is no setting stays in, to be refused by its name."""
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for name, value in os.environ.items():
        upper = name.upper()
        if upper.startswith(ENV_PREFIX) and upper != PROFILE_VARIABLE:
            key = upper.removeprefix(ENV_PREFIX).lower().replace(NESTED, ".")
            values[key], places[key] = value, name
    return _Layer(values, places)


def _file_layer(path: Path, problems: list[str]) -> _Layer:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return _layer({}, "")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(
            _("{path} cannot be read ({error}). The last good settings are used.").format(path=path, error=error)
        )
        return _layer({}, "")
    try:
        layer = _layer(dict(_flatten(tomllib.loads(text))), str(path))
        _refuse_unknown(layer)
        _build([layer])
    except (tomllib.TOMLDecodeError, ConfigError) as error:
        told = str(error) if isinstance(error, ConfigError) else f"{path}: {error}"
        problems.append(_("{problem} The last good settings are used.").format(problem=told))
        return _layer({}, "")
    return layer


def _last_good_layer(paths: ProfilePaths) -> _Layer:
    try:
        values = json.loads(paths.last_good_config_file.read_text(encoding="utf-8"))
        layer = _layer(values, str(paths.last_good_config_file))
        _refuse_unknown(layer)
        _build([layer])
    except (OSError, ValueError, TypeError, ConfigError):
        return _layer({}, "")
    return layer


def _env_named_in_file(path: Path) -> str | None:
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8")).get("env")
    except (OSError, ValueError):
        return None
    return value if isinstance(value, str) else None


def check_setting(key: str, value: object) -> None:
    """Check one setting by itself.

    Raises:
        ConfigError: there is no such setting, or it cannot have this value.
    """
    layer = _layer({key: value}, _("The settings"))
    _refuse_unknown(layer)
    _build([layer])


def known_keys() -> tuple[str, ...]:
    """Return every setting's dotted key."""
    return tuple(key for key, _value in _flatten(AppConfig().model_dump()))


def flat_settings(config: AppConfig) -> tuple[tuple[str, Any], ...]:
    """Return every setting as dotted key and plain value, in the order in which they are declared."""
    return tuple(_flatten(config.model_dump(mode="json")))


def _refuse_unknown(layer: _Layer) -> None:
    known = known_keys()
    for key in layer.values:
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            told = _("{place}: there is no setting '{key}'.")
            if nearest:
                told = _("{place}: there is no setting '{key}'. Did you mean '{nearest}'?")
            raise ConfigError(
                told.format(place=layer.places[key], key=key, nearest=nearest[0] if nearest else ""), key=key
            )


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
