"""The numbers of a chart are those of counting by hand, and nothing is left out without being said."""

import datetime as dt
import math
import statistics
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.chart import Chart, Charts, ChartSpec
from analysis.chart.data import Role
from analysis.chart.spec import AGGREGATES, Aggregate
from analysis.query import QueryEngine
from core.ids import new_id
from storage.open import Storage
from tests.tables import add_dataset

Row = dict[str, Any]

TYPES = {
    "town": pa.string(),
    "kind": pa.string(),
    "day": pa.date32(),
    "at": pa.timestamp("us", "UTC"),
    "price": pa.decimal128(18, 2),
    "huge": pa.decimal128(38, 4),
    "measure": pa.float64(),
    "count": pa.int64(),
    "open": pa.bool_(),
}

texts = st.one_of(
    st.none(), st.sampled_from(["Köln", "Bonn", "", "x'y", "other", "∅", "Ulm", "'; drop table s --"])
)
days = st.one_of(st.none(), st.dates(dt.date(1999, 12, 1), dt.date(2003, 2, 1)))
moments = st.one_of(
    st.none(),
    st.dates(dt.date(2020, 1, 1), dt.date(2020, 3, 1)).flatmap(
        lambda day: st.times().map(lambda clock: dt.datetime.combine(day, clock, dt.UTC))
    ),
)
prices = st.one_of(st.none(), st.decimals(-(10**6), 10**6, places=2))
huges = st.one_of(st.none(), st.decimals(-(10**33), 10**33, places=4))
floats = st.one_of(
    st.none(), st.floats(-1e12, 1e12), st.sampled_from([math.nan, math.inf, -math.inf, 0.7, 0.1, -0.0])
)
counts = st.one_of(st.none(), st.integers(-300, 300), st.integers(-(2**63), 2**63 - 1))

rows_of = st.lists(
    st.fixed_dictionaries(
        {
            "town": texts, "kind": texts, "day": days, "at": moments, "price": prices, "huge": huges,
            "measure": floats, "count": counts, "open": st.one_of(st.none(), st.booleans()),
        }
    ),
    max_size=30,
)  # fmt: skip
places_of = st.sampled_from(["town", "kind", "day", "at", "price", "measure", "count", "open"])
measures = st.sampled_from(["price", "huge", "measure", "count"])
specs = st.builds(
    ChartSpec,
    mark=st.sampled_from(["bar", "line", "area", "histogram", "heatmap", "box"]),
    x=places_of,
    y=st.none(),
    colour=st.none() | places_of,
    facet=st.none() | places_of,
    aggregate=st.sampled_from(AGGREGATES),
    bins=st.sampled_from([None, 0, 1, 3, 10]),
    unit=st.sampled_from([None, "day", "week", "month", "quarter", "year"]),
    sort=st.sampled_from([None, "up", "down", "value_up", "value_down"]),
    limit=st.sampled_from([None, 1, 2, 3]),
)


@pytest.fixture
def charts(storage: Storage) -> Charts:
    """The charts."""
    return Charts(storage, QueryEngine(storage))


def table_of(rows: list[Row]) -> pa.Table:
    """The rows as a table."""
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in TYPES.items()})


def is_value(value: object) -> bool:
    """Whether a value can be placed on an axis of numbers, or aggregated."""
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def start(value: dt.date | dt.datetime, unit: str) -> dt.date | dt.datetime:
    """Where the unit of time begins that holds the moment."""
    if unit in ("minute", "hour"):
        assert isinstance(value, dt.datetime)
        return value.replace(second=0, microsecond=0, minute=value.minute if unit == "minute" else 0, tzinfo=None)
    day = value.date() if isinstance(value, dt.datetime) else value
    if unit == "week":
        return day - dt.timedelta(days=day.weekday())
    month = {"year": 1, "quarter": (day.month - 1) // 3 * 3 + 1}.get(unit, day.month)
    return day if unit == "day" else day.replace(month=month, day=1)


@dataclass(frozen=True)
class Place:
    """Where a row belongs on one axis: its text, and what the places are ordered by."""

    text: str | None
    natural: Any


def place(chart: Chart, role: Role, row: Row) -> Place | None:
    """Where a row belongs; None if it has no place."""
    axis = chart.axis(role)
    assert axis is not None
    value, cut = row[axis.column], chart.cut(role)
    if axis.kind == "category":
        text = str(value).lower() if isinstance(value, bool) else value
        return Place(text, text)
    if not is_value(value):
        return None
    if cut.bins is not None:
        edges = [cut.bins.edge(i) for i in range(cut.bins.count + 1)]
        found = [i for i in range(cut.bins.count) if edges[i] <= float(value) < edges[i + 1]]
        assert len(found) == 1, "a value belongs to exactly one bin"
        return Place(str(found[0]), found[0])
    if cut.unit is not None:
        begin = start(value, cut.unit)
        return Place(str(begin), str(begin))
    assert axis.kind == "number", "a time axis is always cut"
    return Place(None, float(value) + 0.0)


def measured(values: list[Any], how: Aggregate) -> object:
    """The aggregate of the values that are there."""
    if how == "count":
        return len(values)
    if how == "distinct":
        return len(set(values))
    if not values:
        return None
    if how in ("min", "max"):
        return min(values) if how == "min" else max(values)
    if how == "median":
        return statistics.median([float(value) for value in values])
    total: Any = math.fsum(values) if isinstance(values[0], float) else sum(values)
    return total if how == "sum" else float(total) / len(values)


def close(found: object, wanted: object, values: list[Any]) -> bool:
    """Whether two aggregates are the same: exactly, or up to rounding where the engine counts in floats."""
    if not isinstance(found, float) or not isinstance(wanted, float | int | Decimal):
        return bool(found == wanted)
    largest = max((abs(float(value)) for value in values), default=0.0)
    return math.isclose(float(found), float(wanted), rel_tol=1e-9, abs_tol=largest * 1e-9)


def suited(spec: ChartSpec, measure: str) -> ChartSpec:
    """The description with a column to aggregate where its mark has a place for one."""
    if spec.mark == "heatmap":
        return replace(spec, y="kind", colour=measure)
    if spec.mark == "histogram":
        return replace(spec, x="price" if spec.x in ("town", "kind", "open") else spec.x, aggregate=None)
    if spec.mark == "box":
        return replace(spec, y=measure, colour=None, aggregate=None)
    return replace(spec, y=measure)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of, spec=specs, measure=measures, by_question=st.booleans())
def test_a_chart_counts_as_a_person_would(
    charts: Charts, storage: Storage, rows: list[Row], spec: ChartSpec, measure: str, by_question: bool
) -> None:
    """Every shown number is that of its rows, the rest is that of all others, every row is accounted for."""
    name = new_id()
    add_dataset(storage, name, table_of(rows))
    spec = suited(spec, measure)
    asked = replace(spec, sql=f'select * from "{name}"') if by_question else replace(spec, dataset=name)
    chart = charts.draw(asked)
    roles: list[Role] = [
        role for role in ("facet", "colour", "x", "y") if f"{role}_rest" in chart.table.column_names
    ]
    column = chart.measure.column if chart.measure is not None and spec.mark != "histogram" else None

    seated: list[tuple[dict[Role, Place], Row]] = []
    for row in rows:
        seats = {role: place(chart, role, row) for role in roles}
        if all(seat is not None for seat in seats.values()) and (column is None or is_value(row[column])):
            seated.append(({role: seat for role, seat in seats.items() if seat is not None}, row))
    assert chart.used == len(seated)
    assert chart.matching == len(rows) == chart.used + sum(one.rows for one in chart.left_out)

    shown = chart.table.to_pylist()
    groups = {tuple(_shown_key(chart, role, line) for role in roles) for line in shown}
    assert len(groups) == len(shown), "every place is there once"
    kept = {role: {_shown_key(chart, role, line) for line in shown if not line[f"{role}_rest"]} for role in roles}
    capped = {one.role: one for one in chart.caps}
    for role in roles:
        seen = {_key(chart, role, seats[role]) for seats, _ in seated}
        if role not in capped:
            assert kept[role] >= seen or any(one.rest == "left_out" for one in chart.caps), role
            assert not any(line[f"{role}_rest"] for line in shown)
        else:
            assert len(kept[role]) <= capped[role].shown < capped[role].total
    for line in shown:
        mine = [
            row
            for seats, row in seated
            if all(_belongs(chart, role, seats[role], line, kept[role]) for role in roles)
        ]
        values: list[Any] = [row[column] for row in mine] if column else mine
        assert line["rows"] == len(mine)
        if spec.mark == "box":
            _check_box(line, [float(value) for value in values])
        else:
            how = chart.spec.aggregate or "count"
            assert close(line["value"], measured(values, how) if column else len(mine), values), (
                how,
                line,
                values,
            )
    lost = sum(line["rows"] for line in shown)
    if not any(one.rest == "left_out" for one in chart.caps):
        assert lost == chart.used, "every row that is used is in a place"


def _key(chart: Chart, role: Role, seat: Place) -> object:
    axis = chart.axis(role)
    assert axis is not None
    return seat.natural if axis.kind == "number" and chart.cut(role).bins is None else seat.text


def _shown_key(chart: Chart, role: Role, line: Row) -> object:
    axis = chart.axis(role)
    assert axis is not None
    if line[f"{role}_rest"]:
        return ("the rest",)
    if axis.kind == "number" and chart.cut(role).bins is None:
        return float(line[role]) + 0.0
    return line[role]


def _belongs(chart: Chart, role: Role, seat: Place, line: Row, kept: set[Any]) -> bool:
    mine = _key(chart, role, seat)
    return mine not in kept if line[f"{role}_rest"] else mine == _shown_key(chart, role, line)


def _check_box(line: Row, values: list[float]) -> None:
    if not values:
        assert line["middle"] is None
        return
    quartiles = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    wanted = [min(values), *quartiles, max(values)]
    for name, value in zip(("low", "q1", "middle", "q3", "high"), wanted, strict=True):
        assert float(line[name]) == pytest.approx(value, rel=1e-9, abs=1e-9 * max(map(abs, values)))
