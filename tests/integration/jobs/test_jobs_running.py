"""Jobs in one process: what happens to them, what is recorded, what people are told."""

import threading

import pytest

from core.errors import JobNotFoundError, UsageError
from core.trace import trace
from jobs.manager import JobStatus
from jobs.open import Jobs, assemble
from storage.database.models import JobRow
from storage.database.unit_of_work import UnitOfWork
from storage.open import Storage
from tests.integration.jobs.kinds import Log, kinds
from tests.integration.jobs.looking import ended, recorded, states
from tests.waiting import wait_until

# ---- the normal life --------------------------------------------------------------------------------------


def test_a_job_is_done_by_the_worker(jobs: Jobs, storage: Storage) -> None:
    """Queued, run, done; result, times and steps of its life are there to see."""
    jobs.worker.start()
    status = ended(jobs.manager, jobs.manager.enqueue("add", {"number": 41}))
    assert (status.state, status.result, status.attempt, status.fraction) == ("done", {"sum": 42}, 1, 1.0)
    assert status.error is None
    assert status.created_at <= (status.started_at or "") <= (status.finished_at or "")
    assert states(storage, status.id) == ["queued", "running", "done"]


def test_what_was_queued_while_nobody_worked_is_done_later(jobs: Jobs) -> None:
    """A job waits for a worker, however long."""
    job_id = jobs.manager.enqueue("add", {"number": 1})
    assert jobs.manager.poll(job_id).state == "queued"
    jobs.worker.start()
    assert ended(jobs.manager, job_id).state == "done"


def test_progress_is_seen_from_outside(jobs: Jobs, log: Log) -> None:
    """How far a running job is can be read from the database, by any process."""
    jobs.worker.start()
    job_id = jobs.manager.enqueue("gated", {"name": "a"})
    wait_until(lambda: jobs.manager.poll(job_id).fraction == 0.5, what="progress")
    status = jobs.manager.poll(job_id)
    assert (status.state, status.step, status.label) == ("running", "waiting", "Test a")
    log.gate("a").touch()
    assert ended(jobs.manager, job_id).step == ""


def test_trace_and_person_go_with_the_job(jobs: Jobs, storage: Storage) -> None:
    """What a job does is found under the click that caused it, and under that person's name."""
    jobs.worker.start()
    with trace("click-0001", actor="anna"):
        job_id = jobs.manager.enqueue("who", {})
    status = ended(jobs.manager, job_id)
    assert status.result == {"trace": "click-0001", "actor": "anna"}
    assert (status.trace, status.actor) == ("click-0001", "anna")
    with storage.database.read() as uow:
        trail = uow.audit.list(trace="click-0001")
    assert {row.actor for row in trail} == {"anna"}
    assert len([row for row in trail if row.table_name == "job"]) >= 3


def test_success_and_what_belongs_to_it_are_one_transaction(jobs: Jobs, storage: Storage, log: Log) -> None:
    """At no moment is a job done without its rows, or its rows there without it."""
    seen: list[tuple[str, bool]] = []
    log.gate("a").touch()
    jobs.worker.start()
    job_id = jobs.manager.enqueue("gated", {"name": "a"})

    def look() -> bool:
        with storage.database.read() as uow:
            state = uow.jobs.require(job_id).state
            seen.append((state, uow.queries.count() == 1))
        return state == "done"

    wait_until(look, what="the job's end")
    assert all((state == "done") == there for state, there in seen)
    assert recorded(storage) == ["gated a"]


def test_a_result_tells_what_was_really_recorded(jobs: Jobs, storage: Storage) -> None:
    """The name somebody hears is the one that is in the catalogue, also when another was faster."""
    jobs.worker.start()
    ids = [jobs.manager.enqueue("names", {}) for _ in range(6)]
    told = sorted(str(ended(jobs.manager, job_id).result) for job_id in ids)
    assert told == recorded(storage) == [f"name~{number}" for number in range(1, 7)]


@pytest.mark.parametrize(("known", "code"), [(True, "name_taken"), (False, "bug")])
def test_a_refused_recording_is_the_jobs_failure(jobs: Jobs, storage: Storage, known: bool, code: str) -> None:
    """When the catalogue refuses, nothing is half-recorded and the reason is told."""
    jobs.worker.start()
    status = ended(jobs.manager, jobs.manager.enqueue("refuses_record", {"known": known}))
    assert status.state == "failed"
    assert isinstance(status.error, dict)
    assert status.error["code"] == code
    assert status.result is None
    assert recorded(storage) == []


def test_the_most_urgent_job_comes_first(jobs: Jobs, log: Log) -> None:
    """Priority decides, then age, whatever order the messages were sent in."""
    for number, priority in ((1, 1), (2, 5), (3, 3), (4, 9), (5, 5)):
        jobs.manager.enqueue("add", {"number": number}, priority=priority)
    jobs.worker.start(threads=1)
    wait_until(lambda: len(log.lines("add")) == 5, what="all jobs")
    assert log.lines("add") == ["add 4", "add 2", "add 5", "add 3", "add 1"]


def test_a_unique_job_is_queued_once_while_it_is_under_way(jobs: Jobs, log: Log) -> None:
    """Asking twice for the same work gives the same job; after its end a new one."""
    jobs.worker.start()
    first = jobs.manager.enqueue("gated", {"name": "a"}, unique_key="k")
    assert jobs.manager.enqueue("gated", {"name": "a"}, unique_key="k") == first
    wait_until(lambda: log.lines("start a"), what="the start")
    assert jobs.manager.enqueue("gated", {"name": "a"}, unique_key="k") == first
    log.gate("a").touch()
    ended(jobs.manager, first)
    assert jobs.manager.enqueue("gated", {"name": "a"}, unique_key="k") != first


def test_a_unique_job_is_queued_once_by_many_threads(jobs: Jobs) -> None:
    """Also when everybody asks at the same moment."""
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(jobs.manager.enqueue("add", {"number": 1}, unique_key="k")))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(jobs.manager.list()) == 1


def test_a_job_exists_exactly_if_its_cause_was_committed(jobs: Jobs, storage: Storage) -> None:
    """Queued inside a transaction, a job shares its fate; the worker hears of the commit."""
    jobs.worker.start()

    def cause(uow: UnitOfWork, *, fail: bool) -> str:
        job_id = jobs.manager.enqueue("add", {"number": 1}, uow=uow)
        if fail:
            raise LookupError("the cause failed")
        return job_id

    with pytest.raises(LookupError):
        storage.database.run_tx(lambda uow: cause(uow, fail=True))
    assert jobs.manager.list() == []
    job_id = storage.database.run_tx(lambda uow: cause(uow, fail=False))
    assert ended(jobs.manager, job_id).state == "done"


def test_jobs_are_listed_newest_first_and_by_state(jobs: Jobs) -> None:
    """Pages neither overlap nor miss one."""
    ids = [jobs.manager.enqueue("add", {"number": number}) for number in range(5)]
    jobs.manager.cancel(ids[2])
    assert [status.id for status in jobs.manager.list()] == ids[::-1]
    assert [status.id for status in jobs.manager.list(limit=2, offset=1)] == [ids[3], ids[2]]
    assert [status.id for status in jobs.manager.list(states={"cancelled"})] == [ids[2]]


def test_old_jobs_are_cleaned_up(jobs: Jobs) -> None:
    """Ended jobs go after their time; what waits stays."""
    done, waiting = (jobs.manager.enqueue("add", {"number": number}) for number in (1, 2))
    assert jobs.manager.run_here(done).state == "done"
    assert jobs.manager.clean_up(older_than_s=3600) == 0
    assert jobs.manager.clean_up(older_than_s=-1) == 1
    assert [status.id for status in jobs.manager.list()] == [waiting]


def test_unknown_things_are_named(jobs: Jobs) -> None:
    """A wrong kind or id is told, with what there is."""
    with pytest.raises(UsageError, match=r"'nonsense'; there are add, "):
        jobs.manager.enqueue("nonsense", {})
    for call in (jobs.manager.poll, jobs.manager.cancel, jobs.manager.retry, jobs.manager.run_here):
        with pytest.raises(JobNotFoundError, match="'nowhere'"):
            call("nowhere")


# ---- failures ---------------------------------------------------------------------------------------------


def test_a_passing_failure_is_tried_again(jobs: Jobs, storage: Storage) -> None:
    """What may work later is tried later, and then is simply done."""
    jobs.worker.start()
    status = ended(jobs.manager, jobs.manager.enqueue("flaky", {"failures": 2}))
    assert (status.state, status.result, status.attempt, status.error) == ("done", 3, 3, None)
    assert states(storage, status.id) == ["queued", "running", "retry", "running", "retry", "running", "done"]


def test_a_failure_that_stays_ends_after_the_last_try(jobs: Jobs) -> None:
    """Nothing is tried for ever; the person is told the real reason."""
    jobs.worker.start()
    status = ended(jobs.manager, jobs.manager.enqueue("full", {}))
    assert (status.state, status.attempt) == ("dead", 3)
    assert isinstance(status.error, dict)
    assert status.error["code"] == "disk_full"


def test_a_failure_that_would_come_again_is_not_tried_again(jobs: Jobs) -> None:
    """A file that is no table stays none."""
    jobs.worker.start()
    status = ended(jobs.manager, jobs.manager.enqueue("refused", {}))
    assert (status.state, status.attempt) == ("failed", 1)
    assert status.error == {
        "code": "source",
        "message": "'a.csv' is no table.",
        "hint": "Check the file and import it again.",
    }


def test_a_fault_of_the_program_is_told_without_its_inside(jobs: Jobs) -> None:
    """People see what failed and where to look, no stack and no names of the inside; the thread goes on."""
    jobs.worker.start(threads=1)
    status = ended(jobs.manager, jobs.manager.enqueue("bug", {"name": "x"}))
    assert (status.state, status.attempt) == ("failed", 1)
    assert isinstance(status.error, dict)
    assert status.error["code"] == "bug"
    assert "'Test x'" in str(status.error["message"])
    assert "secret internals" not in str(status.error)
    assert str(status.trace) in str(status.error["hint"])
    assert ended(jobs.manager, jobs.manager.enqueue("add", {"number": 1})).state == "done"


def test_a_failed_job_can_be_asked_for_again(jobs: Jobs) -> None:
    """By a person's word it is queued with all its tries; a done or waiting one is left alone."""
    failed, done = jobs.manager.enqueue("full", {}), jobs.manager.enqueue("add", {"number": 1})
    jobs.worker.start()
    assert ended(jobs.manager, failed).state == "dead"
    assert ended(jobs.manager, done).state == "done"
    assert not jobs.manager.retry(done)
    assert jobs.manager.retry(failed)
    wait_until(lambda: jobs.manager.poll(failed).ended, timeout_s=30, what="the second end")
    assert jobs.manager.poll(failed).attempt == 3


def test_a_kind_of_another_version_is_told(jobs: Jobs, storage: Storage) -> None:
    """A job this version does not know fails with a sentence instead of waiting for ever."""
    row = JobRow(kind="future", args={}, actor="owner")
    storage.database.run_tx(lambda uow: uow.jobs.add(row))
    jobs.worker.start()
    status = ended(jobs.manager, row.id)
    assert status.state == "failed"
    assert isinstance(status.error, dict)
    assert "'future'" in str(status.error["message"])


# ---- cancel -----------------------------------------------------------------------------------------------


def test_a_waiting_job_is_cancelled_at_once(jobs: Jobs, log: Log) -> None:
    """It never begins."""
    job_id = jobs.manager.enqueue("add", {"number": 1})
    assert jobs.manager.cancel(job_id)
    assert jobs.manager.poll(job_id).state == "cancelled"
    assert not jobs.manager.cancel(job_id)
    jobs.worker.start()
    ended(jobs.manager, jobs.manager.enqueue("add", {"number": 2}))
    assert log.lines("add") == ["add 2"]


@pytest.mark.parametrize("kind", ["gated", "query"])
def test_a_running_job_stops_when_asked(jobs: Jobs, storage: Storage, log: Log, kind: str) -> None:
    """Python work and a question deep inside the engine alike; nothing is recorded."""
    jobs.worker.start()
    job_id = jobs.manager.enqueue(kind, {"name": "a"})
    wait_until(lambda: log.lines("start a"), what="the start")
    assert jobs.manager.cancel(job_id)
    status = ended(jobs.manager, job_id)
    assert status.state == "cancelled"
    assert status.error == {
        "code": "cancelled",
        "message": "'Test a' was stopped; nothing half-done was kept.",
        "hint": "Start it again when you want it.",
    }
    assert recorded(storage) == []
    assert jobs.manager.retry(job_id)


def test_a_cancel_from_elsewhere_is_heard(jobs: Jobs, storage: Storage, log: Log) -> None:
    """A cancel that only the database knows of (another process asked) stops the engine as well."""
    jobs.worker.start()
    job_id = jobs.manager.enqueue("query", {"name": "a"})
    wait_until(lambda: log.lines("start a"), what="the start")
    other = assemble(storage, kinds(storage, log))
    assert other.manager.cancel(job_id)
    assert ended(jobs.manager, job_id).state == "cancelled"


def test_interrupts_are_repeated_until_they_are_heard(jobs: Jobs, log: Log) -> None:
    """A cancel that meets the engine just before it begins is not lost."""
    jobs.worker.start()
    job_id = jobs.manager.enqueue("deaf", {})
    wait_until(lambda: log.lines("start deaf"), what="the start")
    jobs.manager.cancel(job_id)
    assert ended(jobs.manager, job_id).state == "cancelled"
    jobs.manager.retry(job_id)
    wait_until(lambda: len(log.lines("start deaf")) == 2, what="the second start")
    assert jobs.worker.stop(wait_s=20), "the end of the process was not heard"


# ---- running here -----------------------------------------------------------------------------------------


def test_a_command_runs_its_own_job(jobs: Jobs) -> None:
    """Without any worker, in this process, telling every change."""
    seen: list[str] = []
    status = jobs.manager.run_here(
        jobs.manager.enqueue("add", {"number": 1}), watch=lambda status: seen.append(status.state)
    )
    assert (status.state, status.result) == ("done", {"sum": 2})
    assert seen[0] in ("queued", "running")
    assert seen[-1] == "done"


def test_a_command_waits_through_all_tries(jobs: Jobs) -> None:
    """A passing failure is tried again here as well."""
    assert jobs.manager.run_here(jobs.manager.enqueue("flaky", {"failures": 2})).result == 3
    assert jobs.manager.run_here(jobs.manager.enqueue("full", {})).state == "dead"


def test_a_command_waits_for_whoever_was_faster(jobs: Jobs, storage: Storage, log: Log) -> None:
    """If the engine has taken the job already, the command tells how it goes there."""
    jobs.worker.start()
    job_id = jobs.manager.enqueue("gated", {"name": "a"})
    wait_until(lambda: log.lines("start a"), what="the start")
    outcome: list[JobStatus] = []
    command = assemble(storage, kinds(storage, log))
    waiting = threading.Thread(target=lambda: outcome.append(command.manager.run_here(job_id)))
    waiting.start()
    log.gate("a").touch()
    waiting.join(30)
    assert outcome[0].state == "done"
    assert log.lines("start a") == ["start a 1"]


def test_ctrl_c_cancels_cleanly(jobs: Jobs, storage: Storage, log: Log) -> None:
    """Whoever presses Ctrl+C gets a job that has ended, with nothing half-done."""

    def press(status: JobStatus) -> None:
        if status.state == "running":
            raise KeyboardInterrupt

    status = jobs.manager.run_here(jobs.manager.enqueue("query", {"name": "a"}), watch=press)
    assert status.state == "cancelled"
    assert jobs.manager.poll(status.id).state == "cancelled"
    assert recorded(storage) == []
    assert not log.gate("a").exists()


def test_ctrl_c_that_comes_too_late_is_still_heard(jobs: Jobs) -> None:
    """A job that was done already stays done, and the command ends as interrupted."""

    def press(status: JobStatus) -> None:
        if status.state == "done":
            raise KeyboardInterrupt

    job_id = jobs.manager.enqueue("add", {"number": 1})
    with pytest.raises(KeyboardInterrupt):
        jobs.manager.run_here(job_id, watch=press)
    assert jobs.manager.poll(job_id).state == "done"
