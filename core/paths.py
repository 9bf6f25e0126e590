"""Every path of the profile folder, named once.

A profile is one folder that can be copied to another machine. Nothing outside this module joins its names.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from core.errors import ProfileError, ProfileReadOnlyError
from core.i18n import _

PROFILE_VARIABLE = "BESTAND_PROFILE"
APP_NAME = "bestand"


@dataclass(frozen=True, slots=True)
class ProfilePaths:
    """The places below one profile folder."""

    root: Path

    @property
    def config_file(self) -> Path:
        """The person's settings."""
        return self.root / "config.toml"

    def environment_config_file(self, env: str) -> Path:
        """Settings that hold in one environment (dev, stage, prod) only."""
        return self.root / f"config.{env}.toml"

    @property
    def last_good_config_file(self) -> Path:
        """The newest settings that could be read; used when the present ones cannot."""
        return self.run / "config.last-good.json"

    @property
    def state_db(self) -> Path:
        """SQLite: the truth."""
        return self.root / "state.db"

    @property
    def queue_db(self) -> Path:
        """Huey's messages; may be deleted at any time."""
        return self.root / "queue.db"

    @property
    def datasets(self) -> Path:
        """Immutable Parquet versions."""
        return self.root / "datasets"

    @property
    def sources(self) -> Path:
        """Originals by content hash."""
        return self.root / "sources"

    @property
    def cache(self) -> Path:
        """Disk cache; may be deleted at any time."""
        return self.root / "cache"

    @property
    def backups(self) -> Path:
        """Verified snapshots."""
        return self.root / "backups"

    @property
    def logs(self) -> Path:
        """Rotated JSON logs."""
        return self.root / "logs"

    @property
    def log_file(self) -> Path:
        """The log that is being written; older ones have a number behind its name."""
        return self.logs / "bestand.jsonl"

    @property
    def tmp(self) -> Path:
        """Things being built; emptied at start when nobody else runs. On the same disk as `datasets`."""
        return self.root / "tmp"

    @property
    def exports(self) -> Path:
        """Answers exported from the page."""
        return self.root / "exports"

    @property
    def uploads(self) -> Path:
        """Files handed over by the page, until their import has ended."""
        return self.root / "uploads"

    @property
    def run(self) -> Path:
        """Locks, the running engine's address, one-time links."""
        return self.root / "run"

    @property
    def engine_lock(self) -> Path:
        """Held by the one engine that serves the profile."""
        return self.run / "engine.lock"

    @property
    def engine_file(self) -> Path:
        """Where the running engine is reached; absent while none runs."""
        return self.run / "engine.json"

    @property
    def killed_file(self) -> Path:
        """What an engine that did not end in order left of itself; there until a person has taken note."""
        return self.run / "killed.json"

    @property
    def ports_file(self) -> Path:
        """The ports this profile was served on, home port first."""
        return self.run / "ports.json"

    @property
    def window_lock(self) -> Path:
        """Held by the one window of the profile."""
        return self.run / "window.lock"

    @property
    def window_file(self) -> Path:
        """Place, size and zoom of the window."""
        return self.run / "window.json"

    @property
    def starts_file(self) -> Path:
        """How many starts in a row did not get as far as a drawn page."""
        return self.run / "starts.json"

    @property
    def visits_file(self) -> Path:
        """The places looked at last; may be deleted at any time."""
        return self.run / "visits.json"

    @property
    def web(self) -> Path:
        """What the window's web view remembers for this profile: cookies, storage."""
        return self.root / "web"

    @property
    def reports(self) -> Path:
        """Crash reports, redacted, for the person to look at and to pass on."""
        return self.root / "reports"

    def handover_file(self, kind: str) -> Path:
        """Where the running "window" or "engine" takes the files of a second start."""
        return self.run / f"handover-{kind}.json"

    @property
    def links(self) -> Path:
        """Digests of one-time links not yet used."""
        return self.run / "links"

    def create(self) -> None:
        """Make every folder, readable by the owner only.

        Raises:
            ProfileReadOnlyError: the folder or one below it cannot be made or written.
        """
        folders = (
            self.root, self.datasets, self.sources, self.cache, self.backups,
            self.logs, self.tmp, self.exports, self.uploads, self.run,
        )  # fmt: skip
        try:
            for folder in folders:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.run / f".probe-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except FileExistsError as error:
            raise ProfileError(
                _("'{file}' is a file, but Bestand needs a folder there.").format(file=error.filename),
                hint=_("Move that file away, or choose another folder with --profile DIR."),
            ) from error
        except OSError as error:
            raise translate_os_error(error, self.root) from error


def translate_os_error(error: OSError, path: Path) -> ProfileError:
    """Return the error a person can act on for a refused write below the profile."""
    import errno

    from core.errors import DiskFullError, StorageIOError

    if error.errno in (errno.ENOSPC, errno.EDQUOT) or getattr(error, "winerror", None) == 112:  # ERROR_DISK_FULL
        return DiskFullError(path)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return ProfileReadOnlyError(path)
    return StorageIOError(
        _("The disk refused to work on '{path}': {error}.").format(path=path, error=error.strerror), path=str(path)
    )


def resolve_profile(option: Path | None = None) -> ProfilePaths:
    """Return the profile to use: the option, else `BESTAND_PROFILE`, else the platform's folder."""
    chosen = option or os.environ.get(PROFILE_VARIABLE)
    if chosen:
        return ProfilePaths(Path(chosen).expanduser().absolute())
    from platformdirs import user_data_path

    return ProfilePaths(user_data_path(APP_NAME, appauthor=False))
