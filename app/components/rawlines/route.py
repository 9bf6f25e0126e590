"""The route that gives the lines of a file that is looked at, with colours and marks; see the grid's routes."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import anyio
from pydantic import BaseModel, ConfigDict, Field
from starlette.routing import BaseRoute, Route

from app.components.grid.ledger import why
from app.components.grid.route import served
from app.looks import Looks

if TYPE_CHECKING:
    from analysis.readings.raw_lines import RawLine
    from app.components.grid.stop import Stop
    from app.context import AppContext

MOST_LINES: Final = 500
WAIT_S: Final = 0.4
"""How long a block waits for the scan to reach it; then it comes later."""
_PATIENCE_S: Final = 20.0
_AT_ONCE: Final = 2
_PLANE: Final = 0xFFFF


class LinesBody(BaseModel):
    """Some lines: from the `first`-th (from 0) of the file, or of those that become `only`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Annotated[str, Field(max_length=200)]
    first: Annotated[int, Field(ge=0, lt=2**53)] = 0
    count: Annotated[int, Field(ge=1, le=MOST_LINES)] = 100
    only: Annotated[str, Field(max_length=20)] | None = None


def raw_routes(ctx: "AppContext") -> list[BaseRoute]:
    """Return the route of all raw files."""
    limit = anyio.CapacityLimiter(_AT_ONCE)
    answer = partial(lines_of, ctx.looks)
    return [Route("/data/lines", partial(served, LinesBody, answer, limit), methods=["POST"])]


def lines_of(looks: Looks, body: LinesBody, stop: "Stop") -> dict[str, Any]:
    """Return the lines that can be shown by now.

    Raises:
        NotFoundError: the file is no longer looked at.
        SourceError: it cannot be read in this way.
    """
    look_id, _sign, key = body.source.partition(":")
    view = looks.find(look_id).find(key)
    raw = view.raw(_PATIENCE_S)
    stop.report(0.0)
    if raw is None:
        return {"lines": [], "total": 0, "so_far": 0}
    raw.wait_for(body.first + body.count, WAIT_S)
    found = raw.lines(body.first, body.count, action=body.only)
    return {"lines": [_line(one) for one in found.lines], "total": found.total, "so_far": found.so_far}


def _line(line: "RawLine") -> dict[str, Any]:
    """Return a line as it travels; spans are three numbers each, counted as a browser counts."""
    spans = [number for one in line.spans for number in (one.start, one.end, one.column)]
    if spans and any(ord(sign) > _PLANE for sign in line.text):
        at = _units(line.text)
        spans = [number for one in line.spans for number in (at[one.start], at[one.end], one.column)]
    told: dict[str, Any] = {"n": line.number, "t": line.text, "e": line.end, "s": spans}
    if line.action not in ("", "loaded"):
        told |= {"a": line.action, "r": why(line.reason)}
    if line.cut:
        told["c"] = True
    return told


def _units(text: str) -> list[int]:
    """Return where each sign begins, counted in UTF-16; and where the last one ends."""
    at, places = 0, []
    for sign in text:
        places.append(at)
        at += 2 if ord(sign) > _PLANE else 1
    return [*places, at]
