"""What Streamlit is spared: the result is what it would have made by itself."""

import gc
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from streamlit import delta_generator, env_util
from streamlit.components.v2.bidi_component import main as components
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.manifest_scanner import scan_component_manifests
from streamlit.components.v2.presentation import make_bidi_component_presenter
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.state.common import ValueFieldName, WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from app.lighter import ComponentState, lighten, presented_once

FOUND_BY_STREAMLIT = BidiComponentManager.discover_and_register_components


@pytest.fixture(autouse=True)
def _lighter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Streamlit with less to do, as it was afterwards."""
    monkeypatch.setattr(SafeSessionState, "filtered_state", SafeSessionState.__dict__["filtered_state"])
    monkeypatch.setattr(components, "make_bidi_component_presenter", make_bidi_component_presenter)
    monkeypatch.setattr(delta_generator, "_use_warning_has_been_displayed", False)
    monkeypatch.setattr(BidiComponentManager, "discover_and_register_components", FOUND_BY_STREAMLIT)
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
    from contextlib import ExitStack

    import streamlit as st

    from app.boundary import part

    def inner() -> None:
        st.session_state["count"] = st.session_state.get("count", 0) + 1
        st.button("Again", key="again")
        with st.container(key="within"):
            st.markdown(f"drawn {st.session_state['count']}")

    with ExitStack() as places:
        for name in "abcdefgh":
            places.enter_context(st.container(key=name))
        st.markdown("above")
        part("inner", inner)
        st.markdown("below")
    st.markdown("outside")


def test_a_part_deep_inside_is_drawn_where_it_was() -> None:
    """What is around it stays as it is, and nothing is there twice."""
    page = AppTest.from_function(_nested, default_timeout=30).run()
    for _ in range(3):
        page.button(key="again").click().run()

    assert not page.exception
    assert [one.value for one in page.markdown] == ["above", "drawn 4", "below", "outside"]
    place: Any = page.main
    for _ in "abcdefgh":
        place = place.children[0]
    assert [one.value for one in place.markdown] == ["above", "drawn 4", "below"]


def test_places_around_a_part_are_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once when the part is made and once when it is drawn anew, however deep it lies: not each with its own."""
    copied: list[DeltaGenerator] = []
    whole = DeltaGenerator.__deepcopy__

    def counted(place: DeltaGenerator, memo: dict[int, Any]) -> DeltaGenerator:
        copied.append(place)
        return whole(place, memo)

    monkeypatch.setattr(DeltaGenerator, "__deepcopy__", counted)
    page = AppTest.from_function(_nested, default_timeout=30).run()
    first = len(copied)
    page.button(key="again").click().run()

    assert not page.exception
    assert 0 < first <= 10  # the page itself, and eight places within it
    assert len(copied) <= 3 * first


def _known(session: SessionState, events: object, *, kind: ValueFieldName = "json_trigger_value") -> None:
    """Have a session know a component, and what it told."""
    session._key_id_mapper["it"] = "component"
    session._new_widget_state.set_widget_metadata(
        WidgetMetadata("events", deserializer=lambda told: told, serializer=str, value_type=kind)
    )
    if events is not None:
        session._new_widget_state.set_from_value("events", events)


MADE = {"alike": make_bidi_component_presenter, "ours": presented_once(make_bidi_component_presenter)}


@pytest.mark.parametrize("base", [{}, {"text": "x"}, {"text": "x", "told": "old"}, None, "no mapping"])
@pytest.mark.parametrize(
    "events",
    [
        None,
        [],
        {"event": "told", "value": 1},
        [{"event": "a", "value": 1}, "noise", {"event": "a", "value": 2}],
        7,
    ],
)
@pytest.mark.parametrize("kind", ["json_trigger_value", "json_value"])
def test_what_a_component_tells_is_shown_as_streamlit_shows_it(
    base: object, events: object, kind: ValueFieldName
) -> None:
    """The same values under the same names, by key and as attributes; what is no mapping stays as it is."""
    shown: dict[str, Any] = {}
    for name, make in MADE.items():
        session = SessionState()
        _known(session, events, kind=kind)
        shown[name] = make("events", "component", {"text"})(base, session)

    ours, theirs = shown["ours"], shown["alike"]
    assert ours == theirs
    assert (ours is base) == (theirs is base)
    if type(ours) is ComponentState:
        assert [ours.told, ours.text, ours.nothing] == [theirs.told, theirs.text, theirs.nothing]
        assert deepcopy(ours) is ours
        assert list(ours) == list(theirs)


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_what_is_written_into_a_component_reaches_the_session(make: Callable[..., Any]) -> None:
    """By key and as an attribute, only under names the component has, and taken out again."""
    session = SessionState()
    _known(session, None)
    state = make("events", "component", {"text", "size"})({"text": "x"}, session)
    state["text"] = "y"
    state.size = 3
    state["unknown"] = 1
    written = session._new_widget_state["component"]
    del state["text"]

    assert written == {"text": "y", "size": 3}
    assert session._new_widget_state["component"] == {"size": 3} == state


def _component() -> None:
    import streamlit as st

    told = st.components.v2.component("told", js="export default () => {};")
    for number in range(3):
        told(key=f"told_{number}", on_text_change=lambda: None)
    st.text_input("Name", key="name")


def test_looking_at_components_makes_no_classes() -> None:
    """However many are alive, a step leaves no class behind that has to be looked for as garbage."""
    page = AppTest.from_function(_component, default_timeout=30).run()
    gc.collect()
    gc.disable()
    try:
        before = len(type.__subclasses__(dict))
        for step in range(3):
            page.text_input(key="name").set_value(str(step)).run()
        after = len(type.__subclasses__(dict))
    finally:
        gc.enable()

    assert not page.exception
    assert isinstance(page.session_state["told_0"], ComponentState)
    assert after == before


def test_no_other_package_puts_components_into_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit registers what an installed package declares; here nothing but our own is."""
    about = tmp_path / "stranger-1.0.dist-info"
    about.mkdir()
    known = "Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\nRequires-Dist: streamlit\n"
    (about / "METADATA").write_text(known, encoding="utf-8")
    (about / "RECORD").write_text("stranger/__init__.py,,\nstranger/pyproject.toml,,\n", encoding="utf-8")
    package = tmp_path / "stranger"
    (package / "assets").mkdir(parents=True)
    (package / "__init__.py").touch()
    declared = '[project]\nname = "stranger"\nversion = "1.0"\n[[tool.streamlit.component.components]]\n'
    declared += 'name = "eye"\nasset_dir = "assets"\n'
    (package / "pyproject.toml").write_text(declared, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [manifest.name for manifest, _root in scan_component_manifests()] == ["stranger"]

    spared, own = BidiComponentManager(), BidiComponentManager()
    spared.discover_and_register_components(start_file_watching=False)
    FOUND_BY_STREAMLIT(own, start_file_watching=False)

    assert own.get("stranger.eye") is not None
    assert spared.get("stranger.eye") is None
