"""The Rows tab: the grid, with any number of rows; what it shows is its own business."""

from typing import TYPE_CHECKING, Final

from app.boundary import guarded
from app.components.grid import GridEvent, dataset_rows, grid
from app.features.explore import texts
from app.features.explore.state import DataState
from app.router import navigate, redraw_inspector
from app.widgets import field_key
from app.widgets.parts import grid_place
from core.i18n import _

if TYPE_CHECKING:
    from core.types import Manifest

VIEW: Final = "data"


def draw_rows(manifest: "Manifest", state: DataState) -> None:
    """Draw the grid of a dataset; a click on a column's spread shows that column on the right."""
    dataset_id = manifest.dataset_id

    def heard(event: GridEvent) -> None:
        if event.kind == "leave":
            navigate(VIEW)
        if event.kind == "view" and event.view is not None:
            state.view[dataset_id] = event.view
        if event.kind == "column" and event.column is not None:
            state.column[dataset_id] = event.column
            redraw_inspector(VIEW)

    with grid_place("rows", "stretch"):
        grid(
            dataset_rows(manifest),
            key=field_key(VIEW, "grid", dataset_id),
            label=_(texts.ROWS_OF).format(name=manifest.name),
            events=("column", "view", "leave"),
            on_event=guarded(VIEW, heard),
            view=state.wanted.get(dataset_id),
        )
