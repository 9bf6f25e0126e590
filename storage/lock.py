"""Who uses a profile: many processes at once, or one alone.

Every process that has a profile open holds it *shared*; migration and restore need it *alone*. Only exclusive
file locks are used, because they are all that every system has without further packages:

* `run/profile.lock` is the gate. Who joins takes it for a moment; who needs the profile alone keeps it.
* `run/holders/<id>.lock` is locked by one process for as long as it lives; when the process dies, however it
  dies, the system frees the lock. `<id>.json` beside it says who that is. Two files, because Windows lets
  nobody read a locked one.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import portalocker

from core.clock import now_iso
from core.errors import ProfileInUseError
from core.i18n import N_, _
from core.ids import new_id
from core.paths import ProfilePaths, translate_os_error
from storage.durable import remove_file

WAIT_S = 10.0
"""How long a process waits for another one's short work before it gives up."""

_POLL_S = 0.05
_FLAGS = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has the profile open. `since` is ISO 8601 UTC; `alone` tells that it excludes others."""

    pid: int
    purpose: str
    since: str
    alone: bool

    def __str__(self) -> str:
        """Return what a message calls it."""
        return f"{self.purpose} (process {self.pid})"


class ProfileLock:
    """One hold on one profile; not for use by two threads at once.

    It begins without a hold; `share` and `take_alone` get one, `release` or the end of `with` gives it back.
    """

    def __init__(self, paths: ProfilePaths, *, purpose: str = "Bestand") -> None:
        self._paths = paths
        self._folder = paths.run / "holders"
        self._purpose = purpose
        self._id = new_id()
        self._gate: IO[bytes] | None = None
        self._own: IO[bytes] | None = None
        self._record: Holder | None = None

    @property
    def alone(self) -> bool:
        """Tell whether this hold excludes all others."""
        return self._record is not None and self._record.alone

    def share(self, *, wait_s: float = WAIT_S) -> None:
        """Hold the profile beside others; coming from having it alone, nobody gets between.

        Raises:
            ProfileInUseError: another process has had it alone for longer than `wait_s`.
        """
        if self._record is not None and not self.alone:
            return
        if self._gate is None:
            self._wait_for_gate(wait_s)
        try:
            self._register(alone=False)
        finally:
            self._open_gate()

    def take_alone(self, *, wait_s: float = WAIT_S) -> None:
        """Hold the profile alone; a shared hold is given up first.

        Raises:
            ProfileInUseError: others still use it after `wait_s`; the message names them.
        """
        if self.alone:
            return
        self._unregister()
        deadline = time.monotonic() + wait_s
        self._wait_for_gate(wait_s)
        try:
            while others := self._others():
                if time.monotonic() >= deadline:
                    raise self._in_use(others)
                time.sleep(_POLL_S)
            self._register(alone=True)
        except BaseException:
            self.release()
            raise

    def try_alone(self) -> bool:
        """Hold the profile alone if nobody else uses it now; tell whether that worked."""
        try:
            self.take_alone(wait_s=0)
        except ProfileInUseError:
            return False
        return True

    def release(self) -> None:
        """Give the profile back; harmless when it is not held."""
        self._unregister()
        self._open_gate()

    def holders(self) -> tuple[Holder, ...]:
        """Return every living holder, this one included, oldest first."""
        mine = [self._record] if self._record else []
        return tuple(sorted([*mine, *self._others()], key=lambda holder: (holder.since, holder.pid)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _wait_for_gate(self, wait_s: float) -> None:
        deadline = time.monotonic() + wait_s
        while (gate := self._try_lock(self._paths.run / "profile.lock")) is None:
            if time.monotonic() >= deadline:
                others = self._others()
                raise self._in_use([holder for holder in others if holder.alone] or others)
            time.sleep(_POLL_S)
        self._gate = gate

    def _open_gate(self) -> None:
        if self._gate is not None:
            _unlock(self._gate)
            self._gate = None

    def _register(self, *, alone: bool) -> None:
        """Lock the own holder file and say who it is; the gate is ours meanwhile."""
        record = Holder(os.getpid(), self._purpose, now_iso(), alone)
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            deadline = time.monotonic() + WAIT_S
            while self._own is None:
                self._own = self._try_lock(self._lock_file(self._id))
                if self._own is None:  # somebody just looks whether it is locked
                    if time.monotonic() >= deadline:
                        raise self._in_use(self._others())
                    time.sleep(_POLL_S)
            self._info_file(self._id).write_text(json.dumps(asdict(record)), encoding="utf-8")
        except OSError as error:
            raise translate_os_error(error, self._paths.root) from error
        self._record = record

    def _unregister(self) -> None:
        if self._own is not None:
            _unlock(self._own)
            self._own = None
            self._forget(self._id)
        self._record = None

    def _others(self) -> list[Holder]:
        """Return the living holders but this one; what dead ones left is removed while the gate is ours."""
        living: list[Holder] = []
        for path in self._folder.glob("*.lock"):
            holder_id = path.stem
            if holder_id == self._id:
                continue
            lock = self._try_lock(path)
            if lock is None:
                living.append(self._read(holder_id))
                continue
            _unlock(lock)
            if self._gate is not None:
                self._forget(holder_id)
        return living

    def _read(self, holder_id: str) -> Holder:
        try:
            return Holder(**json.loads(self._info_file(holder_id).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # it is just coming or going, or of another version
            return Holder(0, N_("another process"), now_iso(), alone=False)

    def _forget(self, holder_id: str) -> None:
        for path in (self._info_file(holder_id), self._lock_file(holder_id)):
            try:
                remove_file(path)
            except OSError:
                continue  # Windows: somebody looks at it just now; who next has the gate removes it

    def _lock_file(self, holder_id: str) -> Path:
        return self._folder / f"{holder_id}.lock"

    def _info_file(self, holder_id: str) -> Path:
        return self._folder / f"{holder_id}.json"

    def _try_lock(self, path: Path) -> IO[bytes] | None:
        try:
            file = path.open("ab")
        except OSError as error:
            raise translate_os_error(error, self._paths.root) from error
        try:
            portalocker.lock(file, _FLAGS)
        except portalocker.exceptions.AlreadyLocked:
            file.close()
            return None
        except portalocker.exceptions.LockException as error:
            file.close()
            cause = error.__cause__ or error.__context__
            raise translate_os_error(cause if isinstance(cause, OSError) else OSError(), path) from error
        return file

    def _in_use(self, others: Sequence[Holder]) -> ProfileInUseError:
        names = _(" and ").join(str(holder) for holder in others) or _("another process")
        return ProfileInUseError(
            _("The profile '{root}' is in use by {names}.").format(root=self._paths.root, names=names),
            pids=[holder.pid for holder in others],
        )


def _unlock(file: IO[bytes]) -> None:
    portalocker.unlock(file)
    file.close()
