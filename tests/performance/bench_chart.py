"""Charts over ten million rows, beside the bare engine's aggregate of the same columns, and their files.

Ours does more than the peer: a first look where the axis must be cut, ranks and caps, what was left out, the
option for the browser. The target of plan row P8 is absolute: a chart over 1e7 rows in less than a second. Each
chart is computed anew; both take turns, and the best of several rounds counts.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from analysis.chart import ChartSpec, chart_bytes
from analysis.chart.option import picture
from analysis.open import Analysis, open_analysis
from core.config import AppConfig
from core.paths import ProfilePaths
from storage.open import Storage, open_storage
from tests.tables import add_dataset

ROWS, QUICK_ROWS = 10_000_000, 1_000_000
TARGET_S, REPEAT_MS, FILE_S = 1.0, 20.0, 3.0

TABLE = (
    "select (random() * 1000)::decimal(18, 2) as price, 'town ' || (random() * 1200)::int as town, "
    "'kind ' || (random() * 5)::int as kind, date '2020-01-01' + (random() * 2000)::int as day, "
    "random() * 100 as measure from range({rows})"
)
CHARTS = {
    "bar: sum by 1,201 towns": (
        ChartSpec(mark="bar", x="town", y="price"),
        "select town, sum(price) from big group by 1",
    ),
    "line: sum by month and kind": (
        ChartSpec(mark="line", x="day", y="price", colour="kind", unit="month"),
        "select date_trunc('month', day), kind, sum(price) from big group by all",
    ),
    "histogram": (
        ChartSpec(mark="histogram", x="measure"),
        "select floor(measure / 5), count(*) from big group by 1",
    ),
    "heatmap: two cut axes": (
        ChartSpec(mark="heatmap", x="price", y="measure"),
        "select floor(price::double / 50), floor(measure / 5), count(*) from big group by all",
    ),
    "scatter: 5,000 of all": (
        ChartSpec(mark="scatter", x="price", y="measure", colour="kind"),
        "select price, measure, kind from big using sample reservoir(5000 rows) repeatable (1)",
    ),
    "box: quartiles by kind": (
        ChartSpec(mark="box", x="kind", y="measure"),
        "select kind, quantile_cont(measure, [0, 0.25, 0.5, 0.75, 1]) from big group by 1",
    ),
}

Row = dict[str, Any]


def run(out: Path, quick: bool) -> list[Row]:
    """Measure and return the rows."""
    rows, rounds = (QUICK_ROWS, 2) if quick else (ROWS, 4)
    storage = open_storage(AppConfig(), ProfilePaths(out / "profile"), purpose="a benchmark")
    analysis = open_analysis(storage)
    try:
        manifest = add_dataset(storage, "big", TABLE.format(rows=rows))
        with duckdb.connect(":memory:") as bare:
            file = storage.datasets.data_file(manifest.dataset_id, 1)
            bare.execute(f"create view big as from read_parquet('{file}')")
            found = [
                _one(name, spec, sql, analysis, storage, bare, rounds) for name, (spec, sql) in CHARTS.items()
            ]
        return [*found, *_repeat_and_files(analysis)]
    finally:
        analysis.close()
        storage.close()


def _one(
    name: str,
    spec: ChartSpec,
    sql: str,
    analysis: Analysis,
    storage: Storage,
    bare: duckdb.DuckDBPyConnection,
    rounds: int,
) -> Row:
    described = ChartSpec.from_dict({**spec.to_dict(), "dataset": "big"})
    ours, peer = [], []
    for _ in range(rounds):
        storage.cache.clear()
        ours.append(_seconds(lambda: picture(analysis.charts.draw(described))))
        peer.append(_seconds(lambda: bare.execute(sql).fetchall()))
    return {"name": name, "ours": min(ours), "peer": min(peer), "ratio": None, "target": TARGET_S, "unit": "s"}


def _repeat_and_files(analysis: Analysis) -> list[Row]:
    spec = ChartSpec(dataset="big", mark="bar", x="town", y="price")
    chart = analysis.charts.draw(spec)
    again = min(_seconds(lambda: analysis.charts.draw(spec)) for _ in range(5)) * 1000
    rows: list[Row] = [{"name": "the same chart again", "ours": again, "target": REPEAT_MS, "unit": "ms"}]
    for fmt in ("svg", "png", "html"):
        took = min(_seconds(lambda fmt=fmt: chart_bytes(chart, fmt)) for _ in range(2))  # type: ignore[misc]
        rows.append({"name": f"{fmt} without a browser", "ours": took, "target": FILE_S, "unit": "s"})
    return rows


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
