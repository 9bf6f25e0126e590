"""The navigation on the left: pages with badges, the datasets below theirs, foldable to signs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.components.mount import component
from core.i18n import _

_KEY: Final = "nav"
_nav = component("nav")


def nav(
    pages: Sequence[Mapping[str, Any]],
    *,
    below: str,
    datasets: Sequence[str],
    more: int,
    active: Mapping[str, Any],
) -> None:
    """Draw the navigation; a click reaches Python through the frame.

    Args:
        pages: Each page's slug, title, icon and badge.
        below: The slug of the page below which the datasets stand.
        datasets: Their names, in order.
        more: How many more there are.
        active: Where the window is: page and params.
    """
    _nav(
        key=_KEY,
        height="stretch",
        data={
            "label": _("Pages"),
            "pages": [dict(page) for page in pages],
            "below": below,
            "datasets": list(datasets),
            "more": more,
            "active": dict(active),
            "texts": {
                "fold": _("Fold the navigation"),
                "unfold": _("Unfold the navigation"),
                "search": _("Search datasets"),
                "more": _("More are on the Data page."),
                "none": _("No dataset has this in its name."),
                "badge": _("{count} want attention"),
            },
        },
    )
