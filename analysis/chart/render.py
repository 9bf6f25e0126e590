"""A chart as svg and png, without a browser: ECharts runs in a small JavaScript engine, resvg paints the pixels.

Used by `export`. The script is the same file the exported html carries, so every form shows the same drawing. No
network, no screen; the font travels with us, since a machine may have none.
"""

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from analysis.chart.data import Chart
from analysis.chart.option import picture
from analysis.chart.words import caption, provenance_lines, title
from core.errors import ExportError
from core.i18n import _, axis_words

ASSETS: Final = Path(__file__).parent / "assets"
SCRIPT: Final = ASSETS / "echarts-6.1.0.min.js"
"""ECharts as npm delivers it: `dist/echarts.min.js`, unchanged."""
AXES: Final = ASSETS / "axes.js"
"""How the axes are written; `written(option, words)`, where `words` are `core.i18n.axis_words()`."""
FONT: Final = ASSETS / "SourceSans3.ttf"
FONT_NAME: Final = "Source Sans 3"

WIDTH: Final = 960
HEIGHT: Final = 540
PNG_ZOOM: Final = 2.0

_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_FAMILY: Final = f"font-family=\"'{FONT_NAME}', sans-serif\""
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Signs no svg document can hold; a text in a table may."""

_MEMORY: Final = 512 * 1024 * 1024
_MARGIN: Final = 20
_TITLE_PX: Final = 44
_LINE_PX: Final = 16
_SIGNS_PER_LINE: Final = 150

# The engine has no window: the few names the script asks for are enough, and timers never run. A long text is
# handed back in one piece by `join`; the bindings do not know the engine's texts made of several.
_BEFORE: Final = """
var self = globalThis, setTimeout = function () { return 0 }, clearTimeout = function () {};
"""
_AFTER: Final = """
function draw(option, words, width, height, dark) {
  var chart = echarts.init(null, dark ? 'dark' : null, {renderer: 'svg', ssr: true, width: width, height: height});
  var wanted = written(JSON.parse(option), JSON.parse(words));
  wanted.backgroundColor = 'transparent';
  chart.setOption(wanted);
  var text = chart.renderToSVGString();
  chart.dispose();
  return [text].join('');
}
"""


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a drawing that stands alone."""

    name: str
    paper: str
    ink: str
    faint: str


LIGHT: Final = Look("light", "#ffffff", "#1f2430", "#5b6270")
DARK: Final = Look("dark", "#14171d", "#e8eaee", "#9aa3b2")


def to_svg(chart: Chart, *, look: Look = LIGHT, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return the chart with its title, caption and provenance as one svg document.

    Args:
        chart: A computed chart.
        look: Light or dark.
        width: Of the whole, in pixels.
        height: Of the drawing alone, in pixels; the words are added below it.

    Raises:
        ExportError: the drawing needs more memory than it may use.
    """
    words = [*_wrapped(caption(chart), width), "", *_wrapped(_stamp(chart), width)]
    total = _TITLE_PX + height + _MARGIN + len(words) * _LINE_PX + _MARGIN
    body = _drawn(picture(chart).option, width - 2 * _MARGIN, height, look)
    below = _TITLE_PX + height + _MARGIN + _LINE_PX
    lines = [
        _text(line, _MARGIN, below + i * _LINE_PX, f'font-size="12" fill="{look.faint}"')
        for i, line in enumerate(words)
        if line
    ]
    facts = json.dumps({"spec": chart.spec.to_dict(), "query": chart.provenance.query}, ensure_ascii=False)
    head = f'font-size="18" font-weight="600" fill="{look.ink}"'
    size = f'width="{width}" height="{total}"'
    parts = [
        f'<svg xmlns="{_SVG}" xmlns:xlink="{_XLINK}" {size} viewBox="0 0 {width} {total}" {_FAMILY} role="img">',
        f"<title>{escape(title(chart))}</title>",
        f"<desc>{escape(caption(chart))}</desc>",
        f"<metadata>{escape(facts)}</metadata>",
        f'<rect {size} fill="{look.paper}"/>',
        _text(_cut(title(chart), width), _MARGIN, 30, head),
        f'<g transform="translate({_MARGIN} {_TITLE_PX})">{body}</g>',
        *lines,
        "</svg>",
    ]
    return _NOT_XML.sub("\ufffd", "\n".join(parts))


def to_png(chart: Chart, *, look: Look = LIGHT, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """Return the svg of the chart as pixels, two for each.

    Raises:
        ExportError: as `to_svg`.
    """
    import resvg_py

    text = to_svg(chart, look=look, width=width, height=height)
    try:
        pixels = resvg_py.svg_to_bytes(
            svg_string=text,
            zoom=PNG_ZOOM,
            font_files=[str(FONT)],
            font_family=FONT_NAME,
            sans_serif_family=FONT_NAME,
        )
    except ValueError as error:
        raise ExportError(_("The chart could not be painted."), hint=_("Export it as svg or html.")) from error
    return bytes(pixels)


def _drawn(option: dict[str, Any], width: int, height: int, look: Look) -> str:
    """Return the drawing itself, as ECharts makes it."""
    import quickjs

    option = _printable({**option, "textStyle": {"fontFamily": f"'{FONT_NAME}', sans-serif"}})
    scripts = (script.read_text(encoding="utf-8") for script in (SCRIPT, AXES))
    source = "\n".join([_BEFORE, *scripts, _AFTER])
    try:
        draw = quickjs.Function("draw", source, own_executor=True)
        draw.set_memory_limit(_MEMORY)
        return str(draw(json.dumps(option), json.dumps(axis_words()), width, height, look.name == "dark"))
    except quickjs.JSException as error:
        raise ExportError(
            _("The chart could not be drawn."), hint=_("Show fewer places, or export it as html.")
        ) from error


def _printable(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the option without signs no svg can hold; the engine's answer would end at the first of them."""
    if isinstance(part, str):
        return _NOT_XML.sub("\ufffd", part)
    if isinstance(part, dict):
        return {name: _printable(one) for name, one in part.items()}
    return [_printable(one) for one in part] if isinstance(part, list) else part


def _text(text: str, x: int, y: int, style: str) -> str:
    return f'<text x="{x}" y="{y}" {style}>{escape(text)}</text>'


def _stamp(chart: Chart) -> str:
    return " · ".join(f"{heading}: {text}" for heading, text in provenance_lines(chart))


def _wrapped(text: str, width: int) -> Sequence[str]:
    return textwrap.wrap(text, max(int(_SIGNS_PER_LINE * width / WIDTH), 20)) or [""]


def _cut(text: str, width: int) -> str:
    most = max(int(95 * width / WIDTH), 20)
    return text if len(text) <= most else text[: most - 1] + "…"
