"""Two starts that failed make the next one a safe one."""

from pathlib import Path

import pytest

from launcher.window.starts import Starts


def test_the_third_start_after_two_failed_ones_is_safe(tmp_path: Path) -> None:
    """A start counts as failed until its page is drawn, so a crash of any kind counts by itself."""
    starts = Starts(tmp_path / "starts.json")
    assert [starts.begin() for _ in range(3)] == [False, False, True]


def test_a_drawn_page_ends_the_row(tmp_path: Path) -> None:
    """One failure now and then leads nowhere."""
    starts = Starts(tmp_path / "starts.json")
    for _ in range(5):
        assert starts.begin() is False
        assert starts.begin() is False
        starts.succeeded()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"failed": "many"}', '{"failed": -3}'])
def test_a_damaged_counter_counts_from_nothing(tmp_path: Path, text: str) -> None:
    """It must not lock a person into safe starts."""
    place = tmp_path / "starts.json"
    place.write_text(text, encoding="utf-8")
    assert Starts(place).begin() is False


def test_without_a_place_to_count_it_starts_all_the_same(tmp_path: Path) -> None:
    """A disk that refuses is told by others."""
    assert Starts(tmp_path / "missing" / "starts.json").begin() is False
