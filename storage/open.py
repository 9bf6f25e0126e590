"""Opens everything a profile keeps and hands it up as one object.

The first thing the floor above does. Decides who may migrate (whoever is alone) and in which order things open
and close; does nothing else.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.config import AppConfig, ConfigReport
from core.lazy import Lazy
from core.paths import ProfilePaths, translate_os_error
from core.settings import CurrentConfig
from storage.database.database import Database
from storage.database.migrate import migrate, needs_migration
from storage.datasets import DatasetStore
from storage.durable import remove_tree
from storage.lock import ProfileLock
from storage.sources import SourceStore
from storage.write_buffer import WriteBuffer

if TYPE_CHECKING:
    from storage.cache import Cache
    from storage.duck import DuckEngine


@dataclass(frozen=True, slots=True)
class Storage:
    """One open profile; safe to use from all threads. `lock` is held until `close`."""

    settings: CurrentConfig
    paths: ProfilePaths
    lock: ProfileLock
    database: Database
    drafts: WriteBuffer
    datasets: DatasetStore
    sources: SourceStore
    open_duck: "Lazy[DuckEngine]"
    cache: "Cache"

    @property
    def duck(self) -> "DuckEngine":
        """The analytical engine, loaded when it is first asked for."""
        return self.open_duck()

    @property
    def config(self) -> AppConfig:
        """The settings as they are now."""
        return self.settings.config

    def close(self) -> None:
        """Finish running writes, close everything, and let others have the profile alone."""
        with ExitStack() as last_to_first:  # each is closed, whatever another one says
            last_to_first.callback(self.lock.release)
            last_to_first.callback(self.database.close)
            last_to_first.callback(self.drafts.close)
            last_to_first.callback(self.open_duck.if_made, lambda duck: duck.close())
            last_to_first.callback(self.cache.close)


def open_storage(
    config: AppConfig, paths: ProfilePaths, *, purpose: str = "Bestand", settings: CurrentConfig | None = None
) -> Storage:
    """Open a profile, making or migrating it first where needed.

    Args:
        config: The settings.
        paths: The profile; its folders are made.
        purpose: What this process is, for messages to others ("the window", "bestand data import").
        settings: Where the settings change while the profile is open; without it they stay as they are.

    Raises:
        ProfileInUseError: a migration is needed or running, and other processes have the profile open.
        ProfileNewerError: a newer Bestand wrote it.
        ProfileReadOnlyError, DiskFullError, StorageIOError: the disk refused.
        DatabaseDamagedError: the state database is broken.
    """
    from storage.cache import Cache

    paths.create()
    current = settings or CurrentConfig(paths, ConfigReport(config, {}, ()))
    lock = ProfileLock(paths, purpose=purpose)
    try:
        _prepare(paths, lock)
        database = Database(paths.state_db)
        cache = Cache(config, paths)
        database.on_committed(cache.invalidate)
        return Storage(
            settings=current,
            paths=paths,
            lock=lock,
            database=database,
            drafts=WriteBuffer(database),
            datasets=DatasetStore(paths),
            sources=SourceStore(paths),
            open_duck=Lazy(lambda: _open_duck(current.config, paths)),
            cache=cache,
        )
    except BaseException:
        lock.release()
        raise


def _open_duck(config: AppConfig, paths: ProfilePaths) -> "DuckEngine":
    from storage.duck import DuckEngine

    return DuckEngine(config, paths)


def _prepare(paths: ProfilePaths, lock: ProfileLock) -> None:
    """End with a shared hold on a profile whose database has the right schema."""
    if lock.try_alone():
        _empty(paths)
        if needs_migration(paths):
            migrate(paths, lock=lock)
        lock.share()
        return
    lock.share()
    if needs_migration(paths):
        lock.take_alone()
        migrate(paths, lock=lock)
        lock.share()


def _empty(paths: ProfilePaths) -> None:
    """Remove what processes that died were building."""
    for leftover in [*paths.tmp.iterdir(), *paths.backups.glob("*.part")]:
        try:
            remove_tree(leftover)
        except OSError as error:
            raise translate_os_error(error, leftover) from error
