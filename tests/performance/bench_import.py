"""A whole import of ten million rows, and its load step, beside bare DuckDB from the same CSV to Parquet.

Ours does more than the peer: it judges, hashes and copies the file, counts its lines, proves each cell's type by
its text and publishes durably. Each measurement is a process of its own, so that peak memory is its own, too; ours
and the peer take turns and the best round of each counts.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS, QUICK_ROWS = 10_000_000, 1_000_000
WHOLE, LOAD = 1.6, 1.25
SMALL_LIMIT_MIB = 256
"""A limit far below the file's size."""
BASE_MIB = 350
"""What a process with Python, Arrow and the engine loaded takes before it does anything."""

COLUMNS = """
    i as id,
    'c' || lpad((hash(i) % 100000)::varchar, 5, '0') as customer,
    (date '2020-01-01' + (hash(i + 1) % 2000)::int)::date as day,
    (hash(i + 2) % 86400)::int as seconds,
    ((hash(i + 3) % 10000000) / 100.0)::decimal(12, 2) as amount,
    (hash(i + 4) % 50)::int as quantity,
    round((hash(i + 5) % 1000000) / 7.0::double, 3) as ratio,
    ['north', 'south', 'east', 'west'][1 + (hash(i + 6) % 4)::int] as region,
    hash(i + 7) % 2 = 0 as active,
    case when hash(i + 8) % 10 = 0 then null else (hash(i + 8) % 1000)::int end as score
"""


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    source = out / "source.csv"
    _measured("make", source, out, rows=QUICK_ROWS if quick else ROWS)
    ours, load, peer = [], [], []
    for _ in range(2 if quick else 3):
        peer.append(_measured("peer", source, out))
        ours.append(_measured("ours", source, out))
        load.append(_measured("load", source, out))
    bare = min(each["seconds"] for each in peer)
    small = _measured("ours", source, out, memory_mib=SMALL_LIMIT_MIB)
    return [
        _row("import, end to end", min(each["seconds"] for each in ours), bare, WHOLE),
        _row("import, load step", min(each["seconds"] for each in load), bare, LOAD),
        {
            "name": f"import, peak memory at a limit of {SMALL_LIMIT_MIB} MiB for a file of "
            f"{source.stat().st_size >> 20} MiB",
            "ours": round(small["peak_mib"]),
            "peer": round(min(each["peak_mib"] for each in peer)),
            "ratio": None,
            "target": SMALL_LIMIT_MIB + BASE_MIB,
            "unit": "MiB",
        },
    ]


def _row(name: str, ours: float, peer: float, target: float) -> dict[str, Any]:
    return {"name": name, "ours": ours, "peer": peer, "ratio": ours / peer, "target": target, "unit": "s"}


def _measured(what: str, source: Path, out: Path, **options: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.performance.bench_import", what, str(source), str(out)]
    done = subprocess.run([*command, json.dumps(options)], check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


# ---- in the child ----------------------------------------------------------------------------------------------


def _make(source: Path, _out: Path, *, rows: int) -> float:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"copy (select {COLUMNS} from range({rows}) t(i)) to '{source}' (header)")
    return 0.0


def _peer(source: Path, out: Path) -> float:
    import duckdb

    start = time.perf_counter()
    with duckdb.connect(config={"temp_directory": str(out)}) as connection:
        connection.execute(
            f"copy (from read_csv('{source}')) to '{out / 'peer.parquet'}' (format parquet, compression zstd)"
        )
    return time.perf_counter() - start


def _ours(source: Path, out: Path, *, memory_mib: int = 2_048, load_only: bool = False) -> float:
    import tempfile

    from analysis.open import open_analysis
    from core.config import load_config
    from core.paths import ProfilePaths
    from core.progress import SilentProgress
    from storage.open import open_storage

    with tempfile.TemporaryDirectory(dir=out) as folder:
        paths = ProfilePaths(Path(folder) / "profile")
        config = load_config(paths, overrides={"engine.memory_limit_mib": memory_mib})
        storage = open_storage(config, paths, purpose="a benchmark")
        analysis = open_analysis(storage)
        try:
            if load_only:
                reading = analysis.readings.judge(source).best.reading
                start = time.perf_counter()
                loaded = analysis.readings.load(
                    source, reading, paths.tmp, name=source.name, progress=SilentProgress()
                )
                seconds, ledger = time.perf_counter() - start, loaded.ledger
            else:
                start = time.perf_counter()
                imported = analysis.imports.import_file(source, progress=SilentProgress())
                storage.database.run_tx(imported.record)
                seconds, ledger = time.perf_counter() - start, imported.manifest.ledger
            if not ledger.adds_up() or ledger.rejected:
                raise AssertionError(f"the ledger of a clean file says {ledger}")
            return seconds
        finally:
            analysis.close()
            storage.close()


def _load(source: Path, out: Path) -> float:
    return _ours(source, out, load_only=True)


def _peak_mib() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    tasks: dict[str, Callable[..., float]] = {"make": _make, "peer": _peer, "ours": _ours, "load": _load}
    seconds = tasks[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), **json.loads(sys.argv[4]))
    print(json.dumps({"seconds": seconds, "peak_mib": _peak_mib()}))
