"""A value that is made when it is asked for: once, for everybody, and again only if it could not be made."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.lazy import Lazy


def test_nothing_is_made_before_somebody_asks() -> None:
    """Closing what was never opened opens nothing."""
    made: list[str] = []

    def make() -> str:
        made.append("made")
        return "value"

    lazy = Lazy(make)

    closed: list[str] = []
    lazy.if_made(closed.append)
    assert (made, closed) == ([], [])

    assert lazy() == "value"
    lazy.if_made(closed.append)
    assert (made, closed) == (["made"], ["value"])


def test_all_who_ask_at_the_same_time_get_the_same_one() -> None:
    """A page and a job that need the same thing first do not open it twice."""
    together = threading.Barrier(8)
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    lazy = Lazy(make)

    def ask(_number: int) -> object:
        together.wait()
        return lazy()

    with ThreadPoolExecutor(together.parties) as people:
        got = list(people.map(ask, range(together.parties)))

    assert len(made) == 1
    assert got == made * 8


def test_what_could_not_be_made_is_tried_again() -> None:
    """A full disk that has room again needs no new start."""
    answers = iter([OSError("no room"), "value"])

    def make() -> str:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return str(answer)

    lazy = Lazy(make)
    with pytest.raises(OSError, match="no room"):
        lazy()
    assert lazy() == lazy() == "value"
