"""A storm of kill -9 over worker processes; used by the short form here and the long one in `tests/torture`."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

from jobs.manager import JobManager
from jobs.specs import FINAL
from storage.database.models import QueryRow
from storage.open import Storage
from tests.integration.jobs.kinds import Log
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]


def start_worker(storage: Storage, log: Log, *job_id: str) -> subprocess.Popen[bytes]:
    """Start a worker process, or one that runs a job itself, and wait until it works."""
    before = len(log.lines("ready"))
    command = [
        sys.executable,
        "-m",
        "tests.integration.jobs.kinds",
        str(storage.paths.root),
        str(log.path),
        *job_id,
    ]
    child = subprocess.Popen(command, cwd=ROOT)
    wait_until(
        lambda: len(log.lines("ready")) > before or child.poll() is not None,
        timeout_s=60,
        what="the worker's start",
    )
    assert child.poll() is None, "the worker has died by itself"
    return child


def run_storm(
    storage: Storage, manager: JobManager, log: Log, *, kills: int, jobs: int, seed: int
) -> Counter[str]:
    """Kill workers at random moments until `kills` are done, then let the last one finish; check every promise.

    Returns:
        How many jobs ended in which state.
    """
    dice = random.Random(seed)
    ids = {f"w{n}": manager.enqueue("work", {"name": f"w{n}", "steps": dice.randint(5, 40)}) for n in range(jobs)}
    frail = {f"f{n}": manager.enqueue("frail", {"name": f"f{n}", "steps": 60}) for n in range(jobs // 4)}
    for number in range(kills):
        child = start_worker(storage, log)
        _wait_a_moment(child, dice.uniform(0.02, 0.7))
        child.kill()
        child.wait()
        name = f"late{number}"
        ids[name] = manager.enqueue("work", {"name": name, "steps": dice.randint(5, 40)})
    last = start_worker(storage, log)
    every = {**ids, **frail}
    try:
        wait_until(
            lambda: all(manager.poll(job_id).state in FINAL for job_id in every.values()),
            timeout_s=120 + jobs + kills,
            what="the end of all jobs",
        )
    finally:
        last.kill()
        last.wait()
    _check(storage, manager, log, ids, frail)
    return Counter(manager.poll(job_id).state for job_id in every.values())


def _wait_a_moment(child: subprocess.Popen[bytes], seconds: float) -> None:
    """Let the worker work; not a synchronisation, the moment of the kill is meant to be any."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return
    raise AssertionError("the worker has died by itself")


def _check(storage: Storage, manager: JobManager, log: Log, ids: dict[str, str], frail: dict[str, str]) -> None:
    assert log.lines("twice") == [], "a job ran twice at the same time"
    with storage.database.read() as uow:
        recorded = Counter(row.sql for row in uow.queries.list(QueryRow.sql.startswith("work "), limit=100_000))
        for name, job_id in {**ids, **frail}.items():
            status = manager.poll(job_id)
            finals = [event.state for event in uow.job_events.of(job_id) if event.state in FINAL]
            assert finals == [status.state], f"{name} ended {finals}"
            expected = {"done"} if name in ids else {"done", "dead"}
            assert status.state in expected, f"{name} is {status.state}: {status.error}"
            assert recorded[f"work {name}"] == (status.state == "done"), (
                f"{name} recorded {recorded[f'work {name}']}"
            )
            assert status.attempt == len([e for e in uow.job_events.of(job_id) if e.state == "running"])
