"""A chart as one html file that opens anywhere, offline: drawing, caption, provenance and the data as a table.

Used by `export`. The file carries ECharts inside and asks nobody for anything; its own policy forbids it to. What
came from data only ever stands in text or in JSON, never in markup or script.
"""

import base64
import hashlib
import json
import re
from html import escape
from typing import Final

import pyarrow as pa

from analysis.chart.data import Chart
from analysis.chart.option import picture
from analysis.chart.render import AXES, SCRIPT
from analysis.chart.shown import shown_table
from analysis.chart.words import MISSING, caption, provenance_lines, title
from core.i18n import _, axis_words, current_language, number

_NAMESPACE: Final = re.compile(r'"http(://www\.w3\.org/)')
_ADDRESS: Final = re.compile(r"https?://(?=[^\s\"']*)")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)

_DRAW: Final = """
'use strict';
(function () {
  function given(id) { return JSON.parse(document.getElementById(id).textContent); }
  var option = written(given('option'), given('words'));
  var place = document.getElementById('chart');
  var dark = matchMedia('(prefers-color-scheme: dark)');
  var chart = null;
  function draw() {
    if (chart) { chart.dispose(); }
    chart = echarts.init(place, dark.matches ? 'dark' : null, {renderer: 'svg'});
    option.backgroundColor = 'transparent';
    chart.setOption(option);
    document.documentElement.dataset.drawn = 'yes';
  }
  dark.addEventListener('change', draw);
  addEventListener('resize', function () { chart.resize(); });
  draw();
})();
"""

_STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2430;--faint:#5b6270;--line:#d9dce3}
@media (prefers-color-scheme:dark){:root{--paper:#14171d;--ink:#e8eaee;--faint:#9aa3b2;--line:#333a46}}
body{margin:0 auto;max-width:1200px;padding:24px;background:var(--paper);color:var(--ink);
font:14px/1.5 'Source Sans 3',system-ui,sans-serif}
h1{font-size:20px;margin:0 0 12px}
#chart{width:100%;height:min(70vh,640px);min-height:320px}
p{color:var(--faint)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:3px 12px;border-bottom:1px solid var(--line);text-align:left}
td.n,th.n{text-align:right}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px}
dt{color:var(--faint)}
dd{margin:0;overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);padding:8px}
details{margin-top:12px}
summary{cursor:pointer}
.scroll{overflow:auto;max-height:70vh}
"""


def to_html(chart: Chart) -> str:
    """Return the chart as a document that needs nothing but a browser."""
    script, draw = _script(), AXES.read_text(encoding="utf-8") + _DRAW
    policy = (
        f"default-src 'none'; script-src {_hash(script)} {_hash(draw)}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    facts = "".join(f"<dt>{escape(head)}</dt><dd>{escape(text)}</dd>" for head, text in provenance_lines(chart))
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{current_language()}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title(chart))}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title(chart))}</h1>",
            f'<div id="chart" role="img" aria-label="{escape(title(chart))}"></div>',
            f"<p>{escape(caption(chart))}</p>",
            f"<details open><summary>{escape(_('Data behind this chart'))}</summary>",
            f'<div class="scroll">{_table(chart)}</div></details>',
            f"<details><summary>{escape(_('Where the numbers come from'))}</summary><dl>{facts}</dl>",
            f"<pre>{escape(chart.provenance.query)}</pre>",
            f"<pre>{escape(_json(chart.spec.to_dict()))}</pre></details>",
            f'<script type="application/json" id="option">{_json(picture(chart).option)}</script>',
            f'<script type="application/json" id="words">{_json(axis_words())}</script>',
            f"<script>{script}</script>",
            f"<script>{draw}</script>",
            "</body></html>",
            "",
        ]
    )


def _script() -> str:
    """Return ECharts without a single address in it: names of standards are spelt, notices keep their words."""
    text = SCRIPT.read_text(encoding="utf-8")
    text = _NAMESPACE.sub(r'"\\x68ttp\1', text)
    return _COMMENT.sub(lambda comment: _ADDRESS.sub("", comment[0]), text)


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _json(value: object) -> str:
    """Return JSON that can stand inside a script element whatever its texts hold."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _table(chart: Chart) -> str:
    table = shown_table(chart)
    right = [not pa.types.is_string(kind) for kind in table.schema.types]
    head = "".join(
        f"<th{' class=n' if at_right else ''}>{escape(name)}</th>"
        for name, at_right in zip(table.column_names, right, strict=True)
    )
    rows = []
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        cells = (
            f"<td{' class=n' if at_right else ''}>{escape(_cell(value))}</td>"
            for value, at_right in zip(row, right, strict=True)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cell(value: object) -> str:
    if value is None:
        return MISSING
    return value if isinstance(value, str) else number(value)  # type: ignore[arg-type]  # the rest are numbers
