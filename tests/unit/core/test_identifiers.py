"""Identifiers and the clock."""

from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from core.clock import iso, now_iso
from core.ids import new_id

LAST_MS = 2**48 - 1


def id_at(milliseconds: int) -> str:
    """An id born at that moment."""
    with mock.patch("core.ids.time.time", return_value=(milliseconds + 0.5) / 1000):
        return new_id()


def test_ids_do_not_repeat() -> None:
    """Many ids within one millisecond are all different."""
    assert len({new_id() for _ in range(10_000)}) == 10_000


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_ids_sort_by_birth(first: int, second: int) -> None:
    """Sorting by id is sorting by time, so a listing needs no second key."""
    one, other = id_at(first), id_at(second)
    if first != second:
        assert (one < other) == (first < second)


@given(st.integers(0, 2**40))
def test_an_id_is_a_safe_file_name_everywhere(born: int) -> None:
    """26 characters, lower case, no letter that another could be mistaken for."""
    made = id_at(born)
    assert len(made) == 26
    assert set(made) <= set("0123456789abcdefghjkmnpqrstvwxyz")


@given(st.integers(0, 4_102_444_800_000), st.integers(0, 4_102_444_800_000))
def test_times_as_text_sort_like_times(one: int, other: int) -> None:
    """Text in the database can be compared as it stands."""
    assert (iso(one / 1000) < iso(other / 1000)) == (one < other)


def test_time_is_written_as_utc_with_milliseconds() -> None:
    """One form everywhere."""
    assert iso(0.25) == "1970-01-01T00:00:00.250Z"
    assert now_iso(lambda: 1_800_000_000.0) == "2027-01-15T08:00:00.000Z"
