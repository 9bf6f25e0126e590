"""A question that takes too long is stopped, whoever asks it.

Used by `QueryEngine` where the caller's own thread works on a person's SQL. Between two statements the engine
cannot hear a stop, so it is repeated until the work has ended.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from core.errors import QueryTimeoutError
from core.i18n import N_, _
from storage.duck import Connection

WHAT: Final = N_("The question")
_PRESS_S: Final = 0.1


@contextmanager
def stopped_after(timeout_s: float, connection: Connection) -> Iterator[None]:
    """Let the block work on the connection for so long.

    Raises:
        QueryTimeoutError: it took longer; whatever the block raised because of that is its cause.
    """
    done, late = threading.Event(), threading.Event()

    def watch() -> None:
        if done.wait(timeout_s):
            return
        late.set()
        connection.interrupt()
        while not done.wait(_PRESS_S):
            connection.interrupt()

    watching = threading.Thread(target=watch, name="deadline", daemon=True)
    watching.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise too_late(timeout_s) from error
        raise
    finally:
        done.set()
        watching.join()  # a stop must not reach whoever has the connection next


def too_late(timeout_s: float) -> QueryTimeoutError:
    """Return the error of a question that was stopped after so many seconds."""
    return QueryTimeoutError(
        _("{what} took longer than {timeout_s} s and was stopped.").format(
            what=_(WHAT), timeout_s=f"{timeout_s:g}"
        )
    )
