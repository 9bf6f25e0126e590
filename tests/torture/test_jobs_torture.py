"""The long form of the jobs' storm: `TORTURE=1 pytest tests/torture` kills 200 workers."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from jobs.open import assemble
from storage.open import Storage
from tests.integration.jobs.kinds import Log, kinds
from tests.integration.jobs.storm import run_storm

KILLS = 200


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.skipif(
    not os.environ.get("TORTURE"), reason="set TORTURE=1; the short form runs with the other tests"
)
def test_two_hundred_kills(storage: Storage, tmp_path: Path) -> None:
    """Every job ends exactly once in a final state, is recorded exactly if done, and never runs twice at once."""
    log = Log(tmp_path / "log.txt")
    jobs = assemble(storage, kinds(storage, log))
    with closing(jobs):
        outcome = run_storm(storage, jobs.manager, log, kills=KILLS, jobs=200, seed=int(os.environ["TORTURE"]))
    print(dict(outcome))  # noqa: T201 - what the run was worth
    assert sum(outcome.values()) == KILLS + 250
