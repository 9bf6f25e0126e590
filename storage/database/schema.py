"""Which schemas this version knows, without importing the migration library.

Used at every start to see by one plain read whether a migration is needed at all.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from storage.database.faults import database_errors

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every schema, oldest first; a test compares this with the scripts."""

VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class SchemaState:
    """What a database file says of itself: None and 0 for a new or empty one; `tables` are those with content."""

    revision: str | None
    app_version: str | None
    tables: int


def read_schema_state(path: Path) -> SchemaState:
    """Return the schema of a database file, without changing the file.

    Raises:
        DatabaseDamagedError: it is no database, or a broken one.
        DatabaseBusyError: another process kept it locked.
    """
    if not path.exists() or path.stat().st_size == 0:
        return SchemaState(None, None, 0)
    with database_errors(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            revision = _one(connection, f"SELECT version_num FROM {VERSION_TABLE}", VERSION_TABLE in names)
            version = _one(connection, "SELECT value FROM about WHERE key = 'app_version'", "about" in names)
        finally:
            connection.close()
    content = [name for name in names if name != VERSION_TABLE and not name.startswith("sqlite_")]
    return SchemaState(revision, version, len(content))


def _one(connection: sqlite3.Connection, query: str, exists: bool) -> str | None:
    row = connection.execute(query).fetchone() if exists else None
    return str(row[0]) if row else None
