"""What the palette finds beside pages and actions: datasets, their columns, earlier questions.

`/palette` is asked when the palette is opened, so that a window need not carry every column of the profile.
"""

import json
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext

PALETTE_PATH: Final = "/palette"
DATASETS_LIMIT: Final = 1_000
COLUMNS_LIMIT: Final = 5_000
QUESTIONS_LIMIT: Final = 30
_LABEL_LIMIT: Final = 120

Entry = dict[str, Any]


def palette_routes(ctx: "AppContext") -> list[Route]:
    """Return the route of what is stored and can be gone to."""

    def find(_request: Request) -> Response:
        return JSONResponse(findable(ctx), headers={"cache-control": "no-store"})

    return [Route(PALETTE_PATH, find)]


def findable(ctx: "AppContext") -> list[Entry]:
    """Return datasets, then columns, then questions: id, label, note, icon, place."""
    datasets: list[Entry] = []
    columns: list[Entry] = []
    with ctx.storage.database.read() as uow:
        for row in uow.datasets.list_by_name(limit=DATASETS_LIMIT):
            datasets.append(_to_dataset(f"dataset:{row.id}", row.name, _("Dataset"), "table", row.name))
            if len(columns) < COLUMNS_LIMIT:
                manifest = json.loads(uow.versions.of(row.id, row.current_version).manifest)
                names = (str(column["name"]) for column in manifest["columns"])
                columns += [
                    _to_dataset(f"column:{row.id}:{name}", name, row.name, "view_column", row.name)
                    for name in names
                ]
        questions = [_to_question(row.id, row.sql) for row in uow.queries.history(limit=QUESTIONS_LIMIT)]
    return [*datasets, *columns[:COLUMNS_LIMIT], *questions]


def _to_dataset(entry_id: str, label: str, note: str, icon: str, dataset: str) -> Entry:
    place = {"page": "data", "params": {"dataset": dataset}}
    return {"id": entry_id, "label": label, "note": note, "icon": icon, "place": place}


def _to_question(query_id: str, sql: str) -> Entry:
    label = " ".join(sql.split())[:_LABEL_LIMIT]
    place = {"page": "sql", "params": {}}
    return {"id": f"query:{query_id}", "label": label, "note": _("Question"), "icon": "history", "place": place}
