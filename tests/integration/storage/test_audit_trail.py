"""The audit trail tells the whole story: replayed, it gives the tables."""

from functools import partial
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from core.errors import NameTakenError
from storage.database.database import Database
from storage.database.models import AuditRow, DatasetRow
from storage.database.unit_of_work import UnitOfWork

BOOKKEEPING = {"updated_at", "revision"}

acts = st.lists(
    st.tuples(
        st.sampled_from(["add", "rename", "count", "delete", "restore", "purge", "fail"]),
        st.integers(0, 4),
        st.sampled_from(["a", "b", "c"]),
    ),
    max_size=25,
)


def act(uow: UnitOfWork, what: str, place: int, name: str) -> None:
    """Do one thing to one of the rows there are."""
    rows = uow.datasets.list(order_by=(DatasetRow.created_at,), deleted=True)
    if what == "add" or not rows:
        uow.datasets.add(DatasetRow(name=name, current_version=1, row_count=place))
        return
    row = rows[place % len(rows)]
    if what == "rename":
        uow.datasets.update(row, name=name)
    elif what == "count":
        uow.datasets.update(row, row_count=place)
    elif what == "delete":
        uow.datasets.delete(row)
    elif what == "restore":
        uow.datasets.restore(row.id)
    elif what == "purge":
        uow.datasets.purge(row)
    else:
        uow.datasets.update(row, row_count=-1)
        raise ZeroDivisionError


def replay(trail: list[AuditRow]) -> dict[str, dict[str, Any]]:
    """Build the table from its trail, checking that every `before` is what the trail itself says was there."""
    table: dict[str, dict[str, Any]] = {}
    for entry in trail:
        before, after = entry.before or {}, entry.after or {}
        if entry.action == "insert":
            assert entry.row_id not in table
            table[entry.row_id] = dict(after)
            continue
        row = table[entry.row_id]
        assert {key: row[key] for key in before if key not in BOOKKEEPING} == {
            key: value for key, value in before.items() if key not in BOOKKEEPING
        }
        row.update(after)
        if entry.action == "purge":
            del table[entry.row_id]
    return table


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
def test_replaying_the_trail_gives_the_table(sqlite_database: Database, acts: list[tuple[str, int, str]]) -> None:
    """Whatever is done and refused, the audit rows alone rebuild every row as it is."""
    for what, place, name in acts:
        try:
            sqlite_database.run_tx(partial(act, what=what, place=place, name=name))
        except (NameTakenError, ZeroDivisionError):
            continue
    with sqlite_database.read() as uow:
        rows = uow.datasets.list(limit=10_000, deleted=True)
        trail = list(reversed(uow.audit.list(limit=100_000)))
    columns = [attribute.key for attribute in inspect(DatasetRow).column_attrs]
    actual = {row.id: {key: getattr(row, key) for key in columns if key not in BOOKKEEPING} for row in rows}
    told = {
        row_id: {key: value for key, value in row.items() if key not in BOOKKEEPING}
        for row_id, row in replay(trail).items()
    }
    assert told == actual
