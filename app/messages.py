"""What is told at the bottom right for five seconds, with Undo where it can be undone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from app.session import kept
from core.ids import new_id

KEPT: Final = 8
"""Messages whose Undo still works."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was done; `undo` is a callback like any other."""

    id: str
    text: str
    undo: Callable[[], object] | None = None


@dataclass(slots=True)
class _Messages:
    told: list[Message] = field(default_factory=list)


def say(text: str, *, undo: Callable[[], object] | None = None) -> None:
    """Within a callback: tell what was done; it is shown when the navigation is drawn next (`redraw(NAV)`).

    Args:
        text: One sentence, translated.
        undo: Takes it back; may `navigate` or `redraw`.
    """
    told = kept("messages", _Messages).told
    told.append(Message(new_id(), text, undo))
    del told[:-KEPT]


def told_messages() -> list[dict[str, Any]]:
    """Return what was told, for the frame."""
    told = kept("messages", _Messages).told
    return [{"id": one.id, "text": one.text, "undo": one.undo is not None} for one in told]


def undo(message_id: str) -> None:
    """Within a callback: take back what a message told; once."""
    told = kept("messages", _Messages).told
    found = next((one for one in told if one.id == message_id), None)
    if found is not None and found.undo is not None:
        told.remove(found)
        found.undo()
