"""Where answers lie on disk, which of them can be used again, and when they go.

Used by `QueryEngine`. The files are below the profile's cache folder and may be deleted at any time: then a
question is simply asked again. Together they keep below the cache's limit; those not used for longest go first.
"""

import os
import time
import weakref
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

from analysis.query.result_file import ResultFile
from analysis.query.run import QueryRun
from core.ids import new_id
from storage.cache.cache import Cache

_ENDING: Final = ".arrow"
_UNFINISHED: Final = ".part"
_LIFETIME_S: Final = 7 * 24 * 3600.0
_WRITING_S: Final = 3600.0
"""An unfinished file that was not written to for so long belongs to a process that died."""

_MIB: Final = 1024 * 1024


class _AbsentError(Exception):
    """No answer to this question has been kept."""


class Results:
    """The folder of answers. The cache says under which name the answer to a question would lie.

    That name is itself a cached value, tagged with the datasets: once one of them changes, or the cache is
    cleared, the question gets a new name, and the old answer cannot be found any more.
    """

    def __init__(
        self, folder: Path, cache: Cache, *, limit_mib: int, held: Callable[[], Collection[str]] = tuple
    ) -> None:
        """Open the folder; `held` returns the names, without ending, of files that stay whatever room there is."""
        self._folder = folder
        self._cache = cache
        self._limit_bytes = limit_mib * _MIB
        self._held = held

    def new_path(self, run_id: str) -> Path:
        """Return where a run writes its answer."""
        return self._folder / f"{run_id}{_UNFINISHED}"

    def find(self, key: str, tags: Collection[str]) -> ResultFile | None:
        """Return the kept answer to a question, or None."""
        try:
            path = self._folder / self._cache.get_or_compute(key, _absent, tags=tags)
            os.utime(path)
            return ResultFile.open(path)
        except (_AbsentError, OSError, ValueError):
            return None

    def keep(self, key: str, tags: Collection[str], file: ResultFile) -> bool:
        """Keep an answer for the next time the same question is asked of the same data, and make room for it.

        False if somebody else has kept one meanwhile: theirs stays as it is, since it may be being read.
        """
        target = self._folder / self._cache.get_or_compute(key, lambda: f"{new_id()}{_ENDING}", tags=tags)
        with suppress(OSError, ValueError):
            ResultFile.open(target)
            return False
        with suppress(OSError):
            file.move(target)
        self._make_room(file.path)
        return True

    def drop_with(self, run: QueryRun, file: ResultFile) -> None:
        """Remove an answer that nobody can ask for again once its run is forgotten."""
        weakref.finalize(run, _remove, file.path)
        self._make_room(file.path)

    def _make_room(self, newest: Path) -> None:
        """Remove what was not used for longest until the rest keeps the limit; the newest and those held stay."""
        files, held = [], self._held()
        for path in self._folder.glob("*"):
            with suppress(OSError):
                found = path.stat()
                files.append((found.st_mtime, found.st_size, path))
        total, now = sum(size for _, size, _ in files), time.time()
        for used_at, size, path in sorted(files):
            in_use = (
                path == newest or path.stem in held or (path.suffix == _UNFINISHED and used_at > now - _WRITING_S)
            )
            if not in_use and (total > self._limit_bytes or used_at < now - _LIFETIME_S):
                _remove(path)
                total -= size


def _absent() -> str:
    raise _AbsentError


def _remove(path: Path) -> None:
    # A system that refuses to remove an open file keeps it until the next time.
    with suppress(OSError):
        path.unlink()
