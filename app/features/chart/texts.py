"""What the chart page says; each function is asked when it is drawn, in the person's language."""

from typing import TYPE_CHECKING, Final

from core.i18n import N_, _, pgettext

if TYPE_CHECKING:
    from analysis.row_sql import Filter

MARK_ICONS: Final = {
    "bar": ":material/bar_chart:",
    "line": ":material/show_chart:",
    "area": ":material/area_chart:",
    "scatter": ":material/scatter_plot:",
    "histogram": ":material/equalizer:",
    "box": ":material/candlestick_chart:",
    "heatmap": ":material/grid_on:",
}

_ROLES: Final = {"x": N_("Along x"), "y": N_("Along y"), "colour": N_("Colour"), "facet": N_("Small charts by")}
_EMPTY_ROLES: Final = {"x": N_("none"), "y": N_("count rows"), "colour": N_("none"), "facet": N_("none")}
_SORTS: Final = {
    "up": N_("By name or time, upwards"),
    "down": N_("By name or time, downwards"),
    "value_down": N_("Largest first"),
    "value_up": N_("Smallest first"),
}


def title() -> str:
    """Return the page's name."""
    return _("Charts")


def answer() -> str:
    """Return what a chart is of that shows no dataset."""
    return _("Answer to a question")


def empty() -> str:
    """Return what this place is for."""
    return _("Draw what is in your data: pick columns, and the numbers are counted at once.")


def to_import() -> str:
    """Return what leads to the Import page."""
    return _("Import a file")


def to_sample() -> str:
    """Return what opens the sample."""
    return _("Try the sample")


def dataset() -> str:
    """Return the name of the choice of datasets."""
    return _("Dataset")


def kind() -> str:
    """Return the name of the choice of the kind of chart."""
    return _("Kind of chart")


def mark(name: str) -> str:
    """Return the name of a kind of chart."""
    from analysis.chart.words import MARK_NAMES

    return _(MARK_NAMES[name])  # type: ignore[index]  # a key of MARK_ICONS, which has the same


def role(name: str, chart: str) -> str:
    """Return the name of a role of a column."""
    if chart == "heatmap" and name == "colour":
        return _("Value")
    return _(_ROLES[name])


def no_column(name: str) -> str:
    """Return what is chosen when no column is."""
    return _(_EMPTY_ROLES[name])


def type_sign(column_type: str) -> str:
    """Return a sign for the kind of a column."""
    from analysis.chart.check import kind_of

    return {"number": "#", "time": "◷", "category": "A"}[kind_of(column_type)]


def filters() -> str:
    """Return the name of a step that changes the filters."""
    return _("Filter")


def filter_name(one: "Filter") -> str:
    """Return a filter in words."""
    from analysis.chart.words import filter_name as name

    return name(one)


def drag_to_pick() -> str:
    """Return what the tool is called that picks by dragging."""
    return _("Pick a range by dragging")


def show_all() -> str:
    """Return what the tool is called that shows everything again after zooming."""
    return _("Show everything again (Ctrl and the wheel zoom)")


def pick_nothing() -> str:
    """Return what takes a picked range away."""
    return _("Pick nothing")


def picked(told: str) -> str:
    """Return what is picked, in words."""
    return _("Picked: {filters}").format(filters=told)


def only_these() -> str:
    """Return what draws the chart of the picked rows only."""
    return _("Chart only these")


def show_rows() -> str:
    """Return what shows the picked rows: on the Data page, or where the answer is."""
    return _("Show these rows")


def a_range() -> str:
    """Return the heading over the two ends of a range."""
    return _("Pick a range")


def span_from() -> str:
    """Return the name of the first end of a range."""
    return pgettext("range", "From")


def span_to() -> str:
    """Return the name of the last end of a range."""
    return _("Up to and with")


def any_end() -> str:
    """Return what an end of a range is called that is open."""
    return _("any")


def clear() -> str:
    """Return what removes all filters."""
    return _("Clear all")


def computing() -> str:
    """Return what is said while a chart is computed."""
    return _("Computing the chart")


def computing_exactly() -> str:
    """Return what is said while a first look is shown and the exact numbers are counted."""
    return _("Counting the exact numbers")


def exactly() -> str:
    """Return what counts the exact numbers after they were stopped."""
    return _("Count exactly")


def stop() -> str:
    """Return what stops it."""
    return _("Stop")


def no_rows() -> str:
    """Return what is said when there is nothing to draw."""
    return _("No row is left to draw. Change the filters or the columns.")


def data_behind() -> str:
    """Return the name of the table behind the chart."""
    return _("Data behind this chart")


def aggregate() -> str:
    """Return the name of the choice of the aggregate."""
    return _("What is counted")


def aggregate_name(name: str) -> str:
    """Return the name of an aggregate."""
    from analysis.chart.words import AGGREGATE_NAMES

    return _(AGGREGATE_NAMES[name])  # type: ignore[index]  # one of AGGREGATES


def bins() -> str:
    """Return the name of the choice of bins."""
    return _("Steps of a number axis")


def bins_name(count: int | None) -> str:
    """Return the name of a number of bins."""
    if count is None:
        return _("As it suits")
    return _("Each value") if count == 0 else _("About {count}").format(count=count)


def unit() -> str:
    """Return the name of the choice of the unit of time."""
    return _("Unit of time")


def unit_name(name: str | None) -> str:
    """Return the name of a unit of time."""
    from analysis.chart.words import UNIT_NAMES

    return _(UNIT_NAMES[name]).capitalize() if name else _("As it suits")  # type: ignore[index]  # one of UNITS


def sort() -> str:
    """Return the name of the choice of the order."""
    return _("Order")


def sort_name(name: str | None) -> str:
    """Return the name of an order."""
    return _(_SORTS[name]) if name else _("As it suits")


def limit() -> str:
    """Return the name of the choice of how many places are shown."""
    return _("Places shown")


def limit_name(count: int | None) -> str:
    """Return the name of a limit."""
    return _("As it suits") if count is None else str(count)


def how() -> str:
    """Return the heading over how the chart counts."""
    return _("How it counts")


def origin() -> str:
    """Return the heading over where the numbers come from."""
    return _("Where the numbers come from")


def query() -> str:
    """Return the heading over the question to the engine."""
    return _("The question to the engine")


def export() -> str:
    """Return the name of the export."""
    return _("Export")


def file_format() -> str:
    """Return the name of the choice of the format."""
    return _("Format")


def write() -> str:
    """Return what writes the file."""
    return _("Write the file")


def save() -> str:
    """Return what saves a copy."""
    return _("Save a copy")


def lies_in(folder: str) -> str:
    """Return where the file is."""
    return _("It lies in {folder}").format(folder=folder)


def formats_told() -> str:
    """Return what the formats are for."""
    return _("HTML opens anywhere without a network and holds the data too; SVG and PNG are pictures.")
