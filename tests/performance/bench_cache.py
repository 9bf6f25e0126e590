"""What a cached answer costs, beside computing it and beside bare diskcache.

Ours has more to do than the peer: it looks whether a commit made the answer stale, checks the bytes from a disk
(a millisecond for 10 MB), and never unpickles. Both take turns, so that a neighbour's noise meets both.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diskcache
import pyarrow as pa

from core.config import AppConfig
from core.paths import ProfilePaths
from storage.cache import Cache
from storage.duck import DuckEngine, quote_literal

ROWS = 650_000
"""Of two 8-byte columns: 10 MB."""

LIMIT_MS = 10.0
"""A cached answer of 10 MB has to be there within this, p95."""

TAGS = ("table:dataset", "dataset:1")


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    paths = ProfilePaths(out / "profile")
    paths.create()
    config = AppConfig()
    cache, engine = Cache(config, paths), DuckEngine(config, paths)
    no_memory = Cache(AppConfig.model_validate({"cache": {"memory_mib": 0}}), paths)
    times = 20 if quick else 100
    with diskcache.Cache(str(out / "bare"), size_limit=2**30) as bare:
        try:
            compute = answer_of(engine, paths.datasets / "data.parquet")
            return [
                *large(cache, no_memory, bare, compute, times),
                *small(cache, bare, times * 10),
                *stored(cache, bare, compute(), times // 4),
            ]
        finally:
            cache.close()
            no_memory.close()
            engine.close()


def answer_of(engine: DuckEngine, file: Path) -> Callable[[], pa.Table]:
    """Return a question whose answer takes 10 MB: a group-by over 2,600,000 rows."""
    source = f"select hash(range) % {ROWS} as k, range::double as v from range({ROWS * 4})"
    with engine.trusted() as connection:
        connection.execute(f"copy ({source}) to {quote_literal(str(file))} (compression zstd)")

    def compute() -> pa.Table:
        with engine.trusted() as connection:
            query = f"select k, sum(v) as v from read_parquet({quote_literal(str(file))}) group by k"
            return connection.execute(query).to_arrow_table()

    return compute


def large(
    cache: Cache, no_memory: Cache, bare: diskcache.Cache, compute: Callable[[], pa.Table], times: int
) -> list[dict[str, Any]]:
    """10 MB: from memory, from disk, and computed."""
    bare.set("large", cache.get_or_compute("large", compute, tags=TAGS))
    memory, disk, peer = in_turns(
        times,
        lambda: cache.get_or_compute("large", compute, tags=TAGS),
        lambda: no_memory.get_or_compute("large", compute, tags=TAGS),
        lambda: bare.get("large"),
    )
    computed, again = in_turns(
        max(times // 10, 3), compute, lambda: no_memory.get_or_compute("large", compute, tags=TAGS)
    )
    return [
        row("cached answer of 10 MB, memory, p50 beside bare diskcache", p50(memory), p50(peer), 1.0),
        row("cached answer of 10 MB, disk, p50 beside bare diskcache", p50(disk), p50(peer), None),
        row("cached answer of 10 MB, disk, p50 beside computing it", p50(again), p50(computed), 1.0),
        limit("cached answer of 10 MB, memory, p95", p95(memory), LIMIT_MS),
        limit("cached answer of 10 MB, disk, p95", p95(disk), LIMIT_MS),
    ]


def small(cache: Cache, bare: diskcache.Cache, times: int) -> list[dict[str, Any]]:
    """A page of 20 records."""
    value = {"rows": [{"id": i, "name": f"n{i}", "value": i * 1.5} for i in range(20)]}
    cache.get_or_compute("small", lambda: value, tags=TAGS)
    bare.set("small", value)
    ours, peer = in_turns(
        times, lambda: cache.get_or_compute("small", lambda: value, tags=TAGS), lambda: bare.get("small")
    )
    return [row("cached record of 1 kB, memory, p50 beside bare diskcache", p50(ours), p50(peer), None)]


def stored(cache: Cache, bare: diskcache.Cache, table: pa.Table, times: int) -> list[dict[str, Any]]:
    """What it costs to keep 10 MB, and to make an answer stale."""
    number = iter(range(10**9))
    ours, peer = in_turns(
        max(times, 5),
        lambda: cache.get_or_compute(f"stored{next(number)}", lambda: table),
        lambda: bare.set(f"stored{next(number)}", table),
    )
    stale, _ = in_turns(times * 20, lambda: cache.invalidate(TAGS), lambda: None)
    return [
        row("keeping an answer of 10 MB, p50 beside bare diskcache", p50(ours), p50(peer), 1.5),
        limit("invalidating two tags, p95", p95(stale), 1.0),
    ]


def in_turns(times: int, *functions: Callable[[], object]) -> list[list[float]]:
    """Return the milliseconds of each call, by function."""
    measured: list[list[float]] = [[] for _ in functions]
    for _ in range(times):
        for durations, function in zip(measured, functions, strict=True):
            start = time.perf_counter()
            function()
            durations.append((time.perf_counter() - start) * 1_000)
    return measured


def p50(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def p95(values: list[float]) -> float:
    """Return what 95 of 100 do not exceed."""
    return sorted(values)[max(round(len(values) * 0.95) - 1, 0)]


def limit(name: str, ours: float, most: float) -> dict[str, Any]:
    """Return one line of the table with an absolute target."""
    return {"name": name, "ours": ours, "peer": None, "ratio": None, "target": most, "unit": "ms"}


def row(name: str, ours: float, peer: float, target: float | None) -> dict[str, Any]:
    """Return one line of the table with a peer."""
    return {"name": name, "ours": ours, "peer": peer, "ratio": ours / peer, "target": target, "unit": "ms"}
