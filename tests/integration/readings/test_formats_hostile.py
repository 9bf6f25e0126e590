"""The public hostile sets: every file is opened or refused in words, and none brings anything down."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.readings import Readings
from core.errors import MemoryLimitError, SourceError
from core.progress import SilentProgress
from storage.open import Storage
from tests.integration.readings.records_support import SHARED

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


@pytest.fixture
def readings(storage: Storage) -> Iterator[Readings]:
    """All readers."""
    opened = Readings(storage)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", SETS)
@pytest.mark.timeout(600)
def test_every_file_is_opened_or_refused(readings: Readings, tmp_path: Path, name: str) -> None:
    """In less than five seconds of work each, with a ledger that adds up, within a gibibyte."""
    folders = [SHARED / name / folder for folder in SETS[name]]
    if not folders[0].is_dir():
        pytest.skip(f"the public set {name} is not beside the project")
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    slow, opened, sentences = [], 0, []
    for number, path in enumerate(files):
        start_s = time.process_time()
        try:
            reading = readings.judge(path).best.reading
            out = tmp_path / str(number)
            out.mkdir()
            loaded = readings.load(path, reading, out, name=path.name, progress=SilentProgress())
            assert loaded.ledger.adds_up()
            opened += 1
        except (SourceError, MemoryLimitError) as error:
            sentences.append(str(error))
        used_s = time.process_time() - start_s
        if used_s > MOST_CPU_S:
            slow.append((path.name, used_s))
    assert slow == []
    assert opened
    assert all(sentence.endswith(".") for sentence in sentences)
    assert _largest_child_mib() < MOST_MIB


def _largest_child_mib() -> float:
    """The most memory any process below this one had; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 1_048_576 if sys.platform == "darwin" else 1_024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
