"""`bestand config …`: the settings and where each comes from."""

from typing import Annotated

import typer

from core.i18n import N_
from launcher.cli.output import tell, write_json, write_listing
from launcher.cli.session import profile_of
from launcher.cli.tree import command_group

group = command_group("The settings.")


@group.command()
def show(
    ctx: typer.Context,
    origin: Annotated[bool, typer.Option("--origin", help="Also show where each value comes from.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show every setting."""
    from core.config import flat_settings, load_config_report

    report = load_config_report(profile_of(ctx))
    for problem in report.problems:
        tell(problem)
    lines = [(key, value, report.origins[key]) for key, value in flat_settings(report.config)]
    if json:
        for key, value, place in lines:
            write_json({"key": key, "value": value} | ({"origin": place} if origin else {}))
        return
    shown = [(key, _text(value), place)[: 3 if origin else 2] for key, value, place in lines]
    write_listing((N_("setting"), N_("value"), N_("origin"))[: 3 if origin else 2], shown, cut=200)


def _text(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
