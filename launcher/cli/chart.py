"""`bestand chart`: one chart of a dataset or of an answer, as png, svg or html."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from core.errors import UsageError
from core.i18n import N_, _
from launcher.cli.interrupting import run_interruptibly
from launcher.cli.output import tell, write_json, write_line
from launcher.cli.session import opened

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartFormat, ChartSpec
    from app.context import AppContext

WHAT = N_("The chart")

Mark = Literal["bar", "line", "area", "scatter", "histogram", "box", "heatmap"]
Aggregate = Literal["count", "sum", "mean", "median", "min", "max", "distinct"]
Unit = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
Order = Literal["up", "down", "value_up", "value_down"]
Format = Literal["png", "svg", "html"]

_AND = (">=", "<=", "!=", "=", ">", "<")
"""How a `--where` compares, longer signs first."""


def chart(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file: .png, .svg or .html.")],
    dataset: Annotated[str | None, typer.Argument(metavar="DATASET", help="What to draw.")] = None,
    sql: Annotated[str | None, typer.Option("--sql", metavar="SQL", help="Draw the answer of a question.")] = None,
    spec: Annotated[
        Path | None, typer.Option("--spec", metavar="FILE", help="A description as JSON; options go before it.")
    ] = None,
    mark: Annotated[Mark | None, typer.Option("--mark", help="Default: what suits the columns.")] = None,
    x: Annotated[str | None, typer.Option("--x", metavar="COLUMN", help="Column along x.")] = None,
    y: Annotated[
        str | None, typer.Option("--y", metavar="COLUMN", help="Column along y, or to aggregate.")
    ] = None,
    colour: Annotated[
        str | None, typer.Option("--colour", metavar="COLUMN", help="Column for the colour.")
    ] = None,
    facet: Annotated[
        str | None, typer.Option("--facet", metavar="COLUMN", help="A small chart for each value.")
    ] = None,
    aggregate: Annotated[Aggregate | None, typer.Option("--aggregate", help="How rows become one number.")] = None,
    bins: Annotated[int | None, typer.Option("--bins", help="About so many steps; 0 for each value.")] = None,
    unit: Annotated[Unit | None, typer.Option("--unit", help="Unit of a time axis.")] = None,
    sort: Annotated[Order | None, typer.Option("--sort", help="Order of the places.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="At most so many places.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="COLUMN=VALUE", help="Only these rows; also != < <= > >=."),
    ] = None,
    fmt: Annotated[Format | None, typer.Option("--format", help="Default: the ending of --out.")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Dark paper, for png and svg.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Draw one chart to a file; works without a screen and without a network."""
    more: dict[str, Any] = {
        "dataset": dataset, "sql": sql, "mark": mark, "x": x, "y": y, "colour": colour, "facet": facet,
        "aggregate": aggregate, "bins": bins, "unit": unit, "sort": sort, "limit": limit,
        "filters": [_filter(one) for one in where or []],
    }  # fmt: skip
    given = {name: value for name, value in more.items() if value not in (None, [])}
    chosen = fmt or _by_ending(out)
    with opened(ctx) as app:
        _draw(app, spec, given, out, chosen, dark=dark, overwrite=overwrite, as_json=json)


def _draw(
    app: "AppContext",
    file: Path | None,
    given: dict[str, Any],
    out: Path,
    fmt: "ChartFormat",
    *,
    dark: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    from analysis.chart import ChartSpec
    from analysis.chart.words import caption
    from app.features.chart import actions

    wanted = actions.described(file, given) if file is not None else ChartSpec.from_dict(given)
    named = "mark" in given or file is not None
    drawn = run_interruptibly(
        lambda progress: actions.draw(app, _suited(app, wanted, named=named), progress=progress), _(WHAT)
    )
    written = actions.write(app, drawn, out, fmt, overwrite=overwrite, scheme="dark" if dark else "light")
    if as_json:
        write_json(_line(drawn, out, written.bytes))
    else:
        write_line(str(out))
        tell(caption(drawn))


def _suited(app: "AppContext", wanted: "ChartSpec", *, named: bool) -> "ChartSpec":
    from app.features.chart import actions

    return actions.suited(app, wanted, wanted.mark if named else None)


def _line(drawn: "Chart", out: Path, size: int) -> dict[str, Any]:
    from analysis.chart.words import caption

    return {
        "ok": True,
        "path": str(out),
        "bytes": size,
        "rows": drawn.used,
        "places": drawn.table.num_rows,
        "caption": caption(drawn),
        "spec": drawn.spec.to_dict(),
    }


def _by_ending(out: Path) -> "ChartFormat":
    formats: dict[str, ChartFormat] = {"png": "png", "svg": "svg", "html": "html", "htm": "html"}
    found = formats.get(out.suffix.lstrip(".").lower())
    if found is None:
        raise UsageError(
            _("'{file}' is no file of a chart; there are {known}.").format(file=out.name, known="png, svg, html"),
            hint=_("Choose another ending, or add {option}.").format(option="--format"),
        )
    return found


def _filter(text: str) -> dict[str, str]:
    """Return `COLUMN=VALUE` as a filter.

    Raises:
        UsageError: nothing in it compares.
    """
    places = [(text.find(sign), -len(sign), sign) for sign in _AND if text.find(sign) > 0]
    if not places:
        raise UsageError(
            _("'{text}' does not say which rows.").format(text=text),
            hint=_("Write {form}.").format(form="COLUMN=VALUE"),
        )
    at, _length, sign = min(places)
    return {"column": text[:at], "op": sign, "value": text[at + len(sign) :]}
