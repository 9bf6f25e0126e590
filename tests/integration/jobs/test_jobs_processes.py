"""Jobs between real processes: killed, doubled, cancelled from elsewhere."""

import signal
import sys

import pytest

from jobs.open import Jobs
from storage.open import Storage
from tests.integration.jobs.kinds import Log
from tests.integration.jobs.storm import run_storm, start_worker
from tests.waiting import wait_until


def test_every_job_ends_exactly_once_through_a_storm_of_kills(storage: Storage, jobs: Jobs, log: Log) -> None:
    """Eight workers die by kill -9 in the middle; each job ends once, and never runs twice at once."""
    outcome = run_storm(storage, jobs.manager, log, kills=8, jobs=16, seed=1)
    assert outcome["done"] >= 24
    assert len([line for line in log.lines("start") if not line.endswith(" 1")]) > 0, "no kill hit a running job"


def test_two_processes_share_the_work(storage: Storage, jobs: Jobs, log: Log) -> None:
    """Two workers on one profile do each job once, and both work."""
    ids = [jobs.manager.enqueue("work", {"name": f"w{number}", "steps": 5}) for number in range(30)]
    children = [start_worker(storage, log) for _ in range(2)]
    try:
        wait_until(
            lambda: all(jobs.manager.poll(job_id).state == "done" for job_id in ids), timeout_s=60, what="all jobs"
        )
    finally:
        for child in children:
            child.kill()
            child.wait()
    assert len(log.lines("start")) == len(log.lines("end")) == 30
    assert log.lines("twice") == []


def test_a_running_job_is_cancelled_from_another_process(storage: Storage, jobs: Jobs, log: Log) -> None:
    """The question runs in the engine's process; the command line stops it."""
    job_id = jobs.manager.enqueue("query", {"name": "a"})
    child = start_worker(storage, log)
    try:
        wait_until(lambda: log.lines("start a"), what="the start")
        assert jobs.manager.cancel(job_id)
        wait_until(lambda: jobs.manager.poll(job_id).state == "cancelled", what="the cancel")
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize(("kind", "state"), [("gated", "retry"), ("once", "interrupted")])
def test_a_killed_process_gives_its_job_to_the_next(
    storage: Storage, jobs: Jobs, log: Log, kind: str, state: str
) -> None:
    """At once, since its process is seen to be dead; a kind that must not be repeated is only marked."""
    job_id = jobs.manager.enqueue(kind, {"name": "a"})
    child = start_worker(storage, log)
    wait_until(lambda: log.lines("start a"), what="the start")
    assert jobs.manager.recover() == {}
    child.kill()
    child.wait()
    assert jobs.manager.recover() == {job_id: state}
    log.gate("a").touch()
    if state == "retry":
        assert jobs.manager.run_here(job_id).state == "done"
        assert log.lines("start a") == ["start a 1", "start a 2"]
    else:
        status = jobs.manager.run_here(job_id)
        assert status.state == "interrupted"
        assert isinstance(status.error, dict)
        assert status.error["message"] == "'Test a' ended in the middle, together with Bestand."


def test_a_command_takes_over_from_an_engine_that_died(storage: Storage, jobs: Jobs, log: Log) -> None:
    """Waiting for a job in the engine, the command does it itself when the engine is killed."""
    job_id = jobs.manager.enqueue("gated", {"name": "a"})
    engine = start_worker(storage, log)
    wait_until(lambda: log.lines("start a"), what="the start")
    command = start_worker(storage, log, job_id)
    engine.kill()
    engine.wait()
    wait_until(lambda: log.lines("start a 2"), what="the second start")
    log.gate("a").touch()
    assert command.wait(30) == 0
    assert log.lines("ended") == ["ended done"]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C cannot be sent to one process there")
def test_a_real_ctrl_c_cancels_a_running_question(storage: Storage, jobs: Jobs, log: Log) -> None:
    """The signal meets the process while the engine computes; the job ends as cancelled, the process by itself."""
    job_id = jobs.manager.enqueue("query", {"name": "a"})
    command = start_worker(storage, log, job_id)
    wait_until(lambda: log.lines("start a"), what="the start")
    command.send_signal(signal.SIGINT)
    assert command.wait(30) == 0
    assert log.lines("ended") == ["ended cancelled"]
    assert jobs.manager.poll(job_id).state == "cancelled"
