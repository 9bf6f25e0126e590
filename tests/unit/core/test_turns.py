"""Turns of threads: very short while somebody waits, and as before once nobody does."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest

from core.turns import HASTY_S, Turns


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


def test_work_in_the_background_stands_behind_what_people_wait_for() -> None:
    """The process that gives way, with what it starts, has a lower priority than this one."""
    script = "from core.turns import give_way\nimport psutil\ngive_way()\nprint(int(psutil.Process().nice()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    printed = int(done.stdout)

    if sys.platform == "win32":
        assert printed == psutil.BELOW_NORMAL_PRIORITY_CLASS
    else:
        assert printed == max(10, psutil.Process().nice())
