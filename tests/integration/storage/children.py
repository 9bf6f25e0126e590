"""What child processes of the storage tests do; run as a module with WHAT, the profile and more.

Each says on stdout, line by line and at once, what it has reached, so that the parent never has to guess.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from core.paths import ProfilePaths
from storage.database.database import Database
from storage.database.models import QueryRow
from storage.lock import ProfileLock


def say(text: str) -> None:
    """Write one line that the parent reads even if we are killed right after."""
    os.write(1, f"{text}\n".encode())


def count_up(profile: ProfilePaths, dataset_id: str, times: str) -> None:
    """Add one to a counter many times, each in its own transaction."""
    database = Database(profile.state_db)
    say("ready")
    for _ in range(int(times)):
        database.run_tx(
            lambda uow: uow.datasets.update(
                uow.datasets.require(dataset_id), row_count=uow.datasets.require(dataset_id).row_count + 1
            )
        )
    database.close()
    say("done")


def write_for_ever(profile: ProfilePaths, threads: str) -> None:
    """Write rows from many threads and name each one that was acknowledged, until killed."""
    database = Database(profile.state_db)

    def write(worker: int) -> None:
        number = 0
        while True:
            text = f"{worker}-{number}"
            database.run_tx(lambda uow, text=text: uow.queries.add(_query(text)))  # type: ignore[misc]
            say(text)
            number += 1

    workers = [threading.Thread(target=write, args=(n,), daemon=True) for n in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def hold(profile: ProfilePaths, purpose: str, how: str) -> None:
    """Hold the profile until stdin ends."""
    with ProfileLock(profile, purpose=purpose) as lock:
        if how == "alone":
            lock.take_alone()
        else:
            lock.share()
        say("held")
        sys.stdin.read()
    say("released")


def hold_transaction(profile: ProfilePaths) -> None:
    """Keep the state database locked for writing until stdin ends."""
    import sqlite3

    connection = sqlite3.connect(profile.state_db, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    say("held")
    sys.stdin.read()
    connection.execute("ROLLBACK")
    connection.close()
    say("released")


def migrate_from(profile: ProfilePaths, folder: str, *revisions: str) -> None:
    """Migrate with the scripts of a folder; a script may announce where it is."""
    from storage.database.migrate import Scripts, migrate

    say("ready")
    migrate(profile, scripts=Scripts(Path(folder), revisions))
    say("done")


def migrate_dying(profile: ProfilePaths, folder: str, *revisions: str) -> None:
    """For each number on stdin, migrate in a fork that is killed right before that file operation of it."""
    import alembic.command  # noqa: F401 - loaded once for all forks
    import sqlalchemy.dialects.sqlite  # noqa: F401

    from storage.database.migrate import Scripts, migrate

    say("ready")
    for line in sys.stdin:
        fork = os.fork()
        if fork == 0:
            _die_at(int(line))
            migrate(profile, scripts=Scripts(Path(folder), revisions))
            os._exit(0)
        _, status = os.waitpid(fork, 0)
        say({0: "done", signal.SIGKILL: "killed"}.get(status, f"status {status}"))


def _die_at(step: int) -> None:
    """Kill this process right before the Nth file operation, whichever it is."""
    left = [step]

    def watch(event: str, _arguments: object) -> None:
        if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect", "os.chmod"):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def _query(text: str) -> QueryRow:
    return QueryRow(sql=text, fingerprint="f", state="done")


_WHAT: dict[str, Callable[..., None]] = {
    "count_up": count_up,
    "write_for_ever": write_for_ever,
    "hold": hold,
    "hold_transaction": hold_transaction,
    "migrate_from": migrate_from,
    "migrate_dying": migrate_dying,
}

if __name__ == "__main__":
    _WHAT[sys.argv[1]](ProfilePaths(Path(sys.argv[2])), *sys.argv[3:])
