"""The places of this profile that were looked at last, over all windows and starts: for *Continue* on Home.

One small file in the profile, written anew at each step; it may be deleted at any time. What is half-typed at a
place is not kept here.
"""

import json
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.clock import now_iso
from core.ids import new_id
from core.paths import ProfilePaths

KEPT: Final = 20
GATHER_S: Final = 0.5
"""Places gone to within this time are written together."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One place, by its address, what it is called, and when it was looked at (ISO 8601 UTC)."""

    page: str
    params: Mapping[str, str]
    title: str
    at: str


def visits(paths: ProfilePaths) -> list[Visit]:
    """Return the places looked at last, the latest first; none if there is no such file or it cannot be read."""
    try:
        lines = json.loads(paths.visits_file.read_text(encoding="utf-8"))
        return [Visit(str(one["page"]), _texts(one["params"]), str(one["title"]), str(one["at"])) for one in lines]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def remember_visit(paths: ProfilePaths, page: str, params: Mapping[str, str], title: str) -> None:
    """Put a place on top; a place that was there before moves up. That it cannot be written is no matter."""
    remember_visits(paths, [Visit(page, dict(params), title, now_iso())])


def remember_visits(paths: ProfilePaths, seen: Sequence[Visit]) -> None:
    """Put places on top, the last one topmost; like `remember_visit` for each of them, written once."""
    places = {_place(one): one for one in reversed(visits(paths))}
    for one in seen:
        places.pop(_place(one), None)
        places[_place(one)] = one
    lines = [_line(one) for one in reversed(places.values())][:KEPT]
    part = paths.visits_file.with_name(f"{paths.visits_file.name}.{new_id()}.part")
    with suppress(OSError):
        _write(part, lines, paths.visits_file)


class VisitLog:
    """Writes places down behind the back of those who go there, a few at a time; thread-safe."""

    def __init__(self, paths: ProfilePaths) -> None:
        self._paths = paths
        self._waiting: list[Visit] = []
        self._lock = threading.Lock()
        self._writer: threading.Thread | None = None
        self._closing = threading.Event()

    def note(self, page: str, params: Mapping[str, str], title: str) -> None:
        """Remember a place, at the latest when the profile is closed."""
        with self._lock:
            self._waiting.append(Visit(page, dict(params), title, now_iso()))
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_later, name="visits", daemon=True)
                self._writer.start()

    def close(self) -> None:
        """Write what still waits."""
        self._closing.set()
        with self._lock:
            writer = self._writer
        if writer is not None:
            writer.join()

    def _write_later(self) -> None:
        self._closing.wait(GATHER_S)
        with self._lock:
            waiting, self._waiting, self._writer = self._waiting, [], None
        remember_visits(self._paths, waiting)


def _write(part: Path, lines: list[dict[str, Any]], target: Path) -> None:
    try:
        part.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")
        os.replace(part, target)  # noqa: PTH105 - over a file that is there, on every system
    finally:
        part.unlink(missing_ok=True)


def _place(visit: Visit) -> tuple[str, tuple[tuple[str, str], ...]]:
    return visit.page, tuple(sorted(visit.params.items()))


def _line(visit: Visit) -> dict[str, Any]:
    return {"page": visit.page, "params": dict(visit.params), "title": visit.title, "at": visit.at}


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()}
