"""Kinds of jobs for tests, and a program that works on them: `python -m tests.integration.jobs.kinds PROFILE LOG`.

Handlers write what they do as lines of a log file, so that a test sees it whichever process did it.
"""

import sys
import threading
import time
from pathlib import Path

import portalocker

from core.config import AppConfig
from core.errors import DiskFullError, NameTakenError, SourceError, StorageIOError
from core.paths import ProfilePaths
from core.trace import current_actor, current_trace
from jobs.context import JobContext
from jobs.open import Jobs, assemble
from jobs.registry import Registry
from jobs.specs import Args, JobOutcome, Spec
from storage.database.models import QueryRow
from storage.database.unit_of_work import UnitOfWork
from storage.duck import duck_errors
from storage.open import Storage, open_storage

ENDLESS_SQL = "select sum(hash(a.range) % 7) from range(1000000) a, range(1000000) b"


class Log:
    """Lines that several processes append to one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def write(self, line: str) -> None:
        """Append one line at once."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def lines(self, start: str = "") -> list[str]:
        """Return the lines that begin so."""
        return [line for line in self.path.read_text(encoding="utf-8").splitlines() if line.startswith(start)]

    def gate(self, name: str) -> Path:
        """Return the file whose making lets waiting jobs go on."""
        return self.path.with_name(f"gate-{name}")


class _Kinds:
    """The handlers, over one profile and one log."""

    def __init__(self, storage: Storage, log: Log) -> None:
        self._storage, self._log = storage, log

    def add(self, _context: JobContext, args: Args) -> JobOutcome:
        self._log.write(f"add {args['number']}")
        return JobOutcome({"sum": int(str(args["number"])) + 1})

    def who(self, _context: JobContext, _args: Args) -> JobOutcome:
        return JobOutcome({"trace": current_trace(), "actor": current_actor()})

    def work(self, context: JobContext, args: Args) -> JobOutcome:
        name, steps = str(args["name"]), int(str(args["steps"]))
        with (self._log.path.parent / f"lock-{name}").open("ab") as file:
            try:
                portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
            except portalocker.exceptions.LockException:
                self._log.write(f"twice {name}")
            self._log.write(f"start {name} {context.attempt}")
            for step in range(steps):
                context.report(step / steps, f"step {step}")
                time.sleep(0.01)
            self._log.write(f"end {name} {context.attempt}")
        return JobOutcome(name, lambda uow: _record(uow, f"work {name}"))

    def gated(self, context: JobContext, args: Args) -> JobOutcome:
        name = str(args["name"])
        self._log.write(f"start {name} {context.attempt}")
        while not self._log.gate(name).exists():
            context.report(0.5, "waiting")
            time.sleep(0.005)
        self._log.write(f"end {name}")
        return JobOutcome(name, lambda uow: _record(uow, f"gated {name}"))

    def deaf(self, context: JobContext, _args: Args) -> JobOutcome:
        """Like an engine that is just about to begin: the first interrupts are lost."""
        heard = threading.Semaphore(0)
        with context.interruptible(heard.release):
            self._log.write("start deaf")
            for _ in range(4):
                heard.acquire()
        context.check()
        return JobOutcome()

    def query(self, context: JobContext, args: Args) -> JobOutcome:
        with self._storage.duck.trusted() as connection, duck_errors("The question"):
            self._log.write(f"start {args['name']}")
            with context.interruptible(connection.interrupt):
                connection.execute(ENDLESS_SQL).fetchall()
        return JobOutcome()


def _names(_context: JobContext, _args: Args) -> JobOutcome:
    """Like an import: which name was free is known when it is recorded."""
    given: list[str] = []

    def record(uow: UnitOfWork) -> None:
        given[:] = [f"name~{uow.queries.count() + 1}"]
        _record(uow, given[0])

    return JobOutcome(lambda: given[0], record)


def _flaky(context: JobContext, args: Args) -> JobOutcome:
    if context.attempt <= int(str(args["failures"])):
        raise StorageIOError("The disk hiccuped.")
    return JobOutcome(context.attempt)


def _full(_context: JobContext, _args: Args) -> JobOutcome:
    raise DiskFullError("/x")


def _refused(_context: JobContext, _args: Args) -> JobOutcome:
    raise SourceError("/x/a.csv", "is no table.")


def _bug(_context: JobContext, _args: Args) -> JobOutcome:
    raise KeyError("secret internals")


def _refuses_record(_context: JobContext, args: Args) -> JobOutcome:
    def record(uow: UnitOfWork) -> None:
        _record(uow, "half")
        raise NameTakenError("x") if args.get("known") else KeyError("x")

    return JobOutcome("never", record)


def _label(args: Args) -> str:
    return f"Test {args.get('name', '')}".strip()


def kinds(storage: Storage, log: Log) -> Registry:
    """Return all kinds."""
    on_profile = _Kinds(storage, log)
    return Registry(
        [
            Spec("add", on_profile.add, _label),
            Spec("who", on_profile.who, _label),
            Spec("work", on_profile.work, _label, max_attempts=10_000),
            Spec("frail", on_profile.work, _label, max_attempts=3),
            Spec("gated", on_profile.gated, _label),
            Spec("once", on_profile.gated, _label, on_crash="mark"),
            Spec("deaf", on_profile.deaf, _label),
            Spec("query", on_profile.query, _label),
            Spec("names", _names, _label),
            Spec("flaky", _flaky, _label, max_attempts=4, backoff_s=0.05),
            Spec("full", _full, _label, max_attempts=3, backoff_s=0.02),
            Spec("refused", _refused, _label),
            Spec("bug", _bug, _label),
            Spec("refuses_record", _refuses_record, _label),
        ]
    )


def _record(uow: UnitOfWork, what: str) -> None:
    uow.queries.add(QueryRow(sql=what, fingerprint="", state="done"))


def open_child(profile: Path, log: Path, *, threads: int = 2) -> tuple[Storage, Jobs]:
    """Open a profile as a process of its own does."""
    config = AppConfig.model_validate({"jobs": {"workers": threads, "lease_s": 2}})
    storage = open_storage(config, ProfilePaths(profile), purpose="a test worker")
    return storage, assemble(storage, kinds(storage, Log(log)))


def main() -> None:
    """Work until killed, or run one job here and say how it ended."""
    profile, log = Path(sys.argv[1]), Path(sys.argv[2])
    _, jobs = open_child(profile, log)
    if len(sys.argv) > 3:
        Log(log).write("ready")
        status = jobs.manager.run_here(sys.argv[3])
        Log(log).write(f"ended {status.state}")
        return
    jobs.worker.start()
    Log(log).write("ready")
    threading.Event().wait()


if __name__ == "__main__":
    main()
