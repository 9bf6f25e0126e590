"""Rules of the fields that are on some screen, so that a text is judged while it is typed, without a run.

A field is registered under a name nobody can guess when it is drawn; the note under it sends what is typed to
`/check` and shows the answer. Thread-safe; what was registered long ago is forgotten, and judged when it is
committed, as ever.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

CHECK_PATH: Final = "/check"
FIELDS_KEPT: Final = 4_096

Judge = Callable[[str], str | None]
"""Gets what was typed; returns what is wrong with it, as one sentence, or None. Called in any thread."""


class Checks:
    """The fields that can be judged now."""

    def __init__(self) -> None:
        self._judges: OrderedDict[str, Judge] = OrderedDict()
        self._lock = threading.Lock()
        self._salt = secrets.token_bytes(16)

    def register(self, window: str, key: str, judge: Judge) -> str:
        """Return the name of a window's field; the same each time, with the newest judge."""
        name = blake2b(f"{window}\0{key}".encode(), key=self._salt, digest_size=16).hexdigest()
        with self._lock:
            self._judges[name] = judge
            self._judges.move_to_end(name)
            while len(self._judges) > FIELDS_KEPT:
                self._judges.popitem(last=False)
        return name

    def find(self, name: str) -> Judge | None:
        """Return the judge of a name, if it is still known."""
        with self._lock:
            return self._judges.get(name)
