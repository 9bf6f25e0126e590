"""`bestand query`: one question in SQL over the datasets, its whole answer on stdout or in a file."""

import sys
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args

import typer

from core.errors import FileMissingError, FileUnreadableError, QueryFailedError, UsageError
from core.i18n import N_, _, number, when
from core.words import counted, state_word
from launcher.cli.interrupting import run_interruptibly
from launcher.cli.output import tell, to_json, write_json, write_line, write_listing, write_table
from launcher.cli.parameters import parse_parameters, split_parameters
from launcher.cli.session import opened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.export import Asked, ExportOptions
    from app.context import AppContext
    from core.typed_values import TypedValue

WHAT = N_("The question")
TABLE_ROWS = 200
"""Rows of a table for people, unless --limit says otherwise."""


FileFormat = Literal["csv", "json", "ndjson", "parquet", "xlsx"]
Format = Literal["table", "csv", "json", "ndjson", "parquet", "xlsx"]
"""How an answer is written; a table is for people, on a terminal."""
Numbers = Literal["exact", "native"]
"""How JSON writes numbers that most readers would bend."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """How the answer is wanted."""

    fmt: Format
    out: Path | None
    overwrite: bool
    limit: int | None
    numbers: Numbers
    as_json: bool


def query(
    ctx: typer.Context,
    sql: Annotated[str | None, typer.Argument(metavar="SQL", help="The question; - reads it from stdin.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Read the question from a file.")
    ] = None,
    fmt: Annotated[Format | None, typer.Option("--format", help="Default: table, or the ending of --out.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the whole answer here.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=0, help="At most this many rows.")] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="Value of $NAME; quote a value to keep it a text."),
    ] = None,
    numbers: Annotated[
        Numbers, typer.Option("--numbers", help="JSON: exact keeps decimals and huge numbers as texts.")
    ] = "exact",
    save: Annotated[
        str | None, typer.Option("--save", metavar="NAME", help="Keep the whole answer as a dataset of this name.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --save: as the next version, if there is one of that name.")
    ] = False,
    history: Annotated[bool, typer.Option("--history", help="Show earlier questions instead.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON object per row (or per earlier question).")
    ] = False,
) -> None:
    """Ask one question over your datasets, in SQL."""
    if history:
        _show_history(ctx, limit=limit, as_json=json)
        return
    if save is not None:
        if fmt or out or limit is not None:
            hint = _("Leave --format, --out and --limit out.")
            raise UsageError(_("--save keeps the whole answer as it is."), hint=hint)
        _save(ctx, _question(sql, file), split_parameters(param or ()), save, replace=replace, as_json=json)
        return
    text, values = _question(sql, file), parse_parameters(param or ())
    wish = _Wish(_format(fmt, out, as_json=json), out, overwrite, limit, numbers, json)
    with opened(ctx) as app:
        _answer(app, text, values, wish)


def _save(
    ctx: typer.Context, sql: str, params: "Mapping[str, str]", name: str, *, replace: bool, as_json: bool
) -> None:
    """Make the answer a dataset and print its name."""
    from app.features.query import actions
    from app.work import reason_of, result_of
    from launcher.cli.watching import run_job

    with opened(ctx) as app:
        job_id = actions.start_save(app, sql, name, parameters=params, replace=replace)
        status = run_job(app, job_id, _(WHAT))
        if status.state != "done":
            message, hint = reason_of(status, _("The answer could not be saved."))
            raise QueryFailedError(message, hint=hint)
        line = {"ok": True, **result_of(status)}
    if as_json:
        write_json(line)
        return
    write_line(str(line["dataset"]))
    rows = counted(int(str(line["rows"])), "row")
    tell(_("{rows} saved as version {version}.").format(rows=rows, version=line["version"]))


def _answer(app: "AppContext", sql: str, params: "Mapping[str, TypedValue]", wish: _Wish) -> None:
    if wish.fmt == "table":
        _write_table(app, sql, params, limit=TABLE_ROWS if wish.limit is None else wish.limit)
        return
    from analysis.export import Asked, ExportOptions

    asked, options = Asked(sql, params, wish.limit), ExportOptions(numbers=wish.numbers)
    if wish.out is None:
        _write_lines(app, asked, wish.fmt, options)
    else:
        _write_file(app, asked, wish.fmt, options, wish.out, wish)


def _question(sql: str | None, file: Path | None) -> str:
    if (sql is None) == (file is None):
        raise UsageError(_("A question is given either directly or by --file."))
    if file is None:
        text = sys.stdin.read() if sql == "-" else str(sql)
    else:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            raise FileMissingError(file) from error
        except (OSError, UnicodeDecodeError) as error:
            raise FileUnreadableError(file, _("cannot be read as UTF-8 text.")) from error
    if not text.strip():
        raise UsageError(_("The question is empty."), hint=_("Write a SELECT over your datasets."))
    return text


def _format(fmt: Format | None, out: Path | None, *, as_json: bool) -> Format:
    """Return how to write: as asked, else by the file's ending, else a table; `--json` is an object per row."""
    if out is not None:
        if fmt == "table":
            raise UsageError(_("A table for people goes to the terminal."), hint=_("Choose another --format."))
        return fmt or _by_ending(out)
    if as_json:
        if fmt not in (None, "ndjson"):
            raise UsageError(_("--json is one object per line, so it takes no other --format."))
        return "ndjson"
    if fmt in ("parquet", "xlsx"):
        raise UsageError(_("{fmt} is no text, so it needs a file.").format(fmt=fmt), hint=_("Add --out FILE."))
    return fmt or "table"


def _by_ending(out: Path) -> FileFormat:
    ending = out.suffix.lstrip(".").lower()
    known = next((fmt for fmt in get_args(FileFormat) if fmt == ending), None)
    if known is None:
        known_ones = ", ".join(get_args(FileFormat))
        raise UsageError(
            _("'{name}' does not say its format; there are {known}.").format(name=out.name, known=known_ones),
            hint=_("Choose another ending, or add {option}.").format(option="--format"),
        )
    return cast("FileFormat", known)


def _write_lines(app: "AppContext", asked: "Asked", fmt: FileFormat, options: "ExportOptions") -> None:
    """Write the answer to stdout as it comes."""
    from app.features.query import actions

    sys.stdout.flush()
    out = sys.stdout.buffer
    run_interruptibly(
        lambda progress: actions.write_answer(app, asked, out, fmt, options=options, progress=progress), _(WHAT)
    )
    out.flush()


def _write_file(
    app: "AppContext", asked: "Asked", fmt: FileFormat, options: "ExportOptions", out: Path, wish: _Wish
) -> None:
    """Write the answer to a file that is there whole or not at all, and print its name."""
    from app.features.query import actions

    rows = run_interruptibly(
        lambda progress: actions.write_answer(
            app, asked, out, fmt, overwrite=wish.overwrite, options=options, progress=progress
        ),
        _(WHAT),
    )
    if wish.as_json:
        write_json({"path": str(out), "rows": rows})
    else:
        write_line(str(out))
        tell(_("{rows} written.").format(rows=counted(rows, "row")))


def _write_table(app: "AppContext", sql: str, values: "Mapping[str, TypedValue]", *, limit: int) -> None:
    """Print the first rows for people; one more is fetched to know whether there are more."""
    from app.features.query import actions

    names, rows = run_interruptibly(
        lambda progress: actions.first_rows(app, sql, limit + 1, params=values, progress=progress), _(WHAT)
    )
    write_table(names, [[_cell(value) for value in row] for row in rows[:limit]], right=_numeric(names, rows))
    if len(rows) > limit:
        told = _("These are the first {rows}; --limit shows more, --out FILE writes all.")
        tell(told.format(rows=counted(limit, "row")))


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        return to_json(value)
    return str(value).lower() if isinstance(value, bool) else value


def _numeric(names: "Sequence[str]", rows: "Sequence[Sequence[object]]") -> list[str]:
    """Return the names of columns whose shown values are numbers."""
    present = [[value for value in column if value is not None] for column in zip(*rows, strict=True)]
    return [
        name
        for name, column in zip(names, present, strict=False)
        if column and all(isinstance(value, int | float | Decimal) for value in column)
    ]


def _show_history(ctx: typer.Context, *, limit: int | None, as_json: bool) -> None:
    from app.features.query import actions

    with opened(ctx) as app:
        lines = actions.history(app, limit=actions.HISTORY_LIMIT if limit is None else limit)
    if as_json:
        for line in lines:
            write_json(asdict(line))
        return
    write_listing(
        (N_("asked"), N_("state"), N_("rows"), N_("ms"), N_("question")),
        [
            (
                when(q.asked_at),
                state_word(q.state),
                None if q.rows is None else number(q.rows),
                None if q.duration_ms is None else number(q.duration_ms),
                " ".join(q.sql.split()),
            )
            for q in lines
        ],
        right=("rows", "ms"),
    )
