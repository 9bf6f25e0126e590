"""The keys that mean the same wherever the window is, and all keys as a list to read.

Used by the palette, by `?` and by the settings. What a page adds of its own it says itself (`Page.actions`).
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from app.page import Action, Page
from app.router import navigate
from core.i18n import _

_FIRST_LETTERS: Final = {
    "home": "h", "import": "i", "data": "d", "sql": "s", "chart": "c", "jobs": "j", "settings": ",",
}  # fmt: skip
"""The second key of `g h`, `g d` …; the pages themselves are told in the list."""


def everywhere(pages: Iterable[Page]) -> tuple[Action, ...]:
    """Return what can be done at any place: what the browser does, and going to each page."""
    return (*_anywhere(), *map(_go_to, pages))


def listed(actions: Iterable[Action]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the list of shortcuts: headings, each with keys and what they do; those of tables come last."""
    keyed = sorted((one for one in actions if one.keys), key=lambda one: one.group)
    groups = groupby(keyed, key=lambda one: one.group)
    return [*((group, [(str(one.keys), one.label) for one in found]) for group, found in groups), in_tables()]


def in_tables() -> tuple[str, list[tuple[str, str]]]:
    """Return the keys of tables, which the tables themselves hear: a heading, keys and what they do."""
    return _("In a table"), [
        ("mod+f", _("Search all columns")),
        ("enter", _("Show the whole cell; sort by a column, on its head")),
        ("mod+c", _("Copy, with the names of the columns")),
        ("mod+a", _("Select all rows")),
        ("shift+space", _("Select row")),
        ("mod+space", _("Select column")),
        ("alt+arrowdown", _("Menu of the column")),
    ]


def _anywhere() -> tuple[Action, ...]:
    anywhere = _("Everywhere")
    return (
        Action("palette", _("Open the command palette"), _nothing, "mod+k", anywhere),
        Action("shortcuts", _("Show keyboard shortcuts"), _nothing, "?", anywhere),
        Action("back", _("Go back"), _nothing, "alt+arrowleft", anywhere),
        Action("forward", _("Go forward"), _nothing, "alt+arrowright", anywhere),
    )


def _nothing() -> None:
    """Be done by the browser."""


def _go_to(page: Page) -> Action:
    def go() -> None:
        navigate(page.slug)

    return Action(f"go.{page.slug}", page.title, go, keys_of(page), _("Go to"))


def keys_of(page: Page) -> str | None:
    """Return the keys that lead to a page, if it has any."""
    letter = _FIRST_LETTERS.get(page.slug)
    return f"g {letter}" if letter else None
