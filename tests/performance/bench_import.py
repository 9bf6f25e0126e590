"""How long an import takes beside the bare engine, and how much memory.

The peer is one statement: the engine's own reader with everything detected, copied to zstd Parquet. Ours judges,
copies and hashes the original, loads with every cell checked, writes a ledger and publishes durably. Each
measurement is a process of its own; both take turns, and the best of each counts, so that a neighbour's noise
meets both.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
ROWS, QUICK_ROWS = 10_000_000, 500_000
MEMORY_MIB, SMALL_MEMORY_MIB = 2_048, 512

WHOLE_TARGET, LOAD_TARGET = 1.6, 1.25

_TABLE = """
    select i as id, 'c' || lpad((hash(i) % 100000)::varchar, 5, '0') as customer,
        lpad((hash(i + 9) % 100000)::varchar, 5, '0') as zip,
        date '2020-01-01' + (hash(i + 1) % 2000)::int as day,
        ((hash(i + 3) % 10000000) / 100.0)::decimal(12, 2) as amount,
        (hash(i + 4) % 50)::int as quantity,
        round((hash(i + 5) % 1000000) / 7.0, 3) as ratio,
        ['north', 'south', 'east', 'west'][1 + (hash(i + 6) % 4)::int] as region,
        hash(i + 7) % 2 = 0 as active,
        case when hash(i + 8) % 10 = 0 then null else (hash(i + 8) % 1000)::int end as score
    from range({rows}) t(i)
"""

_CHILD = """
import json, resource, sys, time
from pathlib import Path
from core.progress import SilentProgress

def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

what, file, folder, memory = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
if what == "bare":
    import duckdb
    connection = duckdb.connect(config={"memory_limit": f"{memory}MiB", "temp_directory": str(folder / "spill")})
    def work():
        target = folder / "bare.parquet"
        connection.execute(f"copy (from read_csv('{file}')) to '{target}' (format parquet, compression zstd)")
else:
    from analysis.importing import Importer
    from analysis.readings import Readings
    from analysis.readings.facts import count_file
    from core.config import AppConfig
    from core.paths import ProfilePaths
    from storage.open import open_storage
    config = AppConfig.model_validate({"engine": {"memory_limit_mib": memory}})
    storage = open_storage(config, ProfilePaths(folder / "profile"))
    readings = Readings(storage)
    if what == "load":
        reading, facts = readings.judge(file).best.reading, count_file(file)
        out = storage.paths.tmp / "load"
        out.mkdir()
    def work():
        if what == "load":
            readings.load(file, reading, out, name=file.name, progress=SilentProgress(), facts=facts)
        else:
            imported = Importer(storage, readings).import_file(file, progress=SilentProgress())
            storage.database.run_tx(imported.record)
start, busy = time.perf_counter(), used()
work()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1024
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": used() - busy, "peak_gib": peak}))
"""


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    file = table_file(out, QUICK_ROWS if quick else ROWS)
    best: dict[str, dict[str, float]] = {}
    for turn in range(2 if quick else 3):
        for what in ("bare", "load", "whole"):
            measured = child(what, file, out / f"{what}-{turn}", MEMORY_MIB)
            known = best.setdefault(what, measured)
            best[what] = {key: min(known[key], measured[key]) for key in measured}
    small = child("whole", file, out / "small", SMALL_MEMORY_MIB)
    larger = f"file of {file.stat().st_size / 2**20:,.0f} MiB, limit {SMALL_MEMORY_MIB} MiB"
    millions = f"{(QUICK_ROWS if quick else ROWS) / 1e6:g}e6 rows"
    return [
        *_beside(f"whole import, {millions}", best["whole"], best["bare"], WHOLE_TARGET),
        *_beside(f"load step, {millions}", best["load"], best["bare"], LOAD_TARGET),
        {
            "name": f"peak memory of the whole process, {larger}",
            "ours": round(small["peak_gib"] * 1024),
            "peer": None,
            "ratio": None,
            "target": SMALL_MEMORY_MIB,
            "unit": "MiB",
        },
    ]


def _beside(name: str, ours: dict[str, float], peer: dict[str, float], target: float) -> list[dict[str, Any]]:
    rows = []
    for key, label, limit in (
        ("seconds", "wall", target),
        ("cpu", "cpu", target),
        ("peak_gib", "peak memory", None),
    ):
        rows.append(
            {
                "name": f"{name}: {label}",
                "ours": round(ours[key], 2),
                "peer": round(peer[key], 2),
                "ratio": round(ours[key] / peer[key], 2),
                "target": limit,
                "unit": "GiB" if key == "peak_gib" else "s",
            }
        )
    return rows


def table_file(out: Path, rows: int) -> Path:
    """Write a well-formed file of ten mixed columns."""
    file = out / "table.csv"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({_TABLE.format(rows=rows)}) to '{file}' (header)")
    return file


def child(what: str, file: Path, folder: Path, memory_mib: int) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    folder.mkdir()
    command = [sys.executable, "-c", _CHILD, what, str(file), str(folder), str(memory_mib)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return measured
