"""What the engine serves beside the page: components, rows, the journal, pushed events, files taken, and more.

Used by the server, which puts the launch gate in front of all of it.
"""

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from app.components.grid.route import data_routes
from app.components.mount import asset_routes
from app.components.note import check_routes
from app.components.rawlines.route import raw_routes
from app.events import event_routes
from app.features.query.routes import editor_routes
from app.findable import palette_routes
from app.journal import journal_routes
from app.pages import PAGES
from app.uploads import upload_routes

if TYPE_CHECKING:
    from app.context import AppContext


def app_routes(ctx: "AppContext") -> list[BaseRoute]:
    """Return every route of the application, in the order in which they are tried."""
    return [
        *asset_routes(),
        *editor_routes(ctx),
        *data_routes(ctx),
        *raw_routes(ctx),
        *event_routes(ctx, PAGES),
        *journal_routes(ctx),
        *palette_routes(ctx),
        *check_routes(ctx),
        *upload_routes(ctx),
    ]
