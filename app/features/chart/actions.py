"""What one can do with a chart: see which columns it can use, compute it, write it to a file.

Called by the chart page and by `bestand chart`. Nothing here knows Streamlit.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app import catalogue
from core.errors import ChartError, FileMissingError, FileUnreadableError
from core.i18n import _

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartFormat, ChartSpec
    from analysis.chart.export import ChartFile, Scheme
    from analysis.chart.spec import Mark
    from app.context import AppContext
    from core.progress import Progress
    from core.types import Column

_UNSAFE: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
"""What some system refuses in a file name."""


def columns(ctx: "AppContext", spec: "ChartSpec") -> "tuple[Column, ...]":
    """Return the columns a chart of this dataset or question can use.

    Raises:
        BestandError: there is no such dataset, or the question cannot be asked.
    """
    if spec.sql is not None:
        return ctx.changes.memo(
            f"chart columns:{spec.sql}", [catalogue.DATASETS], lambda: ctx.analysis.charts.columns(spec)
        )
    known = catalogue.shown(ctx, spec.dataset) if spec.dataset is not None and spec.version is None else None
    return known.columns if known is not None else ctx.analysis.charts.columns(spec)


def suited(ctx: "AppContext", spec: "ChartSpec", mark: "Mark | None" = None) -> "ChartSpec":
    """Return the description with everything decided that a person has left open.

    Raises:
        BestandError: as `columns`.
    """
    from analysis.chart.suggest import suggest

    return suggest(spec, columns(ctx, spec), mark=mark)


def basis(ctx: "AppContext", spec: "ChartSpec") -> str:
    """Return what a chart is computed from, as a text that changes when its numbers may.

    Raises:
        BestandError: as `columns`.
    """
    sql = spec.sql
    if sql is not None:
        return ctx.changes.memo(
            f"chart basis:{sql}", [catalogue.DATASETS], lambda: ctx.analysis.queries.identify(sql).fingerprint
        )
    name = str(spec.dataset)
    return (catalogue.shown(ctx, name) or catalogue.current(ctx, name)).digest


def draw(ctx: "AppContext", spec: "ChartSpec", *, progress: "Progress | None" = None) -> "Chart":
    """Return the computed chart.

    Raises:
        ChartError: a column is missing or of the wrong kind.
        BestandError: there is no such dataset, the question cannot be answered, or it was stopped.
    """
    return ctx.analysis.charts.draw(spec, progress=progress)


def glance(ctx: "AppContext", spec: "ChartSpec", *, progress: "Progress | None" = None) -> "Chart | None":
    """Return a chart that is nearly right and says how nearly; None where the right one is soon there.

    Raises:
        BestandError: as `draw`.
    """
    return ctx.analysis.charts.glance(spec, progress=progress)


def write(
    ctx: "AppContext",
    chart: "Chart",
    target: Path,
    fmt: "ChartFormat",
    *,
    overwrite: bool = False,
    scheme: "Scheme" = "light",
) -> "ChartFile":
    """Write a chart to a file: png, svg, or html that opens anywhere.

    Raises:
        ExportError: the target is there already or cannot be written, or the chart cannot be drawn.
        DiskFullError: there is no room; nothing is left.
    """
    from analysis.chart import write_chart

    return write_chart(chart, target.absolute(), fmt, ctx.paths, overwrite=overwrite, scheme=scheme)


def free_target(ctx: "AppContext", name: str, fmt: str) -> Path:
    """Return a path in the profile's exports folder that no file has yet."""
    stem = _UNSAFE.sub("_", name).strip(" .")[:120] or "chart"
    target, number = ctx.paths.exports / f"{stem}.{fmt}", 2
    while target.exists():
        target, number = ctx.paths.exports / f"{stem}~{number}.{fmt}", number + 1
    return target


def described(file: Path, more: "Mapping[str, Any]") -> "ChartSpec":
    """Return the chart a JSON file describes, with what `more` says in its place.

    Raises:
        FileMissingError: there is no such file.
        FileUnreadableError: it holds no JSON object.
        ChartError: it describes no chart.
    """
    from analysis.chart import ChartSpec

    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise FileMissingError(file) from error
    except (OSError, ValueError) as error:
        raise FileUnreadableError(file, _("cannot be read as JSON.")) from error
    if not isinstance(data, dict):
        raise ChartError(_("'{file}' describes no chart.").format(file=file.name))
    return ChartSpec.from_dict({**data, **more})
