"""What waits for the browser when a part of the page is drawn anew before it was sent."""

from collections.abc import Iterator

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from app.orphans import keep_together


@pytest.fixture(autouse=True)
def _together(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Streamlit's queue with what is added to it, as it was afterwards."""
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)
    keep_together()
    yield
    monkeypatch.undo()


def drawn(fragment: str, *path: int, block: bool = False, cached: bool = False) -> ForwardMsg:
    """Return what draws one element or block of a part of the page."""
    message = ForwardMsg()
    message.metadata.delta_path.extend(path)
    if cached:
        message.ref_hash = "known"
        return message
    message.delta.fragment_id = fragment
    if block:
        message.delta.add_block.SetInParent()
    else:
        message.delta.new_element.markdown.body = f"{path}"
    return message


def paths(queue: ForwardMsgQueue) -> list[tuple[int, ...]]:
    """Return where what waits is to be drawn."""
    return [tuple(message.metadata.delta_path) for message in queue._queue if message.metadata.delta_path]


def waiting(*messages: ForwardMsg) -> ForwardMsgQueue:
    """Return a queue in which these wait."""
    queue = ForwardMsgQueue()
    for message in messages:
        queue.enqueue(message)
    return queue


def test_what_is_within_a_part_goes_with_it() -> None:
    """The parts within one that is drawn anew are drawn anew by it; their place was never sent."""
    queue = waiting(
        drawn("view", 0, 1, 2, block=True), drawn("view", 0, 1, 2, 0), drawn("view", 0, 1, 2, 1, block=True),
        drawn("progress", 0, 1, 2, 1, 0), drawn("", 0, 1, 2, 3, cached=True), drawn("other", 0, 1, 4, 0),
    )  # fmt: skip

    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["view"])
    assert paths(queue) == [(0, 1, 4, 0)]


def test_what_was_sent_before_stays_a_place() -> None:
    """A part within one whose place the browser has goes on being drawn, and ends are told as ever."""
    finished = ForwardMsg()
    finished.script_finished = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
    queue = waiting(drawn("view", 0, 1, 2, 0), drawn("progress", 0, 1, 2, 1, 0), finished)

    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["view"])
    assert paths(queue) == [(0, 1, 2, 1, 0)]
    assert queue._queue[-1].WhichOneof("type") == "script_finished"


def test_a_full_run_and_a_flush_are_streamlits_own() -> None:
    """Nothing waits after either but what Streamlit keeps."""
    queue = waiting(drawn("view", 0, 0, block=True), drawn("progress", 0, 0, 1))
    queue.clear(retain_lifecycle_msgs=True)
    assert paths(queue) == []

    queue = waiting(drawn("view", 0, 0, block=True), drawn("progress", 0, 0, 1))
    assert len(queue.flush()) == 2
    assert paths(queue) == []
