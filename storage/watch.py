"""Whether another process has committed: the command line works beside the window and tells it nothing.

SQLite counts commits of other connections in `data_version`; one connection of its own, which never writes, reads
it in microseconds. Used by what pushes changes to open pages.
"""

import sqlite3
from pathlib import Path
from typing import Final

_BUSY_S: Final = 0.2


class CommitWatch:
    """Counts commits by anyone but itself; used by one thread at a time."""

    def __init__(self, database: Path) -> None:
        self._connection = sqlite3.connect(
            f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S, check_same_thread=False
        )
        self._seen = self._version()

    def changed(self) -> bool:
        """Tell whether someone has committed since the last call."""
        before, self._seen = self._seen, self._version()
        return before != self._seen

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _version(self) -> int:
        try:
            found = self._connection.execute("pragma data_version").fetchone()
        except sqlite3.OperationalError:  # locked for longer than it is worth to wait: ask again next time
            return self._seen
        return int(found[0])
