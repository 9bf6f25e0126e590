"""Schema changes: one door, a verified snapshot first, never half, never a newer database."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from core.errors import (
    DatabaseDamagedError,
    ProfileError,
    ProfileInUseError,
    ProfileNewerError,
)
from core.fingerprint import file_digest
from core.paths import ProfilePaths
from storage.database.database import Database
from storage.database.engine import sqlite_url
from storage.database.migrate import EMPTY, Scripts, migrate, needs_migration, run_scripts
from storage.database.models import DatasetRow, metadata
from storage.database.schema import REVISIONS, read_schema_state
from storage.snapshots import check_database, list_snapshots
from tests.integration.storage.child import child
from tests.postgres import PostgresServer

NEWEST = REVISIONS[-1]
NEXT = "9999"

SECOND = '''
"""A second schema for tests."""

{imports}
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dataset") as batch:
        batch.add_column(sa.Column("note", sa.Text(), nullable=True))
    {before_end}


def downgrade() -> None:
    with op.batch_alter_table("dataset") as batch:
        batch.drop_column("note")
'''


def scripts_with_second(folder: Path, *, imports: str = "", before_end: str = "pass") -> Scripts:
    """Return the built-in scripts and one more that adds a column."""
    shutil.copytree(Scripts().folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = SECOND.format(newest=NEWEST, imports=imports, before_end=before_end)
    (folder / "versions" / "v9999_second.py").write_text(text, encoding="utf-8")
    return Scripts(folder, (*REVISIONS, NEXT))


def schema_of(path: Path) -> list[tuple[str, str]]:
    """Return every table and index with its SQL, without the migration library's own."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
        return [(name, " ".join(sql.replace('"', "").split())) for name, sql in rows if "alembic" not in name]


def columns_of(path: Path, table: str = "dataset") -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def add_dataset(profile: ProfilePaths, name: str = "umsatz") -> DatasetRow:
    database = Database(profile.state_db)
    row = database.run_tx(lambda uow: uow.datasets.add(DatasetRow(name=name, current_version=1, row_count=3)))
    database.close()
    return row


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM dataset ORDER BY name")]


@pytest.fixture
def both_connections(tmp_path: Path) -> Iterator[Connection]:
    """A fresh SQLite database."""
    engine = create_engine(sqlite_url(tmp_path / "fresh.db"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_the_models_and_the_scripts_agree(both_connections: Connection) -> None:
    """After all scripts the database is what the models say, to the last index."""
    run_scripts(both_connections, Scripts().newest)
    context = MigrationContext.configure(both_connections, opts={"compare_type": True})
    assert compare_metadata(context, metadata) == []


@pytest.mark.postgres
def test_the_models_and_the_scripts_agree_on_postgres(postgres: PostgresServer) -> None:
    """The chain runs up, down and up again on a server, and ends at what the models say."""
    engine = create_engine(postgres.url(postgres.new_database()))
    with engine.begin() as connection:
        for goal in (Scripts().newest, EMPTY, Scripts().newest):
            run_scripts(connection, goal)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_known_revisions_are_those_of_the_scripts() -> None:
    """The list that is read at every start names each script, in order, and nothing else."""
    config = Config()
    config.set_main_option("script_location", str(Scripts().folder))
    config.set_main_option("path_separator", "os")
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(chain)) == REVISIONS


def test_up_down_up_ends_where_it_began(profile: ProfilePaths, tmp_path: Path) -> None:
    """Every step back and forth gives the same schema, and the rows stay while their table does."""
    scripts = scripts_with_second(tmp_path / "scripts")
    migrate(profile)
    add_dataset(profile)
    first = schema_of(profile.state_db)
    migrate(profile, scripts=scripts)
    second = schema_of(profile.state_db)
    assert "note" in columns_of(profile.state_db)
    migrate(profile, scripts=scripts, target=NEWEST)
    assert schema_of(profile.state_db) == first
    migrate(profile, scripts=scripts)
    assert schema_of(profile.state_db) == second
    assert names(profile.state_db) == ["umsatz"]
    migrate(profile, scripts=scripts, target=EMPTY)
    assert schema_of(profile.state_db) == []
    migrate(profile)
    assert schema_of(profile.state_db) == first


def test_each_schema_is_reached_from_each_other(profile: ProfilePaths) -> None:
    """Up and down, one step at a time: a schema is the same whichever way it was come to."""
    migrate(profile, target=REVISIONS[0])
    add_dataset(profile)
    seen = {REVISIONS[0]: schema_of(profile.state_db)}
    for goal in (*REVISIONS[1:], *reversed(REVISIONS[:-1]), *REVISIONS[1:]):
        migrate(profile, target=goal)
        assert seen.setdefault(goal, schema_of(profile.state_db)) == schema_of(profile.state_db)
        assert names(profile.state_db) == ["umsatz"]


def test_a_new_profile_needs_no_snapshot(profile: ProfilePaths) -> None:
    """The first migration makes the database, in its final form, and keeps nothing."""
    assert needs_migration(profile)
    report = migrate(profile)
    assert (report.before, report.after, report.changed, report.snapshot) == (None, NEWEST, True, None)
    assert report.to_dict()["after"] == NEWEST
    assert list(profile.backups.iterdir()) == []
    assert list(profile.tmp.iterdir()) == []
    assert sorted(path.name for path in profile.root.glob("state.db*")) == ["state.db"]
    assert not needs_migration(profile)


def test_nothing_to_do_changes_nothing(profile: ProfilePaths) -> None:
    """A second run leaves every byte as it is."""
    migrate(profile)
    digest = file_digest(profile.state_db)
    assert not migrate(profile).changed
    assert file_digest(profile.state_db) == digest


def test_a_migration_keeps_a_verified_snapshot(profile: ProfilePaths, tmp_path: Path) -> None:
    """The state before is in backups/, complete, sound, and named in the report."""
    migrate(profile)
    add_dataset(profile)
    report = migrate(profile, scripts=scripts_with_second(tmp_path / "scripts"))
    (snapshot,) = list_snapshots(profile)
    assert report.snapshot == snapshot.id
    assert snapshot.revision == NEWEST
    assert f"{NEWEST} to {NEXT}" in snapshot.reason
    assert file_digest(snapshot.path(profile)) == snapshot.digest
    check_database(snapshot.path(profile))
    assert names(snapshot.path(profile)) == ["umsatz"]


def test_what_lies_in_the_log_is_migrated_too(profile: ProfilePaths, tmp_path: Path) -> None:
    """Rows that a killed process left in the log beside the file are neither lost nor spoil the new file."""
    migrate(profile)
    add_dataset(profile, "folded")
    with child("write_for_ever", profile, "2") as writer:
        for _ in range(20):
            assert writer.line()
        writer.kill()
    assert profile.state_db.with_name("state.db-wal").stat().st_size > 0
    migrate(profile, scripts=scripts_with_second(tmp_path / "scripts"))
    with closing(sqlite3.connect(profile.state_db)) as connection:
        assert connection.execute("SELECT count(*) FROM query").fetchone()[0] >= 20
    check_database(profile.state_db)


def test_a_newer_database_is_refused_and_not_touched(profile: ProfilePaths, tmp_path: Path) -> None:
    """The message says which Bestand it needs; not one byte changes."""
    migrate(profile, scripts=scripts_with_second(tmp_path / "scripts"))
    with closing(sqlite3.connect(profile.state_db)) as connection:
        connection.execute("UPDATE about SET value = '7.1.0'")
        connection.commit()
    digest = file_digest(profile.state_db)
    for attempt in (migrate, needs_migration):
        with pytest.raises(ProfileNewerError, match=rf"Bestand 7\.1\.0 \(schema {NEXT}\)") as caught:
            attempt(profile)
        assert "Bestand 7.1.0" in caught.value.hint
    assert file_digest(profile.state_db) == digest
    assert list_snapshots(profile) == ()


@pytest.mark.parametrize(
    "content", [b"this is no database at all", b"SQLite format 3\x00" + b"\xff" * 4096], ids=["text", "torn"]
)
def test_a_file_that_is_no_database_is_refused(profile: ProfilePaths, content: bytes) -> None:
    """It is called damaged, and stays as it is for a person to look at."""
    profile.state_db.write_bytes(content)
    with pytest.raises(DatabaseDamagedError, match="state"):
        migrate(profile)
    assert profile.state_db.read_bytes() == content


def test_a_database_of_somebody_else_is_refused(profile: ProfilePaths) -> None:
    """A SQLite file with foreign tables is not taken over."""
    with closing(sqlite3.connect(profile.state_db)) as connection:
        connection.execute("CREATE TABLE mine (x)")
    with pytest.raises(DatabaseDamagedError, match="not a database of Bestand"):
        migrate(profile)


def test_a_damaged_database_is_not_migrated(profile: ProfilePaths, tmp_path: Path) -> None:
    """A broken page is found before anything is changed."""
    migrate(profile)
    database = Database(profile.state_db)
    database.run_tx(
        lambda uow: uow.datasets.add_all(
            [DatasetRow(name=f"{n}-{'x' * 300}", current_version=1, row_count=1) for n in range(200)]
        )
    )
    database.close()
    content = bytearray(profile.state_db.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\x55" * 8192
    profile.state_db.write_bytes(content)
    with pytest.raises(DatabaseDamagedError):
        migrate(profile, scripts=scripts_with_second(tmp_path / "scripts"))
    assert profile.state_db.read_bytes() == bytes(content)
    assert not list(profile.backups.glob("*.json"))


def test_a_failing_script_leaves_the_database_as_it_was(profile: ProfilePaths, tmp_path: Path) -> None:
    """An error in the last statement takes the whole migration back; the snapshot stays."""
    migrate(profile)
    add_dataset(profile)
    scripts = scripts_with_second(tmp_path / "scripts", before_end='raise ValueError("script")')
    with pytest.raises(ValueError, match="script"):
        migrate(profile, scripts=scripts)
    assert "note" not in columns_of(profile.state_db)
    assert read_schema_state(profile.state_db).revision == NEWEST
    assert list(profile.tmp.iterdir()) == []
    assert len(list_snapshots(profile)) == 1


def test_a_script_that_breaks_a_reference_is_not_taken_over(profile: ProfilePaths, tmp_path: Path) -> None:
    """The copy is checked before it takes the place: a row without its parent stops it."""
    migrate(profile)
    orphan = "INSERT INTO job_event VALUES ('e', '', '', 1, NULL, 'no-such-job', '', '', 0, '')"
    scripts = scripts_with_second(
        tmp_path / "scripts",
        before_end=f'op.execute("PRAGMA defer_foreign_keys=ON"); op.get_bind().exec_driver_sql("{orphan}")',
    )
    from sqlalchemy.exc import IntegrityError

    with pytest.raises((DatabaseDamagedError, IntegrityError)):
        migrate(profile, scripts=scripts)
    assert read_schema_state(profile.state_db).revision == NEWEST


def test_a_profile_in_use_is_not_migrated(profile: ProfilePaths, tmp_path: Path) -> None:
    """While the window has it open, the migration says who holds it and changes nothing."""
    migrate(profile)
    with child("hold", profile, "the window", "shared") as window:
        window.expect("held")
        with pytest.raises(ProfileInUseError, match=r"the window \(process \d+\)"):
            migrate(profile, scripts=scripts_with_second(tmp_path / "scripts"), wait_s=0.1)
    assert read_schema_state(profile.state_db).revision == NEWEST


def test_an_unknown_target_is_refused(profile: ProfilePaths) -> None:
    """The message lists what there is."""
    with pytest.raises(ProfileError, match="no schema '0815'") as caught:
        migrate(profile, target="0815")
    assert NEWEST in caught.value.hint


ANNOUNCE = """import os
    import sys
    os.write(1, b"inside\\n")
    sys.stdin.read()"""


@pytest.mark.parametrize("first", [True, False], ids=["new profile", "old profile"])
def test_a_kill_in_the_middle_leaves_a_good_database(
    profile: ProfilePaths, tmp_path: Path, *, first: bool
) -> None:
    """Killed inside the script, the old database is there, whole; the next start finishes the work."""
    scripts = scripts_with_second(tmp_path / "scripts", before_end=ANNOUNCE)
    if not first:
        migrate(profile)
        add_dataset(profile)
    with child("migrate_from", profile, str(scripts.folder), *scripts.revisions) as migration:
        migration.expect("ready")
        migration.expect("inside")
        migration.kill()
    if first:
        assert not profile.state_db.exists()
    else:
        check_database(profile.state_db)
        assert names(profile.state_db) == ["umsatz"]
        assert read_schema_state(profile.state_db).revision == NEWEST
    good = scripts_with_second(tmp_path / "good")
    migrate(profile, scripts=good)
    assert "note" in columns_of(profile.state_db)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, to try many moments in a short time")
def test_kills_at_any_moment_leave_the_old_or_the_new(profile: ProfilePaths, tmp_path: Path) -> None:
    """Killed before each operation that changes a name or opens the database, it is the old or the new one."""
    scripts = scripts_with_second(tmp_path / "scripts")
    migrate(profile)
    add_dataset(profile)
    before = profile.state_db.read_bytes()
    seen: list[str | None] = []
    outcome = ""
    with child("migrate_dying", profile, str(scripts.folder), *scripts.revisions) as runner:
        runner.expect("ready")
        while outcome != "done":
            for leftover in profile.root.glob("state.db*"):
                leftover.unlink()
            profile.state_db.write_bytes(before)
            runner.tell(str(len(seen) + 1))
            outcome = runner.line()
            assert outcome in ("killed", "done"), runner.errors()
            check_database(profile.state_db)
            assert names(profile.state_db) == ["umsatz"]
            seen.append(read_schema_state(profile.state_db).revision)
    assert set(seen) == {NEWEST, NEXT}
    assert seen == sorted(seen, key=str)
    assert len(seen) > 10
