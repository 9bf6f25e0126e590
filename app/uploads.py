"""Files dropped on the window: `/uploads` takes one and keeps it in the profile until it is imported."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import BestandError
from core.ids import new_id
from core.paths import translate_os_error
from core.telemetry import log_error

if TYPE_CHECKING:
    from app.context import AppContext

UPLOADS_PATH: Final = "/uploads"
_NAME_LIMIT: Final = 120
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*]+')
"""What some system refuses in a file name."""


def upload_routes(ctx: "AppContext") -> list[Route]:
    """Return the route that takes files; its answer is the id and the name under which one is kept."""

    async def take(request: Request) -> Response:
        name = file_name(request.query_params.get("name", ""))
        folder = ctx.paths.uploads / new_id()
        try:
            await _write(folder / name, request)
        except BestandError as error:
            log_error(error, {"where": "uploads"})
            return JSONResponse(error.to_dict(), status_code=507)
        return JSONResponse({"id": folder.name, "name": name})

    return [Route(UPLOADS_PATH, take, methods=["POST"])]


def file_name(given: str) -> str:
    """Return the last part of what a browser calls a file; folders in it mean nothing."""
    last = given.replace("\\", "/").rpartition("/")[2].encode("utf-8", "replace").decode("utf-8")
    return _UNSAFE.sub("_", last)[-_NAME_LIMIT:].strip(" .") or "file"


def kept_upload(ctx: "AppContext", upload: str, name: str) -> Path | None:
    """Return the path of a file that was sent, or None if there is none."""
    folder = ctx.paths.uploads / Path(upload).name
    path = folder / file_name(name)
    return path if path.is_file() else None


async def _write(target: Path, request: Request) -> None:
    """Write the body as it comes; a part of a file does not stay."""
    try:
        target.parent.mkdir(mode=0o700)
        async with await anyio.open_file(target, "xb") as out:
            async for chunk in request.stream():
                await out.write(chunk)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise translate_os_error(error, target) from error
    except BaseException:  # the page went away in the middle
        target.unlink(missing_ok=True)
        raise
