"""Files a person looks at before their import: judged, tried, and shown line by line, in threads of their own.

The Import page opens a look and draws what is there by now; the routes of its two halves find the look again by
its id. A look keeps no file open and nothing of its bytes; it ends with `close`. Knows no Streamlit.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.later import Later
from core.errors import NotFoundError
from core.fingerprint import fingerprint
from core.i18n import _
from core.ids import new_id
from core.progress import Progress

if TYPE_CHECKING:
    from analysis.readings import Candidate, Readings
    from analysis.readings.raw_lines import RawFile
    from core.types import Reading

UNREAD: Final = "unread"
"""The key of the file as plain lines, before a reading is known."""
MOST_LOOKS: Final = 500
MOST_VIEWS: Final = 6
"""Readings of one file that are kept ready; the one shown longest ago is dropped."""
JUDGED_AT_ONCE: Final = 2
_PATIENCE_S: Final = 60.0


class View:
    """One file under one reading, as it is shown; made by `Look.view`.

    Attributes:
        key: Names it within its look.
        candidate: What the reading makes of the file; None for plain lines.
        scanning: The way through the file.
    """

    def __init__(self, key: str, candidate: "Candidate | None", make: "Callable[[], RawFile | None]") -> None:
        self.key, self.candidate = key, candidate
        self._made = threading.Event()
        self._raw: RawFile | None = None

        def work(progress: Progress) -> None:
            try:
                self._raw = make()
            finally:
                self._made.set()
            if self._raw is not None:
                self._raw.scan(progress)

        self.scanning = Later(work, what=_("Looking at the file"))

    def raw(self, timeout_s: float) -> "RawFile | None":
        """Return the file's lines; None if it has none that can be shown, or they are not there in time.

        Raises:
            BestandError: why it cannot be read in this way.
        """
        if (
            self._made.wait(timeout_s)
            and self._raw is None
            and self.scanning.wait(timeout_s)
            and self.scanning.failed
        ):
            self.scanning.value()
        return self._raw

    def close(self) -> None:
        """Stop, and let go of what lies on the disk."""
        self.scanning.cancel()

        def leave() -> None:
            self.scanning.wait(_PATIENCE_S)
            if self._raw is not None:
                self._raw.close()

        threading.Thread(target=leave, name="leave", daemon=True).start()


class Look:
    """One file that is looked at; thread-safe."""

    def __init__(self, readings: "Callable[[], Readings]", folder: Path, path: Path, name: str) -> None:
        self.id, self.path, self.name = new_id(), path, name
        self._readings, self._folder = readings, folder
        self._views: OrderedDict[str, View] = OrderedDict()
        self._lock = threading.Lock()

    def view(self, candidate: "Candidate | None") -> View:
        """Return the file as a candidate reads it, or as plain lines; begins to go through it at first."""
        key = _key(candidate.reading) if candidate else UNREAD
        with self._lock:
            known = self._views.get(key)
            if known is not None:
                self._views.move_to_end(key)
                return known
            view = self._views[key] = View(key, candidate, lambda: self._raw_file(candidate))
            dropped = [self._views.popitem(last=False)[1] for _ in range(len(self._views) - MOST_VIEWS)]
        for one in dropped:
            one.close()
        return view

    def find(self, key: str) -> View:
        """Return a view by its key.

        Raises:
            NotFoundError: it is not kept any more.
        """
        with self._lock:
            known = self._views.get(key)
        if known is None:
            raise _gone()
        return known

    def close(self) -> None:
        """End everything that goes on for it."""
        with self._lock:
            views, self._views = list(self._views.values()), OrderedDict()
        for view in views:
            view.close()

    def _raw_file(self, candidate: "Candidate | None") -> "RawFile | None":
        reading = candidate.reading if candidate else None
        return self._readings().raw(self.path, reading, name=self.name, folder=self._folder)


def _key(reading: "Reading") -> str:
    return fingerprint(reading.to_manifest())[:24]


class Looks:
    """The looks of one process; thread-safe.

    Args:
        readings: Returns what judges and tries.
        folder: For what a look must write; emptied by whoever opens the profile.
    """

    def __init__(self, readings: "Callable[[], Readings]", folder: Path) -> None:
        self._readings, self._folder = readings, folder
        self.turn = threading.Semaphore(JUDGED_AT_ONCE)
        """Whoever judges many files takes turns."""
        self._open: OrderedDict[str, Look] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, path: Path, name: str) -> Look:
        """Begin to look at a file."""
        look = Look(self._readings, self._folder, path, name)
        with self._lock:
            self._open[look.id] = look
            dropped = [self._open.popitem(last=False)[1] for _ in range(len(self._open) - MOST_LOOKS)]
        for one in dropped:
            one.close()
        return look

    def find(self, look_id: str) -> Look:
        """Return an open look.

        Raises:
            NotFoundError: it was closed, or the engine was started anew since.
        """
        with self._lock:
            found = self._open.get(look_id)
        if found is None:
            raise _gone()
        return found

    def close(self, look: Look) -> None:
        """End a look; harmless if it has ended."""
        with self._lock:
            self._open.pop(look.id, None)
        look.close()

    def close_all(self) -> None:
        """End all looks."""
        with self._lock:
            looks, self._open = list(self._open.values()), OrderedDict()
        for look in looks:
            look.close()


def _gone() -> NotFoundError:
    return NotFoundError(_("This file is no longer open here."), hint=_("Open it again on the Import page."))
