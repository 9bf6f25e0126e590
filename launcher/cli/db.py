"""`bestand db …`: the state database."""

from typing import TYPE_CHECKING, Annotated

import typer

from core.i18n import retold
from launcher.cli.failures import ExitCode
from launcher.cli.output import tell, write_facts, write_json
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
    holders: list[Json] = [f"{one.purpose} ({one.pid})" for one in found.holders]
    _show(found.to_dict() if json else {**found.to_dict(), "holders": holders}, as_json=json)
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
    else:
        write_facts(facts)
