"""Where answers lie on disk, which of them can be used again, and when they go.

Used by `QueryEngine`. The files are below the profile's cache folder and may be deleted at any time: then a
question is simply asked again. Together they keep below the cache's limit; those not used for longest go first.
"""

import os
import time
import weakref
from collections.abc import Collection
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
_MIB: Final = 1024 * 1024


class Results:
    """The folder of answers. The cache says under which name the answer to a question would lie.

    That name is itself a cached value, tagged with the datasets: once one of them changes, or the cache is
    cleared, the question gets a new name, and the old answer cannot be found any more.
    """

    def __init__(self, folder: Path, cache: Cache, *, limit_mib: int) -> None:
        self._folder = folder
        self._cache = cache
        self._limit_bytes = limit_mib * _MIB

    def new_path(self, run_id: str) -> Path:
        """Return where a run writes its answer; makes room for it."""
        self._make_room()
        return self._folder / f"{run_id}{_UNFINISHED}"

    def find(self, key: str, tags: Collection[str]) -> ResultFile | None:
        """Return the kept answer to a question, or None."""
        path = self._place(key, tags)
        try:
            os.utime(path)
            return ResultFile.open(path)
        except (OSError, ValueError):
            return None

    def keep(self, key: str, tags: Collection[str], file: ResultFile) -> None:
        """Keep an answer for the next time the same question is asked of the same data."""
        with suppress(OSError):
            file.move(self._place(key, tags))

    def drop_with(self, run: QueryRun, file: ResultFile) -> None:
        """Remove an answer that nobody can ask for again once its run is forgotten."""
        weakref.finalize(run, _remove, file.path)

    def _place(self, key: str, tags: Collection[str]) -> Path:
        name: str = self._cache.get_or_compute(key, new_id, tags=tags)
        return self._folder / f"{name}{_ENDING}"

    def _make_room(self) -> None:
        files = []
        for path in self._folder.glob("*"):
            with suppress(OSError):
                found = path.stat()
                files.append((found.st_mtime, found.st_size, path))
        total = sum(size for _, size, _ in files)
        for used_at, size, path in sorted(files):
            if total > self._limit_bytes or used_at < time.time() - _LIFETIME_S:
                _remove(path)
                total -= size


def _remove(path: Path) -> None:
    # A system that refuses to remove an open file keeps it until the next time.
    with suppress(OSError):
        path.unlink()
