"""One engine and one window per profile: who they are, and where the engine is reached.

Each holds a lock on a file for as long as it lives, so a killed one leaves nothing that would have to be cleaned
up by hand; the engine's address lies beside its lock. Used by the server, the window, and the commands that talk
about the engine.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import portalocker

from core.clock import now_iso
from core.errors import EngineNotRunningError, ProfileInUseError
from core.i18n import _
from core.paths import ProfilePaths

PATIENCE_S = 0.3
"""Long enough for a command that only looks whether an engine runs to let go of the lock."""


@dataclass(frozen=True, slots=True)
class EngineAddress:
    """Where the engine of a profile is reached.

    `boot` differs for every start, `started_at` is ISO 8601 UTC; a supervised engine belongs to a window and ends
    with it.
    """

    pid: int
    port: int
    boot: str
    started_at: str
    supervised: bool = False

    @property
    def origin(self) -> str:
        """The address of the page, without a path."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def only_engine(paths: ProfilePaths, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Be the profile's one engine for the block.

    Args:
        paths: The profile.
        patience_s: How long an engine that is just ending may hold on.

    Raises:
        ProfileInUseError: another engine serves the profile.
    """
    lock = portalocker.Lock(paths.engine_lock, mode="a", timeout=patience_s, check_interval=0.02)
    try:
        lock.acquire()
    except portalocker.LockException as error:
        other = _read(paths.engine_file)
        told = _("Bestand already runs for the profile '{profile}'.")
        if other:
            told = _("Bestand already runs for the profile '{profile}' (process {pid}).")
        raise ProfileInUseError(
            told.format(profile=paths.root, pid=other.pid if other else 0),
            hint=_("Run `bestand app url` for a link that opens it."),
        ) from error
    try:
        if paths.engine_file.exists():  # of an engine that was killed; Home tells
            paths.engine_file.replace(paths.killed_file)
        yield
    finally:
        lock.release()


@contextmanager
def only_window(paths: ProfilePaths) -> Iterator[bool]:
    """Be the profile's one window for the block; False if there is one already."""
    lock = portalocker.Lock(paths.window_lock, mode="a", timeout=PATIENCE_S, check_interval=0.02)
    try:
        lock.acquire()
    except portalocker.LockException:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def window_runs(paths: ProfilePaths) -> bool:
    """Tell whether the profile has a window."""
    return _is_locked(paths.window_lock)


@contextmanager
def announced(paths: ProfilePaths, port: int, boot: str, *, supervised: bool = False) -> Iterator[EngineAddress]:
    """Let others find the engine for the block."""
    address = EngineAddress(os.getpid(), port, boot, now_iso(), supervised)
    part = paths.engine_file.with_suffix(".part")
    part.write_text(json.dumps(asdict(address)), encoding="utf-8")
    part.replace(paths.engine_file)
    try:
        yield address
    finally:
        paths.engine_file.unlink(missing_ok=True)


def running_engine(paths: ProfilePaths) -> EngineAddress | None:
    """Return where the profile's engine is reached, or None: a file left by a killed engine does not count."""
    address = _read(paths.engine_file)
    return address if address and _is_locked(paths.engine_lock) else None


def running_kind(paths: ProfilePaths) -> str | None:
    """Return what runs the profile, "window" or "engine", or None."""
    if window_runs(paths):
        return "window"
    engine = running_engine(paths)
    return "engine" if engine and not engine.supervised else None


def require_engine(paths: ProfilePaths) -> EngineAddress:
    """Return where the profile's engine is reached.

    Raises:
        EngineNotRunningError: no engine serves the profile.
    """
    address = running_engine(paths)
    if address is None:
        raise EngineNotRunningError(
            _("Bestand does not run for the profile '{profile}'.").format(profile=paths.root)
        )
    return address


def _is_locked(lock_file: Path) -> bool:
    if not lock_file.exists():
        return False
    try:
        with portalocker.Lock(lock_file, mode="a", timeout=0, fail_when_locked=True):
            return False
    except portalocker.LockException:
        return True


def _read(engine_file: Path) -> EngineAddress | None:
    try:
        return EngineAddress(**json.loads(engine_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
