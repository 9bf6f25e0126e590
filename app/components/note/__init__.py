"""The note under a field: what is wrong with it, told while it is typed; see `note`. And the route it asks."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.checks import CHECK_PATH
from app.components.mount import component
from core.errors import BestandError
from core.rules import TEXT_LIMIT
from core.telemetry import log_error

if TYPE_CHECKING:
    from app.context import AppContext

_BODY_LIMIT: Final = 2 * TEXT_LIMIT

_note = component("note")


def note(
    field: str,
    *,
    problem: str | None,
    check: str | None = None,
    dirty: bool = False,
    differs: bool = False,
    key: str,
) -> None:
    """Draw what is wrong with a field under it; nothing where all is well.

    Args:
        field: The key of the widget.
        problem: What is wrong with what the page knows.
        check: The field's name in `Checks`, to be asked while somebody types; None for what is not typed.
        dirty: Whether it is not as it was saved; marked beside its label.
        differs: Whether another window has something else there; the status line says so.
        key: The note's own key.
    """
    own = key.replace("__", "-")  # which Streamlit keeps for itself in the keys of components
    told = {"field": field, "problem": problem or "", "check": check, "dirty": dirty, "differs": differs}
    _note(key=own, data=told)


def problem_list(problems: Mapping[str, tuple[str, str]], *, label: str, key: str) -> None:
    """Draw all that is wrong with a form; a click leads to the field.

    Args:
        problems: By the key of each field: what it is called, and what is wrong with it.
        label: What the list is.
        key: Its key.
    """
    own = key.replace("__", "-")
    _note(key=own, data={"label": label, "list": [[field, *told] for field, told in problems.items()]})


def check_routes(ctx: "AppContext") -> list[Route]:
    """Return the route that judges what is being typed."""

    async def judge(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > _BODY_LIMIT:
                return Response(status_code=413)
        try:
            told = json.loads(body)
            name, text = told["check"], told["text"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return Response(status_code=400)
        found = ctx.checks.find(name) if isinstance(name, str) and isinstance(text, str) else None
        if found is None:
            return Response(status_code=404)
        try:
            problem = await anyio.to_thread.run_sync(found, text)
        except BestandError as error:  # a rule that must look something up could not
            log_error(error, {"where": "check"})
            return Response(status_code=503)
        return JSONResponse({"problem": problem or ""}, headers={"cache-control": "no-store"})

    return [Route(CHECK_PATH, judge, methods=["POST"])]
