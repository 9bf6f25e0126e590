"""A chart as a file: svg, png or html, whole or not at all.

Used by `Charts`. Nothing here touches the network, and nothing needs a browser.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from analysis.chart.data import Chart
from analysis.chart.html import to_html
from analysis.chart.render import DARK, LIGHT, to_png, to_svg
from analysis.export.target import check_target, whole_file
from core.errors import ExportError
from core.i18n import _
from core.paths import ProfilePaths

ChartFormat: TypeAlias = Literal["png", "svg", "html"]
CHART_FORMATS: Final[tuple[ChartFormat, ...]] = get_args(ChartFormat)

Scheme: TypeAlias = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class ChartFile:
    """A file that was written. `bytes` is its size."""

    path: Path
    bytes: int


def chart_bytes(chart: Chart, fmt: ChartFormat, *, scheme: Scheme = "light") -> bytes:
    """Return the chart in a format; html follows the reader's own light or dark.

    Raises:
        ExportError: it could not be drawn, or there is no such format.
    """
    look = DARK if scheme == "dark" else LIGHT
    forms: dict[str, Callable[[], bytes]] = {
        "svg": lambda: to_svg(chart, look=look).encode(),
        "png": lambda: to_png(chart, look=look),
        "html": lambda: to_html(chart).encode(),
    }
    if fmt not in forms:
        raise ExportError(
            _("A chart cannot be written as '{format}'.").format(format=fmt),
            hint=_("Choose {choices}.").format(choices=", ".join(CHART_FORMATS)),
        )
    return forms[fmt]()


def write_chart(
    chart: Chart,
    target: Path,
    fmt: ChartFormat,
    paths: ProfilePaths,
    *,
    overwrite: bool = False,
    scheme: Scheme = "light",
) -> ChartFile:
    """Write the chart to a file; its folder must be there.

    Raises:
        ExportError: the target is there already or cannot be written, or the chart cannot be drawn.
        DiskFullError: there is no room; nothing is left.
    """
    check_target(target, paths, overwrite=overwrite)
    content = chart_bytes(chart, fmt, scheme=scheme)
    with whole_file(target, paths, overwrite=overwrite) as file:
        file.write(content)
    return ChartFile(target, len(content))
