"""`bestand jobs …`: background work, looked at and steered."""

import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import UsageError
from core.i18n import N_, _, percent, retold, when
from core.words import state_word
from launcher.cli.failures import ExitCode
from launcher.cli.output import tell, visible, write_facts, write_json, write_line, write_listing
from launcher.cli.session import opened
from launcher.cli.tree import command_group

if TYPE_CHECKING:
    from core.types import Json
    from jobs.manager import JobStatus

group = command_group("Background work.")

JobId = Annotated[str, typer.Argument(metavar="ID", help="As printed by `jobs status`.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


@group.command()
def status(
    ctx: typer.Context,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only jobs in this state; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")] = 50,
    json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    from app.features.jobs import actions

    known = (*sorted(actions.UNFINISHED), *sorted(actions.ENDED))
    for wanted in state or ():
        if wanted not in known:
            raise UsageError(
                _("There is no job state '{wanted}'.").format(wanted=wanted),
                hint=_("There are {names}.").format(names=", ".join(known)),
            )
    with opened(ctx) as app:
        found = actions.list_jobs(app, states=state or None, limit=limit)
    if json:
        for job in found:
            write_json(_facts(job))
    elif not found:
        tell(_("There is no such job.") if state else _("There has been no job yet."))
    else:
        write_listing(
            (N_("id"), N_("state"), N_("progress"), N_("what"), N_("step"), N_("created")),
            [
                (j.id, state_word(j.state), percent(j.fraction), j.label, retold(j.step), when(j.created_at))
                for j in found
            ],
            right=("progress",),
        )


@group.command()
def show(ctx: typer.Context, job_id: JobId, json: AsJson = False) -> None:
    """Show one job with its result or error."""
    from app.features.jobs import actions

    with opened(ctx) as app:
        job = actions.poll(app, job_id)
    if json:
        write_json(_facts(job))
    else:
        write_facts(_told(job))


@group.command()
def cancel(ctx: typer.Context, job_id: JobId) -> None:
    """Ask a job to stop; nothing half-done is kept."""
    from app.features.jobs import actions

    with opened(ctx) as app:
        asked = actions.cancel(app, job_id)
    _say(job_id, _("Job '{id}' was asked to stop.") if asked else None)


@group.command()
def retry(ctx: typer.Context, job_id: JobId) -> None:
    """Queue a failed or stopped job once more; the running engine or `jobs worker` takes it."""
    from app.features.jobs import actions

    with opened(ctx) as app:
        queued = actions.retry(app, job_id)
    _say(job_id, _("Job '{id}' is queued again.") if queued else None)


@group.command()
def worker(ctx: typer.Context) -> None:
    """Run queued jobs until Ctrl+C."""
    with opened(ctx) as app:
        app.jobs.worker.start()
        tell(_("Waiting for jobs; Ctrl+C stops."))
        try:
            threading.Event().wait()
        finally:
            app.jobs.worker.stop()


def _facts(job: "JobStatus") -> "dict[str, Json]":
    return asdict(job)


def _told(job: "JobStatus") -> "dict[str, Json]":
    """Return a job's facts for people: what it made without its lists, and no text of another program's making."""
    result = job.result if isinstance(job.result, dict) else {}
    error = job.error if isinstance(job.error, dict) else {}
    return {
        **_facts(job),
        "state": state_word(job.state),
        "fraction": percent(job.fraction),
        "step": retold(job.step),
        "result": {name: value for name, value in result.items() if not isinstance(value, list | dict)} or None,
        "error": {name: retold(str(error[name])) for name in ("message", "hint") if error.get(name)} or None,
        **{name: when(getattr(job, name)) for name in ("created_at", "started_at", "finished_at")},
    }


def _say(job_id: str, told: str | None) -> None:
    if told is None:
        tell(_("Job '{id}' has ended already.").format(id=job_id))
        raise typer.Exit(ExitCode.FAILED)
    write_line(visible(job_id))
    tell(told.format(id=job_id))
