"""`bestand status`: everything at one glance."""

from typing import TYPE_CHECKING, Annotated

import typer

from core.i18n import N_, _, pgettext, retold, size
from launcher.cli.output import tell, write_json, write_listing
from launcher.cli.session import opened, profile_of

if TYPE_CHECKING:
    from app.context import AppContext
    from core.types import Json


def status(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show the profile, whether Bestand runs on it, and how it is."""
    from launcher.instance import running_engine

    engine = running_engine(profile_of(ctx))
    with opened(ctx) as app:
        facts = _facts(app)
    facts["engine"] = {"pid": engine.pid, "origin": engine.origin, "since": engine.started_at} if engine else None
    if json:
        write_json(facts)
        return
    running = (
        _("runs at {origin} (process {pid})").format(origin=engine.origin, pid=engine.pid)
        if engine
        else _("not running")
    )
    write_listing(
        (N_("what"), N_("value")),
        [
            (_("version"), facts["version"]),
            (_("profile"), facts["profile"]),
            (_("engine"), running),
            (_("mode"), facts["mode"]),
            (_("datasets"), facts["datasets"]),
            (_("jobs to do"), facts["jobs_unfinished"]),
            (_("jobs failed"), facts["jobs_failed"]),
            (_("free disk"), size(_size(facts["free_bytes"]))),
            (
                _("problems"),
                "; ".join(retold(text) for text in _texts(facts["problems"])) or pgettext("problems", "none"),
            ),
        ],
        cut=200,
    )
    if engine:
        tell(_("`bestand app url` prints a link to it."))


def _facts(app: "AppContext") -> "dict[str, Json]":
    from app.features.datasets import actions as datasets
    from app.features.jobs import actions as jobs
    from core.version import app_version
    from storage.health import check_storage

    health = check_storage(app.storage)
    return {
        "version": app_version(),
        "profile": str(app.paths.root),
        "mode": app.config.mode,
        "datasets": len(datasets.list_datasets(app)),
        "jobs_unfinished": len(jobs.list_jobs(app, states=jobs.UNFINISHED)),
        "jobs_failed": len(jobs.list_jobs(app, states=jobs.WANTS_ATTENTION)),
        "free_bytes": health.free_bytes,
        "ok": health.ok,
        "problems": list(health.problems),
    }


def _size(value: "Json") -> float:
    return value if isinstance(value, int | float) else 0


def _texts(value: "Json") -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []
