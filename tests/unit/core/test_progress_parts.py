"""Progress: nested steps add up."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from hypothesis import given
from hypothesis import strategies as st

from core.progress import PartOfProgress, Progress, SilentProgress

shares = st.floats(0, 1)


class Recorder:
    """Keeps what was reported."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.steps: list[str] = []
        self.interrupts: list[Callable[[], None]] = []

    def report(self, fraction: float, step: str = "") -> None:
        """Keep it."""
        self.fractions.append(fraction)
        self.steps.append(step)

    def interruptible(self, interrupt: Callable[[], None]) -> AbstractContextManager[None]:
        """Keep it."""
        self.interrupts.append(interrupt)
        return nullcontext()


@given(st.lists(st.floats(-1, 2), max_size=10), st.lists(st.tuples(shares, shares).map(sorted), max_size=4))
def test_a_nested_step_stays_within_its_share(fractions: list[float], nesting: list[list[float]]) -> None:
    """However deep, and whatever a step claims of itself, the whole never leaves 0..1 and the step its part."""
    whole = Recorder()
    part: Progress = whole
    for start, end in nesting:
        part = PartOfProgress(part, start, end)
    for fraction in fractions:
        part.report(fraction)

    if nesting:
        low, high = nesting[0]
        assert all(low - 1e-9 <= f <= high + 1e-9 for f in whole.fractions)


@given(st.lists(shares, min_size=2, max_size=10).map(sorted))
def test_steps_one_after_the_other_never_go_back(fractions: list[float]) -> None:
    """The bar moves forward only, over the border between two steps too."""
    whole = Recorder()
    for start, end in ((0.0, 0.3), (0.3, 1.0)):
        for fraction in fractions:
            PartOfProgress(whole, start, end).report(fraction, "reading")

    assert whole.fractions == sorted(whole.fractions)
    assert set(whole.steps) == {"reading"}


def test_a_cancel_reaches_the_engine_through_nested_steps() -> None:
    """The interrupt handed to a part is the one the whole calls."""
    whole = Recorder()

    def stop() -> None:
        """Stand for the engine's interrupt."""

    with PartOfProgress(PartOfProgress(whole, 0, 0.5), 0, 0.5).interruptible(stop):
        pass
    assert whole.interrupts == [stop]


def test_silent_progress_accepts_everything() -> None:
    """Work that nobody watches needs no special case."""
    silent: Progress = SilentProgress()
    silent.report(0.5, "reading")
    with silent.interruptible(lambda: None):
        silent.report(1)
