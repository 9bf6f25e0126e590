"""Answers that are held stay whole: no room is made of them, and nobody else takes their file."""

import gc

from analysis.query import QueryEngine
from core.config import AppConfig
from core.paths import ProfilePaths
from storage.open import Storage, open_storage


def test_an_answer_somebody_holds_stays_whatever_room_there_is(profile: ProfilePaths) -> None:
    """A kept tab can be paged to its end although newer answers filled the cache; let go, it makes room."""
    config = AppConfig.model_validate({"cache": {"disk_mib": 1}})
    storage = open_storage(config, profile, purpose="a test")
    engine = QueryEngine(storage)
    try:
        kept = engine.start("select range n, hash(range) h from range(100000)")
        kept.wait(20)
        for i in range(4):
            engine.start(f"select hash(range) h, {i} as i from range(100000)").wait(20)
        assert kept.page(99_000, 1_000).column("n").to_pylist() == [*range(99_000, 100_000)]
        assert kept.file is not None
        path = kept.file.path
        del kept
        gc.collect()
        for i in range(4):
            engine.start(f"select hash(range) h, -{i} as i from range(100000)").wait(20)
        assert not path.exists()
    finally:
        engine.close()
        storage.close()


def test_the_same_question_asked_twice_at_once_leaves_both_answers_whole(
    queries: QueryEngine, storage: Storage
) -> None:
    """Neither takes the other's file away: each page of each answer belongs to its own execution."""
    sql = "select hash(range) % 1000 k, count(*) c from range(300000) group by k"
    both = [queries.start(sql) for _ in range(2)]
    for run in both:
        assert run.wait(20) == "done"
    for run in both:
        keys = [row["k"] for offset in range(0, 1_000, 300) for row in run.page(offset, 300).to_pylist()]
        assert sorted(keys) == [*range(1_000)]
    del both, run
    gc.collect()

    assert len([*(storage.paths.cache / "results").iterdir()]) == 1
