"""What one can ask about one dataset: a page of its rows, its profile.

Called by the Data page and by `bestand data profile`. Nothing here knows Streamlit.
"""

from typing import TYPE_CHECKING

from app.catalogue import current
from core.types import Compute

if TYPE_CHECKING:
    from analysis.profile import TableProfile
    from analysis.rows import RowPage, RowQuery
    from app.context import AppContext
    from core.progress import Progress

__all__ = ["current", "page", "profile"]


def page(ctx: "AppContext", name: str, query: "RowQuery") -> "RowPage":
    """Return one page of a dataset's rows, as asked.

    Raises:
        DatasetNotFoundError: there is no such dataset.
        ColumnNotFoundError: the query names a column the dataset has not.
    """
    return ctx.analysis.rows.page(current(ctx, name), query)


def profile(
    ctx: "AppContext", name: str, *, compute: Compute | None = None, progress: "Progress | None" = None
) -> "TableProfile":
    """Return the profile of a dataset; `compute` defaults to the setting.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """
    manifest = current(ctx, name)
    return ctx.analysis.profiles.profile(
        manifest.dataset_id, manifest.version, compute=compute or ctx.config.compute, progress=progress
    )
