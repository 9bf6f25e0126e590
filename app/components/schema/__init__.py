"""The rail beside the SQL editor: datasets and their columns; see `schema_rail`."""

from collections.abc import Mapping

from app.components.mount import component

_rail = component("schema")


def schema_rail(*, key: str, route: str, mark: str, labels: Mapping[str, str]) -> None:
    """Draw the datasets and their columns; a click puts a name into the editor of the same page.

    Args:
        key: The widget's key.
        route: Where the datasets are fetched.
        mark: Changes when the datasets did.
        labels: What it says: `tree`, `filter`, `empty`, `none`, `more`.
    """
    _rail(key=key, data={"route": route, "mark": mark, "labels": dict(labels)}, height="stretch")
