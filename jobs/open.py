"""Opens background work on top of the analysis floor, as one object."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.clock import Clock, system_clock
from jobs.live import LiveJobs
from jobs.manager import JobManager
from jobs.queue import Doorbell
from jobs.recovery import Recovery
from jobs.registry import Registry, build_registry
from jobs.runner import Runner
from jobs.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.open import Analysis
    from storage.open import Storage


@dataclass(frozen=True, slots=True)
class Jobs:
    """Background work of one profile. The worker does nothing until it is started."""

    manager: JobManager
    worker: Worker

    def close(self) -> None:
        """Stop the worker, if it was started, and let go of the queue file; before the storage is closed."""
        self.worker.stop()


def open_jobs(storage: "Storage", analysis: "Callable[[], Analysis]") -> Jobs:
    """Open background work; close it before the storage. Jobs that work with data ask for `analysis`."""
    return assemble(storage, build_registry(storage, analysis))


def assemble(storage: "Storage", registry: Registry, *, clock: Clock = system_clock) -> Jobs:
    """Put the parts together for the given kinds of jobs."""
    database, settings = storage.database, storage.config.jobs
    live = LiveJobs(database, lease_s=settings.lease_s, clock=clock)
    runner = Runner(database, registry, live, clock=clock)
    recovery = Recovery(database, registry, live, clock=clock)
    bell = Doorbell(storage.paths.queue_db)
    manager = JobManager(database, registry, runner, recovery, live, bell, clock=clock)
    worker = Worker(database, runner, recovery, live, bell, threads=settings.workers, clock=clock)
    return Jobs(manager, worker)
