"""Where Streamlit does the same work again at each step, or work for nothing: done once, or not at all.

Found by measuring; each place has a test that compares with what Streamlit does by itself, so that an upgrade that
changes one of them is noticed. The third place, the theme, is in `app.theme.live`. Used by the server at its
start.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from streamlit import delta_generator
from streamlit.components.v2.bidi_component import main as components
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.presentation import make_bidi_component_presenter
from streamlit.runtime.state.common import is_element_id
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState, _is_internal_key

if TYPE_CHECKING:
    Presenter = Callable[[Any, SessionState], Any]
    MakePresenter = Callable[..., Presenter]


class StateByKey(Mapping[str, Any]):
    """What a window's session knows by key, looked up when it is asked for.

    Most fields ask at each drawing whether their key is known. Streamlit puts everything the session knows
    together for that, the fields of all views that are alive, once for every field.
    """

    def __init__(self, session: SafeSessionState) -> None:
        self._session = session

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - whatever a session holds
        if is_element_id(key) or _is_internal_key(key):
            raise KeyError(key)
        with self._session._lock:
            return self._session._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def __repr__(self) -> str:
        return repr(self._whole())

    def _whole(self) -> dict[str, Any]:
        with self._session._lock:
            return self._session._state.filtered_state


class ComponentState(dict[str, object]):
    """What one of our components told and holds, as the session shows it; each value can be read as an attribute.

    Streamlit makes a class of its own for this each time it is looked up: for every component that is alive, twice
    at each step. A class lies in circles, so what the steps of a hundred people left was looked for among all that
    lives every few seconds, and everybody waited. What is written goes Streamlit's own way.
    """

    __slots__ = ("_own", "_session")

    def __init__(self, told: Mapping[str, object], own: "Presenter", session: SessionState) -> None:
        super().__init__(told)
        object.__setattr__(self, "_own", own)
        object.__setattr__(self, "_session", session)

    def __getattr__(self, name: str) -> object:
        return self.get(name)

    def __setattr__(self, name: str, value: object) -> None:
        self[name] = value

    def __setitem__(self, name: str, value: object) -> None:
        def put(whole: dict[str, object]) -> None:
            whole[name] = value

        self._written(put)

    def __delitem__(self, name: str) -> None:
        def take(whole: dict[str, object]) -> None:
            del whole[name]

        self._written(take)

    def __deepcopy__(self, memo: dict[int, Any]) -> "ComponentState":
        memo[id(self)] = self  # it stands for what the session holds
        return self

    def _written(self, write: Callable[[dict[str, object]], None]) -> None:
        own: Presenter = object.__getattribute__(self, "_own")
        whole = own(dict(self), object.__getattribute__(self, "_session"))
        write(whole)
        self.clear()
        self.update(whole)


def presented_once(own: "MakePresenter") -> "MakePresenter":
    """Return what makes presenters like Streamlit's own, whose answers are all of one class."""

    def make(
        aggregator_id: str, component_id: str | None = None, allowed_state_keys: set[str] | None = None
    ) -> "Presenter":
        streamlits = own(aggregator_id, component_id, allowed_state_keys)

        def present(base: object, session: SessionState) -> object:
            widgets = session._new_widget_state
            told = widgets.widget_metadata.get(aggregator_id)
            if not isinstance(base, dict) or told is None or told.value_type != "json_trigger_value":
                return base
            events = widgets.get(aggregator_id)
            listed = events if isinstance(events, list) else [events]
            flat = dict(pair for one in listed for pair in _event(one))
            return ComponentState({**flat, **base}, streamlits, session)

        return present

    return make


def _event(told: object) -> Iterator[tuple[str, object]]:
    """Yield an event's name and its value, if it is one."""
    if isinstance(told, dict) and isinstance(told.get("event"), str):
        yield told["event"], told.get("value")


_presented_once: Final = presented_once(make_bidi_component_presenter)


def _none_found(manager: BidiComponentManager, *, start_file_watching: bool = True) -> None:
    """Register no component of any other package."""
    del manager, start_file_watching


def lighten() -> None:
    """From now on do these things once; harmless when done before.

    With its first element Streamlit looks where each module was loaded from, to find out whether somebody at a
    prompt has to be told how it is started. Here nobody has, and the first page waits for it. And before it
    serves, it reads what every installed package says of itself, in case one brings components: ours come from
    `app.components`, and no other package shall put anything into the page.
    """
    setattr(delta_generator, "_use_warning_has_been_displayed", True)  # noqa: B010 - as below
    setattr(BidiComponentManager, "discover_and_register_components", _none_found)  # noqa: B010 - as below
    setattr(SafeSessionState, "filtered_state", property(StateByKey))  # noqa: B010 - it is no variable for mypy
    setattr(components, "make_bidi_component_presenter", _presented_once)  # noqa: B010 - as above
