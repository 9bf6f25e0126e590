"""The command tree: `bestand …`.

The command modules import only what `--help` needs; each loads its engine when it runs. Used by
`launcher.__main__`, and by shells for completion.
"""

from typing import Annotated

import typer

from core.paths import PROFILE_VARIABLE
from launcher.cli import app as app_commands
from launcher.cli import cache, chart, config, data, db, jobs, logs, query, status
from launcher.cli.output import write_line
from launcher.cli.session import PROFILE_OPTION
from launcher.cli.tree import LightGroup, command_group

tree = command_group(
    "Turn messy files into an answer you can defend and re-run. Everything stays on this machine."
)
for name, group in (
    ("app", app_commands.group),
    ("data", data.group),
    ("jobs", jobs.group),
    ("db", db.group),
    ("cache", cache.group),
    ("config", config.group),
    ("logs", logs.group),
):
    tree.add_typer(group, name=name)
tree.command("query", no_args_is_help=True)(query.query)
tree.command("chart", no_args_is_help=True)(chart.chart)
tree.command("status")(status.status)


def _version(*, wanted: bool) -> None:
    if wanted:
        from core.version import app_version

        write_line(f"bestand {app_version()}")
        raise typer.Exit


@tree.callback(
    cls=LightGroup,
    epilog=f"Every command takes {PROFILE_OPTION} DIR: the profile folder, over ${PROFILE_VARIABLE}.",
)
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=lambda value: _version(wanted=value), is_eager=True, help="Show it."),
    ] = False,
) -> None:
    """Turn messy files into an answer you can defend and re-run. Everything stays on this machine."""
