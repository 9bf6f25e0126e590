"""What waits for the first page: it comes after it, in order, once; and not at all when the engine ends before."""

import threading

import pytest

from launcher.server import afterwards
from launcher.server.afterwards import Afterwards


def test_it_begins_with_the_first_page_and_only_once() -> None:
    """A second window's first page changes nothing."""
    done: list[str] = []
    finished = threading.Event()
    waiting = Afterwards(lambda: done.append("load"), lambda: done.append("settle"), finished.set)
    waiting.begin()
    assert done == []

    waiting.drawn()
    waiting.drawn()
    assert finished.wait(10)
    waiting.close()
    assert done == ["load", "settle"]


def test_without_a_page_it_begins_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine whose page is opened an hour later is ready by then."""
    monkeypatch.setattr(afterwards, "LATEST_S", 0.01)
    finished = threading.Event()
    waiting = Afterwards(finished.set)
    waiting.begin()
    assert finished.wait(10)
    waiting.close()


def test_an_engine_that_ends_before_does_nothing_of_it() -> None:
    """What is closed is not loaded any more; and one that never began can be closed."""
    done: list[str] = []
    waiting = Afterwards(lambda: done.append("load"))
    waiting.begin()
    waiting.close()
    Afterwards(lambda: done.append("never")).close()
    assert done == []


def test_what_fails_holds_back_none_of_the_others() -> None:
    """Whatever is wrong with what is loaded, garbage is collected again."""
    finished = threading.Event()

    def fail() -> None:
        raise OSError("no room")

    waiting = Afterwards(fail, finished.set)
    waiting.begin()
    waiting.drawn()
    assert finished.wait(10)
    waiting.close()
