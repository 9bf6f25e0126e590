"""The public hostile sets: every file is opened or refused in words, and none brings anything down."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from analysis.readings import Readings
from core.config import AppConfig
from core.errors import MemoryLimitError, SourceError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.open import open_storage
from tests.integration.readings.records_support import SHARED

ROOT = Path(__file__).resolve().parents[3]
SETS = {
    "parquet-testing": ("data", "bad_data"),
    "arrow-testing": ("data",),
    "json-test-suite": ("test_parsing", "test_transform"),
    "calamine-spreadsheets": ("tests",),
    "duckdb-data": ("data/parquet-testing", "data/json"),
    "chinook": ("ChinookDatabase",),
}
MOST_CPU_S = 5.0
MOST_MIB = 1_024
"""Of the reading process, at its largest."""


@pytest.mark.parametrize("name", SETS)
@pytest.mark.timeout(600)
def test_every_file_is_opened_or_refused(tmp_path: Path, name: str) -> None:
    """In less than five seconds of work each, with a ledger that adds up, within a gibibyte.

    The set is read by a program of its own, so that nobody else's memory counts and a crash is seen as one.
    """
    folders = [SHARED / name / folder for folder in SETS[name]]
    if not folders[0].is_dir():
        pytest.skip(f"the public set {name} is not beside the project")
    words = [sys.executable, "-m", "tests.integration.readings.test_formats_hostile", str(tmp_path)]
    done = subprocess.run([*words, *map(str, folders)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["slow"] == []
    assert told["opened"]
    assert all(sentence.endswith(".") for sentence in told["sentences"])
    assert told["mib"] < MOST_MIB


def _read_all(folder: Path, files: list[Path]) -> dict[str, Any]:
    slow, opened, sentences = [], 0, []
    storage = open_storage(AppConfig(), ProfilePaths(folder / "profile"))
    readings = Readings(storage)
    for number, path in enumerate(files):
        start_s = time.process_time()
        try:
            reading = readings.judge(path).best.reading
            out = folder / str(number)
            out.mkdir()
            loaded = readings.load(path, reading, out, name=path.name, progress=SilentProgress())
            assert loaded.ledger.adds_up()
            opened += 1
        except (SourceError, MemoryLimitError) as error:
            sentences.append(str(error))
        used_s = time.process_time() - start_s
        if used_s > MOST_CPU_S:
            slow.append((path.name, used_s))
    readings.close()
    storage.close()
    return {"slow": slow, "opened": opened, "sentences": sentences, "mib": _largest_child_mib()}


def _largest_child_mib() -> float:
    """The most memory any process below this one had; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 1_048_576 if sys.platform == "darwin" else 1_024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit


if __name__ == "__main__":
    given = [path for folder in sys.argv[2:] for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    sys.stdout.write(json.dumps(_read_all(Path(sys.argv[1]), given)))
