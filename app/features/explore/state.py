"""What the Data page remembers of each dataset a window has looked at. No Streamlit."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.profile import TableProfile
    from analysis.row_sql import Filter
    from analysis.rows import RowQuery
    from app.later import Later


@dataclass(slots=True)
class RowsState:
    """Which rows are shown. `page` counts from 1."""

    page: int = 1
    sort: tuple[str, bool] | None = None
    filters: "tuple[Filter, ...]" = ()
    search: str = ""
    columns: tuple[str, ...] | None = None

    def query(self, page_rows: int) -> "RowQuery":
        """Return what to ask the engine."""
        from analysis.rows import RowQuery

        return RowQuery(
            offset=(self.page - 1) * page_rows,
            limit=page_rows,
            sort=(self.sort,) if self.sort else (),
            filters=self.filters,
            search=self.search or None,
            columns=self.columns,
        )

    def sort_by(self, column: str) -> None:
        """Sort by a column: up, then down, then in the file's order again."""
        if self.sort is None or self.sort[0] != column:
            self.sort = (column, False)
        else:
            self.sort = (column, True) if not self.sort[1] else None
        self.page = 1

    def narrow(self, *filters: "Filter") -> None:
        """Let these filters hold, and begin at the first page."""
        self.filters, self.page = filters, 1

    def without(self, index: int) -> None:
        """Drop one filter."""
        self.narrow(*(one for i, one in enumerate(self.filters) if i != index))

    def find(self, search: str) -> None:
        """Search for this, and begin at the first page."""
        self.search, self.page = search, 1


@dataclass(slots=True)
class DataState:
    """What was shown last of each dataset, by its id; `deleted` is the dataset a person may still bring back."""

    rows: dict[str, RowsState] = field(default_factory=dict)
    column: dict[str, str] = field(default_factory=dict)
    deleted: tuple[str, str] | None = None
    profiles: "dict[tuple[str, int], Later[TableProfile]]" = field(default_factory=dict)

    def rows_of(self, dataset_id: str) -> RowsState:
        """Return which rows of a dataset are shown."""
        return self.rows.setdefault(dataset_id, RowsState())
