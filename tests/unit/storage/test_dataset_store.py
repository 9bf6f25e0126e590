"""Published versions: complete or not there, never changed, collected only when nothing refers to them."""

import stat
from pathlib import Path

import pytest

from core.errors import DatabaseDamagedError, NotFoundError, VersionExistsError
from core.paths import ProfilePaths
from storage.datasets import DatasetStore
from tests.factories import a_manifest


def publish(store: DatasetStore, *, dataset_id: str = "d1", version: int = 1, data: bytes = b"data") -> Path:
    with store.stage() as staging:
        staging.data_file.write_bytes(data)
        staging.ledger_file.write_bytes(b"ledger")
        return store.publish(staging, a_manifest(dataset_id=dataset_id, version=version))


def test_a_published_version_is_complete(profile: ProfilePaths) -> None:
    """Data, ledger and manifest lie in its folder, and nothing is left in tmp/."""
    store = DatasetStore(profile)
    folder = publish(store)
    assert folder == store.folder("d1", 1)
    assert store.data_file("d1", 1).read_bytes() == b"data"
    assert store.ledger_file("d1", 1).read_bytes() == b"ledger"
    assert store.manifest("d1", 1) == a_manifest()
    assert list(profile.tmp.iterdir()) == []


def test_a_published_file_may_not_be_written(profile: ProfilePaths) -> None:
    """Neither its files nor its folder have a right to write."""
    folder = publish(DatasetStore(profile))
    for path in [folder, *folder.iterdir()]:
        assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_what_is_not_published_goes(profile: ProfilePaths) -> None:
    """An exception while building leaves nothing, read-only files included."""
    store = DatasetStore(profile)

    def build() -> None:
        with store.stage() as staging:
            staging.data_file.write_bytes(b"half")
            staging.data_file.chmod(0o400)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        build()
    assert list(profile.tmp.iterdir()) == []
    assert list(profile.datasets.iterdir()) == []


def test_a_published_version_is_never_overwritten(profile: ProfilePaths) -> None:
    """A second one of the same number is refused by name, and the first stays as it is."""
    store = DatasetStore(profile)
    publish(store)
    with pytest.raises(VersionExistsError, match="'umsatz' already has a version 1"):
        publish(store, data=b"other")
    assert store.data_file("d1", 1).read_bytes() == b"data"
    assert list(profile.tmp.iterdir()) == []


def test_the_next_version_steps_over_what_a_crash_left(profile: ProfilePaths) -> None:
    """A folder without a catalogue row does not block the number for ever."""
    store = DatasetStore(profile)
    assert store.next_version("d1", 0) == 1
    publish(store, version=1)
    publish(store, version=2)
    assert store.next_version("d1", 0) == 3
    assert store.next_version("d1", 5) == 6


def test_a_missing_version_says_so(profile: ProfilePaths) -> None:
    """The message names it, the hint says where it may come from."""
    with pytest.raises(NotFoundError, match="'d1/7' are gone"):
        DatasetStore(profile).manifest("d1", 7)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"rows": 1}'])
def test_a_torn_manifest_is_damaged(profile: ProfilePaths, text: str) -> None:
    """A manifest that is no manifest is named, not guessed at."""
    store = DatasetStore(profile)
    manifest = publish(store) / "manifest.json"
    manifest.chmod(0o600)
    manifest.write_text(text)
    with pytest.raises(DatabaseDamagedError, match=r"manifest\.json"):
        store.manifest("d1", 1)


def test_only_what_nothing_refers_to_is_collected(profile: ProfilePaths) -> None:
    """A known version stays, an unknown one goes with its empty dataset folder."""
    store = DatasetStore(profile)
    publish(store, dataset_id="kept", version=1)
    publish(store, dataset_id="kept", version=2)
    publish(store, dataset_id="gone", version=1)
    assert store.collect({("kept", 1)}, older_than_s=-1) == 2
    assert [path.name for path in profile.datasets.iterdir()] == ["kept"]
    assert store.data_file("kept", 1).exists()
    assert not store.folder("kept", 2).exists()
    assert list(profile.tmp.iterdir()) == []


def test_a_young_version_is_not_collected(profile: ProfilePaths) -> None:
    """Between its rename and its catalogue row nobody takes it away."""
    store = DatasetStore(profile)
    publish(store)
    assert store.collect(set()) == 0
    assert store.data_file("d1", 1).exists()


def test_foreign_folders_are_left_alone(profile: ProfilePaths) -> None:
    """What is no version folder is not ours to remove."""
    (profile.datasets / "note.txt").write_text("mine")
    (profile.datasets / "d1" / "backup-of-1").mkdir(parents=True)
    assert DatasetStore(profile).collect(set(), older_than_s=-1) == 0
    assert sorted(path.name for path in profile.datasets.iterdir()) == ["d1", "note.txt"]
