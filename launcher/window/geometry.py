"""Where the window was, and where it may be: place, size and zoom from one start to the next.

A screen may have gone since; the window then comes back where it can be seen and grasped.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

MIN_WIDTH: Final = 900
MIN_HEIGHT: Final = 600
_WIDTH: Final = 1_280
_HEIGHT: Final = 800
_GRASP: Final = 80
"""At least so much of the title bar has to be on a screen, in pixels."""
ZOOMS: Final = (0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen, in the pixels windows are placed by."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Placement:
    """The window's place and looks. Without `x` and `y` the system places it."""

    width: int = _WIDTH
    height: int = _HEIGHT
    x: int | None = None
    y: int | None = None
    maximized: bool = False
    zoom: float = 1.0


def placed(wanted: Placement, screens: Sequence[Screen]) -> Placement:
    """Return the placement as the present screens allow it: not larger than one, and within reach."""
    if not screens:
        return replace(wanted, x=None, y=None)
    home = _screen_of(wanted, screens)
    screen = home or screens[0]
    width = min(max(wanted.width, MIN_WIDTH), screen.width)
    height = min(max(wanted.height, MIN_HEIGHT), screen.height)
    if home is None or wanted.x is None or wanted.y is None:
        return replace(wanted, width=width, height=height, x=None, y=None)
    x = min(max(wanted.x, home.x), home.x + home.width - width)
    y = min(max(wanted.y, home.y), home.y + home.height - height)
    return replace(wanted, width=width, height=height, x=x, y=y)


def next_zoom(zoom: float, step: int) -> float:
    """Return the next larger (`step` 1) or smaller (-1) zoom; 0 is the normal size."""
    if step == 0:
        return 1.0
    if step > 0:
        return next((each for each in ZOOMS if each > zoom + 0.001), ZOOMS[-1])
    return next((each for each in reversed(ZOOMS) if each < zoom - 0.001), ZOOMS[0])


def read_placement(place: Path) -> Placement:
    """Return what was kept; a missing, damaged or absurd file is as good as none."""
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        values = {name: kept[name] for name in Placement.__dataclass_fields__ if name in kept}
    except (OSError, ValueError, TypeError):
        return Placement()
    sound = {name: value for name, value in values.items() if _is_sound(name, value)}
    return Placement(**sound)


def write_placement(place: Path, placement: Placement) -> None:
    """Keep a placement; a disk that refuses costs the place of the window, nothing else."""
    part = place.with_suffix(".part")
    try:
        part.write_text(json.dumps(asdict(placement)), encoding="utf-8")
        part.replace(place)
    except OSError:
        return


def _screen_of(wanted: Placement, screens: Sequence[Screen]) -> Screen | None:
    """Return the screen on which enough of the title bar is, if any."""
    if wanted.x is None or wanted.y is None:
        return None
    for screen in screens:
        left, right = max(wanted.x, screen.x), min(wanted.x + wanted.width, screen.x + screen.width)
        if right - left >= _GRASP and screen.y <= wanted.y <= screen.y + screen.height - _GRASP // 2:
            return screen
    return None


def _is_sound(name: str, value: object) -> bool:
    if name == "maximized":
        return isinstance(value, bool)
    if name == "zoom":
        return isinstance(value, int | float) and not isinstance(value, bool) and ZOOMS[0] <= value <= ZOOMS[-1]
    if value is None:
        return name in ("x", "y")
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 100_000
