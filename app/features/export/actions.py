"""Writing a dataset or the whole answer of a question to a file, as a job.

Called by the page's Export and by `bestand data export` and `bestand query --out`. Nothing here knows Streamlit.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import UsageError
from core.i18n import _
from core.types import Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.context import AppContext

FORMATS: Final = ("csv", "parquet", "xlsx", "json", "ndjson")
"""Formats an export can have; each is its file's ending too."""

_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
"""What some system refuses in a file name."""


def start_export(
    ctx: "AppContext",
    *,
    target: Path,
    fmt: str,
    dataset: str | None = None,
    sql: str | None = None,
    parameters: "Mapping[str, str] | None" = None,
    run: str | None = None,
    answer: str | None = None,
    overwrite: bool = False,
) -> str:
    """Queue an export and return the job's id.

    Args:
        ctx: The open profile.
        target: The file to write; made absolute, since another process may run the job.
        fmt: One of `FORMATS`.
        dataset: The dataset to export, or
        sql: the question whose whole answer to export; exactly one of both.
        parameters: Values of the question's `$name`s, as typed.
        run: The run whose answer is meant: the very rows it has are written, as long as they are kept.
        answer: The mark of what that answer was made from; an equal answer that is kept will do.
        overwrite: Replace the file if it is there; otherwise that is an error of the job.

    Raises:
        UsageError: neither or both were given, or the format is unknown.
    """
    if (dataset is None) == (sql is None):
        raise UsageError(_("An export takes either a dataset or a question."))
    if fmt not in FORMATS:
        raise UsageError(
            _("'{fmt}' is no export format; there are {names}.").format(fmt=fmt, names=", ".join(FORMATS))
        )
    args: dict[str, Json] = {"target": str(target.absolute()), "format": fmt, "overwrite": overwrite}
    args |= {"dataset": dataset} if dataset is not None else {"sql": sql, "params": dict(parameters or {})}
    args |= {name: mark for name, mark in (("run", run), ("answer", answer)) if mark is not None}
    return ctx.jobs.manager.enqueue("export", args)


def free_target(ctx: "AppContext", name: str, fmt: str) -> Path:
    """Return a path in the profile's exports folder that no file has yet: `name.csv`, `name~2.csv`, …"""
    stem = _UNSAFE.sub("_", name).strip(" .")[:120] or "result"
    target = ctx.paths.exports / f"{stem}.{fmt}"
    number = 2
    while target.exists():
        target = ctx.paths.exports / f"{stem}~{number}.{fmt}"
        number += 1
    return target
