"""The doorbell: Huey carries ids of jobs to the threads that run them.

Used by the manager and the worker. A message says no more than "look at this job"; all that counts is in the
jobs table. So `queue.db` may be lost, doubled, damaged or deleted at any time: it is made again, and while it
cannot be, messages stay in this process's memory. Messages are JSON; nothing is unpickled.
"""

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from huey import Huey
from huey.consumer import Consumer, Scheduler
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import MemoryStorage, SqliteStorage

from core.logging import get_logger

_NAME: Final = "jobs"
_BUSY_S: Final = 2.0
_PAUSE_S: Final = 5.0
"""A queue file that could not be opened is left alone for this long."""

_IDLE_S: Final = (0.02, 0.2)
"""How often an idle thread looks: at first, and after a while."""

_FILES: Final = ("", "-wal", "-shm", "-journal")


class _JsonSerializer(Serializer):  # type: ignore[misc]  # the library has no types
    """Messages as JSON: a name, a job's id, a priority."""

    def _serialize(self, data: Message) -> bytes:
        fields = {"id": data.id, "name": data.name, "priority": data.priority, "job": data.args[0]}
        return json.dumps(fields).encode()

    def _deserialize(self, data: bytes) -> Message:
        fields = json.loads(bytes(data))
        job, name, task_id = fields["job"], fields["name"], fields["id"]
        if not (isinstance(job, str) and isinstance(name, str) and isinstance(task_id, str)):
            raise ValueError("this is no message of the queue")
        return Message(id=task_id, name=name, args=(job,), kwargs={}, priority=fields["priority"])


class _Bell(Huey):  # type: ignore[misc]
    """Only sends and takes messages: no results, no revocation, nothing else that needs the file."""

    def execute(self, task: Any, timestamp: object = None) -> None:  # noqa: ANN401 - the library has no types
        """Answer one message."""
        del timestamp
        task.execute()


class _QuietScheduler(Scheduler):  # type: ignore[misc]
    """Nothing is scheduled in the queue: when a job is due is in its row."""

    def loop(self, now: object = None) -> None:
        """Wait for the end."""
        del now
        self.stop_flag.wait(1.0)


class _EmbeddedConsumer(Consumer):  # type: ignore[misc]
    """Lives in a process that handles signals itself."""

    scheduler_class = _QuietScheduler

    def _set_signal_handlers(self) -> None:
        """Leave them alone."""


class Doorbell:
    """Rings for jobs and answers the ringing; thread-safe; never raises because of its file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._answer: Callable[[str], None] | None = None
        self._lock = threading.RLock()
        self._inode: tuple[int, int] | None = None
        self._retry_at = 0.0
        # The library's own lines tell of messages, which mean nothing here.
        logging.getLogger("huey").setLevel(logging.CRITICAL)
        self._huey = _Bell(
            _NAME, storage_class=MemoryStorage, serializer=_JsonSerializer(), results=False, immediate=False
        )
        self._ring = self._huey.task(name="ring")(self._heard)
        self._consumer: _EmbeddedConsumer | None = None

    def ring(self, jobs: Iterable[tuple[str, int]]) -> None:
        """Send a message for each (job id, priority)."""
        with self._lock:
            self._ensure_open()
            for job_id, priority in jobs:
                message = self._ring.s(job_id, priority=priority)
                try:
                    self._huey.enqueue(message)
                except (sqlite3.Error, OSError) as error:
                    self._replace_file(error)
                    self._huey.enqueue(message)

    def waiting(self) -> int:
        """Return how many messages nobody has taken yet."""
        with self._lock:
            self._ensure_open()
            try:
                return int(self._huey.storage.queue_size())
            except (sqlite3.Error, OSError) as error:
                self._replace_file(error)
                return 0

    def renew(self) -> None:
        """Begin with a new file, since messages do not arrive."""
        with self._lock:
            self._replace_file(TimeoutError("messages do not arrive"))

    @property
    def in_memory(self) -> bool:
        """Tell whether the file cannot be used and messages stay in this process."""
        return isinstance(self._huey.storage, MemoryStorage)

    # ---- answering ----------------------------------------------------------------------------------------

    def start(self, threads: int, answer: Callable[[str], None]) -> None:
        """Begin to call `answer` with the job's id, in so many threads."""
        self._answer = answer
        with self._lock:
            self._ensure_open()
        first, longest = _IDLE_S
        self._consumer = _EmbeddedConsumer(
            self._huey,
            workers=threads,
            periodic=False,
            initial_delay=first,
            max_delay=longest,
            backoff=1.3,
            check_worker_health=True,
        )
        self._consumer.start()

    def stop(self, *, wait_s: float) -> bool:
        """End the threads; return whether all had ended within `wait_s`."""
        consumer, self._consumer = self._consumer, None
        if consumer is None:
            return True
        consumer.shutdown_timeout = wait_s
        consumer.stop(graceful=True)
        return not any(thread.is_alive() for _, thread in consumer.worker_threads)

    def keep_threads_alive(self) -> bool:
        """Start threads again that have died; return whether all were alive."""
        consumer = self._consumer
        return consumer is not None and bool(consumer.check_worker_health())

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._use(MemoryStorage(_NAME))
            self._retry_at = 0.0

    def _heard(self, job_id: str) -> None:
        if self._answer is not None:
            self._answer(job_id)

    # ---- the file -----------------------------------------------------------------------------------------

    def _ensure_open(self) -> None:
        """Have the file that lies at the path now open, or memory while there can be none."""
        if not self.in_memory:
            if _inode(self._path) == self._inode:
                return
            get_logger("queue").warning("the queue file was replaced or deleted")
        elif time.monotonic() < self._retry_at:
            return
        self._open()

    def _open(self) -> None:
        try:
            storage = _sqlite(self._path)
        except (sqlite3.Error, OSError) as error:
            self._replace_file(error)
        else:
            self._use(storage)

    def _replace_file(self, error: Exception) -> None:
        """Throw a file away that gives trouble, and begin a new one, or go on in memory."""
        get_logger("queue").warning("the queue file is made again", reason=str(error), kind=type(error).__name__)
        self._use(MemoryStorage(_NAME))
        try:
            for ending in _FILES:
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
            self._use(_sqlite(self._path))
        except (sqlite3.Error, OSError) as again:
            get_logger("queue").warning("there can be no queue file now", reason=str(again))
            self._retry_at = time.monotonic() + _PAUSE_S

    def _use(self, storage: Any) -> None:  # noqa: ANN401 - the library has no types
        old, self._huey.storage = self._huey.storage, storage
        self._inode = None if isinstance(storage, MemoryStorage) else _inode(self._path)
        if not isinstance(old, MemoryStorage):
            try:
                old.close()
            except sqlite3.Error as error:
                get_logger("queue").warning("closing the old queue file failed", reason=str(error))


def _sqlite(path: Path) -> SqliteStorage:
    # Not WAL: its shared memory outlives a deleted file, and a new file's first user would cut it under those
    # who still read, which ends the process.
    storage = SqliteStorage(_NAME, filename=str(path), fsync=False, timeout=_BUSY_S, journal_mode="truncate")
    storage.queue_size()  # a damaged file often opens well
    return storage


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
