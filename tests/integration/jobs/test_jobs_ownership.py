"""Who owns a job: of many one, and the dead give it back."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import system_clock
from jobs.open import Jobs, assemble
from storage.database.unit_of_work import UnitOfWork
from storage.open import Storage
from storage.processes import ProcessIdentity
from tests.integration.jobs.kinds import Log, kinds
from tests.integration.jobs.looking import recorded
from tests.waiting import wait_until


def _owned_by(storage: Storage, job_id: str, owner: str, lease_until: float, *, attempt: int = 1) -> None:
    def change(uow: UnitOfWork) -> None:
        row = uow.jobs.require(job_id)
        uow.jobs.update(row, state="running", owner=owner, lease_until=lease_until, attempt=attempt)

    storage.database.run_tx(change)


def test_of_many_who_claim_a_job_one_gets_it(jobs: Jobs, storage: Storage, log: Log) -> None:
    """However many messages there are for a job, it is begun once."""
    claimants = [jobs, *(assemble(storage, kinds(storage, log)) for _ in range(7))]
    for number in range(10):
        job_id = claimants[0].manager.enqueue("add", {"number": number})
        ready, ours = threading.Barrier(len(claimants)), list[bool]()

        def claim(claimant: Jobs, job_id: str, ready: threading.Barrier, ours: list[bool]) -> None:
            ready.wait()
            ours.append(claimant.manager._runner.run(job_id))

        threads = [threading.Thread(target=claim, args=(c, job_id, ready, ours)) for c in claimants]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ours.count(True) == 1
    assert log.lines("add") == [f"add {number}" for number in range(10)]


def test_who_has_lost_a_job_changes_nothing(jobs: Jobs, storage: Storage, log: Log) -> None:
    """A try whose job was given to somebody else stops, and neither records nor ends anything."""
    jobs.worker.start()
    job_id = jobs.manager.enqueue("gated", {"name": "a"})
    wait_until(lambda: log.lines("start a"), what="the start")
    elsewhere = "elsewhere-boot-1-1|token"
    _owned_by(storage, job_id, elsewhere, system_clock() + 600)
    log.gate("a").touch()
    assert jobs.worker.stop()
    with storage.database.read() as uow:
        row = uow.jobs.require(job_id)
    assert (row.state, row.owner) == ("running", elsewhere)
    assert recorded(storage) == []


OWN = ProcessIdentity.own()


@pytest.mark.parametrize(
    ("owner", "silent_s", "lost"),
    [
        pytest.param("elsewhere-boot-1-1|t", -60.0, False, id="another machine, silent not long"),
        pytest.param("elsewhere-boot-1-1|t", 60.0, True, id="another machine, silent too long"),
        pytest.param("", -60.0, True, id="nobody"),
        pytest.param("nonsense", -60.0, True, id="nonsense"),
        pytest.param(f"{OWN}|t", -60.0, True, id="this process, forgotten"),
        pytest.param(f"{replace(OWN, boot='earlier')}|t", -60.0, True, id="before a restart"),
        pytest.param(f"{replace(OWN, started='earlier')}|t", -60.0, True, id="number used again"),
    ],
)
def test_a_job_is_taken_only_from_the_dead(
    jobs: Jobs, storage: Storage, owner: str, silent_s: float, lost: bool
) -> None:
    """Another machine's job is taken after its lease, this machine's only when its process is gone."""
    job_id = jobs.manager.enqueue("add", {"number": 1})
    _owned_by(storage, job_id, owner, system_clock() - silent_s)
    assert jobs.manager.recover() == ({job_id: "retry"} if lost else {})
    assert jobs.manager.recover() == {}
    assert jobs.manager.poll(job_id).state == ("retry" if lost else "running")


def test_a_living_process_keeps_its_job_however_long_it_is_silent(jobs: Jobs, storage: Storage) -> None:
    """A process that slept with its laptop goes on; its job is not run a second time beside it."""
    import psutil

    parent = psutil.Process().ppid()
    stat = Path(f"/proc/{parent}/stat")
    if not stat.exists():
        pytest.skip("needs /proc")
    started = stat.read_text().rpartition(")")[2].split()[19]
    job_id = jobs.manager.enqueue("add", {"number": 1})
    living = replace(OWN, pid=parent, started=started)
    _owned_by(storage, job_id, f"{living}|t", system_clock() - 86_400)
    assert jobs.manager.recover() == {}


def test_a_job_that_kills_its_process_each_time_ends(jobs: Jobs, storage: Storage) -> None:
    """A file that crashes the program does not crash it for ever."""
    job_id = jobs.manager.enqueue("frail", {"name": "a", "steps": 1})
    dead = f"{replace(OWN, boot='earlier')}|t"
    for attempt in (1, 2, 3):
        _owned_by(storage, job_id, dead, 0.0, attempt=attempt)
        jobs.manager.recover()
    status = jobs.manager.poll(job_id)
    assert status.state == "dead"
    assert isinstance(status.error, dict)
    assert status.error["message"] == "'Test a' was begun 3 times, and each time Bestand ended before it was done."


def test_a_cancel_outlives_the_process(jobs: Jobs, storage: Storage) -> None:
    """Cancelled and then killed, a job is not begun again."""
    job_id = jobs.manager.enqueue("add", {"number": 1})
    _owned_by(storage, job_id, "nobody", 0.0)
    assert jobs.manager.cancel(job_id)
    assert jobs.manager.recover() == {job_id: "cancelled"}
