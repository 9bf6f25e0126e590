"""Many writers at once: nothing lost, nobody spoiled by another, everything acknowledged is kept."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import object_session

from core.errors import DatabaseBusyError
from core.paths import ProfilePaths
from core.trace import trace
from storage.database.database import Database
from storage.database.models import DatasetRow, QueryRow
from storage.database.unit_of_work import UnitOfWork
from storage.snapshots import check_database
from tests.integration.storage.child import child


def kill_in_the_middle(database: Database, profile: ProfilePaths, *, after: int) -> None:
    """Let a child write, kill it after so many acknowledgements, and look for every one of them."""
    acknowledged: list[str] = []
    with child("write_for_ever", profile, "8") as writer:
        while len(acknowledged) < after:
            line = writer.line()
            assert line, writer.errors()
            acknowledged.append(line)
        writer.process.kill()
        acknowledged += writer.rest()
    with database.read() as uow:
        kept = {row.sql for row in uow.queries.list(limit=1_000_000)}
        audited = uow.audit.count()
        assert audited == uow.queries.count()
    assert set(acknowledged) <= kept
    check_database(profile.state_db)


def add_one(dataset_id: str) -> Callable[[UnitOfWork], object]:
    def work(uow: UnitOfWork) -> object:
        row = uow.datasets.require(dataset_id)
        return uow.datasets.update(row, row_count=row.row_count + 1)

    return work


def a_counter(database: Database) -> str:
    return database.run_tx(
        lambda uow: uow.datasets.add(DatasetRow(name="counter", current_version=1, row_count=0))
    ).id


def counted(database: Database, dataset_id: str) -> int:
    with database.read() as uow:
        return uow.datasets.require(dataset_id).row_count


def a_query(text: str) -> QueryRow:
    return QueryRow(sql=text, fingerprint="f", state="done")


@pytest.mark.parametrize("_round", range(2))
def test_no_update_is_lost_between_threads(database: Database, _round: int) -> None:
    """Eight threads that each add one fifty times end at 400, with 400 audit rows in order."""
    dataset_id = a_counter(database)
    with ThreadPoolExecutor(8) as pool:
        futures = [
            pool.submit(lambda: [database.run_tx(add_one(dataset_id)) for _ in range(50)]) for _ in range(8)
        ]
        for future in futures:
            future.result()
    assert counted(database, dataset_id) == 400
    with database.read() as uow:
        updates = [entry for entry in uow.audit.of(uow.datasets.require(dataset_id)) if entry.action == "update"]
    assert [entry.after for entry in updates] == [{"row_count": number} for number in range(1, 401)]


def test_no_update_is_lost_between_processes(sqlite_database: Database, profile: ProfilePaths) -> None:
    """Two processes and this one add to the same number; all of it arrives."""
    dataset_id = a_counter(sqlite_database)
    with (
        child("count_up", profile, dataset_id, "200") as one,
        child("count_up", profile, dataset_id, "200") as other,
    ):
        one.expect("ready")
        other.expect("ready")
        for _ in range(100):
            sqlite_database.run_tx(add_one(dataset_id))
        one.expect("done")
        other.expect("done")
    assert counted(sqlite_database, dataset_id) == 500


def test_waiting_writers_share_a_commit(sqlite_database: Database) -> None:
    """Everybody who waits while one transaction runs is in the next commit together."""
    commits: list[frozenset[str]] = []
    sqlite_database.on_committed(commits.append)
    running, go_on = threading.Event(), threading.Event()

    def slow(uow: UnitOfWork) -> None:
        running.set()
        assert go_on.wait(10)
        uow.touch("slow")

    with ThreadPoolExecutor(21) as pool:
        first = pool.submit(sqlite_database.run_tx, slow)
        assert running.wait(10)
        others = [pool.submit(sqlite_database.run_tx, lambda uow, n=n: uow.touch(f"tag:{n}")) for n in range(20)]
        go_on.set()
        for future in [first, *others]:
            future.result()
    assert frozenset().union(*commits) == {"slow", *(f"tag:{n}" for n in range(20))}
    assert len(commits) < 21


def test_one_callers_exception_does_not_spoil_the_others(sqlite_database: Database) -> None:
    """In one commit with a hundred others, a failing caller gets its exception and takes only itself back."""

    def write(number: int) -> Callable[[UnitOfWork], None]:
        def work(uow: UnitOfWork) -> None:
            uow.queries.add(a_query(str(number)))
            if number % 3 == 0:
                raise ValueError(f"caller {number}")
            if number % 3 == 1:
                uow.session.connection().exec_driver_sql("select * from no_such_table")

        return work

    def attempt(number: int) -> str:
        try:
            sqlite_database.run_tx(write(number))
        except ValueError as error:
            return str(error)
        except Exception as error:  # the database's own refusal
            return type(error).__name__
        return "written"

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(attempt, range(100)))
    for number, outcome in enumerate(outcomes):
        assert outcome == (f"caller {number}", "OperationalError", "written")[number % 3]
    with sqlite_database.read() as uow:
        kept = {row.sql for row in uow.queries.list(limit=1_000)}
        assert uow.audit.count() == len(kept)
    assert kept == {str(number) for number in range(100) if number % 3 == 2}


def test_a_commit_that_fails_because_of_one_spares_the_others(sqlite_database: Database) -> None:
    """A broken reference that shows only at the commit fails its caller alone; who shared the commit is kept."""
    running, go_on = threading.Event(), threading.Event()

    def first(uow: UnitOfWork) -> None:
        running.set()
        assert go_on.wait(10)
        uow.queries.add(a_query("first"))

    def broken(uow: UnitOfWork) -> None:
        connection = uow.session.connection()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql(
            "INSERT INTO job_event VALUES ('e', '', '', 1, NULL, 'no-such-job', '', '', 0, '')"
        )

    def last(uow: UnitOfWork) -> None:
        uow.queries.add(a_query("last"))

    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(sqlite_database.run_tx, first)]
        assert running.wait(10)
        futures += [pool.submit(sqlite_database.run_tx, work) for work in (broken, last)]
        go_on.set()
        futures[0].result()
        with pytest.raises(IntegrityError):
            futures[1].result()
        futures[2].result()
    with sqlite_database.read() as uow:
        assert {row.sql for row in uow.queries.list()} == {"first", "last"}
        assert uow.job_events.count() == 0


def test_an_exit_inside_a_transaction_ends_neither_the_writer_nor_the_others(sqlite_database: Database) -> None:
    """Even what is no ordinary exception goes to its caller; the next writer is served."""

    def leave(uow: UnitOfWork) -> None:
        uow.queries.add(a_query("never"))
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        sqlite_database.run_tx(leave)
    sqlite_database.run_tx(lambda uow: uow.queries.add(a_query("after")))
    with sqlite_database.read() as uow:
        assert [row.sql for row in uow.queries.list()] == ["after"]


def test_each_caller_is_audited_under_its_own_name(sqlite_database: Database) -> None:
    """Callers that share a commit do not share who they are."""

    def write(number: int) -> str:
        with trace(f"trace-{number:04}", actor=f"person-{number}"):
            return sqlite_database.run_tx(lambda uow: uow.queries.add(a_query(str(number)))).id

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(write, range(64)))
    with sqlite_database.read() as uow:
        written = {entry.row_id: (entry.actor, entry.trace) for entry in uow.audit.list(limit=1_000)}
    assert written == {row: (f"person-{n}", f"trace-{n:04}") for n, row in enumerate(ids)}


def test_what_a_transaction_returned_stays_readable(database: Database) -> None:
    """A returned row belongs to no session any more, and has all its values."""
    row = database.run_tx(lambda uow: uow.queries.add(a_query("kept")))
    assert object_session(row) is None
    assert (row.sql, row.revision) == ("kept", 1)


@pytest.mark.parametrize("round_number", range(4))
def test_everything_acknowledged_survives_a_kill(
    sqlite_database: Database, profile: ProfilePaths, round_number: int
) -> None:
    """A process killed in the middle of eight threads' writes loses nothing it was told is durable."""
    kill_in_the_middle(sqlite_database, profile, after=40 + 77 * round_number)
    sqlite_database.run_tx(lambda uow: uow.queries.add(a_query("life goes on")))


def test_commits_wait_for_the_disk(sqlite_database: Database) -> None:
    """The writer's connection syncs each commit and logs ahead; references are enforced."""

    def settings(uow: UnitOfWork) -> tuple[object, ...]:
        connection = uow.session.connection()
        names = ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        return tuple(connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names)

    full = 2
    assert sqlite_database.run_tx(settings) == ("wal", full, 1, 0)


def test_a_database_locked_by_another_process_is_waited_for(
    sqlite_database: Database, profile: ProfilePaths
) -> None:
    """A write waits for the other process and goes through when that has ended."""
    with child("hold_transaction", profile) as other, ThreadPoolExecutor(1) as pool:
        other.expect("held")
        waiting = pool.submit(sqlite_database.run_tx, lambda uow: uow.queries.add(a_query("waited")))
        assert not waiting.done()
        other.let_go()
        other.expect("released")
        assert waiting.result().sql == "waited"


@pytest.mark.usefixtures("sqlite_database")
def test_a_database_locked_for_too_long_is_told(profile: ProfilePaths) -> None:
    """All who waited too long hear that it is busy; reading goes on meanwhile; afterwards all is well."""
    impatient = Database(profile.state_db, busy_timeout_s=0.3)
    with child("hold_transaction", profile) as other:
        other.expect("held")
        with ThreadPoolExecutor(4) as pool:
            futures = [pool.submit(impatient.run_tx, lambda uow: uow.queries.count()) for _ in range(4)]
            for future in futures:
                with pytest.raises(DatabaseBusyError, match="locked"):
                    future.result()
        with impatient.read() as uow:
            assert uow.queries.count() == 0
        other.let_go()
        other.expect("released")
        impatient.run_tx(lambda uow: uow.queries.add(a_query("later")))
    impatient.close()


def test_closing_finishes_what_waits(profile: ProfilePaths, sqlite_database: Database) -> None:
    """Writes handed over before the end are written; the log is folded into the file."""
    second = Database(profile.state_db)
    with ThreadPoolExecutor(8) as pool:
        futures = [
            pool.submit(second.run_tx, lambda uow, n=n: uow.queries.add(a_query(str(n)))) for n in range(50)
        ]
        for future in futures:
            future.result()
    second.close()
    sqlite_database.close()
    assert not profile.state_db.with_name("state.db-wal").exists()
    connection = sqlite3.connect(profile.state_db)
    assert connection.execute("select count(*) from query").fetchone() == (50,)
    connection.close()
