"""Turns of threads: very short while somebody waits, and as before once nobody does."""

import os
import sys
import threading
from collections.abc import Iterator

import pytest

from core.turns import HASTY_S, Turns, give_way


@pytest.fixture
def present() -> Iterator[float]:
    """The length of turns before the test, which is put back."""
    before = sys.getswitchinterval()
    yield before
    sys.setswitchinterval(before)


def test_turns_are_short_in_the_block_and_as_before_after_it(present: float) -> None:
    """Blocks may overlap, and a failure in one ends it, too."""
    one = Turns()
    with one.hasten():
        with pytest.raises(ValueError, match="broken"), one.hasten():
            raise ValueError("broken")
        assert sys.getswitchinterval() == pytest.approx(HASTY_S)
    assert sys.getswitchinterval() == pytest.approx(present)


def test_many_threads_at_once_leave_turns_as_they_were(present: float) -> None:
    """However blocks of several threads overlap, the last one puts the length back."""
    one = Turns()
    begin = threading.Barrier(8)

    def wait() -> None:
        begin.wait(20)
        for _ in range(200):
            with one.hasten():
                pass

    threads = [threading.Thread(target=wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sys.getswitchinterval() == pytest.approx(present)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
def test_work_in_the_background_stands_behind_what_people_wait_for() -> None:
    """The thread that gives way and what it starts do; the others stay as they are."""
    seen: dict[str, int] = {}

    def note(name: str) -> None:
        seen[name] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work() -> None:
        give_way()
        note("worker")
        started = threading.Thread(target=note, args=("started",))
        started.start()
        started.join()

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()

    assert seen == {"worker": max(10, before), "started": max(10, before)}
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
