"""The worker ends, the clock jumps, the queue is lost: every job is done all the same."""

import pickle
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from core.clock import system_clock
from core.errors import JobsNotRunningError
from jobs.open import Jobs, assemble
from jobs.queue import Doorbell
from storage.open import Storage
from tests.integration.jobs.kinds import Log, kinds
from tests.integration.jobs.looking import ended, recorded
from tests.waiting import wait_until


def test_a_stopping_worker_gives_its_jobs_back(jobs: Jobs, storage: Storage, log: Log) -> None:
    """Closing the window loses no job: it waits as if it had not begun, and the next worker does it."""
    jobs.worker.start()
    job_id = jobs.manager.enqueue("gated", {"name": "a"})
    wait_until(lambda: log.lines("start a"), what="the start")
    assert jobs.worker.stop()
    status = jobs.manager.poll(job_id)
    assert (status.state, status.attempt) == ("queued", 0)
    log.gate("a").touch()
    jobs.worker.start()
    assert ended(jobs.manager, job_id).attempt == 1
    assert recorded(storage) == ["gated a"]


def test_the_workers_health_is_told(jobs: Jobs) -> None:
    """Not running is an error a person can act on; running tells what is going on."""
    with pytest.raises(JobsNotRunningError):
        jobs.worker.health()
    jobs.worker.start()
    jobs.worker.start()
    assert jobs.worker.health() == {"running": 0, "threads": 2, "queue_in_memory": False}


def _delete(path: Path) -> None:
    path.unlink()


def _garbage(path: Path) -> None:
    for rest in path.parent.glob("queue.db-*"):
        rest.unlink()
    path.write_bytes(b"garbage " * 2_000)


def _empty(path: Path) -> None:
    for rest in path.parent.glob("queue.db-*"):
        rest.unlink()
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    for file in path.parent.glob("queue.db*"):
        file.unlink()
    (path / "in the way").mkdir(parents=True)


def _no_tables(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("drop table task")
    connection.close()


def _bomb(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("delete from task")
        bomb = pickle.dumps(ValueError("planted"))
        connection.execute("insert into task (queue, data, priority) values ('jobs', ?, 99)", (bomb,))
    connection.close()


@pytest.mark.parametrize("harm", [_delete, _garbage, _empty, _folder, _no_tables, _bomb])
@pytest.mark.parametrize("when", ["before", "during"])
def test_the_queue_file_may_be_lost_at_any_time(
    jobs: Jobs, storage: Storage, log: Log, harm: Callable[[Path], None], when: str
) -> None:
    """Deleted, damaged, replaced, planted: every queued job is done all the same, and new ones too."""
    ids = [jobs.manager.enqueue("add", {"number": number}) for number in range(5)]
    queue = storage.paths.queue_db
    if when == "during":
        blocker = jobs.manager.enqueue("gated", {"name": "a"}, priority=9)
        jobs.worker.start(threads=1)
        wait_until(lambda: log.lines("start a"), what="the start")
        harm(queue)
        log.gate("a").touch()
        ids.append(blocker)
    else:
        harm(queue)
        jobs.worker.start()
    ids.append(jobs.manager.enqueue("add", {"number": 99}))
    for job_id in ids:
        assert ended(jobs.manager, job_id).state == "done"
    assert sorted(log.lines("add")) == sorted([f"add {number}" for number in range(5)] + ["add 99"])


def test_messages_that_do_not_arrive_are_sent_by_a_new_queue(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with the queue file, it is noticed by its silence and the file is made again."""
    monkeypatch.setattr("jobs.worker._UNHEARD_S", 0.3)
    jobs.worker.start()
    broken = jobs.worker._bell._huey.storage
    monkeypatch.setattr(broken, "dequeue", lambda: None)
    assert ended(jobs.manager, jobs.manager.enqueue("add", {"number": 1})).state == "done"
    assert jobs.worker._bell._huey.storage is not broken


def test_a_deleted_queue_is_shared_again(storage: Storage) -> None:
    """After the file was deleted, messages go to the one other processes will open, not to a ghost of the old."""
    mine = Doorbell(storage.paths.queue_db)
    mine.ring([("a", 0)])
    for file in storage.paths.root.glob("queue.db*"):
        file.unlink()
    mine.ring([("b", 0), ("c", 0)])
    theirs = Doorbell(storage.paths.queue_db)
    assert theirs.waiting() == mine.waiting() == 2
    mine.close()
    theirs.close()


def test_a_commit_wakes_the_worker(storage: Storage, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job queued inside somebody's transaction does not wait for the next regular look."""
    monkeypatch.setattr("jobs.worker._SWEEP_S", 3_600.0)
    jobs = assemble(storage, kinds(storage, log))
    jobs.worker.start()
    job_id = storage.database.run_tx(lambda uow: jobs.manager.enqueue("add", {"number": 1}, uow=uow))
    assert ended(jobs.manager, job_id).state == "done"
    jobs.worker.stop()


class Turnable:
    """The real clock, with an error a test chooses."""

    def __init__(self) -> None:
        self.error_s = 0.0

    def __call__(self) -> float:
        return system_clock() + self.error_s


@pytest.mark.parametrize("error_s", [-86_400.0, 86_400.0])
def test_a_clock_that_jumps_runs_nothing_twice_and_holds_nothing_up(
    storage: Storage, log: Log, error_s: float
) -> None:
    """Summer time, a corrected clock, a laptop that slept: running jobs go on, waiting ones are done."""
    clock = Turnable()
    jobs = assemble(storage, kinds(storage, log), clock=clock)
    try:
        jobs.worker.start()
        running = jobs.manager.enqueue("gated", {"name": "a"})
        flaky = jobs.manager.enqueue("flaky", {"failures": 1})
        wait_until(lambda: log.lines("start a"), what="the start")
        clock.error_s = error_s
        queued = jobs.manager.enqueue("add", {"number": 1})
        assert ended(jobs.manager, queued).state == "done"
        assert ended(jobs.manager, flaky).state == "done"
        assert jobs.manager.recover() == {}
        assert assemble(storage, kinds(storage, log), clock=clock).manager.poll(running).state == "running"
        log.gate("a").touch()
        assert ended(jobs.manager, running).state == "done"
        assert log.lines("start a") == ["start a 1"]
    finally:
        jobs.worker.stop()
