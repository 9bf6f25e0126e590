"""Whether a chart can be drawn from the columns there are, said in words an analyst understands.

Used by `charts` before anything is computed, and by `suggest`. Pure; knows columns by name and type only.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from analysis.chart.data import Axis, Kind, Role
from analysis.chart.spec import Aggregate, ChartSpec, Mark
from analysis.row_sql import is_number
from core.errors import ChartError
from core.i18n import N_, _
from core.types import Column

ROLES: Final[dict[Mark, tuple[Role, ...]]] = {
    "bar": ("x", "y", "colour", "facet"),
    "line": ("x", "y", "colour", "facet"),
    "area": ("x", "y", "colour", "facet"),
    "scatter": ("x", "y", "colour", "facet"),
    "histogram": ("x", "colour", "facet"),
    "box": ("x", "y", "facet"),
    "heatmap": ("x", "y", "colour", "facet"),
}
"""Which columns each kind of chart has a place for."""

_REQUIRED: Final[dict[Mark, tuple[Role, ...]]] = {
    "bar": ("x",), "line": ("x",), "area": ("x",), "scatter": ("x", "y"),
    "histogram": ("x",), "box": ("y",), "heatmap": ("x", "y"),
}  # fmt: skip

_PLACES: Final[dict[Mark, tuple[Role, ...]]] = {"heatmap": ("facet", "x", "y"), "scatter": ("facet", "colour")}
_ORDERED: Final[dict[Mark, tuple[Role, ...]]] = {"scatter": ("x", "y"), "histogram": ("x",)}
"""Roles that need an order: numbers or times."""

_OF_NUMBERS: Final = frozenset({"sum", "mean", "median", "min", "max"})

_MISSING: Final[dict[Role, str]] = {
    "x": N_("Choose a column for x."),
    "y": N_("Choose a column for y."),
    "colour": N_("Choose a column for the colour."),
    "facet": N_("Choose a column for the small charts."),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A chart that can be computed: `spec` with the aggregate decided, and the columns in their roles.

    `places` are the axes whose values are shown (x; for a heatmap y too; colour and facet; for a scatter only the
    last two, its x and y are free); `measure` is the column
    that is aggregated, None when rows are counted.
    """

    spec: ChartSpec
    aggregate: Aggregate
    axes: tuple[Axis, ...]
    places: tuple[Axis, ...]
    measure: Axis | None

    def axis(self, role: Role) -> Axis | None:
        """Return the column in a role, or None."""
        return next((one for one in self.axes if one.role == role), None)


def kind_of(column_type: str) -> Kind:
    """Return what an axis can do with values of an SQL type."""
    if is_number(column_type):
        return "number"
    return "time" if column_type == "DATE" or column_type.startswith("TIMESTAMP") else "category"


def trimmed(spec: ChartSpec) -> ChartSpec:
    """Return the description without the columns its kind of chart has no place for."""
    roles = ROLES[spec.mark]
    return replace(
        spec,
        y=spec.y if "y" in roles else None,
        colour=spec.colour if "colour" in roles else None,
        aggregate=spec.aggregate if spec.mark not in ("scatter", "histogram", "box") else None,
    )


def check(spec: ChartSpec, columns: Sequence[Column], of: str) -> Plan:
    """Return how to compute a chart.

    Args:
        spec: What is wanted.
        columns: Those of the dataset or of the answer.
        of: The dataset's name, for messages.

    Raises:
        ChartError: a column is missing, is not there, or is of the wrong kind for its role.
    """
    wanted: dict[Role, str | None] = {"x": spec.x, "y": spec.y, "colour": spec.colour, "facet": spec.facet}
    axes = tuple(_axis(role, name, columns, of) for role, name in wanted.items() if name is not None)
    by_role: dict[Role, Axis] = {one.role: one for one in axes}
    for role in by_role:
        if role not in ROLES[spec.mark]:
            raise ChartError(
                _("This kind of chart has no place for '{column}'.").format(column=by_role[role].column),
                hint=_("Take the column away, or choose another kind of chart."),
            )
    for role in _REQUIRED[spec.mark]:
        if role not in by_role:
            raise ChartError(_("The chart needs another column."), hint=_(_MISSING[role]))
    measure = by_role.get("colour" if spec.mark == "heatmap" else "y")
    if spec.mark in ("scatter", "histogram", "box"):
        _check_kinds(spec.mark, by_role)
        return Plan(spec, "count", axes, _places(spec.mark, by_role), measure if spec.mark == "box" else None)
    aggregate = _aggregate(spec, measure)
    return Plan(spec, aggregate, axes, _places(spec.mark, by_role), measure)


def _places(mark: Mark, by_role: Mapping[Role, Axis]) -> tuple[Axis, ...]:
    roles = _PLACES.get(mark, ("facet", "colour", "x"))
    return tuple(by_role[role] for role in roles if role in by_role)


def _axis(role: Role, name: str, columns: Sequence[Column], of: str) -> Axis:
    for index, column in enumerate(columns):
        if column.name == name:
            return Axis(role, name, f"c{index}", column.type, kind_of(column.type))
    nearest = difflib.get_close_matches(name, [column.name for column in columns], n=1, cutoff=0.5)
    also = " " + _("Did you mean '{name}'?").format(name=nearest[0]) if nearest else ""
    raise ChartError(
        _("'{dataset}' has no column '{column}'.").format(dataset=of, column=name) + also,
        hint=_("Choose one of its columns."),
    )


def _check_kinds(mark: Mark, by_role: Mapping[Role, Axis]) -> None:
    """Refuse columns without an order where values are placed along an axis."""
    for role in _ORDERED.get(mark, ()):
        if by_role[role].kind == "category":
            raise ChartError(
                _("Column '{column}' holds texts, and this kind of chart needs numbers or dates there.").format(
                    column=by_role[role].column
                ),
                hint=_("Choose a bar chart, or a column of numbers."),
            )
    if mark == "box" and by_role["y"].kind != "number":
        raise _no_numbers(by_role["y"].column)


def _aggregate(spec: ChartSpec, measure: Axis | None) -> Aggregate:
    """Return the aggregate that was asked for, or the one that suits the column."""
    wanted = spec.aggregate
    if wanted is None:
        usual: Aggregate = "mean" if spec.mark == "heatmap" else "sum"
        return usual if measure is not None and measure.kind == "number" else "count"
    if wanted == "count":
        return wanted
    if measure is None:
        role: Role = "colour" if spec.mark == "heatmap" else "y"
        raise ChartError(_("There is no column to aggregate."), hint=_(_MISSING[role]))
    if wanted in _OF_NUMBERS and measure.kind != "number":
        raise _no_numbers(measure.column)
    return wanted


def _no_numbers(column: str) -> ChartError:
    return ChartError(
        _("Column '{column}' holds no numbers.").format(column=column),
        hint=_("Count its rows or its different values instead, or choose a column of numbers."),
    )
