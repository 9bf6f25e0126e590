"""Keeps the engine running: starts it, hears what it tells, starts it again when it dies, ends it.

The supervisor owns the launch secret and gives it, with the port an open page knows, to every engine it starts; so
the page reconnects by itself. Threads of its own; what happens is told through one callback. Knows no window.
"""

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from core.security.secrets import new_secret
from core.types import Json
from launcher.window.backoff import Backoff

RING_LINES: Final = 200
"""How much of what the engine printed is kept for a report."""
STOP_S: Final = 8.0
"""An engine gets this long to close in order."""
KILL_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Stopped:
    """The engine ended without being asked to.

    `exit_code` is negative for a signal; `error` is what it could still say of itself (code, message, hint);
    `again_in_s` is when the next one is started, None if a person has to decide.
    """

    exit_code: int
    again_in_s: float | None
    error: Mapping[str, Json] = field(default_factory=dict)


Told = Callable[[str, Mapping[str, Json]], None]
"""Called with an event of the engine and its facts, in the order in which they came."""


class Supervisor:
    """One engine at a time.

    Args:
        command: Starts the engine.
        told: Hears the engine's events, see `launcher.server.channel`.
        stopped: Hears of each end that was not asked for.
        files: To import at the first start.
        safe: Start safely.
        backoff: How long to wait between two tries.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        told: Told,
        stopped: Callable[[Stopped], None],
        files: Sequence[Path] = (),
        safe: bool = False,
        backoff: Backoff | None = None,
    ) -> None:
        self.ring: deque[str] = deque(maxlen=RING_LINES)
        self.exits: list[int] = []
        self.port: int | None = None
        self.safe = safe
        self._command = list(command)
        self._told = told
        self._stopped = stopped
        self._files = tuple(files)
        self._backoff = backoff or Backoff()
        self._secret = new_secret()
        self._lock = threading.RLock()
        self._process: subprocess.Popen[str] | None = None
        self._error: Mapping[str, Json] = {}
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)

    @property
    def pid(self) -> int | None:
        """The running engine's process, if there is one."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def start(self) -> None:
        """Start the engine at once, in this thread, and keep it running from now on."""
        self._spawn()
        self._thread.start()

    def retry(self, *, safe: bool = False) -> None:
        """Start the engine again now, after a failure, because a person asked for it."""
        self._backoff.forget()
        self.safe = self.safe or safe
        self._wake.set()

    def open(self, files: Sequence[Path]) -> None:
        """Let the engine import files; without an engine, the next one does."""
        with self._lock:
            self._files = (*self._files, *files)
            if self._process is not None and self._say({"open": [str(file) for file in files]}):
                self._files = ()

    def answer(self, number: int, value: Json) -> None:
        """Answer what the engine asked."""
        self._say({"answer": number, "value": value})

    def stop(self) -> None:
        """End the engine: ask it to close, then insist."""
        self._ending.set()
        self._wake.set()
        with self._lock:
            process = self._process
        if process is not None:
            _end(process)
        if self._thread.ident is not None:
            self._thread.join(STOP_S)

    # ---- the keeping thread ----------------------------------------------------------------------------------

    def _keep(self) -> None:
        while (process := self._process) is not None:
            self._hear(process)
            exit_code = process.wait()
            _close_line(process)
            if self._ending.is_set():
                return
            self.exits.append(exit_code)
            pause_s = None if self._error and not self._error.get("retryable") else self._backoff.pause_s()
            self._stopped(Stopped(exit_code, pause_s, self._error))
            self._wake.wait(pause_s)
            self._wake.clear()
            if self._ending.is_set():
                return
            self._spawn()

    def _spawn(self) -> None:
        """Start an engine and say hello; the secret goes through the pipe, where nobody else reads."""
        with self._lock:
            if self._ending.is_set():
                return
            self._error = {}
            self._backoff.started()
            process = _popen(self._command)
            self._process = process
            if process.stderr is not None:
                collecting = (process.stderr,)
                threading.Thread(target=self._collect, args=collecting, name="engine-log", daemon=True).start()
            hello = {"secret": self._secret, "port": self.port, "safe": self.safe}
            if self._say({**hello, "files": [str(file) for file in self._files]}):
                self._files = ()

    def _hear(self, process: "subprocess.Popen[str]") -> None:
        """Pass on what the engine tells until it ends; whatever else is on its stream goes to the log."""
        if process.stdout is None:
            return
        with process.stdout as stream:
            self._hear_lines(stream)

    def _hear_lines(self, stream: IO[str]) -> None:
        for text in stream:
            facts = _event(text)
            if facts is None:
                self.ring.append(text.rstrip())
                continue
            event = str(facts.pop("event"))
            if event == "listening" and isinstance(facts.get("port"), int):
                self.port = int(str(facts["port"]))
            if event == "failed":
                self._error = facts
            self._told(event, facts)

    def _collect(self, stream: IO[str]) -> None:
        with stream:
            for text in stream:
                self.ring.append(text.rstrip())

    def _say(self, message: Mapping[str, Json]) -> bool:
        """Write one line to the engine; False if it is gone."""
        with self._lock:
            stream = self._process.stdin if self._process else None
            if stream is None:
                return False
            try:
                stream.write(json.dumps(message) + "\n")
                stream.flush()
            except (OSError, ValueError):
                return False
            return True


def _popen(command: Sequence[str]) -> "subprocess.Popen[str]":
    """Start an engine: own pipes, no console window, and no Ctrl+C meant for the window."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        bufsize=1,
        creationflags=flags,
        start_new_session=sys.platform != "win32",
    )


def _end(process: "subprocess.Popen[str]") -> None:
    """Close the engine's line, which ends it; after that terminate, then kill."""
    _close_line(process)
    for wait_s, insist in ((STOP_S, process.terminate), (KILL_S, process.kill)):
        try:
            process.wait(wait_s)
        except subprocess.TimeoutExpired:
            insist()
    with suppress(subprocess.TimeoutExpired):
        process.wait(KILL_S)


def _close_line(process: "subprocess.Popen[str]") -> None:
    with suppress(OSError, ValueError):
        if process.stdin:
            process.stdin.close()


def _event(text: str) -> dict[str, Json] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "event" in value else None
