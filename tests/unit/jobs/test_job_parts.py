"""The parts of background work that need no database: pauses, due times, contexts, messages."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CancelledError, UsageError
from core.progress import PartOfProgress
from jobs.context import JobContext
from jobs.registry import Registry
from jobs.runner import RETRY_HORIZON_S, backoff, is_due
from jobs.specs import ACTIVE, FINAL, JobOutcome, Spec
from storage.database.models import JobRow
from tests.waiting import wait_until


def _spec(**changes: float) -> Spec:
    return Spec("k", lambda _context, _args: JobOutcome(), lambda args: f"Do {args['what']}", **changes)  # type: ignore[arg-type]


@given(st.integers(1, 200), st.floats(0.01, 10), st.floats(1, 600))
def test_pauses_grow_within_their_limit(attempt: int, first: float, longest: float) -> None:
    """A pause is random, at most doubles with each try, and never exceeds the longest one."""
    pause = backoff(_spec(backoff_s=first, longest_backoff_s=longest), attempt)
    assert 0 <= pause <= min(longest, first * 2 ** min(attempt - 1, 30))


def test_pauses_differ() -> None:
    """Jobs that failed together do not come back together."""
    assert len({backoff(_spec(), 4) for _ in range(20)}) > 10


@given(st.sampled_from(sorted(ACTIVE | FINAL)), st.floats(0, 2e9), st.floats(0, 2e9))
def test_due_is_what_waits_and_whose_time_has_come(state: str, run_at: float, now: float) -> None:
    """Queued jobs at once, retries in their time; one that another clock planned far ahead does not wait."""
    row = JobRow(kind="k", args={}, actor="owner", state=state, run_at=run_at)
    far = run_at > now + RETRY_HORIZON_S
    assert is_due(row, now) == (state == "queued" or (state == "retry" and (run_at <= now or far)))


def test_a_state_is_active_or_final_never_both() -> None:
    """Every state but these does not exist."""
    assert not ACTIVE & FINAL
    assert len(ACTIVE | FINAL) == 8


def test_a_context_reports_within_bounds_and_hears_the_stop() -> None:
    """Progress stays between nothing and all; nested steps add up; after a stop every report raises."""
    context = JobContext("id", "owner", what="'Import a.csv'")
    half = PartOfProgress(context, 0.5, 1.0)
    half.report(0.5, "loading")
    assert (context.fraction, context.step) == (0.75, "loading")
    context.report(7)
    assert (context.fraction, context.step) == (1.0, "loading")
    context.stop("cancel")
    context.stop("shutdown")
    assert context.reason == "cancel"
    with pytest.raises(CancelledError, match=r"'Import a\.csv' was stopped"):
        half.report(0.6)
    with pytest.raises(CancelledError), context.interruptible(lambda: None):
        pass


def test_interrupts_reach_only_their_block() -> None:
    """While a block runs a stop interrupts it, from another thread; outside of it nothing is interrupted."""
    context, calls = JobContext("id", "owner"), list[str]()
    with context.interruptible(lambda: calls.append("outer")):
        with context.interruptible(lambda: calls.append("inner")):
            stopping = threading.Thread(target=lambda: context.stop("cancel"))
            stopping.start()
            wait_until(lambda: len(calls) == 2, what="the interrupts")
            stopping.join()
        context.interrupt()
    context.interrupt()
    assert calls == ["outer", "inner", "outer"]


def test_an_unknown_kind_names_the_known_ones() -> None:
    """Whoever queues a job by a wrong name sees the right ones."""
    registry = Registry([_spec()])
    with pytest.raises(UsageError, match="'x'; there are k"):
        registry.require("x")
    assert registry.get("x") is None
    assert registry.label("k", {"what": "it"}) == "Do it"
    assert registry.label("x", {}) == "x"
