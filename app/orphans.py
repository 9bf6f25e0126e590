"""What waits for the browser holds together: nothing is sent into a place that was taken back before it was sent.

When a part of the page is drawn anew before the browser got its last drawing, Streamlit takes back what that part
had waiting, but not what the parts within it had: these arrive where no place was ever made for them, and the page
ends with "Bad delta path index 2" or "'setIn' cannot be called on an ElementNode". It takes a person who clicks
faster than the engine sends. The part drawn anew draws those within it, too, so nothing is lost by taking back
all. Used by the server at its start.
"""

from collections.abc import Callable
from typing import Final

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

Clear = Callable[[ForwardMsgQueue, bool, list[str] | None], None]


def cleared_whole(own: Clear) -> Clear:
    """Return what clears a queue as Streamlit does, and of what it kept takes back what has lost its place."""

    def clear(
        self: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        before = self._queue
        own(self, retain_lifecycle_msgs, fragment_ids_this_run)
        if fragment_ids_this_run is None or len(self._queue) == len(before):
            return
        kept = {id(message) for message in self._queue}
        gone = {
            tuple(message.metadata.delta_path)
            for message in before
            if id(message) not in kept and message.delta.WhichOneof("type") == "add_block"
        }
        if gone:
            self._queue = [message for message in self._queue if not _within(message, gone)]

    return clear


def _within(message: ForwardMsg, places: set[tuple[int, ...]]) -> bool:
    path = tuple(message.metadata.delta_path)
    return any(path[:length] in places for length in range(1, len(path)))


_cleared_whole: Final = cleared_whole(ForwardMsgQueue.clear)


def keep_together() -> None:
    """From now on take back whole; harmless when done before."""
    setattr(ForwardMsgQueue, "clear", _cleared_whole)  # noqa: B010 - it is no variable for mypy
