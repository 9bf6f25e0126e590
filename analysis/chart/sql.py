"""The SQL behind a chart: what is asked of the rows before and after it is known how the axes are cut.

Used by `charts`. Pure text, no engine. Columns are addressed by position as in `row_sql`. Two statements: `scout`
asks for ends and counts, `drawing` for the numbers. Both work over any FROM item with columns `c0`, `c1`, …
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.chart.check import Plan
from analysis.chart.data import BOX, REST, ROWS, VALUE, Axis, Cut, Rest, Role
from analysis.chart.scale import Bins
from analysis.chart.spec import Aggregate, Order

FLOATS: Final = frozenset({"FLOAT", "DOUBLE", "REAL"})

LABEL_SIGNS: Final = 2_000
"""A longer text is cut; nobody can read more of it in a chart."""


@dataclass(frozen=True, slots=True)
class Show:
    """How many places of an axis are shown, in which order, and what becomes of the rest.

    `ranked` tells that the places must be counted before; without it every place is shown in its natural order.
    """

    limit: int
    order: Order
    rest: Rest
    ranked: bool


# ---- expressions ------------------------------------------------------------------------------------------


def moment(axis: Axis) -> str:
    """Return a time column as DATE or TIMESTAMP; moments with a zone in UTC, which is how they are stored."""
    return axis.place if axis.type in ("DATE", "TIMESTAMP") else f"{axis.place}::TIMESTAMP"


def is_usable(axis: Axis) -> str:
    """Return the condition under which a row has a place on the axis; missing texts have a place of their own."""
    if axis.kind == "category":
        return "true"
    return f"({axis.place} is not null{_and_finite(axis)})"


def _and_finite(axis: Axis) -> str:
    if axis.kind == "time":
        return f" and isfinite({moment(axis)})"
    return f" and isfinite({axis.place})" if axis.type in FLOATS else ""


def measured(axis: Axis) -> str:
    """Return the values that are aggregated: what is no number counts as missing."""
    finite = _and_finite(axis)
    return f"case when {finite.removeprefix(' and ')} then {axis.place} end" if finite else axis.place


def key(axis: Axis, cut: Cut) -> str:
    """Return the expression whose equal values share a place."""
    if axis.kind == "category":
        return axis.place if axis.type == "VARCHAR" else f"{axis.place}::VARCHAR"
    if cut.bins is not None:
        return _bin(f"{axis.place}::DOUBLE", cut.bins)
    if cut.unit is not None:
        start = f"date_trunc('{cut.unit}', {moment(axis)})"
        return f"{start}::DATE" if cut.unit not in ("hour", "minute") else start
    return moment(axis) if axis.kind == "time" else axis.place


def _bin(value: str, bins: Bins) -> str:
    """Return the number of the bin; the same arithmetic as `Bins.index`, to the last bit."""
    guess = f"(floor({value} / {bins.step!r}::DOUBLE)::BIGINT)"
    above, below = _edge(f"({guess} + 1)", bins), _edge(guess, bins)
    return (
        f"(case when {value} >= {above} then {guess} + 1 when {value} < {below} then {guess} - 1 "
        f"else {guess} end - {bins.first})"
    )


def _edge(index: str, bins: Bins) -> str:
    whole = f"({index} * {bins.times})::DOUBLE"
    scale = repr(10.0 ** abs(bins.power))
    return f"({whole} {'/' if bins.power < 0 else '*'} {scale}::DOUBLE)"


def aggregated(aggregate: Aggregate, measure: Axis | None, *, name: str = "m", floating: bool = False) -> str:
    """Return the aggregate over `name`, the measured values; over rows if there is no measure."""
    if measure is None:
        return "count(*)"
    number = f"{name}::DOUBLE" if floating or measure.type in FLOATS else name
    exact = not (floating or measure.type in FLOATS)
    return {
        "count": f"count({name})",
        "distinct": f"count(distinct {name})",
        "min": f"min({name})",
        "max": f"max({name})",
        "sum": f"sum({number})" if exact else f"fsum({number})",
        "mean": f"avg({number})" if exact else f"favg({number})",
        "median": f"quantile_cont({name}::DOUBLE, 0.5)",
    }[aggregate]


# ---- the first look ---------------------------------------------------------------------------------------


def scout(plan: Plan, source: str, where: str) -> str:
    """Return the statement that tells what there is: one row.

    First how many rows meet the filters; then for each of `scouted(plan)`: rows without a value, rows whose value
    is not finite, smallest and largest value as a number (times in seconds), about how many different ones. A
    row is counted for the first axis only that has no place for it.
    """
    before = ["true"]
    parts = ["count(*)"]
    for axis in scouted(plan):
        usable, good = is_usable(axis), " and ".join(before)
        number = f"epoch({moment(axis)})" if axis.kind == "time" else f"{axis.place}::DOUBLE"
        number = "null::DOUBLE" if axis.kind == "category" else number
        has = f"{axis.place} is not null"
        parts += [
            f"count(*) filter (where {good} and not ({has}))",
            f"count(*) filter (where {good} and {has} and not {usable})",
            f"min({number}) filter (where {usable})",
            f"max({number}) filter (where {usable})",
            f"approx_count_distinct({axis.place}) filter (where {usable})" if axis in plan.places else "0",
        ]
        before.append(f"({has} and {usable})")
    return f"select {', '.join(parts)} from {source}{_where([where])}"


def scouted(plan: Plan) -> list[Axis]:
    """Return the axes a first look is worth: numbers and times, and what is aggregated."""
    ordered = [
        one for one in plan.axes if one.kind != "category" and (one in plan.places or one is not plan.measure)
    ]
    return [*ordered, *([plan.measure] if plan.measure is not None else [])]


# ---- the numbers ------------------------------------------------------------------------------------------


def drawing(
    plan: Plan,
    source: str,
    where: str,
    cuts: Mapping[Role, Cut],
    shows: Mapping[Role, Show],
    *,
    floating: bool,
    materialised: bool = False,
) -> str:
    """Return the statement for the numbers of every chart but a scatter.

    Its columns: per place in use the text, whether it is the rest, and its position (from 1, none for the rest);
    then the value (or the five of a box) and the rows; then per ranked place how many there are in all.
    """
    rows = [f"{key(one, cuts.get(one.role, Cut()))} as {one.role}" for one in plan.places]
    rows += [f"{measured(plan.measure)} as m"] if plan.measure is not None else []
    usable = [is_usable(one) for one in plan.places if one.kind != "category"]
    if plan.spec.mark == "box":
        usable.append("m is not null")
    head = f"s as {'materialized ' if materialised else ''}(select {', '.join(rows) or '1'} from {source}"
    parts = [f"{head}{_where([where, *usable])})"]
    ranked = [one for one in plan.places if shows[one.role].ranked]
    for one in ranked:
        parts += _ranking(one, shows[one.role], _total(plan, one, floating=floating))
    columns = ", ".join([*_columns(plan, shows), _values(plan, floating=floating)])
    parts.append(f"d as (select {columns} from s")
    parts[-1] += "".join(f" {_join(one, shows[one.role])}" for one in ranked) + _grouped(plan) + ")"
    totals = [f"(select count(*) from groups_{one.role}) as total_{one.role}" for one in ranked]
    picked = ", ".join([*_outer(plan, ranked), *_value_names(plan), *totals])
    order = ", ".join(f"{one.role}_at nulls last" for one in plan.places)
    last = f" order by {order}" if order else ""
    return "with " + ",\n".join(parts) + f"\nselect {picked} from d{last}"


def _columns(plan: Plan, shows: Mapping[Role, Show]) -> list[str]:
    found = []
    for one in plan.places:
        if shows[one.role].ranked:
            found.append(f"case when rank_{one.role}.p is not null then s.{one.role} end as {one.role}")
            found.append(f"rank_{one.role}.p as p_{one.role}")
        else:
            found.append(f"s.{one.role} as {one.role}")
    return found


def _outer(plan: Plan, ranked: Sequence[Axis]) -> list[str]:
    found = []
    for one in plan.places:
        place = f"p_{one.role}" if one in ranked else f"dense_rank() over (order by {one.role} nulls last)"
        rest = f"p_{one.role} is null" if one in ranked else "false"
        found += [
            f"left({one.role}::VARCHAR, {LABEL_SIGNS}) as {one.role}",
            f"{rest} as {one.role}{REST}",
            f"{place} as {one.role}_at",
        ]
    return found


def _values(plan: Plan, *, floating: bool) -> str:
    if plan.spec.mark == "box":
        quartiles = ", ".join(
            f"quantile_cont(m::DOUBLE, {share}) as {name}"
            for name, share in zip(BOX[1:4], (0.25, 0.5, 0.75), strict=True)
        )
        return f"min(m) as {BOX[0]}, {quartiles}, max(m) as {BOX[4]}, count(m) as {ROWS}"
    rows = "count(m)" if plan.measure is not None else "count(*)"
    return f"{aggregated(plan.aggregate, plan.measure, floating=floating)} as {VALUE}, {rows} as {ROWS}"


def _value_names(plan: Plan) -> list[str]:
    return [*(BOX if plan.spec.mark == "box" else (VALUE,)), ROWS]


def _grouped(plan: Plan) -> str:
    """Without any place there is one group, and none if there are no rows."""
    return " group by all" if plan.places else " having count(*) > 0"


def _total(plan: Plan, axis: Axis, *, floating: bool) -> str:
    """Return what a place is ranked by: its number; colours and small charts of a mean by their rows."""
    if plan.spec.mark == "box" or (axis.role in ("colour", "facet") and plan.aggregate not in ("count", "sum")):
        return "count(*)"
    return aggregated(plan.aggregate, plan.measure, floating=floating)


def _ranking(axis: Axis, show: Show, total: str) -> list[str]:
    role = axis.role
    by = {
        "up": "g asc nulls last",
        "down": "g desc nulls last",
        "value_up": "v asc nulls last, g",
        "value_down": "v desc nulls last, g",
    }[show.order]
    return [
        f"groups_{role} as materialized (select {role} as g, {total} as v from s group by 1)",
        (
            f"rank_{role} as materialized (select g, row_number() over (order by {by}) as p "
            f"from (select g, v from groups_{role} order by {by} limit {show.limit}))"
        ),
    ]


def _join(axis: Axis, show: Show) -> str:
    kind = "left join" if show.rest == "other" else "join"
    return f"{kind} rank_{axis.role} on s.{axis.role} is not distinct from rank_{axis.role}.g"


# ---- points -----------------------------------------------------------------------------------------------


def points(
    plan: Plan, source: str, where: str, row: str, cuts: Mapping[Role, Cut], shows: Mapping[Role, Show], limit: int
) -> str:
    """Return the statement for the points of a scatter: always the same ones, each row with the same chance.

    Columns: x and y as texts, then per colour and facet as in `drawing`, then their totals.
    """
    usable = [is_usable(one) for one in plan.axes if one.role in ("x", "y")]
    usable += [is_usable(one) for one in plan.places if one.kind != "category"]
    groups = plan.places
    rows = [f"{key(one, Cut())} as {one.role}" for one in plan.axes if one.role in ("x", "y")]
    rows += [f"{key(one, cuts.get(one.role, Cut()))} as {one.role}" for one in groups]
    ranked = [one for one in groups if shows[one.role].ranked]
    parts = [f"s as (select {row} as r, {', '.join(rows)} from {source}{_where([where, *usable])})"]
    for one in ranked:
        parts += _ranking(one, shows[one.role], "count(*)")
    joined = "".join(f" {_join(one, shows[one.role])}" for one in ranked)
    names = "".join(f", {text}" for text in _columns(plan, shows))
    parts.append(
        f"d as (select s.r, s.x as x, s.y as y{names} from s{joined} order by hash(s.r), s.r limit {limit})"
    )
    totals = [f"(select count(*) from groups_{one.role}) as total_{one.role}" for one in ranked]
    picked = ["x::VARCHAR as x", "y::VARCHAR as y"]
    picked += _outer(plan, ranked)
    return "with " + ",\n".join(parts) + f"\nselect {', '.join([*picked, *totals])} from d order by r"


def _where(parts: Sequence[str]) -> str:
    kept = [f"({part})" for part in parts if part and part != "true"]
    return f" where {' and '.join(kept)}" if kept else ""
