"""What Streamlit is spared: the result is what it would have made by itself."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from streamlit import delta_generator, env_util
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from app.lighter import copied_once, lighten


@pytest.fixture(autouse=True)
def _lighter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Streamlit with less to do, as it was afterwards."""
    monkeypatch.setattr(SafeSessionState, "filtered_state", SafeSessionState.__dict__["filtered_state"])
    monkeypatch.setattr(DeltaGenerator, "__deepcopy__", DeltaGenerator.__deepcopy__)
    monkeypatch.setattr(delta_generator, "_use_warning_has_been_displayed", False)
    lighten()
    yield
    monkeypatch.undo()


def _fields() -> None:
    import streamlit as st

    st.session_state["kept__things"] = [1]
    st.session_state["seeded"] = None
    st.selectbox("Seeded", ["a", "b"], key="seeded")
    st.text_input("Name", key="view__name")
    st.text_input("Without a key")
    st.button("Go", key="view__go")


def _compared() -> None:
    """The fields, and what both ways tell of the session."""
    import streamlit as st
    from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

    from tests.unit.app.test_lighter import _fields

    _fields()
    context = get_script_run_ctx()
    assert context is not None
    by_key, whole = context.session_state.filtered_state, context.session_state._state.filtered_state
    ids = [*context.session_state._state._keys()]
    assert type(by_key) is not type(whole)
    assert dict(by_key) == whole
    assert len(by_key) == len(whole) > 3
    assert [(key in by_key) for key in [*ids, "nobody"]] == [(key in whole) for key in [*ids, "nobody"]]
    st.write(f"{sorted(whole)}")


def test_a_session_looked_up_by_key_is_the_session() -> None:
    """Every key is there with its value, and none besides, also after a field was changed."""
    page = AppTest.from_function(_compared, default_timeout=30).run()
    assert not page.exception
    page.text_input(key="view__name").set_value("x").run()

    assert not page.exception
    assert page.markdown[-1].value == "['kept__things', 'seeded', 'view__go', 'view__name']"
    assert page.selectbox(key="seeded").value is None


def test_a_field_does_not_put_the_whole_session_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many views are alive, each field asks for its own key only."""
    asked: list[str] = []
    monkeypatch.setattr(SessionState, "filtered_state", property(lambda _state: asked.append("all")))
    page = AppTest.from_function(_fields, default_timeout=30).run()

    assert not page.exception
    assert asked == []


def test_the_first_element_does_not_look_for_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first page does not wait until all modules were asked where they are from."""
    asked: list[bool] = []
    monkeypatch.setattr(env_util, "is_repl", lambda: asked.append(True))
    page = AppTest.from_function(_fields, default_timeout=30).run()

    assert not page.exception
    assert asked == []


def _nested() -> None:
    import streamlit as st

    @st.fragment(key="inner")
    def inner() -> None:
        st.session_state["count"] = st.session_state.get("count", 0) + 1
        st.button("Again", key="again")
        st.markdown(f"drawn {st.session_state['count']}")

    with st.container(key="a"):
        st.markdown("above")
        with st.container(key="b"), st.container(key="c"):
            inner()
        st.markdown("below")


def test_a_part_deep_inside_is_drawn_where_it_was() -> None:
    """What is around it stays as it is, and nothing is there twice."""
    page = AppTest.from_function(_nested, default_timeout=30).run()
    for _ in range(3):
        page.button(key="again").click().run()

    assert not page.exception
    assert [one.value for one in page.markdown] == ["above", "drawn 4", "below"]


def test_places_around_a_part_are_copied_once_and_are_copies() -> None:
    """The copy knows the same way, its parents are those of the copy, and it moves without the original."""
    places = [DeltaGenerator(root_container=0)]
    for _ in range(6):
        places.append(DeltaGenerator(root_container=0, parent=places[-1]))
    copies = deepcopy(tuple(places))

    assert [one._parent for one in copies[1:]] == list(copies[:-1])
    assert not {id(one) for one in places} & {id(one) for one in copies}
    assert DeltaGenerator.__deepcopy__ is copied_once
