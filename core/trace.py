"""The correlation id: one id follows a click from the browser through script, job and SQL."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.ids import new_id

_trace: ContextVar[str | None] = ContextVar("trace", default=None)
_actor: ContextVar[str] = ContextVar("actor", default="owner")
_SAFE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def current_trace() -> str | None:
    """Return the id of what is going on in this context, or None outside of any."""
    return _trace.get()


def current_actor() -> str:
    """Return who is acting; one constant owner until someone logs in."""
    return _actor.get()


@contextmanager
def trace(trace_id: str | None = None, *, actor: str | None = None) -> Iterator[str]:
    """Run the block under an id: the given one if it is well-formed, else the outer one, else a new one."""
    wanted = trace_id if trace_id and _SAFE.fullmatch(trace_id) else _trace.get() or new_id()
    trace_token = _trace.set(wanted)
    actor_token = _actor.set(actor or _actor.get())
    try:
        yield wanted
    finally:
        _actor.reset(actor_token)
        _trace.reset(trace_token)
