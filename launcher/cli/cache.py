"""`bestand cache …`: what is kept for speed only."""

from dataclasses import asdict
from typing import Annotated

import typer

from core.i18n import _
from launcher.cli.output import tell, write_facts, write_json
from launcher.cli.session import opened
from launcher.cli.tree import command_group

group = command_group("Answers kept for speed; may be cleared at any time.")


@group.command()
def stats(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show how full the cache is and how often it helped."""
    with opened(ctx) as app:
        numbers = asdict(app.storage.cache.stats())
    if json:
        write_json(numbers)
    else:
        write_facts(numbers)


@group.command()
def clear(ctx: typer.Context) -> None:
    """Throw the cached answers away; they are computed again when needed."""
    with opened(ctx) as app:
        app.storage.cache.clear()
    tell(_("The cache is empty."))
