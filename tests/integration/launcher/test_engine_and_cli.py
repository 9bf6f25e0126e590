"""The command line beside a running engine: the same profile, the same truth."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.launcher.engine import RunningEngine, bestand, running_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """One engine for all tests of this file."""
    with running_engine(tmp_path_factory.mktemp("beside") / "profile") as running:
        yield running


def test_a_command_works_beside_the_engine(engine: RunningEngine, tmp_path: Path) -> None:
    """Import, list and ask while the window is open; each job is done exactly once."""
    file = tmp_path / "beside.csv"
    file.write_text("a,b\n1,x\n2,y\n", encoding="utf-8")

    assert bestand(engine.profile, "data", "import", str(file)).returncode == 0
    assert bestand(engine.profile, "query", "select sum(a) as s from beside", "--format", "csv").stdout == "s\n3\n"
    assert bestand(engine.profile, "jobs", "status", "--json").stdout.count('"kind": "import"') == 1


def test_status_tells_that_it_runs(engine: RunningEngine) -> None:
    """With its address, which opens nothing without a link."""
    told = bestand(engine.profile, "status")

    assert engine.origin in told.stdout
    assert "app url" in told.stderr
