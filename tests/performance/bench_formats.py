"""The public hostile sets, file by file, and what reading in a process of its own costs a large good file.

A row per set: the slowest file (judged and loaded, or refused), and how many were opened.
Then a large Parquet and Arrow file beside the bare engine's copy, and a workbook in each format beside calamine.
"""

import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import python_calamine

from analysis.readings import Readings
from core.config import AppConfig
from core.errors import BestandError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.open import open_storage
from tests.integration.readings.old_sheets import Given, GivenSheet, ods, xls, xlsb

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = {
    "parquet": ("parquet-testing", "duckdb-data/data/parquet-testing"),
    "arrow": ("arrow-testing",),
    "json": ("json-test-suite", "duckdb-data/data/json"),
    "spreadsheets": ("calamine-spreadsheets",),
    "sqlite": ("chinook",),
}
MOST_S, MOST_MIB = 5.0, 1_024.0
ROWS, QUICK_ROWS = 10_000_000, 200_000
SHEET_ROWS, QUICK_SHEET_ROWS = 60_000, 3_000

Row = dict[str, Any]


def run(out: Path, quick: bool) -> list[Row]:
    """Measure; see `tests.performance.run`."""
    profile = ProfilePaths(out / "profile")
    profile.create()
    storage = open_storage(AppConfig(), profile, purpose="a benchmark")
    readings = Readings(storage)
    try:
        rows = [row for name, folders in SETS.items() for row in _set(readings, name, folders, out)]
        rows += _large(readings, out, QUICK_ROWS if quick else ROWS)
        rows += _workbooks(readings, out, QUICK_SHEET_ROWS if quick else SHEET_ROWS)
    finally:
        readings.close()
        storage.close()
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (
        1_048_576 if sys.platform == "darwin" else 1_024
    )
    return [*rows, {"name": "largest reading process", "ours": largest, "unit": "MiB", "target": MOST_MIB}]


def _set(readings: Readings, name: str, folders: tuple[str, ...], out: Path) -> list[Row]:
    files = [path for one in folders for path in sorted((SHARED / one).rglob("*")) if path.is_file()]
    if not files:
        return [{"name": f"{name}: absent", "ours": None}]
    slowest_s, slowest, opened = 0.0, "", 0
    for number, path in enumerate(files):
        start_s = time.perf_counter()
        try:
            _load(readings, path, out / f"{name}-{number}")
            opened += 1
        except BestandError:
            pass  # refused in words, which is as good
        took_s = time.perf_counter() - start_s
        if took_s > slowest_s:
            slowest_s, slowest = took_s, path.name
    told = f"{name}: {len(files)} files, {opened} opened, {len(files) - opened} refused; slowest {slowest[:40]}"
    return [{"name": told, "ours": slowest_s, "unit": "s", "target": MOST_S}]


def _large(readings: Readings, out: Path, rows: int) -> list[Row]:
    parquet, arrow = out / "large.parquet", out / "large.arrow"
    sql = "select i as id, 'c' || (hash(i) % 100000) as customer, (hash(i) % 9999) / 7.0 as ratio"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy ({sql} from range({rows}) t(i)) to '{parquet}' (format parquet, compression zstd)"
        )
        reader = connection.execute(f"from '{parquet}'").to_arrow_reader(100_000)
        with pa.ipc.new_file(arrow, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)

    def bare() -> None:
        with duckdb.connect() as connection:
            connection.execute(f"copy (from '{parquet}') to '{out / 'bare'}' (format parquet, compression zstd)")

    peer_s = _took(bare)
    return [
        _row(
            f"{path.suffix[1:]}, {rows:,} rows: judge and load",
            _took(partial(_load, readings, path, out / path.stem)),
            peer_s,
        )
        for path in (parquet, arrow)
    ]


def _workbooks(readings: Readings, out: Path, rows: int) -> list[Row]:
    cells: list[list[Given]] = [[f"text {number}", float(number), number / 7] for number in range(rows)]
    sheet = GivenSheet("One", [["a", "b", "c"], *cells])
    found = []
    for kind, data in (("ods", ods([sheet])), ("xlsb", xlsb([sheet])), ("xls", xls([sheet]))):
        path = out / f"large.{kind}"
        path.write_bytes(data)
        peer_s = _took(partial(_by_calamine, path)) if kind == "ods" else None  # it wants more than we write
        ours_s = _took(partial(_load, readings, path, out / f"large-{kind}"))
        found.append(_row(f"{kind}, {rows:,} rows of 3: to Parquet (calamine: to lists)", ours_s, peer_s))
    return found


def _by_calamine(path: Path) -> None:
    python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()


def _load(readings: Readings, path: Path, folder: Path) -> None:
    folder = folder.with_name(f"{folder.name}-{time.monotonic_ns()}")
    folder.mkdir()
    loaded = readings.load(
        path, readings.judge(path).best.reading, folder, name=path.name, progress=SilentProgress()
    )
    if not loaded.ledger.adds_up():
        raise AssertionError(f"the ledger of {path.name} does not add up")


def _took(work: Callable[[], object]) -> float:
    best_s = float("inf")
    for _attempt in range(2):
        start_s = time.perf_counter()
        work()
        best_s = min(best_s, time.perf_counter() - start_s)
    return best_s


def _row(name: str, ours_s: float, peer_s: float | None) -> Row:
    ratio = None if peer_s is None else ours_s / peer_s
    return {"name": name, "ours": ours_s, "peer": peer_s, "ratio": ratio, "unit": "s"}
