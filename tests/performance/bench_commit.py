"""What a durable write costs when many want one at once.

Ours: threads that call `run_tx`, whose every return means that the row is on the disk. The peer: the same
statement on bare sqlite3 with synchronous=FULL, each thread with its own connection and transaction, in the same
run. Both take turns, so that a neighbour's noise meets both.
"""

import sqlite3
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.paths import ProfilePaths
from storage.database.database import Database
from storage.database.migrate import migrate
from storage.database.models import QueryRow
from storage.database.unit_of_work import UnitOfWork

THREADS = 32
TARGET_MANY = 1.0
"""Ours may not be slower than the peer where many write at once."""
TARGET_ONE = 3.0
"""For a lone writer, our transaction with everything around it, beside the bare statement."""

_UPSERT = "INSERT INTO bench VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value"
_TABLE = "CREATE TABLE IF NOT EXISTS bench (id TEXT PRIMARY KEY, value TEXT)"

Write = Callable[[int, int], None]
"""Writes one row durably, given the thread's number and its step."""


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    paths = ProfilePaths(out / "profile")
    paths.create()
    migrate(paths)
    database = Database(paths.state_db, busy_timeout_s=60)
    database.run_tx(lambda uow: uow.session.connection().exec_driver_sql(_TABLE))
    bare = Bare(out / "bare.db")
    rounds, each = (2, 20) if quick else (5, 60)
    try:
        return [
            *many(rounds, each, statement(database), bare.write),
            *lone(rounds, each * 5, statement(database), bare.write),
            *audited(rounds, each, repository(database), bare.write),
        ]
    finally:
        database.close()
        bare.close()


def many(rounds: int, each: int, ours: Write, peer: Write) -> list[dict[str, Any]]:
    """The same one-row statement from 32 threads."""
    mine, theirs = in_turns(rounds, THREADS, each, ours, peer)
    return [
        row(f"run_tx, one row, {THREADS} threads, p99", mine, theirs, 0.99, TARGET_MANY),
        row(f"run_tx, one row, {THREADS} threads, p50", mine, theirs, 0.5, None),
        rate(f"run_tx, one row, {THREADS} threads, commits per second", mine, theirs),
    ]


def lone(rounds: int, each: int, ours: Write, peer: Write) -> list[dict[str, Any]]:
    """The same from one thread: what our way costs when it cannot help."""
    mine, theirs = in_turns(rounds, 1, each, ours, peer)
    return [row("run_tx, one row, 1 thread, p50", mine, theirs, 0.5, TARGET_ONE)]


def audited(rounds: int, each: int, ours: Write, peer: Write) -> list[dict[str, Any]]:
    """A repository's write, with model, audit row and all, beside the bare one-row statement."""
    mine, theirs = in_turns(rounds, THREADS, each, ours, peer)
    return [row(f"run_tx, repository with audit, {THREADS} threads, p99", mine, theirs, 0.99, TARGET_MANY)]


def statement(database: Database) -> Write:
    """Return our way to write one row."""

    def write(thread: int, step: int) -> None:
        def upsert(uow: UnitOfWork) -> None:
            uow.session.connection().exec_driver_sql(_UPSERT, (f"{thread}-{step % 50}", fresh_text()))

        database.run_tx(upsert, label="bench")

    return write


def repository(database: Database) -> Write:
    """Return our way to write one audited row."""

    def write(thread: int, step: int) -> None:
        query = QueryRow(sql=f"{thread}-{step}", fingerprint="f", state="done")
        database.run_tx(lambda uow: uow.queries.add(query), label="bench")

    return write


def fresh_text() -> str:
    """Return 80 characters that were never written before: SQLite skips a write that changes nothing."""
    return f"{time.perf_counter_ns():020}" * 4


class Bare:
    """The peer: sqlite3 alone, in the same journal mode and just as durable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mine = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._connection().execute(_TABLE)

    def write(self, thread: int, step: int) -> None:
        """Write one row in a transaction of its own."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_UPSERT, (f"{thread}-{step % 50}", fresh_text()))
        connection.execute("COMMIT")

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._connections:
            connection.close()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=60, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            self._mine.connection = connection
            self._connections.append(connection)
        return connection


class Times:
    """How long each write took, and how long all of them together."""

    def __init__(self) -> None:
        self.each_s: list[float] = []
        self.wall_s = 0.0

    def at(self, share: float) -> float:
        """Return the time that this share of the writes stayed below, in seconds."""
        return statistics.quantiles(self.each_s, n=100, method="inclusive")[round(share * 100) - 1]


def in_turns(rounds: int, threads: int, each: int, ours: Write, peer: Write) -> tuple[Times, Times]:
    """Run both in turns; the first turn of each only warms up."""
    mine, theirs = Times(), Times()
    for number in range(rounds + 1):
        for write, times in ((ours, mine), (peer, theirs)):
            together(threads, each, write, Times() if number == 0 else times)
    return mine, theirs


def together(threads: int, each: int, write: Write, times: Times) -> None:
    """Let all threads write as fast as they can."""
    gate = threading.Barrier(threads + 1)

    def work(thread: int) -> None:
        gate.wait()
        for step in range(each):
            start = time.perf_counter()
            write(thread, step)
            times.each_s.append(time.perf_counter() - start)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    gate.wait()
    start = time.perf_counter()
    for worker in workers:
        worker.join()
    times.wall_s += time.perf_counter() - start


def row(name: str, mine: Times, theirs: Times, share: float, target: float | None) -> dict[str, Any]:
    """One measurement in milliseconds; less is better."""
    ours, peer = mine.at(share) * 1e3, theirs.at(share) * 1e3
    return {"name": name, "ours": ours, "peer": peer, "ratio": ours / peer, "target": target, "unit": "ms"}


def rate(name: str, mine: Times, theirs: Times) -> dict[str, Any]:
    """One measurement in commits per second; the ratio is the peer's rate to ours, so less is better too."""
    ours, peer = len(mine.each_s) / mine.wall_s, len(theirs.each_s) / theirs.wall_s
    return {"name": name, "ours": ours, "peer": peer, "ratio": peer / ours, "target": None, "unit": "1/s"}
