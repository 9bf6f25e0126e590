"""Which version folders nothing refers to any more; used by the cleanup of jobs and command line.

A folder counts as referred to while the catalogue or any kept snapshot of it knows the version, deleted datasets
included: they can be restored.
"""

import sqlite3
from contextlib import closing

from storage.database.faults import database_errors
from storage.open import Storage
from storage.snapshots import list_snapshots


def collect_unreferenced(storage: Storage, *, older_than_s: float = 3_600.0) -> int:
    """Remove version folders that a crash between publishing and recording left, and return how many.

    Args:
        storage: The open profile.
        older_than_s: Younger folders stay: a running import may be about to record them.

    Raises:
        DatabaseDamagedError: the catalogue or a snapshot cannot be read; then nothing is removed.
    """
    with storage.database.read() as uow:
        keep = set(uow.versions.published())
    for snapshot in list_snapshots(storage.paths):
        path = snapshot.path(storage.paths)
        with (
            database_errors(path, reading=True),
            closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection,
        ):
            keep.update(connection.execute("SELECT dataset_id, version FROM version"))
    return storage.datasets.collect(keep, older_than_s=older_than_s)
