"""What the Data page remembers of each dataset a window has looked at. No Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.profile import TableProfile
    from app.later import Later


@dataclass(slots=True)
class DataState:
    """What was shown last of each dataset, by its id.

    `column` is the one whose values stand on the right. `view` is how the grid is arranged now; `wanted` how the
    page wants it arranged, each wish with another `wish` number. `deleted` is the dataset a person may still
    bring back, `picked` the id of the line of the list that is looked at. `asking` is the job that makes the next
    version of an answer.
    """

    column: dict[str, str] = field(default_factory=dict)
    view: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    wanted: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    deleted: tuple[str, str] | None = None
    asking: dict[str, str] = field(default_factory=dict)
    picked: str | None = None
    profiles: "dict[tuple[str, int], Later[TableProfile]]" = field(default_factory=dict)
    first_looks: "dict[tuple[str, int], Later[TableProfile]]" = field(default_factory=dict)

    def wish(self, dataset_id: str) -> int:
        """Return the number of the page's last wish for a dataset."""
        return int(self.wanted.get(dataset_id, {}).get("wish", 0))

    def narrowed(self, dataset_id: str, filters: Sequence[Mapping[str, Any]]) -> None:
        """Want the rows of a dataset that meet these filters and no others, without a search."""
        view = {**self.view.get(dataset_id, {}), "filters": list(filters), "search": ""}
        self.wanted[dataset_id] = self.view[dataset_id] = {**view, "wish": self.wish(dataset_id) + 1}

    def only(self, dataset_id: str, column: str, value: str) -> None:
        """Want the rows of a dataset in which a column has a value, besides what holds already."""
        view = dict(self.view.get(dataset_id, {}))
        others = [one for one in view.get("filters", ()) if one.get("column") != column]
        view["filters"] = [*others, {"column": column, "op": "=", "value": value}]
        view["wish"] = self.wish(dataset_id) + 1
        self.wanted[dataset_id] = view
        self.view[dataset_id] = view
