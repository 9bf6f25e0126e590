"""Questions, pages and exports over ten million rows, beside bare DuckDB on the same Parquet file.

The table and the questions are those of the H2O group-by and join benchmark, made by the engine itself. Ours does
more than the peer: two walls, an execution whose answer is written to a file, a history. Both take turns, and the
best of several rounds counts, so that a neighbour's noise meets both. Every question of ours is asked for the
first time (a comment makes it another text), except where a repeat is measured.
"""

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from analysis.open import Analysis, open_analysis
from analysis.row_sql import Filter
from analysis.rows import RowPages, RowQuery
from core.config import AppConfig
from core.ids import new_id
from core.paths import ProfilePaths
from core.types import Compute, Manifest
from storage.open import Storage, open_storage
from tests.tables import add_dataset

ROWS, QUICK_ROWS = 10_000_000, 1_000_000
OVERHEAD = 1.05
TOP_N = 1.2
FIRST_PAGE_MS, PAGE_MS, REPEAT_MS, STOP_MS = 300.0, 100.0, 10.0, 1_000.0

GROUPS = {
    "group 1": "select id1, sum(v1) as v1 from h2o group by id1",
    "group 2": "select id1, id2, sum(v1) as v1 from h2o group by id1, id2",
    "group 3": "select id3, sum(v1) as v1, avg(v3) as v3 from h2o group by id3",
    "group 4": "select id4, avg(v1) as v1, avg(v2) as v2, avg(v3) as v3 from h2o group by id4",
    "group 5": "select id6, sum(v1) as v1, sum(v2) as v2, sum(v3) as v3 from h2o group by id6",
    "group 6": "select id4, id5, median(v3) as m, stddev(v3) as s from h2o group by id4, id5",
    "group 7": "select id3, max(v1) - min(v2) as spread from h2o group by id3",
    "join small": "select sum(h2o.v1 * s.v4) as v from h2o join small s using (id4)",
    "join medium": "select m.id2, sum(h2o.v1) as v from h2o join medium m using (id6) group by m.id2",
}

Row = dict[str, Any]


def run(out: Path, quick: bool) -> list[Row]:
    """Measure and return the rows."""
    rows, rounds = (QUICK_ROWS, 3) if quick else (ROWS, 5)
    storage = open_storage(AppConfig(), ProfilePaths(out / "profile"), purpose="a benchmark")
    analysis = open_analysis(storage)
    try:
        tables = {name: add_dataset(storage, name, sql) for name, sql in table_sql(rows).items()}
        with duckdb.connect(":memory:") as bare:
            for name, manifest in tables.items():
                file = storage.datasets.data_file(manifest.dataset_id, 1)
                bare.execute(f"create view {name} as from read_parquet('{file}')")
            return [
                *questions(analysis, bare, rounds),
                *repeats(analysis, rounds),
                *pages(storage, analysis, bare, tables["h2o"], rounds),
                *exports(analysis, bare, tables["h2o"], out),
                *profiles(storage, bare, tables["h2o"]),
            ]
    finally:
        analysis.close()
        storage.close()


def table_sql(rows: int) -> dict[str, str]:
    """The tables: groups of 100 and of rows/100 different values, as in the published benchmark."""
    many = rows // 100

    def pick(seed: int, count: int) -> str:
        return f"(hash(range, {seed}) % {count} + 1)"

    return {
        "h2o": f"select 'id' || {pick(1, 100)} as id1, 'id' || {pick(2, 100)} as id2, "
        f"'id' || {pick(3, many)} as id3, "
        f"{pick(4, 100)}::int as id4, {pick(5, 100)}::int as id5, {pick(6, many)}::int as id6, "
        f"{pick(7, 5)}::int as v1, {pick(8, 15)}::int as v2, round({pick(9, 10**8)} / 1e6, 6) as v3 "
        f"from range({rows})",
        "small": "select range::int + 1 as id4, (hash(range) % 100)::int as v4 from range(100)",
        "medium": f"select range::int + 1 as id6, 'id' || (hash(range) % 100) as id2 from range({many})",
    }


def questions(analysis: Analysis, bare: duckdb.DuckDBPyConnection, rounds: int) -> list[Row]:
    """The whole answer in the hands of whoever asked; and all questions together, by the clock and by the work.

    On a busy machine the clock counts the neighbours, too; the processor time is nearly free of them.
    """

    def ours(sql: str) -> None:
        for _ in analysis.queries.start(f"/* {new_id()} */ {sql}").batches():
            pass

    rows, wall, work = [], [0.0, 0.0], [0.0, 0.0]
    for name, sql in GROUPS.items():
        mine, theirs = functools.partial(ours, sql), functools.partial(bare_answer, bare, sql)
        pairs = [(measured(mine), measured(theirs)) for _ in range(rounds)]
        clock = [min(pair[who][0] for pair in pairs) for who in (0, 1)]
        wall = [total + one for total, one in zip(wall, clock, strict=True)]
        work = [total + min(pair[who][1] for pair in pairs) for who, total in enumerate(work)]
        rows.append(ratio(f"question, {name}", clock[0], clock[1], None))
    return [
        *rows,
        ratio("questions, all together", wall[0], wall[1], OVERHEAD),
        ratio("questions, all together, processor time", work[0], work[1], OVERHEAD),
    ]


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return milliseconds by the clock and of all processors' work."""
    begun, worked = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000


def repeats(analysis: Analysis, rounds: int) -> list[Row]:
    """The same question again, and how long a stop takes."""
    sql = GROUPS["group 5"]
    analysis.queries.start(sql).wait()
    repeat = best(rounds * 4, lambda: analysis.queries.start(sql).first_page())
    stops = []
    for _ in range(rounds):
        endless = analysis.queries.start("select count(*) from h2o a join h2o b on a.v3 < b.v3")
        time.sleep(0.3)  # let it work for a while: what is measured is how soon it ends
        begun = time.perf_counter()
        endless.cancel()
        stops.append((time.perf_counter() - begun) * 1000)
    return [
        absolute("question, cached repeat, first page", repeat, REPEAT_MS),
        absolute("question, stop", max(stops), STOP_MS),
    ]


def pages(
    storage: Storage, analysis: Analysis, bare: duckdb.DuckDBPyConnection, h2o: Manifest, rounds: int
) -> list[Row]:
    """Rows of the dataset as the grid asks for them."""
    middle, last = h2o.rows // 2, h2o.rows - 200
    first = best(rounds, lambda: RowPages(storage).page(h2o, RowQuery()))
    deep = best(rounds, lambda: analysis.rows.page(h2o, RowQuery(offset=middle)))
    few = RowQuery(filters=(Filter("id6", "=", 7),))
    filtered, plain = in_turns(
        rounds,
        lambda: analysis.rows.page(h2o, few),
        lambda: bare.execute("from h2o where id6 = 7 limit 200").to_arrow_table(),
    )
    by_value = RowQuery(sort=(("v3", True),))
    begun = time.perf_counter()
    analysis.rows.page(h2o, by_value)
    top = (time.perf_counter() - begun) * 1000
    behind = analysis.rows.ordering(h2o, by_value)
    if behind is not None:
        behind.wait()
    written = behind.elapsed_s * 1000 if behind is not None else None
    bare_top = best(rounds, lambda: bare.execute("from h2o order by v3 desc limit 200").to_arrow_table())
    far = best(rounds, lambda: analysis.rows.page(h2o, RowQuery(sort=by_value.sort, offset=last)))
    return [
        absolute("rows, first page", first, FIRST_PAGE_MS),
        absolute("rows, page in the middle", deep, PAGE_MS),
        ratio("rows, filtered page with its total", filtered, plain, None),
        ratio("rows, first page sorted", top, bare_top, TOP_N),
        absolute("rows, whole order written behind it", written, None),
        absolute("rows, last page sorted, once written", far, PAGE_MS),
    ]


def exports(analysis: Analysis, bare: duckdb.DuckDBPyConnection, h2o: Manifest, out: Path) -> list[Row]:
    """The whole dataset as a file, beside the engine's own COPY."""
    rows = []
    for fmt, copy in (("csv", "csv"), ("ndjson", "json"), ("parquet", "parquet")):
        mine, theirs = in_turns(
            1,
            lambda fmt=fmt: analysis.exports.export((h2o.dataset_id, 1), out / f"a.{fmt}", fmt, overwrite=True),  # type: ignore[misc]
            lambda copy=copy: bare.execute(f"copy h2o to '{out / 'peer'}' (format {copy})"),  # type: ignore[misc]
        )
        rows.append(ratio(f"export, {fmt}", mine, theirs, None))
    return rows


def profiles(storage: Storage, bare: duckdb.DuckDBPyConnection, h2o: Manifest) -> list[Row]:
    """The profile of all columns, beside SUMMARIZE, which estimates more and gives less."""
    analysis = open_analysis(storage)
    summarize = best(1, lambda: bare.execute("summarize h2o").fetchall())
    rows = []
    for compute in (Compute.FAST, Compute.ACCURATE):
        took = best(1, lambda: analysis.profiles.profile(h2o.dataset_id, 1, compute=compute))  # noqa: B023
        rows.append(ratio(f"profile, {compute}", took, summarize, None))
    return rows


def bare_answer(bare: duckdb.DuckDBPyConnection, sql: str) -> object:
    """The peer's whole answer."""
    return bare.execute(sql).to_arrow_table()


def in_turns(rounds: int, ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """Return the best time of each in milliseconds, measured alternately."""
    pairs = [(best(1, ours), best(1, peer)) for _ in range(rounds)]
    return min(mine for mine, _ in pairs), min(theirs for _, theirs in pairs)


def best(rounds: int, work: Callable[[], object]) -> float:
    """Return the best time in milliseconds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return min(times)


def ratio(name: str, ours: float, peer: float, target: float | None) -> Row:
    """Return a row whose target is a ratio."""
    return {"name": name, "ours": ours, "peer": peer, "ratio": ours / peer, "target": target, "unit": "ms"}


def absolute(name: str, ours: float | None, target: float | None) -> Row:
    """Return a row whose target is our own number."""
    return {"name": name, "ours": ours, "peer": None, "ratio": None, "target": target, "unit": "ms"}
