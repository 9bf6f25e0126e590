"""What one can ask about one dataset: a page of its rows, its profile, its ledger.

Called by the Data page and by `bestand data rows` and `bestand data profile`. Nothing here knows Streamlit.
"""

import json
from typing import TYPE_CHECKING

from core.types import Compute, Manifest

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.profile import TableProfile
    from analysis.rows import RowPage, RowQuery
    from app.context import AppContext

LEDGER_LIMIT = 500
"""Most ledger lines shown at once."""


def version_of(ctx: "AppContext", name: str) -> Manifest:
    """Return what the current version of a dataset says of itself.

    Raises:
        DatasetNotFoundError: there is no such dataset; the nearest name is told.
    """
    with ctx.storage.database.read() as uow:
        row = uow.datasets.require_name(name)
        return Manifest.from_dict(json.loads(uow.versions.of(row.id, row.current_version).manifest))


def page(ctx: "AppContext", name: str, query: "RowQuery") -> "RowPage":
    """Return one page of a dataset's rows, as asked.

    Raises:
        DatasetNotFoundError: there is no such dataset.
        ColumnNotFoundError: the query names a column the dataset has not.
    """
    return ctx.analysis.rows.page(version_of(ctx, name), query)


def profile(ctx: "AppContext", name: str, *, compute: Compute | None = None) -> "TableProfile":
    """Return the profile of a dataset; `compute` defaults to the setting.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """
    manifest = version_of(ctx, name)
    return ctx.analysis.profiles.profile(
        manifest.dataset_id, manifest.version, compute=compute or ctx.config.compute
    )


def ledger(ctx: "AppContext", name: str, *, limit: int = LEDGER_LIMIT) -> "pa.Table":
    """Return the first lines of the file that were not simply loaded: line, action, reason, raw.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """
    import pyarrow.parquet as pq

    manifest = version_of(ctx, name)
    table = pq.read_table(ctx.storage.datasets.ledger_file(manifest.dataset_id, manifest.version))
    return table.slice(0, limit)
