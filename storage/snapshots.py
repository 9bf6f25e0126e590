"""Verified copies of the state database below `backups/`.

Taken before each migration. A snapshot is one SQLite file, opened and checked before it counts, with a manifest
beside it. Works beside running processes.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from core.clock import now_iso
from core.errors import DatabaseDamagedError, DiskFullError
from core.fingerprint import file_digest
from core.i18n import _
from core.ids import new_id
from core.paths import ProfilePaths, translate_os_error
from storage.database.faults import database_errors
from storage.database.schema import read_schema_state
from storage.durable import discard, make_read_only, put_in_place, sync_file, sync_folder, write_whole

_SUFFIX = ".db"
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One kept state. `digest` is the BLAKE3 hex digest of the file; `revision` names its schema."""

    id: str
    created_at: str
    reason: str
    revision: str | None
    size_bytes: int
    digest: str

    def path(self, paths: ProfilePaths) -> Path:
        """Return the file."""
        return paths.backups / f"{self.id}{_SUFFIX}"


def snapshot_db(paths: ProfilePaths, *, reason: str) -> Snapshot:
    """Copy the state database as it is now, check the copy, and keep it.

    Raises:
        DatabaseDamagedError: the database, or the copy, fails the integrity check.
        DiskFullError, ProfileReadOnlyError, StorageIOError: the copy could not be written; none is kept.
    """
    snapshot_id = new_id()
    part = paths.backups / f"{snapshot_id}{_SUFFIX}{_PART}"
    final = part.with_suffix("")
    try:
        copy_database(paths.state_db, part)
        check_database(part)
        revision = read_schema_state(part).revision
        sync_file(part)
        digest, size = file_digest(part), part.stat().st_size
        snapshot = Snapshot(snapshot_id, now_iso(), reason, revision, size, digest)
        put_in_place(part, final)
        make_read_only(final)
        write_whole(final.with_suffix(".json"), json.dumps(asdict(snapshot), indent=1).encode())
        sync_folder(paths.backups)
    except OSError as error:
        raise translate_os_error(error, paths.backups) from error
    finally:
        discard(part)
    return snapshot


def list_snapshots(paths: ProfilePaths) -> tuple[Snapshot, ...]:
    """Return every snapshot, newest first; a manifest that cannot be read is left out."""
    found: list[Snapshot] = []
    for manifest in paths.backups.glob("*.json"):
        try:
            found.append(Snapshot(**json.loads(manifest.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            continue
    return tuple(sorted(found, key=lambda snapshot: snapshot.id, reverse=True))


def copy_database(source: Path, target: Path) -> None:
    """Copy a database, with what its log holds, into one file without a log.

    Raises:
        DatabaseDamagedError: the source is broken.
        DiskFullError: there is no room for the copy.
    """
    if shutil.disk_usage(target.parent).free < source.stat().st_size:
        raise DiskFullError(target)
    with (
        database_errors(source),
        closing(sqlite3.connect(source, timeout=10)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer, pages=-1)  # in one step: stepwise it begins anew at each write of others
        writer.execute("PRAGMA journal_mode=DELETE")


def check_database(path: Path) -> None:
    """Read the whole file and check every page, index and reference.

    Raises:
        DatabaseDamagedError: something in it is broken; the message says what.
    """
    with database_errors(path), closing(sqlite3.connect(path)) as connection:
        verdict = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if verdict != ["ok"]:
        raise DatabaseDamagedError(
            _("The database '{path}' is damaged: {names}.").format(path=path, names="; ".join(verdict))
        )
    if orphans:
        table, row, parent, _key = orphans[0]
        raise DatabaseDamagedError(
            _("The database '{path}' is damaged: row {row} of '{table}' refers to a missing '{parent}'.").format(
                path=path, row=row, table=table, parent=parent
            )
        )
