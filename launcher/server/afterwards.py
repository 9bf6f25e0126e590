"""What waits until the first page is drawn: loading what most people need next, and the garbage collector.

Both would take the processor from the first page. Made by `launcher.server.serve`.
"""

import threading
from collections.abc import Callable
from typing import Final

from core.telemetry import log_error

LATEST_S: Final = 3.0
"""So long after the profile is open it begins, page or not."""


class Afterwards:
    """Calls things in order, in a thread of its own, once the first page is drawn.

    Args:
        calls: What is to be done; one that fails is logged and holds back none of the others.
    """

    def __init__(self, *calls: Callable[[], object]) -> None:
        self._calls = calls
        self._wanted = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="afterwards", daemon=True)

    def begin(self) -> None:
        """Wait for the first page from now on."""
        self._thread.start()

    def drawn(self) -> None:
        """Begin, since a page is drawn; once is enough."""
        self._wanted.set()

    def close(self) -> None:
        """Do nothing more; what is under way is waited for."""
        self._ended = True
        self._wanted.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        self._wanted.wait(LATEST_S)
        for call in self._calls:
            if not self._ended:
                _done(call)


def _done(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception as error:
        log_error(error, {"where": "afterwards"})
