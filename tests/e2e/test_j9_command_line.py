"""J9: the journeys by command line, as the shell script a power user would write."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("j9.sh")


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")
def test_j9_by_command_line(tmp_path: Path) -> None:
    """Import, list, show, ask, export, delete and bring back, with the right exit codes all along."""
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])}
    ran = subprocess.run(
        ["sh", str(SCRIPT), str(tmp_path)],
        env=environment | {"J9_COMMAND": f"{sys.executable} -m launcher"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=110,
    )
    assert ran.stdout.splitlines()[-1:] == ["J9 done"], ran.stderr
    assert ran.returncode == 0
