"""Facts as analysts say them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets import words
from core.clock import iso
from core.types import Ledger


def test_the_ledger_is_a_sum_that_adds_up() -> None:
    """Loaded, repaired and rejected are always named, also when there are none."""
    ledger = Ledger("line", total=2_004, loaded=1_998, repaired=2, header=1, preamble=3)

    assert words.ledger_line(ledger) == (
        "2,004 lines = 1,998 loaded + 2 repaired + 0 rejected + 1 header + 3 preamble"
    )
    assert sum(value for _, value in words.ledger_parts(ledger)) == ledger.total


@given(st.lists(st.integers(0, 10**9), min_size=8, max_size=8))
def test_no_part_of_a_ledger_is_left_out(parts: list[int]) -> None:
    """What is shown makes the total, whatever the parts are."""
    ledger = Ledger("line", sum(parts), *parts)

    assert sum(value for _, value in words.ledger_parts(ledger)) == ledger.total


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (812, "812 bytes"),
        (4_100, "4.1 kB"),
        (76_000_000, "76 MB"),
        (10**12, "1.0 TB"),
    ],
)
def test_sizes(size: int, said: str) -> None:
    """Two digits are enough to know a size."""
    assert words.size(size) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.42, "0.4 s"), (12.4, "12 s"), (185, "3 min 5 s"), (7_800, "2 h 10 min")]
)
def test_durations(seconds: float, said: str) -> None:
    """A duration is said in the unit it is felt in."""
    assert words.duration(seconds) == said


def test_a_moment_of_today_is_the_clock_alone() -> None:
    """The day is said when it is another one."""
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    assert words.when(iso(now.timestamp()), now=now) == now.astimezone().strftime("%H:%M:%S")
    assert words.when("2025-03-01T11:30:00.000Z", now=now).startswith("2025-03-01 ")
    assert words.when(None) == "–"


def test_how_long_something_takes_so_far() -> None:
    """What has not ended is measured up to now; what has not begun has no duration."""
    now = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)

    assert words.seconds_between("2026-11-22T12:00:00.000Z", None, now=now) == 30
    assert words.seconds_between("2026-11-22T12:00:00.000Z", "2026-11-22T12:00:05.500Z", now=now) == 5.5
    assert words.seconds_between(None, None) is None
