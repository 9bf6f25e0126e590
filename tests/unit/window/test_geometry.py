"""The window comes back where it was, as far as the screens of today allow it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.window.geometry import (
    MIN_HEIGHT,
    MIN_WIDTH,
    ZOOMS,
    Placement,
    Screen,
    next_zoom,
    placed,
    read_placement,
    write_placement,
)

ONE = (Screen(0, 0, 1920, 1080),)
TWO = (*ONE, Screen(1920, -200, 2560, 1440))
screens = st.lists(
    st.builds(
        Screen, st.integers(-4000, 4000), st.integers(-4000, 4000), st.integers(800, 4000), st.integers(600, 3000)
    ),
    max_size=3,
)
placements = st.builds(
    Placement,
    width=st.integers(-10, 9000),
    height=st.integers(-10, 9000),
    x=st.none() | st.integers(-9000, 9000),
    y=st.none() | st.integers(-9000, 9000),
)


def test_a_place_that_is_still_there_is_kept() -> None:
    """On the second screen too."""
    wanted = Placement(1000, 700, 2500, 50)
    assert placed(wanted, TWO) == wanted


def test_a_window_on_a_screen_that_is_gone_is_placed_by_the_system() -> None:
    """It keeps its size; it does not open where nobody sees it."""
    found = placed(Placement(1000, 700, 2500, 50), ONE)
    assert (found.width, found.height, found.x, found.y) == (1000, 700, None, None)


@given(placements, screens)
def test_wherever_it_was_it_can_be_grasped(wanted: Placement, there: list[Screen]) -> None:
    """Not larger than a screen, and wholly on it when it has a place."""
    found = placed(wanted, there)
    if found.x is None or found.y is None:
        return
    assert any(
        screen.x <= found.x
        and screen.y <= found.y
        and found.x + found.width <= screen.x + screen.width
        and found.y + found.height <= screen.y + screen.height
        for screen in there
    )
    assert found.width >= min(MIN_WIDTH, *(screen.width for screen in there))
    assert found.height >= min(MIN_HEIGHT, *(screen.height for screen in there))


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    """Place, size, maximised, zoom."""
    place = tmp_path / "window.json"
    kept = Placement(1111, 777, 12, 34, maximized=True, zoom=1.25)
    write_placement(place, kept)
    assert read_placement(place) == kept


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"width": "wide"}', '{"zoom": 90}', '{"x": 1e9}', '{"width": true}', "\0"]
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    """It never stops a start."""
    place = tmp_path / "window.json"
    place.write_text(text, encoding="utf-8")
    assert asdict(read_placement(place)) == asdict(Placement())


def test_a_part_that_is_sound_is_kept_beside_one_that_is_not(tmp_path: Path) -> None:
    """A newer version may write more; what is understood counts."""
    place = tmp_path / "window.json"
    place.write_text(json.dumps({"width": 1000, "zoom": "large", "colour": "red"}), encoding="utf-8")
    assert read_placement(place) == Placement(width=1000)


def test_a_disk_that_refuses_costs_nothing_else(tmp_path: Path) -> None:
    """The place of the window is not worth an error."""
    write_placement(tmp_path / "missing" / "window.json", Placement())


def test_zoom_goes_by_steps_and_stops_at_the_ends() -> None:
    """Ctrl+0 is the normal size again."""
    zoom = 1.0
    for _ in ZOOMS:
        zoom = next_zoom(zoom, 1)
    assert zoom == ZOOMS[-1]
    for _ in range(2 * len(ZOOMS)):
        zoom = next_zoom(zoom, -1)
    assert zoom == ZOOMS[0]
    assert next_zoom(zoom, 0) == 1.0
