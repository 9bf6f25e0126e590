"""The process that reads files for another one: one request per line comes in, one answer per line goes out.

Started by `isolated.worker`; reads by the same readers as everybody, and ends when nobody listens any more.
Whatever it prints by mistake goes to stderr, so the answers stay readable.
"""

import json
import os
import queue
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, Final

from analysis.readings.isolated.limits import BESIDE_MIB, LEAST_ENGINE_MIB, restrict
from analysis.readings.isolated.registry import ANY_READER, isolated_readers
from analysis.readings.isolated.wire import Message, error_to, judgement_to, loaded_to
from analysis.readings.model import Choice, Reader
from analysis.readings.records.settling import settle
from core.config import AppConfig, EngineSection, ImportSection
from core.errors import BestandError
from core.i18n import set_language
from core.paths import ProfilePaths
from core.progress import Progress
from core.turns import give_way
from core.types import FileFormat, Reading
from storage.duck import DuckEngine

_ROWS_PER_LINE: Final = 500


def main() -> int:
    """Answer requests until there are none; the first line says how this process is to work."""
    give_way()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    requests: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    presence = _Presence()
    threading.Thread(target=_listen, args=(requests, presence), daemon=True).start()
    setup = requests.get()
    if setup is None:
        return 0
    restrict(int(setup["memory_mib"]))
    config = AppConfig(
        engine=EngineSection(**setup["engine"]),
        imports=ImportSection(**setup["imports"]),
    )
    paths = ProfilePaths(Path(setup["profile"]))
    tempfile.tempdir = str(paths.tmp)  # where what stays behind after a sudden end is looked for
    duck = DuckEngine(config, paths)
    _say(answers, {"ready": True})
    try:
        while (request := requests.get()) is not None and presence.begin():
            _answer(request, answers, duck, config, paths)
            presence.end()
    finally:
        duck.close()
    return 0


class _Presence:
    """Whether somebody listens, and whether something is being done for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = self._gone = False

    def begin(self) -> bool:
        """Begin with a request; no, if nobody is there to hear of it."""
        with self._lock:
            self._busy = not self._gone
            return self._busy

    def end(self) -> None:
        """Be done with it."""
        with self._lock:
            self._busy = False

    def leave(self) -> None:
        """Nobody listens any more: end at once what is being done, in the middle of anything."""
        with self._lock:
            self._gone = True
            if self._busy:
                os._exit(0)


def _listen(requests: "queue.SimpleQueue[Message | None]", presence: _Presence) -> None:
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    presence.leave()
    requests.put(None)


def _answer(request: Message, answers: IO[str], duck: DuckEngine, config: AppConfig, paths: ProfilePaths) -> None:
    try:
        set_language(request["language"])
        told: Message = {"done": _do(request, duck, config, paths, answers)}
    except BestandError as error:
        told = {"error": error_to(error)}
    except MemoryError:
        told = {"memory": True}
    except Exception:
        told = {"bug": traceback.format_exc()}
    _say(answers, told)


def _do(request: Message, duck: DuckEngine, config: AppConfig, paths: ProfilePaths, answers: IO[str]) -> Message:
    path, name = Path(request["path"]), request["name"]
    if request["do"] == "settle":
        kind = FileFormat(request["reader"])
        return {"written": settle(kind, path, Path(request["out"]), name, duck)}
    if request["do"] == "unlock":
        from analysis.readings.records.unlocking import unlock

        limit_mib = config.imports.unpacked_limit_mib
        unlock(path, Path(request["out"]), request["password"], name, limit_mib=limit_mib)
        return {}
    within = _within(config, int(request["memory_mib"]))
    duck.adjust(within.engine)
    if request["reader"] == ANY_READER:
        from analysis.readings.apart.errands import run_errand

        return run_errand(request, duck, within, paths, _Told(answers))
    return _read(isolated_readers()[request["reader"]](duck, within), request, _Told(answers))


def _read(reader: Reader, request: Message, progress: Progress) -> Message:
    """Do what one reader is asked for."""
    path, name = Path(request["path"]), request["name"]
    if request["do"] == "judge":
        return judgement_to(reader.judge(path, name=name, choice=Choice.from_args(request["choice"])))
    reading = Reading.from_manifest(request["reading"])
    if request["do"] == "load":
        return loaded_to(reader.load(path, reading, Path(request["out"]), name=name, progress=progress))
    rows = reader.cells(path, reading, name=name, progress=progress)
    with Path(request["out"]).open("w", encoding="utf-8", newline="\n") as file:
        for block in _blocks(rows):
            file.write(json.dumps(block) + "\n")
    return {}


def _within(config: AppConfig, memory_mib: int) -> AppConfig:
    """Return the settings with an engine that goes through the disk before the process has too much memory."""
    engine_mib = max(min(config.engine.memory_limit_mib, memory_mib - BESIDE_MIB), LEAST_ENGINE_MIB)
    engine = config.engine.model_copy(update={"memory_limit_mib": engine_mib})
    return config.model_copy(update={"engine": engine})


def _blocks(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    block: list[list[str]] = []
    for row in rows:
        block.append(row)
        if len(block) == _ROWS_PER_LINE:
            yield block
            block = []
    if block:
        yield block


class _Told:
    """Progress that is told to the other process; it is stopped by ending this one."""

    def __init__(self, answers: IO[str]) -> None:
        self._answers = answers

    def report(self, fraction: float, step: str = "") -> None:
        _say(self._answers, {"fraction": fraction, "step": step})

    @contextmanager
    def interruptible(self, interrupt: Callable[[], None]) -> Iterator[None]:  # noqa: ARG002 - the protocol's
        with nullcontext():
            yield


def _say(answers: IO[str], told: Mapping[str, Any]) -> None:
    answers.write(json.dumps(told) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
