"""What a chart is to show: the one frozen description the page, the command line and a saved chart share.

Plain values with a JSON form; knows neither the engine nor whether the columns exist (see `check`).
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from analysis.row_sql import OPERATORS, Filter
from analysis.values import Value
from core.errors import ChartError
from core.i18n import N_, _
from core.types import Json

Mark: TypeAlias = Literal["bar", "line", "area", "scatter", "histogram", "box", "heatmap"]
"""How the values are drawn."""

Aggregate: TypeAlias = Literal["count", "sum", "mean", "median", "min", "max", "distinct"]
"""How the rows of one place become one number."""

Unit: TypeAlias = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
"""How long a piece of a time axis is; a week begins on Monday."""

Order: TypeAlias = Literal["up", "down", "value_up", "value_down"]
"""Order of the places: by what they are called, or by their number."""

MARKS: Final[tuple[Mark, ...]] = get_args(Mark)
AGGREGATES: Final[tuple[Aggregate, ...]] = get_args(Aggregate)
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
ORDERS: Final[tuple[Order, ...]] = get_args(Order)

MAX_BINS: Final = 500
MAX_LIMIT: Final = 2_000
"""Most places a chart can be asked to show."""


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """One chart.

    The rows come from a dataset (`dataset`, and `version` unless the present one is meant) or from a question
    (`sql`). `x`, `y`, `colour` and `facet` are column names. A heatmap has places in `x` and `y`, and `colour` is
    the column that is aggregated; elsewhere `y` is. `bins` is about how many pieces a number axis is cut into; 0
    means one place for each value, None leaves it to the data. `unit` is the same for times. `limit` is how many
    places are shown; what happens to the rest is always said.
    """

    mark: Mark = "bar"
    x: str | None = None
    y: str | None = None
    colour: str | None = None
    facet: str | None = None
    aggregate: Aggregate | None = None
    bins: int | None = None
    unit: Unit | None = None
    sort: Order | None = None
    limit: int | None = None
    filters: tuple[Filter, ...] = ()
    dataset: str | None = None
    version: int | None = None
    sql: str | None = None

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form, without what is not set; `from_dict` reads it."""
        found: dict[str, Json] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "filters":
                value = [_filter_form(each) for each in self.filters]
            if value not in (None, []):
                found[one.name] = value
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "ChartSpec":
        """Build the description that `to_dict` returned, or that a person wrote.

        Raises:
            ChartError: there is a key or a value no chart has; the nearest key is told.
        """
        known = {one.name for one in fields(cls)}
        for key in data:
            if key not in known:
                nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
                also = " " + _("Did you mean '{name}'?").format(name=nearest[0]) if nearest else ""
                raise ChartError(_("A chart has no '{key}'.").format(key=key) + also)
        values = {key: value for key, value in data.items() if value is not None}
        for key, choices in _CHOICES.items():
            if key in values and values[key] not in choices:
                raise ChartError(
                    _("'{key}' cannot be {value}.").format(key=key, value=repr(values[key])),
                    hint=_("Choose {choices}.").format(choices=", ".join(choices)),
                )
        for key in ("x", "y", "colour", "facet", "dataset", "sql"):
            _expect(values, key, str, N_("'{key}' must be a text, not {value}."))
        for key, most in (("bins", MAX_BINS), ("limit", MAX_LIMIT), ("version", 2**31)):
            _expect(values, key, int, N_("'{key}' must be a whole number, not {value}."))
            if not 0 <= values.get(key, 0) <= most:
                raise ChartError(_("'{key}' must lie between 0 and {most}.").format(key=key, most=most))
        values["filters"] = tuple(_filter_of(one) for one in _list(values.get("filters", [])))
        return cls(**values)


_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "mark": MARKS,
    "aggregate": AGGREGATES,
    "unit": UNITS,
    "sort": ORDERS,
}


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ChartError(_("'{key}' must be a list, not {value}.").format(key="filters", value=repr(value)))
    return list(value)


def _expect(values: Mapping[str, Any], key: str, kind: type, otherwise: str) -> None:
    if key in values and (not isinstance(values[key], kind) or isinstance(values[key], bool)):
        raise ChartError(_(otherwise).format(key=key, value=repr(values[key])))


def _filter_form(one: Filter) -> dict[str, Json]:
    return {"column": one.column, "op": one.op, "value": _plain(one.value)}


def _plain(value: Value) -> Json:
    """Return a filter's value as JSON holds it; numbers JSON would bend and times become text."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | bytes):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return cast("Json", value)


def _filter_of(data: Any) -> Filter:  # noqa: ANN401 - any JSON
    if not isinstance(data, Mapping) or not isinstance(data.get("column"), str):
        raise ChartError(_("A filter of a chart names its column."))
    if data.get("op") not in OPERATORS or set(data) - {"column", "op", "value"}:
        raise ChartError(
            _("The filter on '{column}' cannot be understood.").format(column=data["column"]),
            hint=_("Choose {choices}.").format(choices=", ".join(OPERATORS)),
        )
    return Filter(data["column"], data["op"], data.get("value"))
