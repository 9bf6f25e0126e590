"""What a session keeps comes back exactly, from every shape that was ever released."""

import datetime as dt
import gc
import json
import time
from decimal import Decimal
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from app.session.user import STATE_VERSION, Place, UserSession
from app.session.values import as_json, from_json
from app.windows import OpenWindows
from core.types import Json

plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates()
    | st.datetimes() | st.times() | st.timedeltas() | st.decimals(allow_nan=False)
)  # fmt: skip
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.dictionaries(st.integers(), inner, max_size=3)
    ),
    max_leaves=10,
)
names = st.text("abcdefghijklmnop", min_size=1, max_size=8)

RELEASED = {
    1: '{"version":1,"journey":[{"page":"sql","params":{"a":"b"}}],"preferences":{"x":1},"permissions":["see"],'
    '"forms":{"f":3},"cache_keys":{"k":"v"},"metrics":{"visits":4,"acts":5,"seconds":6.5}}',
}
"""One text of every released version, as that version wrote it."""


@given(values)
def test_every_value_comes_back_as_it_was(value: object) -> None:
    """Texts, numbers, dates, decimals, lists and objects: equal, and of the same kind, after JSON and back."""
    back = from_json(json.loads(json.dumps(as_json(value))))

    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [float("inf"), Decimal("1.10"), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)])
def test_what_json_has_no_word_for_is_exact(value: object) -> None:
    """Trailing zeros, time zones and the infinite stay."""
    assert repr(from_json(as_json(value))) == repr(value)


def test_a_value_nobody_can_write_is_refused() -> None:
    """An object of a strange kind raises, it is not kept as its name."""
    with pytest.raises(TypeError):
        as_json(object())


@given(st.dictionaries(st.just("~"), st.text(max_size=9) | st.integers(), min_size=1))
def test_a_strange_object_is_an_error_not_a_crash(given: Json) -> None:
    """What looks like ours and is not raises one kind of error."""
    with pytest.raises(ValueError, match="cannot be read"):
        from_json(given)


@given(
    journey=st.lists(st.builds(Place, names, st.dictionaries(names, st.text(max_size=9), max_size=3)), max_size=5),
    preferences=st.dictionaries(names, st.integers() | st.text(max_size=5), max_size=3),
    permissions=st.frozensets(names, max_size=3),
    forms=st.dictionaries(names, st.integers(0, 99), max_size=3),
    keys=st.dictionaries(names, names, max_size=3),
    numbers=st.tuples(st.integers(0, 99), st.integers(0, 99), st.floats(0, 1e6)),
)
def test_a_session_comes_back_as_it_was(
    journey: list[Place],
    preferences: dict[str, Json],
    permissions: frozenset[str],
    forms: dict[str, int],
    keys: dict[str, str],
    numbers: tuple[int, int, float],
) -> None:
    """Everything that outlives a window is equal after it was written and read."""
    visits, acts, seconds = numbers
    session = UserSession(
        journey=journey, preferences=preferences, permissions=permissions, forms=forms, cache_keys=keys,
        visits=visits, acts=acts, seconds=seconds,
    )  # fmt: skip
    back = UserSession()
    back.take_over(session.to_text())

    told, again = (json.loads(one.to_text()) for one in (session, back))
    assert again["metrics"].pop("seconds") == pytest.approx(seconds, rel=1e-9, abs=2)  # the clock goes on
    assert told["metrics"].pop("seconds") == pytest.approx(seconds, rel=1e-9, abs=2)
    assert again == told
    assert (back.journey, back.permissions, back.forms) == (journey, permissions, forms)


def test_how_long_a_session_was_open_adds_up_over_its_documents() -> None:
    """What an earlier document wrote down counts, and the time since this one began."""
    earlier = UserSession(began=time.monotonic() - 100)
    session = UserSession(began=time.monotonic() - 20)
    session.take_over(earlier.to_text())

    assert session.open_s == pytest.approx(120, abs=10)
    assert json.loads(session.to_text())["metrics"]["seconds"] == pytest.approx(120, abs=10)


class _Leaves:
    def __init__(self) -> None:
        self.written = 0

    def write(self) -> None:
        self.written += 1


def _remembering() -> None:
    """Ask four times for what a window remembers, and tell how often that asked Streamlit's session."""
    import sys
    from types import SimpleNamespace

    import pytest
    import streamlit as st

    from app.session import kept

    asked: list[str] = []

    class Counting(dict[str, object]):
        def get(self, key: str, otherwise: object = None) -> object:
            asked.append(key)
            return st.session_state.get(key, otherwise)

        def __getitem__(self, key: str) -> object:
            asked.append(key)
            return st.session_state[key]

        def __contains__(self, key: object) -> bool:
            asked.append(str(key))
            return key in st.session_state

        def __setitem__(self, key: str, value: object) -> None:
            st.session_state[key] = value

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys.modules["app.session.kept"], "st", SimpleNamespace(session_state=Counting()))
        found = [kept("things", list[int]) for _ in range(4)]
    found[0].append(1)
    st.write(f"{found[3]} {len(asked)}")


def test_what_a_window_remembers_is_looked_up_once() -> None:
    """Every field asks for several such objects, and each look into the session costs as much as a small query."""
    page = AppTest.from_function(_remembering, default_timeout=30).run()
    first = page.markdown[0].value
    page.run()

    assert not page.exception
    assert [first, page.markdown[0].value] == ["[1] 4", "[1, 1] 4"]


def test_a_window_writes_down_what_it_knows_when_its_last_connection_ends() -> None:
    """Not before; and a session that is gone is not kept for it."""
    windows, session = OpenWindows(), _Leaves()
    windows.belongs("w", session)
    windows.came("w")
    windows.came("w")
    windows.went("w")
    assert session.written == 0
    windows.went("w")
    assert session.written == 1
    gone = ref(session)
    del session
    gc.collect()
    windows.came("w")
    windows.went("w")
    assert gone() is None


@pytest.mark.parametrize("version", range(1, STATE_VERSION + 1))
def test_every_released_shape_is_still_read(version: int) -> None:
    """A session an older Bestand wrote is taken over whole."""
    session = UserSession()
    session.take_over(RELEASED[version])

    assert session.place == Place("sql", {"a": "b"})
    assert (session.preferences, session.permissions, session.forms) == ({"x": 1}, frozenset({"see"}), {"f": 3})
    assert (session.visits, session.acts, session.seconds) == (4, 5, 6.5)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 99}', '{"version": 1, "journey": 5}', "null"])
def test_a_session_nobody_can_read_begins_anew(text: str) -> None:
    """A damaged or newer text is no reason for a window not to open."""
    session = UserSession()
    session.take_over(text)

    assert session.place is None
