"""The table behind a chart as a person reads it: named columns, named places, exact numbers.

Used by the page ("Data behind this chart") and by the exported html.
"""

import pyarrow as pa

from analysis.chart.data import BOX, REST, ROWS, VALUE, Chart, Role
from analysis.chart.words import measure_name, place_name
from core.i18n import N_, _

_BOX_NAMES = (N_("smallest"), N_("lower quarter"), N_("median"), N_("upper quarter"), N_("largest"))


def shown_table(chart: Chart) -> pa.Table:
    """Return the numbers of the chart in the order in which they are drawn; names are unique."""
    lines = chart.table.to_pylist()
    columns: list[tuple[str, pa.Array]] = []
    roles: tuple[Role, ...] = ("facet", "colour", "x", "y")
    for role in roles:
        axis = chart.axis(role)
        if axis is None or role not in chart.table.column_names:
            continue
        if f"{role}{REST}" in chart.table.column_names:
            values = [place_name(chart, role, line) for line in lines]
        else:
            values = [line[role] for line in lines]
        columns.append((axis.column, pa.array(values, pa.string())))
    if chart.spec.mark == "box":
        columns += [(_(told), chart.table.column(name)) for name, told in zip(BOX, _BOX_NAMES, strict=True)]
    elif VALUE in chart.table.column_names:
        columns.append((measure_name(chart), chart.table.column(VALUE)))
    if ROWS in chart.table.column_names and measure_name(chart) != _("rows"):
        columns.append((_("rows"), chart.table.column(ROWS)))
    return pa.table([values for _name, values in columns], names=_unique([name for name, _values in columns]))


def _unique(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, wanted = 2, name
        while wanted in found:
            wanted, number = f"{name}~{number}", number + 1
        found.append(wanted)
    return found
