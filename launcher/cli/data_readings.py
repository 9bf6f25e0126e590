"""`bestand data ledger|correct|readings …`: what became of each line, lines set right, readings for next time."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import UsageError
from core.i18n import N_, _, number, percent, retold, when
from core.types import LineAction
from core.words import counted, done_word
from launcher.cli.import_lines import Outcome, write_line_of
from launcher.cli.output import (
    tell,
    visible,
    write_deleted,
    write_json,
    write_line,
    write_listing,
    write_restored,
    write_table,
)
from launcher.cli.session import opened
from launcher.cli.tree import command_group
from launcher.cli.watching import run_job

if TYPE_CHECKING:
    from analysis.ledgers import LedgerFormat, LedgerPage
    from analysis.readings import Guess
    from analysis.readings.saved import SavedReading
    from core.types import Json

readings = command_group("Readings kept under a name, for the next file of the same kind.")

SHOWN = 100
"""Ledger lines shown to a person who named no limit."""

Name = Annotated[str, typer.Argument(metavar="DATASET", help="The dataset's name.")]
Reading = Annotated[str, typer.Argument(metavar="NAME", help="The reading's name.")]
ReadingOrFile = Annotated[str, typer.Argument(metavar="NAME", help="The reading's name, or a file.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


def ledger(
    ctx: typer.Context,
    name: Name,
    action: Annotated[
        list[str] | None, typer.Option("--action", help="Only repaired, rejected, header, preamble, … lines.")
    ] = None,
    line: Annotated[list[int] | None, typer.Option("--line", min=1, help="Only the line of this number.")] = None,
    code: Annotated[str | None, typer.Option("--code", help="Only lines with this reason.")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Only lines that contain this.")] = None,
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="NAME", help="Only lines of this file, of a table out of several."),
    ] = None,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out as many lines first.")] = 0,
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="At most as many lines.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead.")] = None,
    fmt: Annotated[
        str | None, typer.Option("--format", help="csv, json, ndjson or parquet; else by the file's ending.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    json: AsJson = False,
) -> None:
    """Show the lines of a dataset's file that were not simply loaded: what was done, why, and their raw text."""
    from analysis.ledgers import LedgerQuery
    from app import readings as book
    from app.catalogue import current

    at_most = SHOWN if limit is None and out is None and not json else limit
    query = LedgerQuery(_actions(action), tuple(line or ()), code, search, file, offset, at_most)
    with opened(ctx) as app:
        if out is not None:
            wanted = fmt or out.suffix.lstrip(".").lower()
            written = book.export_ledger(app, name, out, _format(wanted), query=query, overwrite=overwrite)
            _tell_written(out, written, as_json=json)
        elif json:
            for entry in app.analysis.ledgers.entries(current(app, name), query):
                write_json(entry.to_dict())
        else:
            _show_ledger(book.ledger_page(app, name, query))


def correct(
    ctx: typer.Context,
    name: Name,
    line: Annotated[int, typer.Option("--line", min=1, help="The line's number in the file.")],
    text: Annotated[str | None, typer.Option("--text", help="What the line shall say.")] = None,
    leave_out: Annotated[bool, typer.Option("--leave-out", help="Leave the line out.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take an earlier correction back.")] = False,
    json: AsJson = False,
) -> None:
    """Set a line of a dataset's file right by hand; it becomes the dataset's next version."""
    from app import readings as book

    if [text is not None, leave_out, undo].count(True) != 1:
        raise UsageError(
            _("A correction needs one of --text, --leave-out and --undo."),
            hint=_("`bestand data ledger DATASET` shows the lines."),
        )
    outcome = Outcome()
    with opened(ctx) as app:
        new = [] if undo else [book.correction_at(app, name, line, text or "")]
        job_id = book.correct(app, name, new, undo=[line] if undo else [])
        file = book.file_name_of(app, name)
        from app.features.datasets import actions

        made = actions.import_line(run_job(app, job_id, file), file)
        outcome.add(made)
        write_line_of(app, made, as_json=json)
    outcome.leave()


def types(
    ctx: typer.Context,
    name: Name,
    wanted: Annotated[
        list[str] | None, typer.Option("--set", metavar="COLUMN=TYPE", help="Give a column another type, or text.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the types of a dataset's columns, what else each could be, and which cells speak against it."""
    from app import readings as book
    from app.features.datasets import actions

    chosen = book.wanted_types(wanted or ())
    outcome = Outcome()
    with opened(ctx) as app:
        if chosen:
            file = book.file_name_of(app, name)
            made = actions.import_line(run_job(app, book.retype(app, name, chosen), file), file)
            outcome.add(made)
            write_line_of(app, made, as_json=json)
        else:
            _show_types(book.guesses(app, name), as_json=json)
    outcome.leave()


def texts(
    ctx: typer.Context,
    name: Name,
    column: Annotated[
        list[str] | None, typer.Option("--column", metavar="NAME", help="Only this column; may come again.")
    ] = None,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out as many rows first.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most as many rows.")] = 50,
    json: AsJson = False,
) -> None:
    """Show rows of a dataset with every cell as its file has it."""
    from app import readings as book

    with opened(ctx) as app:
        found = book.texts(app, name, columns=column, offset=offset, limit=limit)
    rows = found.to_pylist()
    if json:
        for row in rows:
            write_json(row)
    else:
        write_table(found.column_names, [list(row.values()) for row in rows])


@readings.command("list")
def list_(ctx: typer.Context, json: AsJson = False) -> None:
    """List the saved readings."""
    from app import readings as book

    with opened(ctx) as app:
        lines = book.saved_readings(app)
    if json:
        for line in lines:
            write_json(asdict(line))
        return
    if not lines:
        tell(_("No reading is saved yet; `bestand data readings save DATASET NAME` saves one."))
        return
    write_listing(
        (N_("name"), N_("files"), N_("columns"), N_("corrections"), N_("changed")),
        [(s.name, s.files, s.columns, s.corrections, when(s.changed_at)) for s in lines],
        right=("columns", "corrections"),
    )


@readings.command()
def show(ctx: typer.Context, name: ReadingOrFile, json: AsJson = False) -> None:
    """Show a saved reading as the text of a file that --reading takes."""
    from app import readings as book

    with opened(ctx) as app:
        saved = book.saved_reading(app, name)
    if json:
        write_json(_facts(saved))
    else:
        write_line(book.reading_text(saved).rstrip("\n"))


@readings.command()
def save(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset, or a file.toml with a reading.")],
    name: Reading,
    files: Annotated[
        str | None, typer.Option("--files", help="How such files are called; # is digits, * is anything.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take that reading's place.")] = False,
    json: AsJson = False,
) -> None:
    """Save how a dataset was read, with its corrections, for the next file of the same kind."""
    from app import readings as book

    with opened(ctx) as app:
        saved = book.save_as(app, source, name, files=files, replace=replace)
    if json:
        write_json(_facts(saved))
    else:
        write_line(saved.name)
        tell(_("Files called '{files}' are read like this from now on.").format(files=saved.files))


@readings.command()
def delete(ctx: typer.Context, name: Reading, json: AsJson = False) -> None:
    """Take a saved reading out of the list; `data readings restore` brings it back."""
    from app import readings as book

    with opened(ctx) as app:
        reading_id = book.delete_reading(app, name)
    told = _("The reading '{name}' is deleted; `bestand data readings restore {id}` brings it back.")
    write_deleted({"reading": name, "id": reading_id}, told.format(name=name, id=reading_id), as_json=json)


@readings.command()
def restore(
    ctx: typer.Context,
    reading_id: Annotated[str, typer.Argument(metavar="ID", help="As printed by `data readings delete`.")],
    json: AsJson = False,
) -> None:
    """Bring a deleted reading back."""
    from app import readings as book

    with opened(ctx) as app:
        name = book.restore_reading(app, reading_id)
    write_restored({"reading": name, "id": reading_id}, as_json=json)


@readings.command()
def check(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to look at.")],
    reading: Annotated[
        str | None, typer.Option("--reading", help="A saved reading or a file.toml; else the one that is found.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Say which saved reading fits a file, and what is different about the file; nothing is imported."""
    from app import readings as book
    from launcher.cli.failures import ExitCode

    with opened(ctx) as app:
        saved = book.saved_reading(app, reading) if reading else None
        replay = app.analysis.saved_readings.replay(saved, file) if saved else book.replay_for(app, file)
    drift = [one.to_dict() for one in replay.drift] if replay else []
    if json:
        facts: dict[str, Json] = {
            "file": str(file), "reading": replay.saved.name if replay else None,
            "fits": replay.fits if replay else None, "drift": list(drift),
            "corrections": len(replay.corrections) if replay else 0,
        }  # fmt: skip
        write_json(facts)
    elif replay is None:
        tell(_("No saved reading is for files like '{file}'.").format(file=file.name))
    else:
        write_line(visible(replay.saved.name))
        for one in replay.drift:
            write_line(f"  {visible(retold(one.message))}")
    if drift:
        raise typer.Exit(ExitCode.UNCERTAIN)


# ---- in words ---------------------------------------------------------------------------------------------


def _actions(given: list[str] | None) -> tuple[str, ...]:
    known = [action.value for action in LineAction]
    for action in given or ():
        if action not in known:
            raise UsageError(
                _("'{action}' is nothing that becomes of a line.").format(action=action),
                hint=_("Choose {names}.").format(names=", ".join(known)),
            )
    return tuple(given or ())


def _format(wanted: str) -> "LedgerFormat":
    from analysis.ledgers import LEDGER_FORMATS

    for known in LEDGER_FORMATS:
        if known == wanted:
            return known
    raise UsageError(
        _("'{fmt}' is no format a ledger is written in.").format(fmt=wanted),
        hint=_("Choose {names}.").format(names=", ".join(LEDGER_FORMATS)),
    )


def _show_ledger(page: "LedgerPage") -> None:
    of_set = any(one.file is not None for one in page.entries)
    write_listing(
        (*((N_("file"),) if of_set else ()), N_("line"), N_("what was done"), N_("why"), N_("raw text")),
        [
            (
                *((one.file,) if of_set else ()),
                number(one.line),
                done_word(one.action),
                _why(one.messages, one.reason),
                one.text,
            )
            for one in page.entries
        ],
        right=("line",),
    )
    left = page.total - page.offset - len(page.entries)
    if left > 0:
        tell(_("… and {lines} more; --limit, --offset or --out shows them.").format(lines=counted(left, "line")))


def _show_types(guesses: "tuple[Guess, ...]", *, as_json: bool) -> None:
    if as_json:
        for guess in guesses:
            write_json(guess.to_dict())
        return
    write_listing(
        (N_("column"), N_("type"), N_("could be"), N_("fits"), N_("why")),
        [(g.column, g.stored, g.offered, percent(g.share, 1), retold(g.note)) for g in guesses],
        right=("fits",),
        cut=100,
    )
    for guess in guesses:
        for file, line, cell in guess.examples():
            told = _("{column}, line {line}: {cell}").format(column=guess.column, line=number(line), cell=cell)
            write_line(visible(f"  {told}" if file is None else f"  {file}, {told}"))


def _why(messages: tuple[str, ...], reason: str) -> str:
    return " ".join(map(retold, messages)) or retold(reason)


def _tell_written(out: Path, lines: int, *, as_json: bool) -> None:
    if as_json:
        write_json({"path": str(out), "lines": lines})
    else:
        write_line(str(out))
        tell(counted(lines, "line"))


def _facts(saved: "SavedReading") -> "dict[str, Json]":
    types = saved.reading.column_types
    columns: list[Json] = [
        {"name": name, "type": types[at] if at < len(types) else None} for at, name in enumerate(saved.columns)
    ]
    return {
        "reading": saved.name,
        "files": saved.files,
        "signature": saved.signature,
        "how": saved.reading.to_manifest(),
        "columns": columns,
        "corrections": [one.to_dict() for one in saved.corrections],
    }
