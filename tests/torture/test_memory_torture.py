"""Files larger than the memory: `TORTURE=1 pytest tests/torture/test_memory_torture.py`.

In a process of its own, because what a process once used it has used. `make bench ONLY=import` shows the same
beside the time it takes.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_MIB = 512
MIB = 1024 * 1024

_IMPORT = """
import resource, sys
from launcher.__main__ import main
sys.argv = ["bestand", "data", "import", "--auto", sys.argv[1]]
try:
    main()
finally:
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


_TABLE = """
import duckdb, sys
duckdb.execute(
    "copy (select i as id, 'name ' || hash(i) as name, hash(i + 1) / 7.0 as amount, "
    f"date '2020-01-01' + (i % 2000)::int as day from range({sys.argv[2]}) t(i)) to '{sys.argv[1]}' (header)"
)
"""


def table(file: Path, rows: int) -> None:
    """Write a table of about 60 bytes a row; not in this process, whose peak its children would inherit."""
    subprocess.run([sys.executable, "-c", _TABLE, str(file), str(rows)], check=True)


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.skipif(not os.environ.get("TORTURE"), reason="set TORTURE=1; it writes 700 MiB and takes a minute")
@pytest.mark.parametrize("misfit", [False, True], ids=["well-formed", "with a broken line"])
def test_a_file_larger_than_the_limit_is_imported_within_it(tmp_path: Path, misfit: bool) -> None:
    """The limit holds for the whole process, also where the exact parser has to read the file."""
    file = tmp_path / "large.csv"
    table(file, 12_000_000 if not misfit else 9_500_000)
    if misfit:
        with file.open("ab") as out:
            out.write(b'9,"a "b" c",1\n')
    assert file.stat().st_size > LIMIT_MIB * MIB

    ended = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(file)],
        env={
            **os.environ,
            "BESTAND_PROFILE": str(tmp_path / "p"),
            "BESTAND_ENGINE__MEMORY_LIMIT_MIB": str(LIMIT_MIB),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    peak = int(ended.stderr.rsplit("peak ", 1)[1])
    assert peak / (MIB if sys.platform == "darwin" else 1024) < LIMIT_MIB
