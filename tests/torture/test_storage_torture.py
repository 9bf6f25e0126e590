"""The long form of the database's kills: `TORTURE=1 pytest tests/torture/test_storage_torture.py`."""

import os
import random
from collections.abc import Iterator

import pytest

from core.paths import ProfilePaths
from storage.database.database import Database
from storage.database.migrate import migrate
from storage.database.models import QueryRow
from tests.integration.storage.test_writing_together import kill_in_the_middle

KILLS = 150


@pytest.fixture
def fresh(profile: ProfilePaths) -> Iterator[Database]:
    """A migrated SQLite database."""
    migrate(profile)
    database = Database(profile.state_db)
    yield database
    database.close()


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.skipif(
    not os.environ.get("TORTURE"), reason="set TORTURE=1; the short form runs with the other tests"
)
def test_every_acknowledged_write_survives_many_kills(fresh: Database, profile: ProfilePaths) -> None:
    """Killed at random moments, again and again, on the same file: nothing acknowledged is ever missing."""
    dice = random.Random(20_261_122)
    for _ in range(KILLS):
        fresh.run_tx(_forget)
        kill_in_the_middle(fresh, profile, after=dice.randrange(1, 400))


def _forget(uow: object) -> None:
    """Empty the tables, past the repositories: each round counts its own rows."""
    from storage.database.unit_of_work import UnitOfWork

    assert isinstance(uow, UnitOfWork)
    for table in (QueryRow.__tablename__, "audit"):
        uow.session.connection().exec_driver_sql(f"DELETE FROM {table}")
