"""A reader whose work is done in a process of its own.

Used by `ByFormat` for the formats whose libraries a hostile file could crash (docs/adr). It looks like any other
reader; only whether a file is of its format is told here, from the first bytes.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from analysis.readings.isolated.limits import BESIDE_MIB
from analysis.readings.isolated.wire import Message, judgement_from, loaded_from
from analysis.readings.isolated.worker import Allowance, Workers
from analysis.readings.model import ANY, Choice, Judgement, Loaded, Reader
from core.config import EngineSection, ImportSection
from core.errors import LockedFileError
from core.i18n import _
from core.paths import ProfilePaths
from core.progress import PartOfProgress, Progress, SilentProgress
from core.types import FileFormat, Reading
from storage.duck import DuckEngine
from storage.holders import holders_of

_MIB: Final = 1024 * 1024
_SMALL_MIB: Final = 256
_SMALL_FILE_MEMORY_MIB: Final = 960
_LOOK_CPU_S: Final = 4.0
_UNLOCK_CPU_S: Final = 20.0
"""Protection is meant to be slow; one made to take for ever is given up."""
_CPU_S: Final = 4.0
_CPU_S_PER_MIB: Final = 4.0


def isolated_setup(engine: EngineSection, imports: ImportSection, paths: ProfilePaths) -> dict[str, Any]:
    """Return the first message to such a process: the settings it works by."""
    return {
        "memory_mib": engine.memory_limit_mib + BESIDE_MIB,
        "engine": engine.model_dump(mode="json"),
        "imports": imports.model_dump(mode="json"),
        "profile": str(paths.root),
    }


def unlock_isolated(workers: Workers, path: Path, target: Path, password: str, *, name: str) -> None:
    """Write a protected file without its protection; see `unlocking.unlock`."""
    request = {
        "do": "unlock",
        "path": str(path.absolute()),
        "out": str(target),
        "name": name,
        "password": password,
    }
    allowance = Allowance(_SMALL_FILE_MEMORY_MIB, _UNLOCK_CPU_S + _CPU_S_PER_MIB * path.stat().st_size / _MIB)
    workers.ask(request, allowance, name=name, progress=SilentProgress())


class IsolatedReader:
    """Does by another process what `inner` would do; thread-safe."""

    def __init__(self, kind: str, inner: Reader, workers: Workers, duck: DuckEngine, tmp: Path) -> None:
        self.formats: tuple[FileFormat, ...] = inner.formats
        self._kind, self._inner, self._workers, self._tmp = kind, inner, workers, tmp
        self._duck = duck

    def recognises(self, path: Path, head: bytes, name: str) -> bool:
        """See `model.Reader`."""
        return self._inner.recognises(path, head, name)

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:
        """See `model.Reader`."""
        request = self._request("judge", path, name) | {"choice": choice.to_args()}
        allowance = Allowance(self._memory_mib(path), _LOOK_CPU_S)
        return judgement_from(self._ask(request, allowance, name=name, progress=SilentProgress()))

    def load(self, path: Path, reading: Reading, out: Path, *, name: str, progress: Progress) -> Loaded:
        """See `model.Reader`."""
        request = self._request("load", path, name) | {"reading": reading.to_manifest(), "out": str(out)}
        return loaded_from(self._ask(request, self._for_all(path), name=name, progress=progress))

    def cells(self, path: Path, reading: Reading, *, name: str, progress: Progress) -> Iterator[list[str]]:
        """See `model.Reader`."""
        with tempfile.TemporaryDirectory(prefix="cells-", dir=self._tmp) as folder:
            rows = Path(folder) / "rows"
            request = self._request("cells", path, name) | {"reading": reading.to_manifest(), "out": str(rows)}
            reads = PartOfProgress(progress, 0.0, 0.8)
            self._ask(request, self._for_all(path), name=name, progress=reads)
            with rows.open(encoding="utf-8") as file:
                for line in file:
                    yield from json.loads(line)

    def settle(self, path: Path, target: Path, *, name: str) -> bool:
        """Write a database that is not in one piece as a whole; see `settling.settle`."""
        request = self._request("settle", path, name) | {"out": str(target)}
        answer = self._ask(request, self._for_all(path), name=name, progress=SilentProgress())
        return bool(answer["written"])

    def _ask(self, request: dict[str, Any], allowance: Allowance, *, name: str, progress: Progress) -> Message:
        """Ask, and name the program that holds a locked file."""
        try:
            return self._workers.ask(request, allowance, name=name, progress=progress)
        except LockedFileError as error:
            holders = holders_of(Path(request["path"]))
            if not holders:
                raise
            told = _("is in use by {program} (process {pid}).")
            raise LockedFileError(name, told.format(program=holders[0].name, pid=holders[0].pid)) from error

    def _request(self, what: str, path: Path, name: str) -> dict[str, Any]:
        return {"do": what, "reader": self._kind, "path": str(path.absolute()), "name": name}

    def _memory_mib(self, path: Path) -> int:
        small = path.stat().st_size <= _SMALL_MIB * _MIB
        limit = self._duck.settings.memory_limit_mib + BESIDE_MIB
        return min(limit, _SMALL_FILE_MEMORY_MIB) if small else limit

    def _for_all(self, path: Path) -> Allowance:
        size_mib = path.stat().st_size / _MIB
        return Allowance(self._memory_mib(path), _CPU_S + _CPU_S_PER_MIB * size_mib)
