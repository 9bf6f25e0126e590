"""Measure Bestand against its peers: `make bench`, or `make bench ONLY=import`.

Runs every `bench_*.py` beside this file. Each has `run(out, quick)`, which gets a scratch folder and returns rows:
`name`, `ours`, `peer` (None without one), `ratio` (None when the target is an absolute one), `target`, `unit`.
Results go to `build/bench/`. A missed target is marked; the exit code stays 0, since a shared machine is noisy.
"""

import argparse
import importlib.util
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.performance.report import table, verdict, write

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parents[1] / "build" / "bench"
PREFIX = "bench_"

Rows = list[dict[str, Any]]


def available() -> dict[str, Path]:
    """Return the benchmarks by their short name."""
    return {path.stem.removeprefix(PREFIX): path for path in sorted(HERE.glob(f"{PREFIX}*.py"))}


def load(path: Path) -> Callable[[Path, bool], Rows]:
    """Return a benchmark's `run`."""
    spec = importlib.util.spec_from_file_location(f"tests.performance.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    run: Callable[[Path, bool], Rows] = module.run
    return run


def measure(name: str, path: Path, *, quick: bool) -> Rows:
    """Run one benchmark; one that breaks is told and does not take the others with it."""
    print(f"… {name}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix=f"bestand-bench-{name}-") as scratch:
        try:
            return load(path)(Path(scratch), quick)
        except Exception:
            traceback.print_exc()
            return [{"name": f"{name}: broke, see above", "ours": None}]


def main() -> int:
    """Run what the command line asks for and print one table."""
    benchmarks = available()
    parser = argparse.ArgumentParser(description="Measure Bestand against its peers.")
    parser.add_argument("--only", choices=sorted(benchmarks), help="one benchmark instead of all")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    options = parser.parse_args()
    chosen = [options.only] if options.only else list(benchmarks)
    rows = [row for name in chosen for row in measure(name, benchmarks[name], quick=options.quick)]
    written = write(rows, RESULTS).relative_to(HERE.parents[1])
    print(table(rows))
    missed = sum(verdict(row) == "MISSED" for row in rows)
    print(f"\n{len(rows)} measurements, {missed} missed their target. Written to {written}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
