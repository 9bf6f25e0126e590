"""Background work opened on the test's profile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.open import Jobs, assemble
from storage.open import Storage
from tests.integration.jobs.kinds import Log, kinds


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Where handlers write what they do."""
    return Log(tmp_path / "log.txt")


@pytest.fixture
def jobs(storage: Storage, log: Log) -> Iterator[Jobs]:
    """Manager and worker; the worker is not started."""
    opened = assemble(storage, kinds(storage, log))
    yield opened
    opened.worker.stop()
