"""Reading text, JSON and spreadsheets in another process, where this one answers people.

Used by `Readings` in the engine, in place of `ByFormat`. These readers are written in Python, and whoever runs
Python in a process keeps everybody else there waiting, key by key; so but for small files they work beside it. The
formats that are read in a process of their own anyway stay as they are.
"""

from collections.abc import Sequence
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any, Final

from analysis.readings.by_format import ByFormat
from analysis.readings.detect import read_head
from analysis.readings.facts import Facts
from analysis.readings.isolated.limits import BESIDE_MIB
from analysis.readings.isolated.registry import ANY_READER
from analysis.readings.isolated.wire import (
    Message,
    candidate_from,
    judgement_from,
    loaded_from,
    loaded_to,
)
from analysis.readings.isolated.worker import Allowance
from analysis.readings.model import ANY, Candidate, Choice, Judgement, Loaded
from core.config import AppConfig
from core.paths import ProfilePaths
from core.progress import Progress, SilentProgress
from core.types import Correction, Reading
from storage.duck import DuckEngine

_SMALL_BYTES: Final = 256 << 10
"""Smaller files are read before another process would have begun."""
_LEAST_MIB: Final = 256


class ApartFormats(ByFormat):
    """Hands a file to the reader of its format, which works in another process."""

    def __init__(self, duck: DuckEngine, config: AppConfig, paths: ProfilePaths) -> None:
        super().__init__(duck, config, paths)
        self._engine, self._at_once = duck, config.jobs.workers

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:
        """See `Readings.judge`."""
        if _is_small(path) or self._is_isolated(path, name):
            return super().judge(path, name=name, choice=choice)
        return judgement_from(self._ask("judge", path, name, choice=choice.to_args()))

    def try_reading(self, path: Path, reading: Reading, *, name: str) -> Candidate:
        """See `Readings.try_reading`."""
        if _is_small(path) or self._has_own_process(reading):
            return super().try_reading(path, reading, name=name)
        return candidate_from(self._ask("try", path, name, reading=reading.to_manifest()))

    def closer_look(self, path: Path, loaded: Loaded, *, name: str) -> Reading | None:
        """See `Readings.closer_look`."""
        if _is_small(path) or not self.needs_closer_look(loaded):
            return super().closer_look(path, loaded, name=name)
        found = self._ask("closer_look", path, name, loaded=loaded_to(loaded))["reading"]
        return Reading.from_manifest(found) if found else None

    def load(
        self,
        path: Path,
        reading: Reading,
        out: Path,
        *,
        name: str,
        progress: Progress,
        facts: Facts | None = None,
        corrections: Sequence[Correction] = (),
    ) -> Loaded:
        """See `Readings.load`."""
        if _is_small(path) or self._has_own_process(reading):
            return super().load(
                path, reading, out, name=name, progress=progress, facts=facts, corrections=corrections
            )
        told = self._ask(
            "load",
            path,
            name,
            progress,
            reading=reading.to_manifest(),
            out=str(out.absolute()),
            facts=asdict(facts) if facts else None,
            corrections=[one.to_dict() for one in corrections],
        )
        return loaded_from(told)

    def _ask(
        self,
        what: str,
        path: Path,
        name: str,
        progress: Progress | None = None,
        **given: Any,  # noqa: ANN401 - what JSON can say
    ) -> Message:
        request = {"do": what, "reader": ANY_READER, "path": str(path.absolute()), "name": name, **given}
        # So many imports run at once, and together they take no more memory than the settings say.
        share_mib = max(self._engine.settings.memory_limit_mib // self._at_once, _LEAST_MIB)
        allowance = Allowance(share_mib + BESIDE_MIB, inf, hostile=False)
        return self.workers.ask(request, allowance, name=name, progress=progress or SilentProgress())

    def _is_isolated(self, path: Path, name: str) -> bool:
        head = read_head(path, name)
        return any(reader.recognises(path, head, name) for reader in self.isolated)

    def _has_own_process(self, reading: Reading) -> bool:
        return any(reading.format in reader.formats for reader in self.isolated)


def _is_small(path: Path) -> bool:
    return path.stat().st_size < _SMALL_BYTES
