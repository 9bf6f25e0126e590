"""What repositories promise, on every database."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, update

from core.errors import (
    DatasetNotFoundError,
    JobNotFoundError,
    NameTakenError,
    NotFoundError,
    RevisionConflictError,
)
from core.trace import trace
from storage.database.database import Database
from storage.database.models import (
    AuditRow,
    DatasetRow,
    JobEventRow,
    JobRow,
    QueryRow,
    SavedQueryRow,
    VersionRow,
)
from storage.database.schema import REVISIONS
from storage.database.unit_of_work import UnitOfWork


def a_dataset(name: str = "umsatz", *, rows: int = 3) -> DatasetRow:
    return DatasetRow(name=name, current_version=1, row_count=rows)


def a_version(dataset: DatasetRow, version: int = 1) -> VersionRow:
    return VersionRow(
        dataset_id=dataset.id, version=version, rows=3, size_bytes=99, digest="d", source_digest="s", manifest="{}"
    )


def a_query(sql: str = "select 1") -> QueryRow:
    return QueryRow(sql=sql, fingerprint="f", state="done")


def trail(database: Database) -> list[AuditRow]:
    with database.read() as uow:
        return list(reversed(uow.audit.list(limit=1_000)))


def test_a_row_is_there_for_the_next_reader(database: Database) -> None:
    """What a transaction added, a session opened afterwards reads."""
    added = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    with database.read() as uow:
        found = uow.datasets.require(added.id)
    assert (found.name, found.row_count, found.revision) == ("umsatz", 3, 1)


def test_every_kind_of_write_leaves_one_audit_row(database: Database) -> None:
    """Insert, update, delete, restore and purge each say who, in which trace, and what changed."""
    with trace("trace-of-the-test", actor="anna"):
        row = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
        row = database.run_tx(lambda uow: uow.datasets.update(row, row_count=7))
        row = database.run_tx(lambda uow: uow.datasets.delete(row))
        row = database.run_tx(lambda uow: uow.datasets.restore(row.id))
        database.run_tx(lambda uow: uow.datasets.purge(row))
    entries = trail(database)
    assert [entry.action for entry in entries] == ["insert", "update", "delete", "restore", "purge"]
    assert {(entry.actor, entry.trace) for entry in entries} == {("anna", "trace-of-the-test")}
    assert {(entry.table_name, entry.row_id) for entry in entries} == {("dataset", row.id)}
    inserted, updated, deleted, restored, purged = entries
    assert inserted.before is None
    assert inserted.after is not None
    assert inserted.after["name"] == "umsatz"
    assert inserted.after["revision"] == 1
    assert (updated.before, updated.after) == ({"row_count": 3}, {"row_count": 7})
    assert deleted.before == {"deleted_at": None}
    assert restored.after == {"deleted_at": None}
    assert purged.before is not None
    assert purged.before["row_count"] == 7
    assert purged.after is None


def test_a_plain_attribute_change_is_audited_too(database: Database) -> None:
    """No way of changing a row escapes: not setting an attribute, not `session.add`."""

    def change(uow: UnitOfWork) -> None:
        row = a_dataset()
        uow.session.add(row)
        uow.session.flush()
        uow.session.expire(row)  # so that the old value is not in memory when the new one is set
        row.row_count = 11

    database.run_tx(change)
    inserted, updated = trail(database)
    assert inserted.action == "insert"
    assert (updated.before, updated.after) == ({"row_count": 3}, {"row_count": 11})


def test_bulk_rows_are_audited_one_by_one(database: Database) -> None:
    """Many rows at once leave as many audit rows."""
    rows = [a_query(f"select {number}") for number in range(500)]
    database.run_tx(lambda uow: uow.queries.add_all(rows))
    entries = trail(database)
    assert {entry.row_id for entry in entries} == {row.id for row in rows}
    assert len(entries) == 500


@pytest.mark.parametrize("statement", [update(QueryRow).values(state="x"), insert(QueryRow).values(sql="x")])
def test_a_bulk_statement_is_refused(database: Database, statement: object) -> None:
    """A statement that would change rows without an audit row is not run."""

    def bulk(uow: UnitOfWork) -> None:
        uow.session.execute(statement)  # type: ignore[call-overload]  # one of two kinds of statement

    with pytest.raises(RuntimeError, match="audit"):
        database.run_tx(bulk)


def test_a_heartbeat_leaves_no_audit_row(database: Database) -> None:
    """Columns that change many times a minute are not audited; together with a real change they are."""
    job = database.run_tx(lambda uow: uow.jobs.add(JobRow(kind="import", args={"path": "a.csv"}, actor="anna")))
    job = database.run_tx(lambda uow: uow.jobs.update(job, fraction=0.5, step="Reading"))
    assert len(trail(database)) == 1
    database.run_tx(lambda uow: uow.jobs.update(job, fraction=1.0, state="done", result={"rows": [1, 2]}))
    assert trail(database)[-1].after == {"fraction": 1.0, "state": "done", "result": {"rows": [1, 2]}}


def test_a_change_to_the_same_value_writes_nothing(database: Database) -> None:
    """Saving what is already there makes no revision and no audit row."""
    row = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    again = database.run_tx(lambda uow: uow.datasets.update(row, row_count=3))
    assert again.revision == 1
    assert len(trail(database)) == 1


def test_a_change_based_on_an_old_state_is_refused(database: Database) -> None:
    """Who changes a row that somebody changed since is told so, and nothing is overwritten."""
    mine = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    database.run_tx(lambda uow: uow.datasets.update(uow.datasets.require(mine.id), row_count=10))
    with pytest.raises(RevisionConflictError):
        database.run_tx(lambda uow: uow.datasets.update(mine, row_count=20))
    with database.read() as uow:
        assert uow.datasets.require(mine.id).row_count == 10


def test_a_change_may_name_the_revision_it_is_based_on(database: Database) -> None:
    """A page that only kept the number can still be refused."""
    row = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))

    def change(uow: UnitOfWork) -> DatasetRow:
        return uow.datasets.update(uow.datasets.require(row.id), revision=1, row_count=4)

    assert database.run_tx(change).revision == 2
    with pytest.raises(RevisionConflictError):
        database.run_tx(change)


def test_an_unknown_column_is_refused(database: Database) -> None:
    """A mistyped column name is an error, not a silent nothing."""
    row = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    with pytest.raises(AttributeError, match="row_cuont"):
        database.run_tx(lambda uow: uow.datasets.update(row, row_cuont=4))


def test_a_deleted_row_is_out_of_sight_and_comes_back(database: Database) -> None:
    """Deleted means: not found, not listed, not counted; restored means: as before."""
    row = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    database.run_tx(lambda uow: uow.datasets.delete(row))
    with database.read() as uow:
        assert uow.datasets.get(row.id) is None
        assert uow.datasets.by_name("umsatz") is None
        assert uow.datasets.list() == []
        assert uow.datasets.count() == 0
        assert uow.datasets.count(deleted=True) == 1
    database.run_tx(lambda uow: uow.datasets.restore(row.id))
    with database.read() as uow:
        assert uow.datasets.require_name("umsatz").id == row.id


def test_a_name_is_taken_once_among_the_living(database: Database) -> None:
    """Two datasets cannot have one name; a deleted one gives its name free, and comes back only if it still is."""
    first = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    with pytest.raises(NameTakenError, match="'umsatz'"):
        database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    database.run_tx(lambda uow: uow.datasets.delete(first))
    second = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    with pytest.raises(NameTakenError):
        database.run_tx(lambda uow: uow.datasets.restore(first.id))
    third = database.run_tx(lambda uow: uow.datasets.add(a_dataset("kosten")))
    with pytest.raises(NameTakenError):
        database.run_tx(lambda uow: uow.datasets.update(third, name="umsatz"))
    with database.read() as uow:
        assert uow.datasets.require_name("umsatz").id == second.id
        assert uow.datasets.require(third.id).name == "kosten"


def test_a_taken_name_leaves_the_transaction_usable(database: Database) -> None:
    """An import that hears that a name is taken takes the next one in the same transaction."""
    database.run_tx(lambda uow: uow.datasets.add(a_dataset()))

    def add_under_a_free_name(uow: UnitOfWork) -> DatasetRow:
        try:
            return uow.datasets.add(a_dataset())
        except NameTakenError:
            return uow.datasets.add(a_dataset("umsatz~2"))

    assert database.run_tx(add_under_a_free_name).name == "umsatz~2"


def test_the_nearest_name_is_offered(database: Database) -> None:
    """A mistyped dataset name gets the nearest one, if one is near."""
    database.run_tx(lambda uow: uow.datasets.add_all([a_dataset("umsatz"), a_dataset("kosten")]))
    with database.read() as uow:
        with pytest.raises(DatasetNotFoundError, match="Did you mean 'umsatz'"):
            uow.datasets.require_name("umsazt")
        with pytest.raises(DatasetNotFoundError, match=r"^There is no dataset 'zzz'\.$"):
            uow.datasets.require_name("zzz")


def test_missing_rows_have_errors_of_their_own(database: Database) -> None:
    """Each table says in its own words what is missing."""
    with database.read() as uow:
        with pytest.raises(DatasetNotFoundError):
            uow.datasets.require("no-such-id")
        with pytest.raises(JobNotFoundError):
            uow.jobs.require("no-such-id")
        with pytest.raises(NotFoundError, match="query 'no-such-id'"):
            uow.queries.require("no-such-id")


def test_pages_never_overlap(database: Database) -> None:
    """Rows with equal sort keys still come once each over all pages."""
    rows = [QueryRow(sql="select 1", fingerprint="f", state="done", created_at="2026-01-01") for _ in range(25)]
    database.run_tx(lambda uow: uow.queries.add_all(rows))
    seen: list[str] = []
    with database.read() as uow:
        for offset in range(0, 30, 10):
            seen += [row.id for row in uow.queries.history(limit=10, offset=offset)]
    assert sorted(seen) == sorted(row.id for row in rows)


def test_two_equal_names_at_once_are_told_as_one_is(database: Database) -> None:
    """Many rows by one statement: the name that comes twice is named, and nothing was written."""
    rows = [a_dataset("umsatz"), a_dataset("kosten"), a_dataset("kosten")]
    with pytest.raises(NameTakenError, match="'kosten'"):
        database.run_tx(lambda uow: uow.datasets.add_all(rows))
    with database.read() as uow:
        assert uow.datasets.count() == 0


def test_a_question_is_kept_under_a_name_of_its_own(database: Database) -> None:
    """Two saved questions of one name are refused in words; a deleted one leaves its name free."""
    kept = database.run_tx(lambda uow: uow.saved_queries.add(SavedQueryRow(name="big", sql="select 1")))
    with pytest.raises(RevisionConflictError, match="'big'"):
        database.run_tx(lambda uow: uow.saved_queries.add(SavedQueryRow(name="big", sql="select 2")))
    database.run_tx(lambda uow: uow.saved_queries.delete(uow.saved_queries.require(kept.id)))
    database.run_tx(lambda uow: uow.saved_queries.add(SavedQueryRow(name="big", sql="select 3")))
    with database.read() as uow:
        assert [row.sql for row in uow.saved_queries.list_by_name()] == ["select 3"]
        with pytest.raises(NotFoundError, match="no saved question 'x'"):
            uow.saved_queries.require("x")


def test_datasets_are_listed_by_name_and_found_by_a_part(database: Database) -> None:
    """The search takes text as it is: no wildcard, no case."""
    names = ["b_1", "a", "B%2", "c"]
    database.run_tx(lambda uow: uow.datasets.add_all([a_dataset(name) for name in names]))
    with database.read() as uow:
        assert {row.name for row in uow.datasets.list_by_name()} == set(names)
        assert [row.name for row in uow.datasets.list_by_name(search="%")] == ["B%2"]
        assert [row.name for row in uow.datasets.list_by_name(search="_")] == ["b_1"]
        assert {row.name for row in uow.datasets.list_by_name(search="B")} == {"b_1", "B%2"}
        assert uow.datasets.count_by_name(search="b") == 2


def test_a_search_knows_the_letters_of_all_languages(database: Database) -> None:
    """Large or small makes no difference for umlauts either."""
    database.run_tx(lambda uow: uow.datasets.add_all([a_dataset("MÜLLER"), a_dataset("ångström")]))
    with database.read() as uow:
        assert [row.name for row in uow.datasets.list_by_name(search="müll")] == ["MÜLLER"]
        assert [row.name for row in uow.datasets.list_by_name(search="Ång")] == ["ångström"]


def test_versions_are_found_by_number_or_as_the_current_one(database: Database) -> None:
    """Without a number the dataset's current version is meant."""

    def make(uow: UnitOfWork) -> DatasetRow:
        dataset = uow.datasets.add(a_dataset())
        uow.versions.add_all([a_version(dataset, 1), a_version(dataset, 2)])
        return uow.datasets.update(dataset, current_version=2)

    dataset = database.run_tx(make)
    with database.read() as uow:
        assert uow.versions.of(dataset.id).version == 2
        assert uow.versions.manifests([(dataset.id, 1)]) == {dataset.id: uow.versions.of(dataset.id, 1).manifest}
        assert uow.versions.manifests([(dataset.id, 3), ("nobody", 1)]) == uow.versions.manifests([]) == {}
        assert uow.versions.of(dataset.id, 1).version == 1
        assert [row.version for row in uow.versions.all_of(dataset.id)] == [2, 1]
        with pytest.raises(NotFoundError, match="'umsatz' has no version 9"):
            uow.versions.of(dataset.id, 9)
        with pytest.raises(DatasetNotFoundError):
            uow.versions.of("no-such-id")
    database.run_tx(lambda uow: uow.datasets.delete(dataset))
    with database.read() as uow:
        assert uow.versions.published() == {(dataset.id, 1), (dataset.id, 2)}
        with pytest.raises(DatasetNotFoundError):
            uow.versions.of(dataset.id)


def test_a_version_needs_its_dataset(database: Database) -> None:
    """References are checked by the database itself."""
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError):
        database.run_tx(lambda uow: uow.versions.add(a_version(a_dataset())))


def test_the_history_keeps_the_newest_questions(database: Database) -> None:
    """Trimming removes the oldest for good and leaves them in the audit trail."""
    rows = [
        QueryRow(sql=f"select {n}", fingerprint="f", state="done", created_at=f"2026-01-{n:02}")
        for n in range(1, 8)
    ]
    database.run_tx(lambda uow: uow.queries.add_all(rows))
    assert database.run_tx(lambda uow: uow.queries.trim(3)) == 4
    with database.read() as uow:
        assert [row.sql for row in uow.queries.history()] == ["select 7", "select 6", "select 5"]
        assert uow.queries.count(deleted=True) == 3
        assert [row.sql for row in uow.queries.history(search="SELECT 6")] == ["select 6"]
    assert [entry.action for entry in trail(database)].count("purge") == 4


def test_one_active_job_per_unique_key(database: Database) -> None:
    """The same work is not queued twice; when the first is done it may be again."""
    from sqlalchemy.exc import IntegrityError

    def a_job() -> JobRow:
        return JobRow(kind="import", args={}, actor="anna", unique_key="a.csv")

    first = database.run_tx(lambda uow: uow.jobs.add(a_job()))
    with pytest.raises(IntegrityError):
        database.run_tx(lambda uow: uow.jobs.add(a_job()))
    database.run_tx(lambda uow: uow.jobs.update(first, state="done"))
    database.run_tx(lambda uow: uow.jobs.add(a_job()))


def test_a_jobs_life_is_told_in_order(database: Database) -> None:
    """Events come oldest first."""

    def live(uow: UnitOfWork) -> JobRow:
        job = uow.jobs.add(JobRow(kind="import", args={}, actor="anna"))
        for at, state in (("2026-01-02", "done"), ("2026-01-01", "running")):
            uow.job_events.add(JobEventRow(job_id=job.id, at=at, state=state))
        return job

    job = database.run_tx(live)
    with database.read() as uow:
        assert [event.state for event in uow.job_events.of(job.id)] == ["running", "done"]


def test_an_exception_takes_everything_back(database: Database) -> None:
    """Neither the rows nor their audit rows stay."""

    def fail(uow: UnitOfWork) -> None:
        uow.datasets.add(a_dataset())
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        database.run_tx(fail)
    with database.read() as uow:
        assert uow.datasets.count() == 0
        assert uow.audit.count() == 0


def test_a_savepoint_takes_back_its_block_alone(database: Database) -> None:
    """What was written before and after a failed block stays; so does its audit row, and only that."""

    def fail_inside(uow: UnitOfWork) -> None:
        with uow.nested():
            uow.datasets.add(a_dataset("inside"))
            raise ValueError("inner")

    def partly(uow: UnitOfWork) -> None:
        uow.datasets.add(a_dataset("before"))
        with pytest.raises(ValueError, match="inner"):
            fail_inside(uow)
        uow.datasets.add(a_dataset("after"))

    database.run_tx(partly)
    with database.read() as uow:
        assert {row.name for row in uow.datasets.list()} == {"before", "after"}
    after = [entry.after for entry in trail(database)]
    assert [values["name"] for values in after if values] == ["before", "after"]


def test_listeners_hear_what_changed_before_the_caller_goes_on(database: Database) -> None:
    """Tags of written rows and named ones are published once, after the commit; a failure publishes nothing."""
    heard: list[frozenset[str]] = []
    visible: list[int] = []

    def listen(tags: frozenset[str]) -> None:
        heard.append(tags)
        with database.read() as uow:
            visible.append(uow.datasets.count())

    database.on_committed(listen)

    def change(uow: UnitOfWork) -> DatasetRow:
        uow.touch("own:tag")
        return uow.datasets.add(a_dataset())

    row = database.run_tx(change)
    assert heard == [frozenset({"table:dataset", f"dataset:{row.id}", "own:tag"})]
    assert visible == [1]
    database.run_tx(lambda uow: uow.versions.add(a_version(row)))
    assert heard[-1] == {"table:version", f"dataset:{row.id}"}
    with pytest.raises(NameTakenError):
        database.run_tx(change)
    database.run_tx(lambda uow: uow.datasets.count())
    assert len(heard) == 2


def test_a_failing_listener_spoils_nothing(database: Database) -> None:
    """The commit stands and the other listeners hear of it."""
    heard: list[frozenset[str]] = []

    def fail(_tags: frozenset[str]) -> None:
        raise ValueError("listener")

    database.on_committed(fail)
    database.on_committed(heard.append)
    database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    assert len(heard) == 1


@pytest.mark.parametrize("inner", ["write", "listener"])
def test_a_transaction_inside_a_transaction_is_refused(database: Database, inner: str) -> None:
    """It would wait for itself for ever; the message names what to use instead."""
    refused: list[str] = []

    def nest(_: object) -> None:
        with pytest.raises(RuntimeError) as caught:
            database.run_tx(lambda uow: uow.datasets.count())
        refused.append(str(caught.value))

    if inner == "listener":
        database.on_committed(nest)
        database.run_tx(lambda uow: uow.touch("x"))
    else:
        database.run_tx(nest)
    assert "uow.nested()" in refused[0]


def test_a_read_session_cannot_write(database: Database) -> None:
    """Not even by hand-written SQL."""
    from sqlalchemy.exc import DBAPIError

    row = database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    writes: list[Callable[[UnitOfWork], object]] = [
        lambda uow: uow.datasets.update(row, row_count=1),
        lambda uow: uow.session.connection().exec_driver_sql("DELETE FROM dataset"),
    ]
    for write in writes:
        with pytest.raises((DBAPIError, RuntimeError)), database.read() as uow:
            write(uow)
    with database.read() as uow:
        assert uow.datasets.require(row.id).row_count == 3


def test_a_read_session_sees_one_moment(database: Database) -> None:
    """What others commit meanwhile is not seen until the next session."""
    with database.read() as before:
        assert before.datasets.count() == 0
        database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
        assert before.datasets.count() == 0
    with database.read() as after:
        assert after.datasets.count() == 1


def test_the_database_tells_its_health(database: Database) -> None:
    """A sound database has no problems, and says which schema it has."""
    health = database.health()
    assert health.ok
    assert health.problems == ()
    assert health.schema == REVISIONS[-1]
    assert health.to_dict()["ok"] is True


def test_a_closed_database_says_so(database: Database) -> None:
    """A write after the end is refused, not queued for ever; closing again does nothing."""
    database.run_tx(lambda uow: uow.datasets.add(a_dataset()))
    database.close()
    database.close()
    with pytest.raises(RuntimeError, match="closed"):
        database.run_tx(lambda uow: uow.datasets.count())
