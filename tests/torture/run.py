"""`make torture`: nothing that was acknowledged may be missing, whatever is killed. Ends with one line.

Without numbers it runs the full form: 1,000 kills at journal and store level, 50 with a real browser, 20 of the
native window. With KILLS a part of that: three quarters below, one quarter in the browser and in the window, one
third of it there. The seed is printed first; the report is kept in `build/torture`.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
REPORTS: Final = ROOT / "build" / "torture"
FULL_STORE: Final = 1_000
FULL_BROWSER: Final = 50
FULL_WINDOW: Final = 20
COUNTED: Final = ("kills", "acknowledged", "lost", "offered")


def main() -> int:
    """Run both levels, keep the report, print the line."""
    parser = argparse.ArgumentParser(prog="make torture")
    parser.add_argument("--kills", type=int, help="How many kills in all; the full form without.")
    parser.add_argument("--seed", type=int, help="Repeats an earlier run.")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1 << 31)
    store, browser, window = shares(given.kills)
    tell(f"seed={seed}")
    parts = {
        "store": level("tests.torture.journal_store", store, seed),
        "browser": level("tests.torture.journal_browser", browser, seed),
        "window": level("tests.torture.journal_window", window, seed),
    }
    report = {"seed": seed, **{name: sum(part[name] for part in parts.values()) for name in COUNTED}, **parts}
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / f"seed-{seed}.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    for part in parts.values():
        for failure in part["failures"]:
            tell(failure)
    tell(" ".join(f"{name}={report[name]}" for name in COUNTED))
    return 1 if report["lost"] or any(part["failures"] for part in parts.values()) else 0


def tell(line: str) -> None:
    """Say it at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def shares(kills: int | None) -> tuple[int, int, int]:
    """Return how many kills each level gets: store, browser, window."""
    if kills is None:
        return FULL_STORE, FULL_BROWSER, FULL_WINDOW
    above = kills // 4
    window = above // 3
    return kills - above, above - window, window


def level(module: str, kills: int, seed: int) -> dict[str, Any]:
    """Run one level in a process of its own, and return its report."""
    empty: dict[str, Any] = {**dict.fromkeys(COUNTED, 0), "failures": []}
    if not kills:
        return empty
    folder = tempfile.mkdtemp(prefix="bestand-torture-")
    command = [sys.executable, "-m", module, folder, str(kills), str(seed)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return {**empty, "failures": [f"{module} ended with {done.returncode}"]}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
