"""The window hears how many jobs run, when that changes, and only then."""

from queue import Empty, SimpleQueue

import pytest

from core.errors import ProfileError
from launcher.server.working import JOBS, Working
from tests.waiting import wait_until

CLOSING = "closing"


def test_only_another_number_is_told() -> None:
    """Progress of a job is a change too, but no news for the window."""
    counts, told = iter((0, 2, 2, 2, 1, 0)), SimpleQueue[int]()
    counted: list[int] = []

    def count() -> int:
        counted.append(next(counts))
        return counted[-1]

    working = Working(count, told.put, closing=CLOSING)
    for n in range(1, 6):
        wait_until(lambda n=n: len(counted) == n, what="the count")  # type: ignore[misc]
        working.hear(frozenset({JOBS}))
    wait_until(lambda: len(counted) == 6, what="the last count")

    assert [told.get(timeout=10) for _ in range(3)] == [2, 1, 0]
    working.hear(frozenset({CLOSING}))


def test_other_changes_and_the_end_count_nothing() -> None:
    """A dataset that was renamed is no reason to look at the jobs, and a closing engine looks at nothing."""
    told, counted = SimpleQueue[int](), list[int]()

    def count() -> int:
        counted.append(1)
        return len(counted)

    working = Working(count, told.put, closing=CLOSING)
    assert told.get(timeout=10) == 1
    working.hear(frozenset({"table:dataset"}))
    working.hear(frozenset({CLOSING}))
    working.hear(frozenset({JOBS}))

    with pytest.raises(Empty):
        told.get(timeout=0.5)
    assert counted == [1]


def test_a_count_that_fails_is_made_up_for_by_the_next() -> None:
    """A database that is busy for a moment costs no news."""
    answers, told = iter((ProfileError("busy"), 3)), SimpleQueue[int]()

    def count() -> int:
        answer = next(answers)
        if isinstance(answer, ProfileError):
            failed.put(0)
            raise answer
        return answer

    failed = SimpleQueue[int]()
    working = Working(count, told.put, closing=CLOSING)
    failed.get(timeout=10)
    working.hear(frozenset({JOBS}))

    assert told.get(timeout=10) == 3
    working.hear(frozenset({CLOSING}))
