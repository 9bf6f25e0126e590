"""Drawing parts of the page again, without running the whole script.

Every part that changes is a keyed fragment. A callback names the parts it changed (`redraw`); a timer that sees
a job end has no callback, so it asks for them with `refresh`.
"""

from collections.abc import Sequence
from typing import NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

NAV = "nav"
"""The navigation, and with it everything the browser is told of the window."""
FRAME = "frame"
"""What the browser is told; drawn after everything else that is drawn with it."""
STATUS = "status"
"""The status bar."""


def view_key(view: str) -> str:
    """Return the fragment key of one view."""
    return f"view_{view}"


def inspector_key(view: str) -> str:
    """Return the fragment key of the right-hand pane of one view."""
    return f"inspector_{view}"


def in_order(keys: Sequence[str]) -> list[str]:
    """Return the parts in the order in which they are drawn: what the browser is told goes last."""
    wanted = dict.fromkeys(key for key in keys if key != FRAME)
    return [*wanted, *([FRAME] if NAV in wanted or FRAME in keys else [])]


def redraw(*keys: str) -> NoReturn:
    """Within a callback: draw these parts instead of the one the widget is in."""
    st.rerun(in_order(keys))


def refresh(*keys: str) -> None:
    """Within a fragment that a timer runs: draw these parts once it has ended.

    Streamlit allows `st.rerun(key)` in callbacks only, since it would cut the running part short. Here the request
    is queued and the part ends by itself; this is the one place that uses Streamlit's own request queue.
    """
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        return
    context.script_requests.request_rerun(
        RerunData(
            query_string=context.query_string,
            page_script_hash=context.page_script_hash,
            fragment_id_queue=context.fragment_storage.resolve_target(in_order(keys)),
            is_fragment_scoped_rerun=False,  # after the parts that are still waiting, not instead of them
            cached_message_hashes=context.cached_message_hashes,
            context_info=context.context_info,
        )
    )
