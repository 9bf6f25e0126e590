"""What a person sees when something fails: one calm sentence in the place that failed, never a stack trace.

An expected error (`BestandError`) shows its message and hint. Anything else is a bug: the log keeps the stack, the
page shows a sentence with the id under which it is found. The other parts of the page go on working.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

import streamlit as st
from streamlit.delta_generator_singletons import context_dg_stack

from app.components.copy import copy_button
from app.refresh import redraw, view_key
from app.session import notices
from core.clock import now_iso
from core.errors import BestandError
from core.i18n import _
from core.ids import new_id
from core.telemetry import log_error
from core.trace import trace
from core.version import app_version

P = ParamSpec("P")


@contextmanager
def boundary(where: str) -> Iterator[None]:
    """Draw one part; if it fails, draw the reason in its place."""
    with trace() as trace_id:
        try:
            yield
        except BestandError as error:
            log_error(error, {"where": where})
            problem(str(error), error.hint, about=f"{where}, {error.code}, {trace_id}")
        except Exception as error:
            log_error(error, {"where": where})
            problem(*unexpected(trace_id), about=f"{where}, {type(error).__name__}, {trace_id}")


def part(key: str, body: Callable[[], None], *, every: float | None = None) -> None:
    """Draw a part of the page that can be drawn again alone, under its key; a failure stays inside it.

    With `every` it is drawn again after so many seconds, for as long as the part around it draws it.
    """

    def drawn() -> None:
        with boundary(key):
            body()

    # Streamlit tells fragments apart by name and place, and stops a timer only when its fragment is gone.
    drawn.__qualname__ = f"part_{key}_{'live' if every else 'still'}"
    with _only_innermost():
        st.fragment(drawn, key=key, run_every=every)()


@contextmanager
def _only_innermost() -> Iterator[None]:
    """Have Streamlit know of the whole page and of the innermost place only, of those that are entered.

    It keeps a copy of all of them for each part, each with all that are around it: of eight places thirty-six
    copies. The innermost one knows by itself what it lies in; the first one stands for being in none.
    """
    entered = context_dg_stack.get()
    token = context_dg_stack.set((entered[0], entered[-1])) if len(entered) > 1 else None
    try:
        yield
    finally:
        if token is not None:
            context_dg_stack.reset(token)


def guarded(view: str, act: Callable[P, object]) -> Callable[P, None]:
    """Return a callback that shows what fails as a notice on its view instead of breaking the page."""

    @wraps(act)
    def callback(*args: P.args, **kwargs: P.kwargs) -> None:
        with trace() as trace_id:
            try:
                act(*args, **kwargs)
            except BestandError as error:
                log_error(error, {"where": view})
                notices()[view] = (str(error), error.hint)
            except Exception as error:
                log_error(error, {"where": view})
                notices()[view] = unexpected(trace_id)
            else:
                return
        redraw(view_key(view))

    return callback


def unexpected(trace_id: str) -> tuple[str, str]:
    """Return message and hint for a bug."""
    return (
        _("Something unexpected happened here; your data is unchanged."),
        _("Try again. If it stays, report it with the id {trace}, under which the log has the details.").format(
            trace=trace_id
        ),
    )


def problem(message: str, hint: str = "", *, about: str = "") -> None:
    """Draw a failure: what happened, what to do next, and a report to copy.

    Args:
        message: One sentence.
        hint: What to do next.
        about: What the report says besides: where it was, the kind of error, the id in the log. No contents.
    """
    with st.container(key=f"problem_{new_id()}", gap="xsmall"):
        st.error(escaped(hint) or " ", title=escaped(message), icon=":material/error:")
        report = "\n".join(filter(None, (f"Bestand {app_version()}, {now_iso()}", message, hint, about)))
        copy_button(report, label=_("Copy report"), key=f"report_{new_id()}")


def notice(view: str) -> None:
    """Draw what the view's last callback could not do, once."""
    shown = notices().pop(view, None)
    if shown:
        problem(*shown)


def on_script_error(error: BaseException) -> bool:
    """Draw a bug nothing else caught; for `st.App(on_script_error=…)`. Returns True: it was shown."""
    with trace() as trace_id:
        log_error(error, {"where": "script"})
    problem(*unexpected(trace_id))
    return True


_MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]()#+-.!|<>~$:"})


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is: a file name or a column is no formatting."""
    return text.translate(_MARKDOWN)
