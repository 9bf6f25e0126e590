"""The one door to schema changes: used by start-up and by the command line.

A migration never works on the database itself. Under the exclusive lock it keeps a verified snapshot, migrates a
copy in `tmp/`, checks the copy, and puts it in place by one rename: killed at any moment, what lies there is
either the old database or the new one, whole. The migration library is imported only when there is work.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import DatabaseBusyError, DatabaseDamagedError, ProfileError, ProfileNewerError
from core.i18n import _
from core.ids import new_id
from core.paths import ProfilePaths, translate_os_error
from core.types import Json
from core.version import app_version
from storage.database.faults import database_errors
from storage.database.schema import REVISIONS, SchemaState, read_schema_state
from storage.durable import discard, put_in_place, sync_file, sync_folder
from storage.lock import ProfileLock
from storage.snapshots import Snapshot, check_database, copy_database, snapshot_db

if TYPE_CHECKING:
    from sqlalchemy import Connection

EMPTY = "base"
"""The target that takes every table away."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """Where migration scripts lie and which revisions they make, oldest first."""

    folder: Path = Path(__file__).parent / "migrations"
    revisions: tuple[str, ...] = REVISIONS

    @property
    def newest(self) -> str:
        """The revision this version works with."""
        return self.revisions[-1]


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What a migration did. `before` is None for a new profile; `snapshot` names the state kept before."""

    before: str | None
    after: str
    changed: bool
    snapshot: str | None
    duration_s: float

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return asdict(self)


def needs_migration(paths: ProfilePaths, *, scripts: Scripts | None = None) -> bool:
    """Tell whether the database has another schema than this version works with.

    Raises:
        ProfileNewerError: a newer Bestand wrote it.
        DatabaseDamagedError: it is no database, or a broken one.
    """
    wanted = scripts or Scripts()
    state = read_schema_state(paths.state_db)
    _refuse_foreign(paths, state, wanted)
    return state.revision != wanted.newest


def migrate(
    paths: ProfilePaths,
    *,
    lock: ProfileLock | None = None,
    target: str | None = None,
    scripts: Scripts | None = None,
    wait_s: float = 10.0,
) -> MigrationReport:
    """Bring the state database to a schema, up or down.

    Args:
        paths: The profile.
        lock: A hold on the profile that is alone already; without one it is taken for the migration.
        target: A revision, or `EMPTY`; the newest one if not given.
        scripts: Other scripts than the built-in ones.
        wait_s: How long to wait for other processes to leave the profile.

    Raises:
        ProfileInUseError: other processes have the profile open.
        ProfileNewerError: a newer Bestand wrote it; it is not touched.
        DatabaseDamagedError: the database, or the migrated copy, fails its checks; the database is as it was.
        DiskFullError, ProfileReadOnlyError, StorageIOError: the disk refused; the database is as it was.
    """
    started = time.monotonic()
    wanted = scripts or Scripts()
    goal = target or wanted.newest
    if goal not in (*wanted.revisions, EMPTY):
        raise ProfileError(
            _("There is no schema '{goal}'.").format(goal=goal),
            hint=_("Known are: {names}.").format(names=", ".join(wanted.revisions)),
        )
    with _alone(paths, lock, wait_s):
        state = read_schema_state(paths.state_db)
        _refuse_foreign(paths, state, wanted)
        if (state.revision or EMPTY) == goal:
            return _report(state, goal, None, started, changed=False)
        snapshot = _keep(paths, state, goal)
        _replace_by_migrated_copy(paths, wanted, goal, fresh=state.tables == 0)
    return _report(state, goal, snapshot, started, changed=True)


def _report(
    state: SchemaState, goal: str, snapshot: Snapshot | None, started: float, *, changed: bool
) -> MigrationReport:
    kept = snapshot.id if snapshot else None
    return MigrationReport(state.revision, goal, changed, kept, time.monotonic() - started)


def run_scripts(connection: "Connection", goal: str, scripts: Scripts | None = None) -> None:
    """Apply scripts inside the connection's transaction; for a server's database, and for the copy here."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    wanted = scripts or Scripts()
    config = Config()
    config.set_main_option("script_location", str(wanted.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    present = _present_revision(connection)
    order = [EMPTY, *(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())]
    ages = [EMPTY, *reversed(order[1:])]
    if ages.index(goal) >= ages.index(present or EMPTY):
        command.upgrade(config, goal)
    else:
        command.downgrade(config, goal)


def _present_revision(connection: "Connection") -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _alone(paths: ProfilePaths, lock: ProfileLock | None, wait_s: float) -> Iterator[None]:
    if lock is not None and lock.alone:
        yield
        return
    with ProfileLock(paths, purpose="a migration") as own:
        own.take_alone(wait_s=wait_s)
        yield


def _refuse_foreign(paths: ProfilePaths, state: SchemaState, scripts: Scripts) -> None:
    if state.revision is None:
        if state.tables:
            raise DatabaseDamagedError(
                _("'{state_db}' is not a database of Bestand.").format(state_db=paths.state_db)
            )
        return
    if state.revision not in scripts.revisions:
        by = f"Bestand {state.app_version}" if state.app_version else _("a newer Bestand")
        raise ProfileNewerError(
            _(
                "The profile '{root}' was last used by {by} (schema {revision}); "
                "this one knows schemas up to {newest}."
            ).format(root=paths.root, by=by, revision=state.revision, newest=scripts.newest),
            hint=_("Install {by} or newer, or choose another folder with --profile DIR.").format(by=by),
            revision=state.revision,
        )


def _keep(paths: ProfilePaths, state: SchemaState, goal: str) -> Snapshot | None:
    if state.tables == 0:
        return None
    return snapshot_db(paths, reason=f"before the migration from {state.revision or EMPTY} to {goal}")


def _replace_by_migrated_copy(paths: ProfilePaths, scripts: Scripts, goal: str, *, fresh: bool) -> None:
    workshop = paths.tmp / f"migrate-{new_id()}"
    copy = workshop / "state.db"
    try:
        workshop.mkdir(mode=0o700)
        if not fresh:
            copy_database(paths.state_db, copy)
        _migrate_file(copy, scripts, goal)
        check_database(copy)
        sync_file(copy)
        _fold_log(paths.state_db)
        put_in_place(copy, paths.state_db)
        sync_folder(paths.root)
    except OSError as error:
        raise translate_os_error(error, paths.root) from error
    finally:
        discard(workshop)


def _migrate_file(copy: Path, scripts: Scripts, goal: str) -> None:
    from storage.database.engine import engine_for, sqlite_url

    engine = engine_for(sqlite_url(copy))
    try:
        with database_errors(copy):
            with engine.begin() as connection:
                run_scripts(connection, goal, scripts)
                if goal != EMPTY:
                    _sign(connection)
            engine.dispose()  # the last connection to close folds the log into the file
        _fold_log(copy)
    finally:
        engine.dispose()


def _sign(connection: "Connection") -> None:
    connection.exec_driver_sql("DELETE FROM about WHERE key = 'app_version'")
    connection.exec_driver_sql("INSERT INTO about (key, value) VALUES ('app_version', ?)", (app_version(),))


def _fold_log(path: Path) -> None:
    """Put everything the log beside the file holds into the file; a log left behind would spoil the next one."""
    if not path.exists():
        return
    with database_errors(path):
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        log = path.with_name(f"{path.name}-wal")
        if busy or (log.exists() and log.stat().st_size):
            raise DatabaseBusyError(_("Another process still reads the database '{path}'.").format(path=path))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
