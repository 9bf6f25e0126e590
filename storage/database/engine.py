"""Connections: how SQLite and Postgres are set up, in one place.

Used by `Database` and by migrations. SQLite runs in WAL with synchronous=FULL; the driver never begins a
transaction by itself (left to its own, updates get lost), our hook begins each one in the mode asked for.
"""

import json
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

BUSY_SLICE_S = 0.25
"""How long SQLite itself waits for a lock; longer waits are loops around it, which can be ended."""

READERS = 16
"""Read sessions open at once; more wait."""

_READ_WAIT_S = 30.0
_OPTION = "sqlite_begin"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",  # macOS: a plain fsync leaves the data in the disk's own cache
    "checkpoint_fullfsync=ON",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-16384",
    "journal_size_limit=67108864",
    "trusted_schema=OFF",
)
_to_json = partial(json.dumps, separators=(",", ":"), allow_nan=False)


def sqlite_url(path: Path) -> URL:
    """Return the URL of a database file."""
    return URL.create("sqlite", database=str(path))


def engine_for(url: URL | str) -> Engine:
    """Return the engine for writing transactions (`sqlite:///…` or `postgresql+psycopg://…`).

    SQLite transactions begin IMMEDIATE; Postgres ones are serializable.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            connect_args={"timeout": BUSY_SLICE_S, "isolation_level": None},
            pool_size=1,
            max_overflow=0,
            json_serializer=_to_json,
        )
        event.listen(engine, "connect", _set_up_writer)
        event.listen(engine, "begin", _begin)
        return engine.execution_options(**{_OPTION: "IMMEDIATE"})
    return create_engine(
        parsed,
        isolation_level="SERIALIZABLE",
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        json_serializer=_to_json,
    )


def reader_for(url: URL | str) -> Engine:
    """Return the engine for sessions that can only read and see one snapshot each."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            connect_args={"timeout": 5.0, "isolation_level": None},
            pool_size=4,
            max_overflow=READERS - 4,
            pool_timeout=_READ_WAIT_S,
            json_serializer=_to_json,
        )
        event.listen(engine, "connect", _set_up_reader)
        event.listen(engine, "begin", _begin)
        return engine
    return create_engine(
        parsed,
        isolation_level="REPEATABLE READ",
        pool_size=4,
        max_overflow=READERS - 4,
        pool_timeout=_READ_WAIT_S,
        pool_pre_ping=True,
        json_serializer=_to_json,
        connect_args={"options": "-c default_transaction_read_only=on"},
    )


def in_transaction(connection: Connection) -> bool:
    """Tell whether SQLite itself is still inside the transaction; some failures end it behind our back."""
    driver = connection.connection.driver_connection
    return isinstance(driver, sqlite3.Connection) and driver.in_transaction


def _set_up_writer(connection: sqlite3.Connection, _record: object) -> None:
    _teach(connection)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _teach(connection: sqlite3.Connection) -> None:
    """Let `lower` know all letters; SQLite's own knows only those of English, so a search would miss 'MÜLLER'."""
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(value: str | bytes | float | None) -> str | bytes | float | None:
    return value.lower() if isinstance(value, str) else value


def _set_up_reader(connection: sqlite3.Connection, _record: object) -> None:
    _teach(connection)
    for pragma in ("temp_store=MEMORY", "cache_size=-8192", "trusted_schema=OFF", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    mode: Any = connection.get_execution_options().get(_OPTION, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
