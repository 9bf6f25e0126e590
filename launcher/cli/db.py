"""`bestand db …`: the state database."""

import json as json_text
from typing import TYPE_CHECKING, Annotated

import typer

from core.i18n import N_, decimal, retold, size
from core.words import yes_or_no
from launcher.cli.failures import ExitCode
from launcher.cli.output import tell, write_json, write_listing
from launcher.cli.session import opened, profile_of
from launcher.cli.tree import command_group

if TYPE_CHECKING:
    from core.types import Json

group = command_group("The state database.")


@group.command()
def migrate(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Bring the database to this version's schema; the state before is kept in the backups."""
    from storage.database.migrate import migrate as migrate_profile

    paths = profile_of(ctx)
    paths.create()
    _show(migrate_profile(paths).to_dict(), as_json=json)


@group.command()
def status(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show the schema the database has and the one this version needs."""
    from storage.database.migrate import Scripts
    from storage.database.schema import read_schema_state

    paths = profile_of(ctx)
    state = read_schema_state(paths.state_db)
    newest = Scripts().newest
    _show(
        {
            "database": str(paths.state_db),
            "exists": paths.state_db.exists(),
            "revision": state.revision,
            "newest": newest,
            "current": state.revision == newest,
        },
        as_json=json,
    )


@group.command()
def health(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Check the database and the disk; exit code 1 if something is wrong."""
    from storage.health import check_storage

    with opened(ctx) as app:
        found = check_storage(app.storage)
    _show(found.to_dict(), as_json=json)
    if not found.ok:
        for problem in found.problems:
            tell(retold(problem))
        raise typer.Exit(ExitCode.FAILED)


@group.command()
def seed(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Import the sample, so that there is something to look at."""
    from launcher.cli.data import import_sample

    import_sample(ctx, as_json=json)


def _show(facts: "dict[str, Json]", *, as_json: bool) -> None:
    if as_json:
        write_json(facts)
        return
    write_listing(
        (N_("what"), N_("value")), [(name, _text(name, value)) for name, value in facts.items()], cut=200
    )


def _text(name: str, value: "Json") -> object:
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, int | float) and name.endswith("_bytes"):
        return size(value)
    if isinstance(value, list | dict):
        return json_text.dumps(value, ensure_ascii=False) if value else None
    return decimal(value) if isinstance(value, float) else value
