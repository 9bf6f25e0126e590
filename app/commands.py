"""Everything that can be done from the keyboard: for the palette, the keys, and the list of shortcuts.

Pages say what can be done in them (`Page.actions`); what can be done everywhere is here. Used by the shell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app.page import Action, Page
from app.router import Router
from app.session import kept
from app.shortcuts import everywhere, keys_of, listed
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext

RECENT_LIMIT: Final = 8


@dataclass(slots=True)
class _Recent:
    """Ids chosen in the palette, the latest first."""

    ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Commands:
    """What can be done at one place of one window."""

    actions: tuple[Action, ...]
    pages: tuple[Page, ...]

    def keys(self) -> dict[str, str]:
        """Return the id of each action by its keys."""
        return {action.keys: action.id for action in self.actions if action.keys}

    def run(self, action_id: str) -> None:
        """Within a callback: do it; an action that is gone meanwhile is not done."""
        found = next((action for action in self.actions if action.id == action_id), None)
        if found is not None:
            found.run()

    def entries(self) -> list[dict[str, Any]]:
        """Return what the palette offers before anything is typed: what can be done here, then the pages."""
        doing = [
            {"id": one.id, "label": one.label, "icon": "bolt", "note": one.group, **_keys(one.keys)}
            for one in self.actions
            if one.id != "palette" and not one.id.startswith("go.")
        ]
        going = [
            {
                "id": f"page:{page.slug}", "label": page.title, "icon": page.icon, "note": _("Page"),
                "place": {"page": page.slug, "params": {}}, **_keys(keys_of(page)),
            }
            for page in self.pages
        ]  # fmt: skip
        return [*doing, *going]

    def shortcuts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the list of shortcuts: headings, each with keys and what they do."""
        return listed(self.actions)


def commands(ctx: "AppContext", window: Router, pages: Sequence[Page]) -> Commands:
    """Return what can be done where the window is; what the page can do comes first and wins its keys."""
    here = tuple(_grouped(action, window.page.title) for action in window.page.actions(ctx, window.route.params))
    return Commands((*here, *everywhere(pages)), tuple(pages))


def chosen(entry_id: str) -> None:
    """Note that something was chosen in the palette."""
    recent = kept("palette", _Recent)
    recent.ids = [entry_id, *(one for one in recent.ids if one != entry_id)][:RECENT_LIMIT]


def recently_chosen() -> list[str]:
    """Return the ids chosen lately, the latest first."""
    return list(kept("palette", _Recent).ids)


def _grouped(action: Action, title: str) -> Action:
    return action if action.group else Action(action.id, action.label, action.run, action.keys, title)


def _keys(keys: str | None) -> dict[str, str]:
    return {"keys": keys} if keys else {}
