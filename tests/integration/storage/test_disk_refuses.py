"""A full disk and a profile that cannot be written: clear errors, nothing lost, life goes on afterwards."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from core.config import AppConfig
from core.errors import DiskFullError, ProfileReadOnlyError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.database.database import Database
from storage.database.migrate import migrate
from storage.database.models import QueryRow
from storage.database.unit_of_work import UnitOfWork
from storage.datasets import DatasetStore
from storage.open import open_storage
from storage.snapshots import check_database, snapshot_db
from storage.sources import SourceStore
from tests.factories import a_manifest
from tests.mounts import read_only_view, tiny_disk


def spill(uow: UnitOfWork) -> None:
    """Let what is written reach the disk before the commit, as a transaction larger than the memory would."""
    uow.session.execute(text("PRAGMA cache_size=8"))
    uow.session.execute(text("PRAGMA cache_spill=8"))


@pytest.mark.parametrize("hides", [False, True])
def test_a_disk_that_fills_within_a_savepoint_is_told(tiny: ProfilePaths, hides: bool) -> None:
    """SQLite ends the whole transaction: the caller hears of the disk, not of savepoints, and nothing half stays.

    Not even where a block's failure is meant to be survived.
    """
    migrate(tiny)
    database = Database(tiny.state_db)
    ballast = fill(tiny, leave_bytes=20_000)

    def partly(uow: UnitOfWork) -> None:
        spill(uow)
        uow.queries.add(a_query("before"))
        with suppress(OperationalError) if hides else nullcontext(), uow.nested():
            uow.queries.add(a_query("x" * 3_000_000))
        uow.queries.add(a_query("after"))

    with pytest.raises(DiskFullError):
        database.run_tx(partly)
    ballast.unlink()
    database.run_tx(lambda uow: uow.queries.add(a_query("later")))
    with database.read() as uow:
        assert [row.sql for row in uow.queries.list()] == ["later"]
    database.close()


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[ProfilePaths]:
    """A profile on a disk of 2 MiB."""
    with tiny_disk(tmp_path / "disk", mib=2) as disk:
        paths = ProfilePaths(disk / "profile")
        paths.create()
        yield paths


def fill(paths: ProfilePaths, *, leave_bytes: int = 0) -> Path:
    """Take the room that is left, but for `leave_bytes`."""
    ballast = paths.tmp / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    with ballast.open("r+b") as file:
        file.truncate(max(0, ballast.stat().st_size - leave_bytes))
    return ballast


def a_query(text: str) -> QueryRow:
    return QueryRow(sql=text, fingerprint="f", state="done")


def test_a_full_disk_fails_the_write_and_nothing_else(tiny: ProfilePaths) -> None:
    """The caller hears that the disk is full; what was there stays; with room again the same write works."""
    migrate(tiny)
    database = Database(tiny.state_db)
    database.run_tx(lambda uow: uow.queries.add(a_query("before")))
    ballast = fill(tiny, leave_bytes=8192)
    with pytest.raises(DiskFullError):
        database.run_tx(lambda uow: uow.queries.add(a_query("x" * 200_000)))
    with database.read() as uow:
        assert [row.sql for row in uow.queries.list()] == ["before"]
    ballast.unlink()
    database.run_tx(lambda uow: uow.queries.add(a_query("after")))
    with database.read() as uow:
        assert [row.sql for row in uow.queries.history()] == ["after", "before"]
    database.close()
    check_database(tiny.state_db)


def test_a_full_disk_in_the_middle_of_a_batch_fails_whom_it_must(tiny: ProfilePaths) -> None:
    """Callers whose write found room are kept exactly; the others hear it; both kinds add up."""
    migrate(tiny)
    database = Database(tiny.state_db)
    database.run_tx(lambda uow: uow.queries.add(a_query("before")))
    ballast = fill(tiny, leave_bytes=260_000)

    def write(number: int) -> bool:
        text = f"{number}:" + "x" * (80_000 if number % 4 == 0 else 200)
        try:
            database.run_tx(lambda uow: uow.queries.add(a_query(text)))
        except DiskFullError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(write, range(60)))
    assert not all(outcomes)
    with database.read() as uow:
        kept = {int(row.sql.split(":")[0]) for row in uow.queries.list(limit=1_000) if ":" in row.sql}
    assert kept == {number for number, written in enumerate(outcomes) if written}
    ballast.unlink()
    assert write(1_001)
    database.close()
    check_database(tiny.state_db)


def test_a_full_disk_stops_a_migration_without_a_trace(tiny: ProfilePaths) -> None:
    """A new profile that finds no room is not half made; with room it is made."""
    ballast = fill(tiny)
    with pytest.raises(DiskFullError):
        migrate(tiny)
    assert not tiny.state_db.exists()
    ballast.unlink()
    assert migrate(tiny).changed
    assert list(tiny.tmp.iterdir()) == []


def test_a_full_disk_keeps_no_half_snapshot(tiny: ProfilePaths) -> None:
    """A snapshot that finds no room is not kept at all."""
    migrate(tiny)
    fill(tiny)
    with pytest.raises(DiskFullError):
        snapshot_db(tiny, reason="test")
    assert list(tiny.backups.iterdir()) == []


def test_a_full_disk_keeps_no_half_source(tiny: ProfilePaths, tmp_path: Path) -> None:
    """A source that does not fit leaves nothing behind."""
    big = tmp_path / "big.csv"
    big.write_bytes(b"0123456789" * 500_000)
    with pytest.raises(DiskFullError), SourceStore(tiny).take(big, progress=SilentProgress()):
        pytest.fail("there is no room for it")
    assert [path for path in tiny.sources.rglob("*") if path.is_file()] == []
    assert list(tiny.tmp.iterdir()) == []


def test_a_full_disk_publishes_nothing(tiny: ProfilePaths) -> None:
    """A version whose manifest finds no room is not published, and its staging goes."""
    store = DatasetStore(tiny)
    with pytest.raises(DiskFullError), store.stage() as staging:  # noqa: PT012 - all of it is one act
        staging.data_file.write_bytes(b"data")
        fill(tiny)
        store.publish(staging, a_manifest())
    assert list(tiny.datasets.iterdir()) == []
    assert [path.name for path in tiny.tmp.iterdir()] == ["ballast"]


def test_a_read_only_profile_is_told_at_the_start(
    profile: ProfilePaths, config: AppConfig, tmp_path: Path
) -> None:
    """Opening says that the folder cannot be written."""
    with (
        read_only_view(profile.root, tmp_path / "view") as view,
        pytest.raises(ProfileReadOnlyError, match="cannot be written"),
    ):
        open_storage(config, ProfilePaths(view))


def test_a_database_that_became_read_only_is_told_at_the_write(profile: ProfilePaths, tmp_path: Path) -> None:
    """Reading works, the write says that the folder cannot be written."""
    migrate(profile)
    first = Database(profile.state_db)
    first.run_tx(lambda uow: uow.queries.add(a_query("before")))
    with read_only_view(profile.root, tmp_path / "view") as view:
        database = Database(view / "state.db")
        with pytest.raises(ProfileReadOnlyError, match="cannot be written"):
            database.run_tx(lambda uow: uow.queries.add(a_query("after")))
        with database.read() as uow:
            assert [row.sql for row in uow.queries.list()] == ["before"]
        database.close()
    first.close()


def test_a_read_only_profile_takes_no_source(profile: ProfilePaths, tmp_path: Path) -> None:
    """An import into it fails with the same words."""
    source = tmp_path / "a.csv"
    source.write_bytes(b"a\n1\n")
    with (
        read_only_view(profile.root, tmp_path / "view") as view,
        pytest.raises(ProfileReadOnlyError),
        SourceStore(ProfilePaths(view)).take(source, progress=SilentProgress()),
    ):
        pytest.fail("it cannot be written")
