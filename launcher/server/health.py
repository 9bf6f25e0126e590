"""Is the engine alive, and can it work: `/healthz` and `/readyz`.

Alive means that it answers. Ready means that each thing it depends on was just tried and did what it is for. Both
are behind the launch gate like everything else. The checks are handed in, so this module opens nothing itself.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from core.errors import BestandError
from core.i18n import N_
from core.telemetry import log_error

if TYPE_CHECKING:
    from app.context import AppContext

Check = Callable[[], object]
"""Raises when the dependency cannot do its work; what it returns does not matter."""

CHECK_LIMIT_S = 5.0
"""A dependency that takes longer to answer is not ready."""


def health_routes(boot: str, checks: Mapping[str, Check]) -> list[Route]:
    """Return the two routes. `boot` tells one start of the engine from the next."""

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live", "boot": boot}, headers={"cache-control": "no-store"})

    async def readyz(_request: Request) -> JSONResponse:
        answers = await asyncio.gather(*(_try(name, check) for name, check in checks.items()))
        results = dict(zip(checks, answers, strict=True))
        ready = all(answer["ok"] for answer in answers)
        return JSONResponse(
            {"ready": ready, "checks": results},
            status_code=200 if ready else 503,
            headers={"cache-control": "no-store"},
        )

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def context_checks(context: "AppContext") -> dict[str, Check]:
    """Return a check for each thing the engine depends on."""
    storage, worker = context.storage, context.jobs.worker
    return {
        "database": storage.database.health,
        "datasets": lambda: _try_to_write(context),
        "cache": storage.cache.stats,
        "queue": worker.health,
    }


def _try_to_write(context: "AppContext") -> None:
    with context.storage.datasets.stage() as staging:
        (staging.folder / "probe").write_bytes(b"")


async def _try(name: str, check: Check) -> dict[str, bool | str]:
    try:
        await asyncio.wait_for(asyncio.to_thread(check), CHECK_LIMIT_S)
    except TimeoutError:
        return {
            "ok": False,
            "why": N_("It did not answer within {seconds} seconds.").format(seconds=f"{CHECK_LIMIT_S:g}"),
        }
    except BestandError as error:
        return {"ok": False, "why": str(error)}
    except Exception as error:  # whatever breaks in a dependency means that it is not ready
        log_error(error, {"check": name})
        return {"ok": False, "why": N_("It failed; the log tells why.")}
    return {"ok": True, "why": ""}
