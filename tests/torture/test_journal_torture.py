"""The short form of `make torture`: some kills at journal and store level; the browser's part is in tests/e2e."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = 25


@pytest.mark.torture
@pytest.mark.skipif(sys.platform == "win32", reason="lives are forked; Windows cannot fork")
def test_no_acknowledged_draft_is_lost_by_kills(tmp_path: Path) -> None:
    """Windows type while the engine is killed, the disk fills and clocks jump: nothing acknowledged is missing."""
    seed = 20_261_123
    command = [sys.executable, "-m", "tests.torture.journal_store", str(tmp_path), str(KILLS), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode == 0, done.stderr[-2_000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["failures"] == []
    assert (report["kills"], report["lost"]) == (KILLS, 0)
    assert report["acknowledged"] > KILLS
