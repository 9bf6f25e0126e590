"""`bestand data …`: files become datasets, datasets become files."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import BestandError, UsageError
from core.i18n import N_, _, retold
from launcher.cli import data_readings
from launcher.cli.candidates import write_candidates
from launcher.cli.data_output import show_dataset, show_list, show_profile
from launcher.cli.failures import ExitCode
from launcher.cli.import_lines import Outcome, write_line_of
from launcher.cli.import_runs import How, check_names, import_each, import_together, read_each
from launcher.cli.inputs import expand
from launcher.cli.interrupting import run_interruptibly
from launcher.cli.output import tell, write_deleted, write_json, write_line, write_restored
from launcher.cli.protected import Passwords
from launcher.cli.session import opened
from launcher.cli.tree import command_group
from launcher.cli.watching import run_job

if TYPE_CHECKING:
    from core.types import Json

group = command_group("Datasets and the files they come from and go to.")

Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Files, folders or patterns.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Which sheet of a workbook.")]
Table = Annotated[str | None, typer.Option("--table", metavar="NAME", help="Which table of a database.")]
Member = Annotated[str | None, typer.Option("--member", metavar="NAME", help="Which file of an archive.")]
SavedAs = Annotated[
    str | None, typer.Option("--reading", metavar="NAME", help="Read as saved under this name, or in a file.toml.")
]
Candidates = Annotated[
    bool, typer.Option("--candidates", help="Only print how each file could be read, best first, and why.")
]
Password = Annotated[
    str | None,
    typer.Option("--password-file", metavar="FILE", help="Where the password of protected files is; - for stdin."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Look for no saved reading.")]
Name = Annotated[str, typer.Argument(metavar="DATASET", help="The dataset's name.")]


@group.command("import")
def import_(
    ctx: typer.Context,
    files: Files,
    name: Annotated[str | None, typer.Option(help="The dataset's name (one file only).")] = None,
    auto: Annotated[bool, typer.Option("--auto", help="Take the best reading, however uncertain.")] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="Leave the original where it is; keep only its hash.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Make it the next version of the dataset of that name.")
    ] = False,
    sheet: Sheet = None,
    table: Table = None,
    member: Member = None,
    reading: SavedAs = None,
    fresh: Fresh = False,
    type_: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="COLUMN=TYPE", help="Give a column another type."),
    ] = None,
    together: Annotated[bool, typer.Option("--together", help="Make one dataset of all files.")] = False,
    password_file: Password = None,
    candidates: Candidates = False,
    json: AsJson = False,
) -> None:
    """Import files as datasets, one line each."""
    from analysis.choosing import Wish
    from analysis.readings.model import Choice
    from app.readings import saved_reading, wanted_types

    wanted, choice, passwords = list(expand(files)), Choice(sheet, table, member), Passwords(password_file)
    types = wanted_types(type_ or ())
    check_names(len(wanted), name, together=together)
    outcome = Outcome()
    with opened(ctx) as app:
        if candidates:
            write_candidates(app, wanted, choice, outcome, as_json=json)
            outcome.leave()
            return
        saved = saved_reading(app, reading) if reading else None
        wish = Wish(choice=choice, saved=saved, fresh=fresh, auto=auto, types=tuple(types.items()))
        how = How(wish, passwords, name, reference, replace, json)
        if together:
            import_together(app, wanted, files, how, outcome)
        else:
            import_each(app, wanted, how, outcome)
    outcome.leave()


@group.command()
def read(
    ctx: typer.Context,
    files: Files,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the clean files go; needed to write them.")
    ] = None,
    sheet: Sheet = None,
    table: Table = None,
    member: Member = None,
    reading: SavedAs = None,
    auto: Annotated[bool, typer.Option("--auto", help="Go on where the file does not fit --reading.")] = False,
    password_file: Password = None,
    candidates: Candidates = False,
    json: AsJson = False,
) -> None:
    """Write each file's best reading as plain CSV; nothing is imported."""
    from analysis.choosing import Wish
    from analysis.readings.model import Choice
    from app.readings import saved_reading

    outcome, choice, passwords = Outcome(), Choice(sheet, table, member), Passwords(password_file)
    if out is None and not candidates:
        raise UsageError(_("--out names the folder for the clean files."), hint=_("Or print the --candidates."))
    with opened(ctx) as app:
        wanted = list(expand(files))
        if out is None or candidates:
            write_candidates(app, wanted, choice, outcome, as_json=json)
            outcome.leave()
            return
        saved = saved_reading(app, reading) if reading else None
        wish = Wish(choice=choice, saved=saved, auto=auto)
        read_each(app, wanted, out, How(wish, passwords, json=json), outcome)
    outcome.leave()


@group.command("list")
def list_(
    ctx: typer.Context,
    search: Annotated[str | None, typer.Argument(metavar="TEXT", help="Only names that contain this.")] = None,
    json: AsJson = False,
) -> None:
    """List the datasets."""
    from app.features.datasets import actions

    with opened(ctx) as app:
        lines = actions.list_datasets(app, search)
    show_list(lines, as_json=json)


@group.command()
def show(ctx: typer.Context, name: Name, json: AsJson = False) -> None:
    """Show a dataset: columns, source, reading, ledger, flags."""
    from app.catalogue import current, outdated, reading_line
    from app.features.datasets import actions

    with opened(ctx) as app:
        facts = actions.show(app, name)
        manifest = current(app, name)
        words, changed = reading_line(manifest), outdated(app, manifest)
    if json:
        write_json(facts)
    else:
        show_dataset(facts, reading=words, outdated=changed)


@group.command()
def profile(
    ctx: typer.Context,
    name: Name,
    fast: Annotated[
        bool | None,
        typer.Option("--fast/--accurate", help="Sampled, or exact; else as the settings say."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show what the columns hold: missing and different values, range, mean, frequent values."""
    from app.features.explore import actions
    from core.types import Compute

    compute = None if fast is None else Compute.FAST if fast else Compute.ACCURATE
    with opened(ctx) as app:
        found = run_interruptibly(
            lambda progress: actions.profile(app, name, compute=compute, progress=progress),
            _("The profile of '{name}'").format(name=name),
        )
    if json:
        write_json(found.to_dict())
    else:
        show_profile(found)


@group.command()
def export(
    ctx: typer.Context,
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")],
    fmt: Annotated[
        str | None, typer.Option("--format", help="csv, parquet, xlsx, json or ndjson; else by the file's ending.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    json: AsJson = False,
) -> None:
    """Write a dataset to a file."""
    from app.features.export import actions

    with opened(ctx) as app:
        job_id = actions.start_export(
            app, target=out, fmt=fmt or out.suffix.lstrip(".").lower(), dataset=name, overwrite=overwrite
        )
        status = run_job(app, job_id, _("Export of {name}").format(name=name))
    write_export(status.result, status.error, as_json=json)


@group.command()
def delete(
    ctx: typer.Context,
    name: Name,
    json: AsJson = False,
) -> None:
    """Take a dataset out of the list; `data restore` brings it back."""
    from app.features.datasets import actions

    with opened(ctx) as app:
        dataset_id = actions.delete(app, name)
    told = _("'{name}' is deleted; `bestand data restore {id}` brings it back.")
    write_deleted({"dataset": name, "id": dataset_id}, told.format(name=name, id=dataset_id), as_json=json)


@group.command()
def restore(
    ctx: typer.Context,
    dataset_id: Annotated[str, typer.Argument(metavar="ID", help="As printed by `data delete`.")],
    json: AsJson = False,
) -> None:
    """Bring a deleted dataset back."""
    from app.features.datasets import actions

    with opened(ctx) as app:
        name = actions.restore(app, dataset_id)
    write_restored({"dataset": name, "id": dataset_id}, as_json=json)


@group.command()
def sample(ctx: typer.Context, json: AsJson = False) -> None:
    """Import a small messy file to try things with."""
    import_sample(ctx, as_json=json)


def import_sample(ctx: typer.Context, *, as_json: bool) -> None:
    """Import the sample as a dataset and show its line."""
    from app.features.datasets import actions
    from app.sample import write_sample

    outcome = Outcome()
    with opened(ctx) as app, tempfile.TemporaryDirectory(dir=app.paths.tmp) as folder:
        file = write_sample(Path(folder))
        line = actions.import_line(run_job(app, actions.start_import(app, file), file.name), file.name)
        outcome.add(line)
        write_line_of(app, line, as_json=as_json)
    outcome.leave()


def write_export(result: "Json", error: "Json", *, as_json: bool) -> None:
    """Print what an export wrote, or say why it did not."""
    if not isinstance(result, dict):
        facts = error if isinstance(error, dict) else {}
        tell(retold(str(facts.get("message", N_("The export failed.")))))
        tell(retold(str(facts.get("hint", BestandError.default_hint))))
        raise typer.Exit(ExitCode.FAILED)
    if as_json:
        write_json(result)
    else:
        write_line(str(result["path"]))


group.command()(data_readings.ledger)
group.command()(data_readings.correct)
group.command()(data_readings.types)
group.command()(data_readings.texts)
group.add_typer(data_readings.readings, name="readings")
