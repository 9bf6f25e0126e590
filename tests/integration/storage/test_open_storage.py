"""Opening a profile: made, migrated, tidied, shared, and all its parts wired together."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import AppConfig
from core.errors import DatabaseDamagedError, ProfileInUseError, ProfileNewerError
from core.paths import ProfilePaths
from storage.collect import collect_unreferenced
from storage.database.models import DatasetRow, VersionRow
from storage.health import check_storage
from storage.lock import ProfileLock
from storage.open import Storage, open_storage
from storage.snapshots import snapshot_db
from tests.factories import a_manifest
from tests.integration.storage.child import ROOT, child


def record(storage: Storage, dataset_id: str, version: int = 1, *, name: str | None = None) -> None:
    """Write the catalogue rows of one version."""

    def rows(uow: object) -> None:
        from storage.database.unit_of_work import UnitOfWork

        assert isinstance(uow, UnitOfWork)
        uow.datasets.add(DatasetRow(id=dataset_id, name=name or dataset_id, current_version=version, row_count=1))
        uow.versions.add(
            VersionRow(
                dataset_id=dataset_id, version=version, rows=1, size_bytes=4, digest="d", source_digest="s",
                manifest="{}",
            )
        )  # fmt: skip

    storage.database.run_tx(rows)


def publish(storage: Storage, dataset_id: str, version: int = 1) -> Path:
    with storage.datasets.stage() as staging:
        staging.data_file.write_bytes(b"data")
        return storage.datasets.publish(staging, a_manifest(dataset_id=dataset_id, version=version))


def test_a_new_profile_is_ready_at_once(config: AppConfig, tmp_path: Path) -> None:
    """The first start makes folder, database and all; the second finds what the first wrote."""
    paths = ProfilePaths(tmp_path / "new" / "profile")
    storage = open_storage(config, paths)
    record(storage, "umsatz")
    storage.close()
    again = open_storage(config, paths)
    with again.database.read() as uow:
        assert uow.datasets.require_name("umsatz").id == "umsatz"
    again.close()


def test_a_copied_profile_works_elsewhere(storage: Storage, config: AppConfig, tmp_path: Path) -> None:
    """One folder holds everything: copied, it opens under its new path with all its data."""
    publish(storage, "umsatz")
    record(storage, "umsatz")
    storage.close()
    shutil.copytree(storage.paths.root, tmp_path / "elsewhere")
    copy = open_storage(config, ProfilePaths(tmp_path / "elsewhere"))
    with copy.database.read() as uow:
        version = uow.versions.of("umsatz")
    assert copy.datasets.data_file("umsatz", version.version).read_bytes() == b"data"
    copy.close()


def test_a_commit_invalidates_what_was_cached_of_it(storage: Storage) -> None:
    """After `run_tx` has returned nobody gets the answer from before."""
    record(storage, "umsatz")
    tags = ["dataset:umsatz"]
    assert storage.cache.get_or_compute("rows", lambda: 1, tags=tags) == 1
    assert storage.cache.get_or_compute("rows", lambda: 2, tags=tags) == 1
    storage.database.run_tx(lambda uow: uow.datasets.update(uow.datasets.require("umsatz"), row_count=2))
    assert storage.cache.get_or_compute("rows", lambda: 2, tags=tags) == 2


def test_two_processes_have_it_open_together(storage: Storage, profile: ProfilePaths) -> None:
    """A second process writes while this one has it open, and each sees the other's rows."""
    record(storage, "counter")
    with child("count_up", profile, "counter", "20") as other:
        other.expect("ready")
        other.expect("done")
    with storage.database.read() as uow:
        assert uow.datasets.require("counter").row_count == 21


def test_tmp_is_emptied_only_by_who_is_alone(storage: Storage, config: AppConfig) -> None:
    """Leftovers of the dead go at the next lonely start; what a living process builds stays."""
    paths = storage.paths
    leftover = paths.tmp / "version-left"
    leftover.mkdir()
    (leftover / "file").touch(mode=0o400)
    second = open_storage(config, paths)
    assert leftover.exists()
    second.close()
    storage.close()
    third = open_storage(config, paths)
    assert not leftover.exists()
    third.close()


def test_a_start_during_a_migration_says_so(
    config: AppConfig, profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names what has the profile alone."""
    monkeypatch.setattr("storage.lock.WAIT_S", 0.1)
    monkeypatch.setattr(ProfileLock.share, "__kwdefaults__", {"wait_s": 0.1})
    with child("hold", profile, "a migration", "alone") as migration:
        migration.expect("held")
        with pytest.raises(ProfileInUseError, match="a migration"):
            open_storage(config, profile)


def test_a_damaged_database_stops_the_start_and_frees_the_profile(
    config: AppConfig, profile: ProfilePaths
) -> None:
    """It is named, left as it is, and nobody is locked out afterwards."""
    profile.state_db.write_bytes(b"scribble" * 1000)
    with pytest.raises(DatabaseDamagedError):
        open_storage(config, profile)
    assert ProfileLock(profile).holders() == ()
    assert profile.state_db.read_bytes() == b"scribble" * 1000


def test_a_newer_profile_stops_the_start(storage: Storage, config: AppConfig) -> None:
    """Beside a process that still runs as well as alone."""
    storage.close()
    import sqlite3

    connection = sqlite3.connect(storage.paths.state_db)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(ProfileNewerError, match="schema 9999"):
        open_storage(config, storage.paths)


def test_a_crash_between_rename_and_catalogue_is_collected(storage: Storage) -> None:
    """A version nobody recorded goes; a recorded one stays, a deleted one too, and what a snapshot knows."""
    for name in ("recorded", "deleted", "crashed", "in-snapshot"):
        publish(storage, name)
    record(storage, "in-snapshot")
    snapshot_db(storage.paths, reason="test")
    storage.database.run_tx(lambda uow: uow.versions.purge(uow.versions.of("in-snapshot")))
    record(storage, "recorded")
    record(storage, "deleted")
    storage.database.run_tx(lambda uow: uow.datasets.delete(uow.datasets.require("deleted")))
    assert collect_unreferenced(storage, older_than_s=-1) == 1
    left = sorted(path.name for path in storage.paths.datasets.iterdir())
    assert left == ["deleted", "in-snapshot", "recorded"]


def test_the_health_names_sizes_room_and_holders(storage: Storage) -> None:
    """One look tells all, as plain values."""
    publish(storage, "umsatz")
    health = check_storage(storage)
    assert health.ok, health.problems
    assert health.database.journal_mode == "wal"
    assert health.datasets_bytes > 4
    assert health.free_bytes > 0
    assert [holder.purpose for holder in health.holders] == ["a test"]
    told = health.to_dict()
    assert told["database"] == health.database.to_dict()
    assert told["problems"] == []


def test_a_damaged_page_shows_in_the_health(storage: Storage) -> None:
    """Health never raises for what it finds; it names it."""
    record(storage, "umsatz")
    storage.database.close()
    path = storage.paths.state_db
    content = bytearray(path.read_bytes())
    content[4096 : len(content) - 4096] = b"\x55" * (len(content) - 8192)
    path.write_bytes(content)
    health = check_storage(storage)
    assert not health.ok
    assert health.problems


def test_opening_a_ready_profile_loads_no_migration_library(storage: Storage) -> None:
    """Only a start that has to migrate pays for it; the table readers of other fields stay out altogether."""
    storage.close()
    program = (
        "import sys; from pathlib import Path; from core.paths import ProfilePaths; "
        "from core.config import load_config; from storage.open import open_storage; "
        f"p = ProfilePaths(Path({str(storage.paths.root)!r})); open_storage(load_config(p), p).close(); "
        "print([m for m in ('alembic', 'pandas', 'sqlglot', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
