"""A deleted database must not take the process with it, which only a process of its own can show."""

import subprocess
import sys
from pathlib import Path

import pytest

_READ_AND_DELETE = """
import sys, threading
from pathlib import Path
from storage.cache.disk import DiskLayer

folder, stopped = Path(sys.argv[1]), threading.Event()
first = DiskLayer(folder, 10**8)
for number in range(50):
    first.put(f"a{number}", b"x" * 2_000, lifetime_s=None)

def read():
    while not stopped.is_set():
        for number in range(50):
            first.get(f"a{number}")

for _ in range(2):
    threading.Thread(target=read, daemon=True).start()
for turn in range(40):
    (folder / "cache.db").unlink(missing_ok=True)
    second = DiskLayer(folder, 10**8)
    second.put(f"b{turn}", b"y" * 2_000, lifetime_s=None)
    assert second.get(f"b{turn}") in (b"y" * 2_000, None)  # a cache may always forget
    second.close()
stopped.set()
"""


@pytest.mark.timeout(120)
def test_deleting_the_database_alone_ends_no_reader(tmp_path: Path) -> None:
    """The shared memory of the deleted one stays whole for those who have it mapped."""
    child = subprocess.run(
        [sys.executable, "-c", _READ_AND_DELETE, str(tmp_path / "values")],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert child.returncode == 0, child.stderr
