"""Damaged files of all record formats: a table or a sentence, never a crash, a hang or a bug."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run(folder: Path, seed: int, count: int) -> dict[str, int]:
    """Read so many damaged files in a process of their own, and say what became of them."""
    command = [
        sys.executable,
        "-m",
        "tests.integration.readings.records_mutations",
        str(folder),
        str(seed),
        str(count),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, f"seed {seed}: exit {done.returncode}\n{done.stderr[-3_000:]}"
    found: dict[str, int] = ast.literal_eval(done.stdout)
    return found


def test_damaged_files_never_crash_the_process(tmp_path: Path) -> None:
    """A short round of flipped bytes in each format."""
    found = run(tmp_path, seed=1, count=150)

    assert set(found) <= {"read", "refused"}
    assert found["refused"] > 20


@pytest.mark.torture
@pytest.mark.timeout(700)
@pytest.mark.parametrize("seed", [11, 12])
def test_many_damaged_files_never_crash_the_process(tmp_path: Path, seed: int) -> None:
    """A long round."""
    assert set(run(tmp_path, seed, 600)) <= {"read", "refused"}
