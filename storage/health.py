"""How the profile is: database, sizes, room on the disk, who has it open.

Used by the status commands and the health page. Looks only; repairs nothing.
"""

import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.i18n import N_
from core.types import Json
from storage.database.checks import DatabaseHealth
from storage.lock import Holder

if TYPE_CHECKING:
    from storage.open import Storage

LOW_DISK_BYTES = 512 * 1024 * 1024
"""Below this the person is warned."""


@dataclass(frozen=True, slots=True)
class StorageHealth:
    """One look at a profile. Sizes are bytes on the disk; `problems` are sentences for people."""

    ok: bool
    problems: tuple[str, ...]
    database: DatabaseHealth
    datasets_bytes: int
    sources_bytes: int
    cache_bytes: int
    backups_bytes: int
    free_bytes: int
    holders: tuple[Holder, ...]

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return {
            "ok": self.ok,
            "problems": list(self.problems),
            "database": self.database.to_dict(),
            "datasets_bytes": self.datasets_bytes,
            "sources_bytes": self.sources_bytes,
            "cache_bytes": self.cache_bytes,
            "backups_bytes": self.backups_bytes,
            "free_bytes": self.free_bytes,
            "holders": [asdict(holder) for holder in self.holders],
        }


def check_storage(storage: "Storage") -> StorageHealth:
    """Look at everything the profile keeps; never raises for what it finds."""
    paths = storage.paths
    database = storage.database.health()
    free = shutil.disk_usage(paths.root).free
    problems = [N_("The database is damaged: {problem}").format(problem=problem) for problem in database.problems]
    if free < LOW_DISK_BYTES:
        problems.append(
            N_("The disk that holds '{path}' has only {free} MiB left.").format(
                path=paths.root, free=free // 1024**2
            )
        )
    return StorageHealth(
        ok=not problems,
        problems=tuple(problems),
        database=database,
        datasets_bytes=folder_bytes(paths.datasets),
        sources_bytes=folder_bytes(paths.sources),
        cache_bytes=folder_bytes(paths.cache),
        backups_bytes=folder_bytes(paths.backups),
        free_bytes=free,
        holders=storage.lock.holders(),
    )


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except OSError:
                continue
    return total
