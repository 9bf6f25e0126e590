"""How long a dead engine is left alone before the next try."""

from launcher.window.backoff import PAUSES_S, STEADY_S, Backoff


class Hand:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def fail(backoff: Backoff, clock: Hand, ran_s: float) -> float | None:
    """One engine that ran for so long."""
    backoff.started()
    clock.now += ran_s
    return backoff.pause_s()


def test_the_first_try_is_at_once_and_each_later_one_waits_longer() -> None:
    """One crash costs nothing; many in a row do not keep the machine busy."""
    clock = Hand()
    backoff = Backoff(clock)
    pauses = [fail(backoff, clock, 1) for _ in PAUSES_S]

    assert pauses[0] == 0
    assert pauses == sorted(PAUSES_S)


def test_after_the_last_pause_a_person_decides() -> None:
    """It does not go on for ever; asked for another try, it begins anew."""
    clock = Hand()
    backoff = Backoff(clock)
    for _ in PAUSES_S:
        fail(backoff, clock, 1)

    assert fail(backoff, clock, 1) is None
    backoff.forget()
    assert fail(backoff, clock, 1) == PAUSES_S[0]


def test_an_engine_that_ran_well_begins_a_new_row() -> None:
    """A crash a day is not a row of crashes."""
    clock = Hand()
    backoff = Backoff(clock)
    for _ in range(20):
        assert fail(backoff, clock, STEADY_S) == PAUSES_S[0]
