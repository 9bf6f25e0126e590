"""The write buffer: what is typed in all windows, written together, told as kept only when it is on the disk.

One thread takes everything that waits and writes it in one transaction; what comes meanwhile goes into the next.
What windows show is no hurry: it waits a moment for other windows, or goes along with what somebody typed.
Values that come from a browser have a copy there until they are acknowledged, so a failure is told to whoever
waits. Values that were made here (a choice in a list, an undone step) have no other copy: they stay in the buffer
and are tried again until the disk takes them.
"""

import threading
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from core.errors import BestandError, JournalRefusedError
from core.telemetry import log_error
from core.types import Json
from storage.database.database import Database
from storage.database.journal import QUIET, Ack, Entry, checked
from storage.database.unit_of_work import UnitOfWork

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

RETRY_S: Final = 0.5
"""How long a failed write of our own values waits before it is tried again."""
WINDOWS_GATHER_S: Final = 1.0
"""How long what windows show waits for more of it, when there is nothing else to write."""
POSTS_LIMIT: Final = 256
"""Posts in one transaction at most, so that it stays short."""
CLOSING_S: Final = 5.0
"""How long a closing buffer tries to write what it still has."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one window gave is on the disk: an answer for each entry, and the person's highest number."""

    acks: tuple[Ack, ...]
    head: int


@dataclass(slots=True, eq=False)
class _Post:
    """One window's entries, and who waits for them."""

    person: str
    window: str
    entries: Sequence[Entry]
    done: Future[Receipt] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Window:
    """What a window shows."""

    person: str
    window: str
    device: str
    since: int
    state: str


@dataclass(slots=True)
class _Batch:
    """What goes into one transaction; what was made here goes before the posts."""

    posts: list[_Post]
    forgotten: list[tuple[str, tuple[str, ...]]]
    own: dict[tuple[str, str, str], Json]
    windows: dict[str, _Window]


@dataclass(frozen=True, slots=True)
class BufferState:
    """How many values wait, and why the last write failed; None when it did not."""

    waiting: int
    problem: BestandError | None


class WriteBuffer:
    """Group commit for drafts; safe to use from all threads. The database must stay open until `close` returns."""

    def __init__(
        self, database: Database, *, retry_s: float = RETRY_S, gather_s: float = WINDOWS_GATHER_S
    ) -> None:
        self._database = database
        self._retry_s = retry_s
        self._gather_s = gather_s
        self._posts: list[_Post] = []
        self._own: dict[tuple[str, str, str], Json] = {}
        self._forgotten: list[tuple[str, tuple[str, ...]]] = []
        self._windows: dict[str, _Window] = {}
        self._problem: BestandError | None = None
        self._wake = threading.Condition()
        self._closing = False
        self._writing = False
        self._flushing = 0
        self._written = 0
        self._thread: threading.Thread | None = None

    # ---- giving -----------------------------------------------------------------------------------------

    def post(self, person: str, window: str, entries: Sequence[Entry]) -> "Future[Receipt]":
        """Take entries of a browser; the future is done when they are on the disk, or says why they are not.

        It fails with `JournalRefusedError` (an entry cannot be kept, the window is another person's) or with what
        the disk says; then nothing of the post was kept.
        """
        post = _Post(person, window, tuple(entries))
        with self._wake:
            if self._closing:
                post.done.set_exception(RuntimeError("the write buffer is closed"))
                return post.done
            self._posts.append(post)
            self._begin()
        return post.done

    def keep(self, person: str, window: str, key: str, value: Json) -> None:
        """Take a value that was made here; it is written soon, and tried again until it is.

        Raises:
            JournalRefusedError: it cannot be kept.
        """
        checked(Entry(key, value))
        with self._wake:
            self._own.pop((person, window, key), None)
            self._own[person, window, key] = value
            self._begin()

    def window(self, person: str, window: str, *, device: str, since: int, state: str) -> None:
        """Take what a window shows, to be written with the rest; only the latest counts."""
        with self._wake:
            idle = not self._windows
            self._windows[window] = _Window(person, window, device, since, state)
            if idle:  # else somebody waits for it already
                self._begin()

    def forget(self, person: str, keys: Sequence[str]) -> None:
        """Have the values of fields forgotten, those that wait included: what they were for is done."""
        with self._wake:
            for known in [one for one in self._own if one[0] == person and one[2] in keys]:
                del self._own[known]
            self._forgotten.append((person, tuple(keys)))
            self._begin()

    def pending(self, person: str) -> dict[str, Json]:
        """Return the values made here that are not on the disk yet."""
        with self._wake:
            return {key: value for (owner, _, key), value in self._own.items() if owner == person}

    @property
    def written(self) -> int:
        """Counts the transactions with values; as long as it stays, no field has got another one."""
        return self._written

    @property
    def state(self) -> BufferState:
        """How it stands."""
        with self._wake:
            return BufferState(len(self._posts) + len(self._own), self._problem)

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing waits any more; False if that took too long or the disk refuses."""
        with self._wake:
            self._flushing += 1
            self._wake.notify_all()
            try:
                return self._wake.wait_for(lambda: not (self._waits() or self._writing), timeout_s)
            finally:
                self._flushing -= 1

    def close(self) -> None:
        """Write what waits and end; harmless when closed already."""
        with self._wake:
            thread, self._thread = self._thread, None
            self._closing = True
            self._wake.notify_all()
        if thread is not None:
            thread.join(CLOSING_S)

    def _begin(self) -> None:
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._run, name="write-buffer", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    # ---- the buffer's thread ----------------------------------------------------------------------------

    def _waits(self) -> bool:
        return self._hurries() or bool(self._windows)

    def _hurries(self) -> bool:
        return bool(self._posts or self._own or self._forgotten)

    def _run(self) -> None:
        failed = False
        while self._wait(failed=failed):
            with self._wake:
                posts, self._posts = self._posts[:POSTS_LIMIT], self._posts[POSTS_LIMIT:]
                batch = _Batch(posts, list(self._forgotten), dict(self._own), dict(self._windows))
                self._writing = True
            failed = not self._write(batch)
            with self._wake:
                self._writing = False
                if failed and self._closing:
                    return
                self._wake.notify_all()

    def _wait(self, *, failed: bool) -> bool:
        """Wait for something to write; after a failure posts come through at once, our own values pause."""
        with self._wake:
            if failed:
                self._wake.wait_for(lambda: self._posts or self._closing, self._retry_s)
            else:
                self._wake.wait_for(lambda: self._waits() or self._closing)
                self._wake.wait_for(lambda: self._hurries() or self._closing or self._flushing, self._gather_s)
            return self._waits() or not self._closing

    def _write(self, batch: _Batch) -> bool:
        """Write one transaction and tell who waits; False if the disk did not take it."""
        try:
            told = self._database.run_tx(partial(_work, batch), label="journal")
        except Exception as error:  # the thread goes on whatever happens; who waits is told
            self._fail(batch.posts, error)
            return False
        with self._wake:
            self._problem = None
            self._written += bool(batch.posts or batch.own or batch.forgotten)
            del self._forgotten[: len(batch.forgotten)]
            _drop_written(self._own, batch.own)
            _drop_written(self._windows, batch.windows)
        for post, answer in zip(batch.posts, told, strict=True):
            _tell(post, answer)
        return True

    def _fail(self, posts: list[_Post], error: Exception) -> None:
        problem = error if isinstance(error, BestandError) else BestandError(str(error))
        with self._wake:
            known = self._problem
            self._problem = problem
        if known is None or type(known) is not type(problem):
            log_error(error, {"where": "journal"})
        for post in posts:
            _tell(post, error)


def _tell(post: _Post, answer: Receipt | Exception) -> None:
    """Tell who waits, unless they went away meanwhile; what they gave is written all the same."""
    if not post.done.set_running_or_notify_cancel():
        return
    if isinstance(answer, Receipt):
        post.done.set_result(answer)
    else:
        post.done.set_exception(answer)


def _drop_written(waiting: dict[K, V], written: Mapping[K, V]) -> None:
    """Take out what was written, unless something newer took its place meanwhile."""
    for known, value in written.items():
        if waiting.get(known) is value:
            del waiting[known]


def _work(batch: _Batch, uow: UnitOfWork) -> list[Receipt | JournalRefusedError]:
    uow.touch(QUIET)
    for person, keys in batch.forgotten:
        uow.journal.forget(person, keys)
    windows: dict[tuple[str, str], list[Entry]] = {}
    for (person, window, key), value in batch.own.items():
        windows.setdefault((person, window), []).append(Entry(key, value))
    for (person, window), entries in windows.items():
        uow.journal.apply(person, window, entries)
    for one in batch.windows.values():
        with suppress(JournalRefusedError):  # somebody gave his window another's name; it is not written down
            uow.windows.save(one.person, one.window, device=one.device, since=one.since, state=one.state)
    return [_one(uow, post) for post in batch.posts]


def _one(uow: UnitOfWork, post: _Post) -> Receipt | JournalRefusedError:
    """Apply one post; what is wrong with it is its own affair.

    Whether it is refused is known before the first of it is written, so it needs no savepoint; one would hide what
    a full disk says, since SQLite then ends the whole transaction.
    """
    try:
        known = uow.windows.of(post.person, post.window)
        since = known.since if known else None
        acks = tuple(uow.journal.apply(post.person, post.window, post.entries, since=since))
    except JournalRefusedError as error:
        return error
    return Receipt(acks, uow.journal.head(post.person))
