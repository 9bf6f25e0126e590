"""Another process's commits are noticed; one's own reading is not mistaken for one."""

import sqlite3
import subprocess
import sys
from pathlib import Path

from storage.database.models import QueryRow
from storage.database.unit_of_work import UnitOfWork
from storage.open import Storage
from storage.watch import CommitWatch

WRITE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('insert into t values (1)'); c.commit()"

ELSEWHERE = (
    """import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('pragma user_version = 7'); c.commit()"""
)


def _database(folder: Path) -> Path:
    path = folder / "some folder" / "state.db"
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table t (n integer)")
    connection.commit()
    connection.close()
    return path


def test_a_commit_of_another_process_is_noticed_once(tmp_path: Path) -> None:
    """What the command line does is seen by the window; without it nothing is."""
    path = _database(tmp_path)
    watch = CommitWatch(path)
    try:
        before = [watch.changed(), watch.changed()]
        subprocess.run([sys.executable, "-c", WRITE, str(path)], check=True)
        after = [watch.changed(), watch.changed()]
    finally:
        watch.close()

    assert before == [False, False]
    assert after == [True, False]


def test_a_locked_database_is_no_change(tmp_path: Path) -> None:
    """Someone who holds it for a moment has not committed yet."""
    path = _database(tmp_path)
    watch = CommitWatch(path)
    writer = sqlite3.connect(path)
    try:
        writer.execute("begin immediate")
        writer.execute("insert into t values (1)")
        held = watch.changed()
        writer.commit()
        committed = watch.changed()
    finally:
        writer.close()
        watch.close()

    assert (held, committed) == (False, True)


def test_the_writer_tells_others_commits_from_its_own(storage: Storage) -> None:
    """However many commits of its own lie between, one of another process is counted, and only that."""

    def write(uow: UnitOfWork) -> None:
        uow.queries.add(
            QueryRow(sql="select 1", fingerprint="", state="done", rows=1, duration_ms=1.0, error=None)
        )

    def elsewhere() -> None:
        subprocess.run([sys.executable, "-c", ELSEWHERE, str(storage.paths.state_db)], check=True)

    database = storage.database
    database.run_tx(write)
    start = database.others_committed()
    database.run_tx(write)
    own = database.others_committed()
    elsewhere()
    database.run_tx(write)
    database.run_tx(write)
    between = database.others_committed()
    elsewhere()
    last = database.others_committed()

    assert [own - start, between - own, last - between] == [0, 1, 1]
    assert database.others_committed() == last
