"""The cache's promises: computed once, never stale, never pickled, never in the way."""

import pickle
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from core.config import AppConfig
from core.paths import ProfilePaths
from core.types import Compute
from storage.cache import Cache
from storage.cache.codec import encode
from tests.waiting import wait_until

Open = Callable[[], Cache]


class Turnable:
    """A clock a test can turn."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Turnable:
    return Turnable()


@pytest.fixture
def opened(config: AppConfig, profile: ProfilePaths, clock: Turnable) -> Iterator[Open]:
    """Open the profile's cache, as one more process would."""
    caches: list[Cache] = []

    def open_one() -> Cache:
        caches.append(Cache(config, profile, clock=clock))
        return caches[-1]

    yield open_one
    for cache in caches:
        cache.close()


class Counting:
    """A computation that counts its runs."""

    def __init__(self, answer: Any = "answer") -> None:  # noqa: ANN401 - any cacheable value
        self.runs = 0
        self.answer = answer

    def __call__(self) -> Any:  # noqa: ANN401
        self.runs += 1
        return self.answer


def _database(profile: ProfilePaths) -> Path:
    return profile.cache / "values" / "cache.db"


# ---- computed once ----------------------------------------------------------------------------------------


def test_an_answer_is_computed_once(opened: Open) -> None:
    """The second question is answered from memory, a process started later from disk."""
    compute, cache = Counting(), opened()
    assert [cache.get_or_compute("k", compute) for _ in range(3)] == ["answer"] * 3
    assert opened().get_or_compute("k", compute) == "answer"
    assert compute.runs == 1


def test_large_answers_survive_too(opened: Open) -> None:
    """What diskcache puts into a file of its own comes back the same."""
    compute = Counting(b"x" * 1_000_000)
    opened().get_or_compute("k", compute)
    assert opened().get_or_compute("k", compute) == compute.answer
    assert compute.runs == 1


def test_none_is_an_answer(opened: Open) -> None:
    """Nothing found is worth remembering as well."""
    compute, cache = Counting(None), opened()
    assert cache.get_or_compute("k", compute) is None
    assert cache.get_or_compute("k", compute) is None
    assert compute.runs == 1


def test_a_failure_is_not_kept(opened: Open) -> None:
    """What could not be computed now may work the next time."""
    cache = opened()

    def fail() -> str:
        raise ConnectionError("no")

    with pytest.raises(ConnectionError):
        cache.get_or_compute("k", fail)
    assert cache.get_or_compute("k", Counting()) == "answer"


def test_a_caller_cannot_change_what_the_next_one_gets(opened: Open) -> None:
    """Returned values are the caller's own."""
    cache = opened()
    first: dict[str, list[int]] = cache.get_or_compute("k", lambda: {"a": [1]})
    first["a"].append(2)
    assert cache.get_or_compute("k", lambda: {"a": [9]}) == {"a": [1]}


def test_a_computation_may_ask_the_cache(opened: Open) -> None:
    """Also for other answers, in any order, also (by mistake) for its own one: nothing hangs."""
    cache = opened()
    keys = [f"k{number}" for number in range(600)]  # more than there are lock files

    def chain(position: int) -> int:
        if position == len(keys):
            return 0
        inner: int = cache.get_or_compute(keys[position], lambda: chain(position + 50))
        return inner + 1

    assert cache.get_or_compute("outer", lambda: chain(0)) == 12
    assert cache.get_or_compute("self", lambda: cache.get_or_compute("self", lambda: 1) + 1) == 2


def test_a_stampede_of_threads_computes_once(opened: Open) -> None:
    """However many ask at once, one works and all get the answer; another key is not held up."""
    cache, answers = opened(), list[str]()
    entered, release = threading.Event(), threading.Event()
    compute = Counting()

    def slow() -> str:
        entered.set()
        release.wait(30)
        answer: str = compute()
        return answer

    threads = [threading.Thread(target=lambda: answers.append(cache.get_or_compute("k", slow))) for _ in range(12)]
    for thread in threads:
        thread.start()
    entered.wait(30)
    assert cache.get_or_compute("other", lambda: 1) == 1
    release.set()
    for thread in threads:
        thread.join()
    assert answers == ["answer"] * 12
    assert compute.runs == 1


def test_waiting_threads_try_themselves_when_the_first_one_fails(opened: Open) -> None:
    """One person's cancel is not everybody's."""
    cache, entered, release = opened(), threading.Event(), threading.Event()
    outcomes: list[object] = []

    def first() -> str:
        entered.set()
        release.wait(30)
        raise ConnectionError("cancelled")

    def ask_first() -> None:
        try:
            cache.get_or_compute("k", first)
        except ConnectionError as error:
            outcomes.append(str(error))

    leader = threading.Thread(target=ask_first)
    leader.start()
    entered.wait(30)
    follower = threading.Thread(target=lambda: outcomes.append(cache.get_or_compute("k", Counting("mine"))))
    follower.start()
    release.set()
    leader.join()
    follower.join()
    assert outcomes == ["cancelled", "mine"]


def test_a_stampede_shares_the_answer_even_when_nothing_can_be_kept(profile: ProfilePaths) -> None:
    """With no memory and no disk to keep it, those who wait still get the answer that is being computed."""
    cache = Cache(AppConfig.model_validate({"cache": {"memory_mib": 0, "disk_mib": 0}}), profile)
    compute, release, answers = Counting(), threading.Event(), list[str]()

    def slow() -> str:
        release.wait(30)
        answer: str = compute()
        return answer

    threads = [threading.Thread(target=lambda: answers.append(cache.get_or_compute("k", slow))) for _ in range(6)]
    for thread in threads:
        thread.start()
    flights = cache._flights._running
    wait_until(lambda: flights, what="the first computation")
    release.set()
    for thread in threads:
        thread.join()
    assert answers == ["answer"] * 6
    assert compute.runs <= 6


# ---- never stale ------------------------------------------------------------------------------------------


def test_an_invalidation_reaches_every_process(opened: Open) -> None:
    """What another process keeps in its memory is no answer any more after the commit here."""
    here, there = opened(), opened()
    assert there.get_or_compute("k", Counting("old"), tags=["table:dataset"]) == "old"
    here.invalidate(["table:dataset"])
    assert there.get_or_compute("k", Counting("new"), tags=["table:dataset"]) == "new"
    assert here.get_or_compute("k", Counting("never"), tags=["table:dataset"]) == "new"


def test_only_what_depends_on_the_tag_goes(opened: Open) -> None:
    """One dataset's change leaves the others' answers alone."""
    cache = opened()
    for tag in ("dataset:1", "dataset:2"):
        cache.get_or_compute(tag, Counting("old"), tags=[tag, "table:x"])
    cache.get_or_compute("free", Counting("old"))
    cache.invalidate(["dataset:1"])
    assert cache.get_or_compute("dataset:1", Counting("new"), tags=["dataset:1", "table:x"]) == "new"
    assert cache.get_or_compute("dataset:2", Counting("new"), tags=["dataset:2", "table:x"]) == "old"
    assert cache.get_or_compute("free", Counting("new")) == "old"


def test_the_order_of_tags_does_not_matter(opened: Open) -> None:
    """The same question with its tags in another order is the same question."""
    cache = opened()
    cache.get_or_compute("k", Counting("old"), tags=["a", "b"])
    assert cache.get_or_compute("k", Counting("new"), tags=["b", "a"]) == "old"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_began_before_an_invalidation_is_not_kept(opened: Open, elsewhere: bool) -> None:
    """A computation that has read the old state may end after the commit: its answer is nobody else's."""
    cache = opened()
    committing = opened() if elsewhere else cache

    def overtaken() -> str:
        committing.invalidate(["dataset:1"])
        return "old"

    cache.get_or_compute("k", overtaken, tags=["dataset:1"])
    assert cache.get_or_compute("k", Counting("new"), tags=["dataset:1"]) == "new"


def test_who_asks_after_the_commit_does_not_join_an_older_computation(opened: Open) -> None:
    """A computation still under way when a commit comes is not waited for by those who ask later."""
    cache, entered, release = opened(), threading.Event(), threading.Event()

    def old() -> str:
        entered.set()
        release.wait(30)
        return "old"

    thread = threading.Thread(target=lambda: cache.get_or_compute("k", old, tags=["t"]))
    thread.start()
    entered.wait(30)
    cache.invalidate(["t"])
    assert cache.get_or_compute("k", Counting("new"), tags=["t"]) == "new"
    release.set()
    thread.join()
    assert cache.get_or_compute("k", Counting("late"), tags=["t"]) == "new"


def test_an_invalidation_that_cannot_be_written_stops_caching(
    opened: Open, profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk refuses to note it, nothing old is answered; when the disk works again, caching goes on."""
    cache = opened()
    cache.get_or_compute("k", Counting("old"), tags=["t"])

    def refuse(*_args: object, **_options: object) -> None:
        raise OSError(30, "read-only")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "open", refuse)
        broken.setattr(Path, "unlink", refuse)
        cache.invalidate(["t"])
        assert cache.get_or_compute("k", Counting("new"), tags=["t"]) == "new"
    again = Counting("newest")
    assert [cache.get_or_compute("k", again, tags=["t"]) for _ in range(2)] == ["newest"] * 2
    assert again.runs == 1
    assert profile.cache.is_dir()


def test_a_deleted_tag_folder_makes_nothing_old_valid(opened: Open, profile: ProfilePaths) -> None:
    """The cache folder may be deleted in part and at any time."""
    cache = opened()
    cache.get_or_compute("k", Counting("old"), tags=["t"])
    shutil.rmtree(profile.cache / "tags")
    cache.invalidate(["t"])
    assert cache.get_or_compute("k", Counting("new"), tags=["t"]) == "new"


def test_a_time_limit_holds_in_memory_and_on_disk(opened: Open, clock: Turnable) -> None:
    """An answer is not given after its time, neither here nor in another process."""
    cache = opened()
    cache.get_or_compute("k", Counting("old"), ttl_s=10)
    clock.now += 9
    assert cache.get_or_compute("k", Counting("new"), ttl_s=10) == "old"
    clock.now += 2
    assert opened().get_or_compute("k", Counting("new"), ttl_s=10) == "new"
    assert cache.get_or_compute("k", Counting("newer"), ttl_s=10) == "new"


def test_clear_forgets_everywhere(opened: Open) -> None:
    """After `cache clear` every process computes again, and the disk is free."""
    here, there = opened(), opened()
    there.get_or_compute("k", Counting("old"))
    here.clear()
    assert here.stats().disk_entries == 0
    assert there.get_or_compute("k", Counting("new")) == "new"


# ---- never in the way -------------------------------------------------------------------------------------


def test_a_damaged_database_is_moved_aside(opened: Open, profile: ProfilePaths) -> None:
    """Garbage in the cache costs one computation, then the cache works again."""
    opened().get_or_compute("k", Counting("old"))
    _database(profile).write_bytes(b"garbage " * 999)
    for rest in profile.cache.glob("values/cache.db-*"):
        rest.unlink()
    cache = opened()
    assert cache.get_or_compute("k", Counting("new")) == "new"
    assert opened().get_or_compute("k", Counting("never")) == "new"
    assert len(list(profile.cache.glob("broken-*"))) == 1
    cache.clear()
    assert not list(profile.cache.glob("broken-*"))


def test_damage_during_use_costs_one_computation(opened: Open, profile: ProfilePaths) -> None:
    """A table that vanishes under an open cache is no error for the one who asks."""
    cache = opened()
    cache.get_or_compute("k", Counting("old"))
    with sqlite3.connect(_database(profile)) as connection:
        connection.execute("drop table Cache")
    connection.close()
    assert cache.get_or_compute("other", Counting("new")) == "new"
    assert cache.get_or_compute("third", Counting("third")) == "third"
    assert opened().get_or_compute("third", Counting("never")) == "third"


def test_a_deleted_folder_is_made_again(opened: Open, profile: ProfilePaths) -> None:
    """The folder may be deleted while the cache is open."""
    cache = opened()
    cache.get_or_compute("k", Counting("old"))
    shutil.rmtree(profile.cache)
    assert cache.get_or_compute("k", Counting("new")) == "new"
    assert opened().get_or_compute("k", Counting("never")) == "new"


def test_a_file_in_place_of_the_folder_only_means_computing(opened: Open, profile: ProfilePaths) -> None:
    """A profile whose cache folder cannot be used works without one."""
    shutil.rmtree(profile.cache)
    profile.cache.write_bytes(b"")
    cache, compute = opened(), Counting()
    assert [cache.get_or_compute("k", compute, tags=["t"]) for _ in range(2)] == ["answer"] * 2
    cache.invalidate(["t"])
    cache.clear()
    assert compute.runs == 2
    assert cache.stats().bypassed == 2
    assert not cache.stats().disk_working


def test_a_full_disk_only_means_not_keeping(opened: Open, profile: ProfilePaths, monkeypatch: Any) -> None:  # noqa: ANN401
    """The answer is given, memory keeps it, and no half-written file stays."""
    cache = opened()
    cache.get_or_compute("first", Counting())
    written: list[str] = []

    def full(path: str, *_rest: object) -> int:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(b"half")
        written.append(path)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("diskcache.core.Disk._write", lambda _self, path, *rest: full(path, *rest))
        assert cache.get_or_compute("k", Counting(b"x" * 100_000)) == b"x" * 100_000
    assert written
    assert not any(Path(path).exists() for path in written)
    assert cache.get_or_compute("k", Counting(b"never")) == b"x" * 100_000
    assert cache.stats().failures == 1
    assert _database(profile).exists()


def test_values_changed_on_disk_are_thrown_away(opened: Open, profile: ProfilePaths) -> None:
    """A file that a power cut left with other bytes is no answer."""
    opened().get_or_compute("k", Counting(b"x" * 100_000))
    (file,) = profile.cache.glob("values/*/*/*.val")
    file.write_bytes(file.read_bytes()[:-10] + b"\0" * 10)
    assert opened().get_or_compute("k", Counting(b"new")) == b"new"


def test_memory_never_exceeds_its_limit(profile: ProfilePaths) -> None:
    """The least recently used answers go first; one that is too large is not kept at all."""
    cache = Cache(AppConfig.model_validate({"cache": {"memory_mib": 1, "disk_mib": 0}}), profile)
    for number in range(40):
        cache.get_or_compute(f"k{number}", Counting(bytes(100_000)))
        cache.get_or_compute("k0", Counting(b"never"))
    stats = cache.stats()
    assert stats.memory_bytes <= 1024 * 1024
    assert stats.memory_entries == 10
    assert cache.get_or_compute("k0", Counting(b"never")) == bytes(100_000)
    assert cache.get_or_compute("k1", Counting(b"new")) == b"new"
    huge = Counting(bytes(900_000))
    assert [len(cache.get_or_compute("huge", huge)) for _ in range(2)] == [900_000] * 2
    assert huge.runs == 2


def test_the_disk_does_not_grow_without_limit(profile: ProfilePaths) -> None:
    """Old values make room for new ones."""
    cache = Cache(AppConfig.model_validate({"cache": {"memory_mib": 0, "disk_mib": 2}}), profile)
    for number in range(60):
        cache.get_or_compute(f"k{number}", Counting(bytes(200_000)))
    assert cache.stats().disk_bytes < 3 * 1024 * 1024
    cache.close()


def test_the_statistics_add_up(opened: Open) -> None:
    """Hits and misses are told apart by where the answer came from."""
    cache = opened()
    for key in ("a", "a", "b"):
        cache.get_or_compute(key, Counting())
    later = opened()
    later.get_or_compute("a", Counting())
    stats, after = cache.stats(), later.stats()
    assert (stats.memory_hits, stats.disk_hits, stats.misses) == (1, 0, 2)
    assert (after.memory_hits, after.disk_hits, after.misses) == (0, 1, 0)
    assert stats.disk_entries == 2
    assert stats.hit_rate == pytest.approx(1 / 3)


# ---- never pickle -----------------------------------------------------------------------------------------


class Bomb:
    """Leaves a file when unpickled."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._target,)


@pytest.mark.parametrize(
    "change", ["mode = 4", "mode = 1", "mode = 4, filename = 'bomb.val', value = null", "raw = 0, mode = 4"]
)
def test_a_planted_pickle_is_refused(change: str, opened: Open, profile: ProfilePaths, tmp_path: Path) -> None:
    """Whoever can write into the cache folder still cannot make the program run anything."""
    exploded = tmp_path / "exploded"
    opened().get_or_compute("k", Counting("old"))
    bomb = pickle.dumps(Bomb(exploded))
    (profile.cache / "values" / "bomb.val").write_bytes(bomb)
    connection = sqlite3.connect(_database(profile))
    connection.execute(f"update Cache set value = ?, {change.replace(', value = null', '')}", (bomb,))
    connection.commit()
    connection.close()
    cache = opened()
    assert cache.get_or_compute("k", Counting("new")) == "new"
    cache.clear()
    assert not exploded.exists()


def test_a_planted_path_neither_reads_nor_removes_a_foreign_file(
    opened: Open, profile: ProfilePaths, tmp_path: Path
) -> None:
    """A row that names a file outside the cache is refused, also when it is cleaned up."""
    foreign = tmp_path / "foreign.val"
    foreign.write_bytes(encode("stolen", None))
    opened().get_or_compute("k", Counting("old"))
    connection = sqlite3.connect(_database(profile))
    connection.execute("update Cache set value = null, mode = 2, filename = '../../../foreign.val'")
    connection.commit()
    connection.close()
    cache = opened()
    assert cache.get_or_compute("k", Counting("new")) == "new"
    cache.clear()
    assert foreign.exists()


def test_nothing_is_ever_pickled(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither direction of the normal way touches pickle, and an object of a class of its own is refused."""

    def forbid(*_args: object, **_options: object) -> None:
        raise AssertionError("pickle was used")

    for name in ("dumps", "loads", "dump", "load"):
        monkeypatch.setattr(pickle, name, forbid)
    for value in ("text", 5, 1.5, None, b"x" * 100_000, ["a"] * 50_000, {"a": (1, 2)}, pa.table({"a": [1]})):
        opened().get_or_compute(repr(type(value)), Counting(value))
        assert opened().get_or_compute(repr(type(value)), Counting("never")) == value
    for unfit in (object(), {"a": {1, 2}}, Path("x"), Compute.FAST, pa.array([1])):
        with pytest.raises(TypeError, match="cannot be cached"):
            opened().get_or_compute("unfit", Counting(unfit))
