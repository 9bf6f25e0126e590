"""A chart in words: its title, what each place is called, and the caption that says what was done to the rows.

Used by the page, the drawing and the exported files. Nothing that is capped, cut or left out goes unsaid here.
"""

from collections.abc import Mapping
from typing import Any, Final

from analysis.chart.data import REST, Cap, Chart, Estimate, LeftOut, Role
from analysis.chart.spec import Aggregate, Mark, Unit
from analysis.row_sql import Filter
from core.i18n import N_, _, ngettext, number, rounded, when

_MARK_SHOWN: Final = 24

MISSING: Final = "∅"

MARK_NAMES: Final[dict[Mark, str]] = {
    "bar": N_("Bars"),
    "line": N_("Line"),
    "area": N_("Area"),
    "scatter": N_("Points"),
    "histogram": N_("Histogram"),
    "box": N_("Boxes"),
    "heatmap": N_("Heatmap"),
}

AGGREGATE_NAMES: Final[dict[Aggregate, str]] = {
    "count": N_("Number of rows"),
    "sum": N_("Sum"),
    "mean": N_("Mean"),
    "median": N_("Median"),
    "min": N_("Smallest"),
    "max": N_("Largest"),
    "distinct": N_("Different values"),
}

UNIT_NAMES: Final[dict[Unit, str]] = {
    "minute": N_("minute"),
    "hour": N_("hour"),
    "day": N_("day"),
    "week": N_("week"),
    "month": N_("month"),
    "quarter": N_("quarter"),
    "year": N_("year"),
}

_OF: Final[dict[Aggregate, str]] = {
    "count": N_("rows with a value in {column}"),
    "sum": N_("sum of {column}"),
    "mean": N_("mean of {column}"),
    "median": N_("median of {column}"),
    "min": N_("smallest {column}"),
    "max": N_("largest {column}"),
    "distinct": N_("different values of {column}"),
}

_OPERATORS: Final = {
    "=": "{column} = {value}",
    "!=": "{column} ≠ {value}",
    "<": "{column} < {value}",
    "<=": "{column} ≤ {value}",
    ">": "{column} > {value}",
    ">=": "{column} ≥ {value}",
    "contains": N_("{column} contains {value}"),
    "starts": N_("{column} starts with {value}"),
    "is_null": N_("{column} has no value"),
    "not_null": N_("{column} has a value"),
    "in": N_("{column} is one of {value}"),
}


def other() -> str:
    """Return what all the places together are called that are not shown by themselves."""
    return _("other")


def measure_name(chart: Chart) -> str:
    """Return what the numbers of the chart are, as `sum of price`."""
    measure = chart.measure
    if chart.spec.mark == "scatter" or chart.spec.mark == "box":
        return measure.column if measure else ""
    if measure is None or chart.spec.mark == "histogram":
        return _("rows")
    return _(_OF[chart.spec.aggregate or "count"]).format(column=measure.column)


def place_name(chart: Chart, role: Role, line: Mapping[str, Any]) -> str:
    """Return what the place of one line of the table is called."""
    if line[f"{role}{REST}"]:
        return other()
    text, cut = line[role], chart.cut(role)
    if text is None:
        return MISSING
    if cut.bins is not None:
        index = int(text)
        return f"{rounded(cut.bins.edge(index), 12)} – {rounded(cut.bins.edge(index + 1), 12)}"
    return unit_name(text, cut.unit) if cut.unit is not None else str(text)


def unit_name(begin: str, unit: Unit) -> str:
    """Return what the unit of time is called that begins then: 2025, 2025 Q1, 2025-01, 2025-01-31, 10:00."""
    if unit == "year":
        return begin[:-6]
    if unit == "quarter":
        return f"{begin[:-6]} Q{(int(begin[-5:-3]) + 2) // 3}"
    if unit == "month":
        return begin[:-3]
    return begin[:-3] if unit in ("hour", "minute") else begin


def title(chart: Chart) -> str:
    """Return the heading of the chart, as `Sum of price by town`."""
    x, y = chart.axis("x"), chart.axis("y")
    if chart.spec.mark == "histogram" and x is not None:
        text = _("distribution of {column}").format(column=x.column)
    elif chart.spec.mark == "scatter" and x is not None and y is not None:
        text = _("{y} against {x}").format(y=y.column, x=x.column)
    elif chart.spec.mark == "heatmap" and x is not None and y is not None:
        text = _("{what} by {x} and {y}").format(what=measure_name(chart), x=x.column, y=y.column)
    elif chart.spec.mark == "box" and y is not None:
        text = _("distribution of {column}").format(column=y.column)
        text = _("{what} by {x}").format(what=text, x=x.column) if x is not None else text
    else:
        text = _("{what} by {x}").format(what=measure_name(chart), x=x.column if x is not None else "")
    return text[:1].upper() + text[1:]


def caption(chart: Chart) -> str:
    """Return everything a reader must know about the numbers, as short sentences."""
    parts = [_what(chart), *_cutting(chart), *(_cap(chart, one) for one in chart.caps)]
    if chart.sampled is not None:
        told = _("A random {shown} of {total} rows are shown, always the same ones.")
        parts.append(told.format(shown=number(chart.sampled), total=number(chart.used)))
    if chart.estimate is not None:
        return " ".join([*parts, _estimate(chart.estimate)])
    parts += [_left_out(one) for one in chart.left_out]
    if chart.inexact:
        parts.append(_("The numbers are too long to be added exactly and are rounded."))
    if chart.too_large:
        told = ngettext(
            "{count} number is too large to be computed and is not shown.",
            "{count} numbers are too large to be computed and are not shown.",
            chart.too_large,
        )
        parts.append(told.format(count=number(chart.too_large)))
    parts.append(_rows(chart))
    return " ".join(part for part in parts if part)


def filter_name(one: Filter) -> str:
    """Return a filter in words."""
    value = ", ".join(map(str, one.value)) if isinstance(one.value, list | tuple) else str(one.value)
    return _(_OPERATORS[one.op]).format(column=one.column, value=value)


def provenance_lines(chart: Chart, *, brief: bool = False) -> list[tuple[str, str]]:
    """Return where the numbers come from, as pairs of a heading and a text.

    Args:
        chart: The chart.
        brief: For a place beside the chart: fingerprints by their beginnings, the moment as people say it.
    """
    told = chart.provenance

    def mark(digest: str) -> str:
        return f"{digest[:_MARK_SHOWN]}…" if brief else digest

    lines = [
        (
            _("Source"),
            _("'{name}', version {version}, from {file}").format(
                name=one.name, version=one.version, file=one.source_name
            ),
        )
        for one in told.sources
    ]
    lines += [(_("Fingerprint of the file"), mark(one.source_digest)) for one in told.sources]
    lines += [(_("Fingerprint of the data"), mark(one.digest)) for one in told.sources]
    lines.append((_("Rows"), f"{number(chart.used)} / {number(chart.matching)}"))
    lines.append((_("Computed"), when(told.at) if brief else told.at))
    lines.append((_("By"), f"Bestand {told.app_version}"))
    return lines


def _what(chart: Chart) -> str:
    sentence = title(chart)
    colour, facet = chart.axis("colour"), chart.axis("facet")
    if colour is not None and chart.spec.mark != "heatmap":
        sentence += _(", coloured by {column}").format(column=colour.column)
    if facet is not None:
        sentence += _(", one small chart for each {column}").format(column=facet.column)
    if chart.spec.mark == "box":
        sentence += _(": the box holds the middle half, its line is the median, the ends are the extremes")
    return f"{sentence}."


def _estimate(told: Estimate) -> str:
    """Return how far the numbers of a first look can be trusted, and what it looked at."""
    bound = rounded(told.error * 100, 2)
    if told.of == "values":
        sentence = _("A first look: each number is right within {bound} % (19 times in 20).")
        return sentence.format(bound=bound)
    sentence = _(
        "A first look at a random {shown} of {total} rows: the share of rows below a line is right within {bound} "
        "percentage points (19 times in 20)."
    )
    return sentence.format(shown=number(told.looked_at), total=number(told.rows), bound=bound)


def _cutting(chart: Chart) -> list[str]:
    parts = []
    for axis in chart.axes:
        cut = chart.cut(axis.role)
        if cut.bins is not None:
            told = _("'{column}' in steps of {step}.")
            parts.append(told.format(column=axis.column, step=rounded(cut.bins.step, 12)))
        elif cut.unit is not None:
            parts.append(_("'{column}' by {unit}.").format(column=axis.column, unit=_(UNIT_NAMES[cut.unit])))
        if axis.type.endswith("TIME ZONE") and axis is not chart.measure:
            parts.append(_("Times are in UTC."))
    return list(dict.fromkeys(parts))


def _cap(chart: Chart, cap: Cap) -> str:
    shown, total = number(cap.shown), number(cap.total)
    if cap.rest == "left_out":
        falling = chart.spec.sort in ("down", "value_down", "value_up")
        told = (
            _("{shown} of {total} places of '{column}' are shown; the others are left out.")
            if falling
            else _("The first {shown} of {total} places of '{column}' are shown; the later ones are left out.")
        )
    elif chart.spec.sort in ("up", "down") and cap.role == "x":
        told = _("The first {shown} of {total} values of '{column}' are shown")
    elif chart.spec.sort == "value_up" and cap.role == "x":
        told = _("The {shown} smallest of {total} values of '{column}' are shown")
    else:
        told = _("The {shown} largest of {total} values of '{column}' are shown")
    told = told.format(shown=shown, total=total, column=cap.column)
    if cap.rest == "left_out":
        return told
    if cap.role == "x" and chart.hides_rest:
        return f"{told}; {_hidden(chart)}"
    return told + _(", the rest together as '{other}'.").format(other=other())


def _hidden(chart: Chart) -> str:
    value = chart.rest_value
    if value is None:
        return _("the rest is far more than these and not drawn, but in the table.")
    told = _("the rest together is {value}, far more than these, and not drawn.")
    return told.format(value=rounded(value))


def _left_out(one: LeftOut) -> str:
    if one.reason == "missing":
        told = ngettext(
            "{count} row has no value in '{column}' and is left out.",
            "{count} rows have no value in '{column}' and are left out.",
            one.rows,
        )
    else:
        told = ngettext(
            "{count} row has no finite value in '{column}' and is left out.",
            "{count} rows have no finite value in '{column}' and are left out.",
            one.rows,
        )
    return told.format(count=number(one.rows), column=one.column)


def _rows(chart: Chart) -> str:
    names = ", ".join(
        _("'{name}' version {version}").format(name=one.name, version=one.version)
        for one in chart.provenance.sources
    )
    rows = ngettext("{count} row", "{count} rows", chart.used).format(count=number(chart.used))
    sentence = _("From {rows} of {names}").format(rows=rows, names=names) if names else rows
    if chart.spec.filters:
        held = ", ".join(filter_name(one) for one in chart.spec.filters)
        sentence += _(", only those with {filters}").format(filters=held)
    return f"{sentence}."
