"""What a question can name, as the editor and the rail beside it show it. No Streamlit."""

import json
from typing import TYPE_CHECKING, Final

from app.catalogue import DATASETS
from core.fingerprint import fingerprint
from core.types import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.context import AppContext
    from storage.database.models import DatasetRow

DATASETS_SENT: Final = 2_000
COLUMNS_SENT: Final = 50_000
"""Most columns of all datasets together; the datasets beyond are named without theirs."""


def mark(ctx: "AppContext") -> str:
    """Return what changes whenever `datasets` would."""

    def ask() -> str:
        with ctx.storage.database.read() as uow:
            rows = uow.datasets.list_by_name(limit=DATASETS_SENT)
            return fingerprint([[row.id, row.name, row.current_version] for row in rows])[:20]

    return ctx.changes.memo("sql mark", [DATASETS], ask)


def datasets(ctx: "AppContext") -> list[Json]:
    """Return name, rows and columns (name, type) of every dataset, by name."""
    found: list[Json] = []
    left = COLUMNS_SENT
    with ctx.storage.database.read() as uow:
        rows: Sequence[DatasetRow] = uow.datasets.list_by_name(limit=DATASETS_SENT)
        for row in rows:
            manifest = json.loads(uow.versions.of(row.id, row.current_version).manifest)
            columns: list[Json] = [[one["name"], one["type"]] for one in manifest["columns"][:left]]
            left -= len(columns)
            found.append({"name": row.name, "rows": row.row_count, "columns": columns})
    return found


def words(ctx: "AppContext") -> dict[str, Json]:
    """Return the words of the engine's SQL."""
    from analysis.query.words import sql_words

    return sql_words(ctx.storage.duck).to_dict()
