"""The state database, opened on each database it runs on."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from core.paths import ProfilePaths
from storage.database.database import Database
from storage.database.migrate import Scripts, migrate, run_scripts
from tests.postgres import PostgresServer, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for all tests of the session."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_template(postgres: PostgresServer) -> str:
    """A Postgres database with the newest schema, to copy from."""
    name = postgres.new_database()
    engine = create_engine(postgres.url(name))
    with engine.begin() as connection:
        run_scripts(connection, Scripts().newest)
    engine.dispose()
    return name


@pytest.fixture
def sqlite_database(profile: ProfilePaths) -> Iterator[Database]:
    """A migrated SQLite database."""
    migrate(profile)
    database = Database(profile.state_db)
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres: PostgresServer, migrated_template: str) -> Iterator[Database]:
    """A migrated Postgres database."""
    database = Database(postgres.url(postgres.new_database(migrated_template)))
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """The same promises on both databases."""
    opened = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(opened, Database)
    return opened
