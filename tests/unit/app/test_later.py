"""An answer on its way: watched, stopped, and never silently lost."""

import threading

import pytest

from app.later import Later
from core.errors import CancelledError
from core.progress import Progress
from core.trace import current_trace, trace
from tests.waiting import wait_until


def test_the_answer_comes_with_what_was_reported_on_the_way() -> None:
    """A person sees how far it is before it is there."""
    go_on = threading.Event()

    def work(progress: Progress) -> int:
        progress.report(0.5, "half")
        go_on.wait(10)
        return 7

    later = Later(work, what="The profile")
    wait_until(lambda: later.fraction == 0.5, what="the report")

    assert later.step == "half"
    assert not later.wait(0)
    go_on.set()
    assert later.wait(10)
    assert later.value() == 7


def test_a_failure_is_raised_where_the_answer_is_asked_for() -> None:
    """The page's boundary shows it; the thread does not print it."""

    def work(_progress: Progress) -> int:
        raise KeyError("gone")

    later = Later(work, what="The profile")

    assert later.wait(10)
    with pytest.raises(KeyError):
        later.value()


def test_a_stop_reaches_the_engine_and_the_next_report() -> None:
    """Work that is in an engine's call is interrupted there; other work ends at its next report."""
    begun, interrupted = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        with progress.interruptible(interrupted.set):
            begun.set()
            interrupted.wait(10)
        progress.report(0.9)

    later = Later(work, what="The profile")
    assert begun.wait(10)
    later.cancel()

    assert later.wait(10)
    assert interrupted.is_set()
    with pytest.raises(CancelledError, match="The profile was stopped"):
        later.value()


def test_the_work_belongs_to_the_click_that_caused_it() -> None:
    """Its log lines carry the same id."""
    with trace() as trace_id:
        later = Later(lambda _progress: current_trace(), what="The profile")

    assert later.wait(10)
    assert later.value() == trace_id
