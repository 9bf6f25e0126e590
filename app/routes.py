"""What the engine serves beside the page: built components, and later the rows of the grid.

Used by the server, which puts the launch gate in front of all of it.
"""

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from app.components.mount import asset_routes
from app.features.query.routes import editor_routes

if TYPE_CHECKING:
    from app.context import AppContext


def app_routes(ctx: "AppContext") -> list[BaseRoute]:
    """Return every route of the application, in the order in which they are tried."""
    return [*asset_routes(), *editor_routes(ctx)]
