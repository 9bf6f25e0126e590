"""Where Streamlit does the same work again at each step: done once instead, with the same result.

Found by measuring; each place has a test that compares with what Streamlit does by itself, so that an upgrade that
changes one of them is noticed. The third place, the theme, is in `app.theme.live`. Used by the server at its
start.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from streamlit import delta_generator
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.state.common import is_element_id
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import _is_internal_key


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


def copied_once(self: DeltaGenerator, memo: dict[int, Any]) -> DeltaGenerator:
    """Return a copy of a place on the page, in which one that is met twice is copied once.

    A part remembers the places it lies in, innermost last. Streamlit copies each of them with all that are around
    it: eight of them are thirty-six copies.
    """
    copy = DeltaGenerator(
        root_container=self._root_container,
        cursor=deepcopy(self._cursor, memo),
        parent=deepcopy(self._parent, memo),
        block_type=self._block_type,
    )
    copy._form_data = deepcopy(self._form_data, memo)
    copy._creating_fragment_id = self._creating_fragment_id
    return copy


def lighten() -> None:
    """From now on do these things once; harmless when done before.

    With its first element Streamlit looks where each module was loaded from, to find out whether somebody at a
    prompt has to be told how it is started. Here nobody has, and the first page waits for it.
    """
    setattr(delta_generator, "_use_warning_has_been_displayed", True)  # noqa: B010 - as below
    setattr(SafeSessionState, "filtered_state", property(StateByKey))  # noqa: B010 - it is no variable for mypy
    setattr(DeltaGenerator, "__deepcopy__", copied_once)  # noqa: B010 - as above
