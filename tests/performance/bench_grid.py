"""The grid's requests over ten million rows: what a person waits for when scrolling, sorting and selecting.

Everything is asked through the routes, as a browser would, without the network in between. The peer of the first
sorted page is bare DuckDB asking for the same first rows of the same file.
"""

import functools
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from starlette.applications import Starlette

from app.components.grid import dataset_rows
from app.components.grid.route import data_routes
from app.context import AppContext, init_app
from core.paths import ProfilePaths
from tests.asgi import Answer, post
from tests.performance.bench_query import absolute, best, measured, ratio, table_sql
from tests.tables import add_dataset

ROWS, QUICK_ROWS = 10_000_000, 1_000_000
WIDE = 5_000
BLOCK = 200
BLOCK_MS, FIRST_MS, TOP_N, STEP_MB = 100.0, 300.0, 1.2, 1.0
JUMPS = 40
SORT_COLUMN = 8
SORTED = {8: "v3", 5: "id6", 2: "id3"}
"""Columns that are sorted by, with their places: a number of many values, one of fewer, a text."""

Row = dict[str, Any]
Ask = Callable[..., Answer]


def run(out: Path, quick: bool) -> list[Row]:
    """Measure and return the rows."""
    rows = QUICK_ROWS if quick else ROWS
    context = init_app(ProfilePaths(out / "profile"), purpose="a benchmark")
    app = Starlette(routes=data_routes(context))

    def ask(what: str, **body: Any) -> Answer:  # noqa: ANN401 - any JSON
        answer = post(app, f"/data/{what}", body)
        if answer.status != 200:
            raise RuntimeError(answer.body.decode())
        return answer

    try:
        return [*tall(context, ask, rows), *wide(context, ask)]
    finally:
        context.close()


def tall(context: AppContext, ask: Ask, rows: int) -> list[Row]:
    """A long table: any place of it, unsorted and sorted."""
    manifest = add_dataset(context.storage, "h2o", table_sql(rows)["h2o"])
    source, columns = dataset_rows(manifest), list(range(len(manifest.columns)))
    file = context.storage.datasets.data_file(manifest.dataset_id, 1)
    begun = time.perf_counter()
    ask("open", source=source)
    ask("rows", source=source, columns=columns)
    opened = (time.perf_counter() - begun) * 1000
    plain, most = jumps(ask, rows, source=source, columns=columns)
    firsts = first_sorted(ask, str(file), source=source, columns=columns)
    sort = {"sort": [[SORT_COLUMN, True]]}
    ask("rows", source=source, columns=columns, limit=BLOCK, **sort)
    begun = time.perf_counter()
    while ask("order", source=source, **sort).json()["order"]:
        time.sleep(0.2)
    written = (time.perf_counter() - begun) * 1000
    far, _ = jumps(ask, rows, source=source, columns=columns, **sort)
    part = best(3, lambda: ask("sums", source=source, offset=rows // 2, limit=50, columns=columns))
    whole = best(3, lambda: ask("sums", source=source, offset=0, limit=rows, columns=[SORT_COLUMN]))
    return [
        absolute("grid, opened with its first rows", opened, FIRST_MS),
        absolute("grid, block anywhere, half of them", plain[0], BLOCK_MS),
        absolute("grid, block anywhere, 95 %", plain[1], BLOCK_MS),
        *firsts,
        absolute("grid, whole order written behind it", written, None),
        absolute("grid, sorted block anywhere, half of them", far[0], BLOCK_MS),
        absolute("grid, sorted block anywhere, 95 %", far[1], BLOCK_MS),
        {**absolute("grid, largest block", most / 1e6, STEP_MB), "unit": "MB"},
        absolute("grid, sums of 50 rows", part, BLOCK_MS),
        absolute("grid, sums of a whole column", whole, None),
    ]


def wide(context: AppContext, ask: Ask) -> list[Row]:
    """A table of 5,000 columns, of which a screen shows twenty."""
    columns = ", ".join(f"hash(range, {i}) % 1000 as c{i}" for i in range(WIDE))
    manifest = add_dataset(context.storage, "wide", f"select {columns} from range(5000)")
    source = dataset_rows(manifest)
    opened = best(3, lambda: ask("open", source=source))
    step = [
        best(
            1, functools.partial(ask, "rows", source=source, columns=list(range(first, first + 24)), offset=2_000)
        )
        for first in range(0, WIDE - 24, 400)
    ]
    size = len(ask("rows", source=source, columns=list(range(100, 124))).body)
    return [
        absolute("grid, 5,000 columns, opened", opened, None),
        absolute("grid, 5,000 columns, block of those on the screen", statistics.median(step), BLOCK_MS),
        {**absolute("grid, 5,000 columns, its size", size / 1e6, STEP_MB), "unit": "MB"},
    ]


def first_sorted(ask: Ask, file: str, **body: Any) -> list[Row]:  # noqa: ANN401 - any JSON
    """Compare first pages of orders nobody asked for before with bare DuckDB's, in turns.

    By the clock as it is for a person, with the whole order being written behind it; and by the processors' work
    without that, which is nearly free of a busy machine's noise.
    """
    clock, work = [0.0, 0.0], [0.0, 0.0]
    with duckdb.connect(":memory:") as bare:
        for place, name in SORTED.items():
            pairs = []
            for falling, begin in ((True, True), (False, True), (None, False)):
                sort = {"sort": [[place, bool(falling)], *([[0, False]] if falling is None else [])]}
                order = f"{name} {'desc' if falling else 'asc'} nulls last{', id1' if falling is None else ''}"
                asked = f"from '{file}' order by {order} limit {BLOCK}"
                mine = measured(functools.partial(ask, "rows", limit=BLOCK, begin=begin, **body, **sort))
                ask("stop", source=body["source"], **sort)
                pairs.append((mine, measured(lambda: bare.execute(asked).to_arrow_table())))  # noqa: B023
            for who in (0, 1):
                clock[who] += min(pair[who][0] for pair in pairs[:2])
                work[who] += pairs[2][who][1]
    return [
        ratio("grid, first page sorted, three columns", clock[0], clock[1], TOP_N),
        ratio("grid, first page sorted, processor time", work[0], work[1], TOP_N),
    ]


def jumps(ask: Ask, rows: int, **body: Any) -> tuple[tuple[float, float], int]:  # noqa: ANN401 - any JSON
    """Return median and 95 % of blocks at random places in milliseconds, and the largest one in bytes."""
    places, times, sizes = random.Random(1), [], []
    for _ in range(JUMPS):
        offset = places.randrange(rows // BLOCK) * BLOCK
        begun = time.perf_counter()
        answer = ask("rows", offset=offset, limit=BLOCK, **body)
        times.append((time.perf_counter() - begun) * 1000)
        sizes.append(len(answer.body))
        if "cells" not in answer.json():
            raise RuntimeError("the rows are not there")
    times.sort()
    return (statistics.median(times), times[int(len(times) * 0.95)]), max(sizes)
