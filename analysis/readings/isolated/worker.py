"""A process that reads files for this one, watched while it does.

Used by `reader`. It is ended when it needs more memory or time than a file may take, when a person stops the work,
and when nobody needs it any more; when this process dies, it ends itself. A process that answered well is kept for
the next request for a moment, since starting one costs most of a second.
"""

import json
import queue
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import psutil

from analysis.readings.isolated.wire import Message, error_from
from core.errors import BestandError, DamagedFileError, FileTooLargeError, FileUnreadableError
from core.i18n import _, current_language, number
from core.logging import get_logger
from core.progress import Progress

READER_WORD: Final = "--reader"
"""What the bundle's `bestand` is told to become such a process (packaging/bestand_command.py)."""

_MIB: Final = 1024 * 1024
_TICK_S: Final = 0.05
_STALL_S: Final = 30.0
"""A process that neither works nor answers for so long waits for something that does not come."""
_IDLE_S: Final = 60.0
_END_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one request may cost: memory of the process, and seconds of processor time.

    `hostile` tells that a file could bring the reader down; else whoever ended the process, it was not the file.
    """

    memory_mib: int
    cpu_s: float
    hostile: bool = True


class Worker:
    """One such process; answers one request at a time."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        """Start it; it gets ready while the caller goes on."""
        self.setup = setup
        self._process = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_no_console(),
        )
        self._watched = psutil.Process(self._process.pid)
        self.answered = False
        self._answers: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        self._send(setup)

    def ask(self, request: Mapping[str, Any], allowance: Allowance, *, name: str, progress: Progress) -> Message:
        """Have something done and return the answer; without one (`answered`) it is not to be used again.

        Args:
            request: What to do.
            allowance: What it may cost.
            name: What the file is called.
            progress: Told what the process tells; may stop it at once.

        Raises:
            DamagedFileError: the file brought the process down.
            FileTooLargeError: it took too much memory or time.
            BestandError: what the reader itself found, and what `progress` raises.
        """
        self.answered = False
        watch = _Watch(self._watched, allowance, name)
        self._send({**request, "memory_mib": allowance.memory_mib, "language": current_language()})
        with progress.interruptible(self.kill):
            while True:
                try:
                    answer = self._answers.get(timeout=_TICK_S)
                except queue.Empty:
                    watch.look()
                    progress.report(watch.fraction, watch.step)
                    continue
                if answer is None:
                    progress.report(watch.fraction, watch.step)  # a person may have stopped it
                    raise _crashed(name, self._process.wait(_END_S), allowance)
                if "ready" in answer:
                    watch.begin()
                    continue
                if "fraction" in answer:
                    watch.told(answer)
                    continue
                self.answered = "done" in answer or "error" in answer
                return _result(answer, name, allowance)

    @property
    def alive(self) -> bool:
        """Tell whether it can still be asked."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def end(self) -> None:
        """Let it end, and wait until it has."""
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:
                self.kill()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._process.stdin is None:
            return
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            self.kill()  # it is gone already; `ask` hears that there is no answer

    def _listen(self, answers: IO[bytes] | None) -> None:
        if answers is not None:
            with answers:
                for line in answers:
                    try:
                        self._answers.put(json.loads(line))
                    except ValueError:
                        break
        self._answers.put(None)


class Workers:
    """Hands out processes, the one that is ready first; thread-safe."""

    def __init__(self, setup: Callable[[], Mapping[str, Any]], *, most: int = 1) -> None:
        """Begin without any.

        Args:
            setup: Gives the first message to each; one that was started with another is not used again.
            most: How many are kept while nobody needs them.
        """
        self._setup, self._most = setup, most
        self._idle: list[tuple[Worker, threading.Timer]] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _end_all, self._idle)

    def ask(self, request: Mapping[str, Any], allowance: Allowance, *, name: str, progress: Progress) -> Message:
        """Have something done; see `Worker.ask`."""
        worker = self._take()
        try:
            return worker.ask(request, allowance, name=name, progress=progress)
        finally:
            if worker.answered:
                self._put_back(worker)
            else:
                worker.kill()
                worker.end()

    def close(self) -> None:
        """End those that wait."""
        with self._lock:
            _end_all(self._idle)

    def _take(self) -> Worker:
        setup = self._setup()
        useless: list[Worker] = []
        try:
            with self._lock:
                while self._idle:
                    worker, timer = self._idle.pop()
                    timer.cancel()
                    if worker.alive and worker.setup == setup:
                        return worker
                    useless.append(worker)
            return Worker(setup)
        finally:
            for worker in useless:  # not while others wait for the lock: a process may take its time
                worker.end()

    def _put_back(self, worker: Worker) -> None:
        timer = threading.Timer(_IDLE_S, self._retire, (worker,))
        timer.daemon = True
        with self._lock:
            if len(self._idle) < self._most:
                self._idle.append((worker, timer))
                timer.start()
                return
        worker.end()

    def _retire(self, worker: Worker) -> None:
        with self._lock:
            found = [pair for pair in self._idle if pair[0] is worker]
            for pair in found:
                self._idle.remove(pair)
        if found:
            worker.end()


def _end_all(idle: list[tuple[Worker, threading.Timer]]) -> None:
    while idle:
        worker, timer = idle.pop()
        timer.cancel()
        worker.end()


class _Watch:
    """Looks at a process while it works."""

    def __init__(self, process: psutil.Process, allowance: Allowance, name: str) -> None:
        self._process, self._allowance, self._name = process, allowance, name
        self._start_s = self._busy_s = self._used_s()
        self._moved_at = time.monotonic()
        self.fraction, self.step = 0.0, ""

    def begin(self) -> None:
        """Count from now on; what the process needed to start is no file's fault."""
        self._start_s = self._busy_s = self._used_s()
        self._moved_at = time.monotonic()

    def told(self, answer: Message) -> None:
        """Note what the process says of its progress."""
        self.fraction, self.step = float(answer["fraction"]), str(answer["step"])
        self._moved_at = time.monotonic()

    def look(self) -> None:
        """Raise if the process has used up what it may."""
        used_s = self._used_s()
        if used_s > self._busy_s:
            self._busy_s, self._moved_at = used_s, time.monotonic()
        if used_s - self._start_s > self._allowance.cpu_s or time.monotonic() - self._moved_at > _STALL_S:
            raise FileTooLargeError(
                self._name,
                _("takes longer to read than any file of its size should; it was given up."),
                hint=_("It is damaged, or made to do harm. Export it again from where it came."),
            )
        if self._memory_mib() > self._allowance.memory_mib:
            raise _too_much_memory(self._name, self._allowance.memory_mib)

    def _used_s(self) -> float:
        try:
            times = self._process.cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def _memory_mib(self) -> float:
        try:
            return float(self._process.memory_info().rss / _MIB)
        except psutil.Error:
            return 0.0


def _result(answer: Message, name: str, allowance: Allowance) -> Message:
    if "error" in answer:
        raise error_from(answer["error"])
    if "memory" in answer:
        raise _too_much_memory(name, None)
    if "bug" in answer:
        get_logger("isolated").error("a reader failed", file=name, trace=answer["bug"])
        raise _crashed(name, None, allowance)
    done: Message = answer["done"]
    return done


def _too_much_memory(name: str, limit_mib: int | None) -> BestandError:
    what = (
        _("needs more memory to be read than a file of its size may take.")
        if limit_mib is None
        else _("needs more than {limit} MiB of memory to be read, the most that is allowed.").format(
            limit=number(limit_mib)
        )
    )
    return FileTooLargeError(
        name, what, hint=_("Raise engine.memory_limit_mib in the settings if you trust the file.")
    )


def _crashed(name: str, code: int | None, allowance: Allowance) -> BestandError:
    get_logger("isolated").warning("a reader's process ended", file=name, exit_code=code)
    if allowance.hostile:
        return DamagedFileError(name, _("is damaged in a way that ended the program that read it."))
    return FileUnreadableError(
        name,
        _("could not be read to its end: the program that read it was ended."),
        hint=_("Import it again; if that fails too, see the log in the settings."),
    )


def _command() -> list[str]:
    """Return how such a process is started, from a bundle or from Python."""
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        return [str(program.with_name(f"bestand{program.suffix}")), READER_WORD]
    return [sys.executable, "-P", "-m", "analysis.readings.apart.child"]


def _no_console() -> int:
    """Return what keeps a console window from opening, on the system that would open one."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0
