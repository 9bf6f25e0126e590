"""The settings as they are now, and the one way to change one while Bestand runs.

`CurrentConfig` is opened once per process and handed down; whoever asks it each time sees a change at once, and
who must do something for it (a language, a memory limit) listens. A change is written to the person's own file,
whose comments and order stay as they are. Who reads a setting only once at the start is listed in `AFTER_RESTART`.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from core.config import AppConfig, ConfigReport, check_setting, flat_settings, remember_good
from core.errors import ConfigError
from core.i18n import _
from core.paths import ProfilePaths, translate_os_error

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

AFTER_RESTART: Final = frozenset(
    {
        "env", "imports.unpacked_limit_mib", "imports.max_columns", "cache.memory_mib", "cache.disk_mib",
        "jobs.workers", "jobs.lease_s", "log.file_mib", "log.keep_files", "server.port",
    }
)  # fmt: skip
"""Settings that are read once, when the engine starts; all others hold at once."""

_DEFAULT: Final = "default"


class CurrentConfig:
    """The settings of this process; thread-safe.

    Args:
        paths: The profile, whose `config.toml` is written.
        report: The settings as they were read at the start.
        reload: Reads them again, with the same command line; None where nothing may be changed (a safe start).
    """

    def __init__(
        self, paths: ProfilePaths, report: ConfigReport, reload: Callable[[], ConfigReport] | None = None
    ) -> None:
        self._paths = paths
        self._report = report
        self._started_with = dict(flat_settings(report.config))
        self._reload = reload
        self._listeners: list[Callable[[AppConfig], None]] = []
        self._lock = Lock()

    @property
    def config(self) -> AppConfig:
        """The settings that hold now."""
        return self._report.config

    @property
    def report(self) -> ConfigReport:
        """The settings with their origins."""
        return self._report

    def on_change(self, listener: Callable[[AppConfig], None]) -> None:
        """Have `listener` called with the new settings after each change."""
        self._listeners.append(listener)

    def locked_by(self, key: str) -> str | None:
        """Return what sets a key above the person's file, so that changing the file would do nothing; or None."""
        origin = self._report.origins[key]
        below = {_DEFAULT, str(self._paths.config_file), str(self._paths.environment_config_file(self.config.env))}
        return None if origin in below else origin

    def waits_for_restart(self) -> tuple[str, ...]:
        """Return the settings that were changed and hold only after the next start."""
        now = dict(flat_settings(self.config))
        return tuple(key for key in now if key in AFTER_RESTART and now[key] != self._started_with[key])

    def in_file(self, key: str) -> object | None:
        """Return what the person's file says of a key; None if it says nothing."""
        return _found(_parsed(self._paths.config_file), key)

    def change(self, key: str, value: object | None) -> object | None:
        """Write a setting to the person's file and let it hold.

        Args:
            key: Its dotted name.
            value: What it shall be; None takes it out of the file, so that what is below holds again.

        Returns:
            What the file said before, with which the same call takes the change back.

        Raises:
            ConfigError: there is no such setting, it cannot have this value, something above the file decides it,
                or the file cannot be understood and must be corrected first.
            ProfileError: the file cannot be written; it is as it was.
        """
        with self._lock:
            if self._reload is None:
                raise ConfigError(
                    _("In a safe start the settings files are left aside, so nothing can be changed."),
                    hint=_("Start Bestand the usual way first."),
                )
            if value is not None:
                check_setting(key, value)
            above = self.locked_by(key)
            if above is not None:
                raise ConfigError(
                    _("'{key}' is set by {origin}, which goes before the settings file.").format(
                        key=key, origin=above
                    ),
                    hint=_("Change it there."),
                )
            before = self._write(key, value)
            self._report = self._reload()
            remember_good(self._paths, self._report)
        for listener in self._listeners:
            listener(self.config)
        return before

    def _write(self, key: str, value: object | None) -> object | None:
        path = self._paths.config_file
        document = _parsed(path)
        before = _found(document, key)
        _put(document, key, value)
        _replace(path, document.as_string())
        return before


def _parsed(path: Path) -> "TOMLDocument":
    """Return the file with its comments; an empty one if it is not there.

    Raises:
        ConfigError: it cannot be read.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigError(
            _("The settings file '{path}' cannot be understood, so it is not changed.").format(path=path),
            hint=_("Correct it in a text editor, or delete it."),
        ) from error


def _found(document: Mapping[str, Any], key: str) -> object | None:
    section, _dot, name = key.rpartition(".")
    table: Any = document.get(section, {}) if section else document
    value: Any = table.get(name) if isinstance(table, Mapping) else None
    return value.unwrap() if hasattr(value, "unwrap") else value  # type: ignore[no-any-return]  # plain TOML


def _put(document: "TOMLDocument", key: str, value: object | None) -> None:
    import tomlkit

    section, _dot, name = key.rpartition(".")
    if section and section not in document:
        if value is None:
            return
        document[section] = tomlkit.table()
    table: Any = document[section] if section else document
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value


def _replace(path: Path, text: str) -> None:
    """Put the text in the file's place, whole or not at all."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise translate_os_error(error, path) from error
