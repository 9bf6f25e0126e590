"""The SQL behind a chart: what is asked of the rows before and after it is known how the axes are cut.

Used by `charts`. Pure text, no engine. Columns are addressed by position as in `row_sql`. Two statements: `scout`
asks for ends and counts, `drawing` for the numbers. Both work over any FROM item with columns `c0`, `c1`, …
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from analysis.chart.check import Plan
from analysis.chart.data import AT, BOX, REST, ROWS, VALUE, Axis, Cut, Rest, Role
from analysis.chart.scale import Bins
from analysis.chart.spec import Aggregate, Order

FLOATS: Final = frozenset({"FLOAT", "DOUBLE", "REAL"})

_SAFE_DIGITS: Final = 27
"""Sums of shorter numbers never need more digits than the engine has."""

_PARTIAL: Final = frozenset({"count", "sum", "mean", "min", "max"})

GLANCE_ROWS: Final = 20_000
"""Rows looked at to see whether a column has many different values."""

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
    guess = f"floor({value} / {bins.step!r}::DOUBLE)"
    above, below = _edge(f"({guess} + 1)", bins), _edge(guess, bins)
    return f"({guess} + ({value} >= {above})::TINYINT - ({value} < {below})::TINYINT - {bins.first})::INTEGER"


def _edge(index: str, bins: Bins) -> str:
    scale = repr(10.0 ** abs(bins.power))
    return f"({index} * {bins.times} {'/' if bins.power < 0 else '*'} {scale}::DOUBLE)"


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
    is not finite, smallest and largest value as a number (times in seconds), about how many different ones there
    are in the first rows. A row is counted for the first axis only that has no place for it.
    """
    before: list[str] = []
    parts = ["count(*)"]
    for axis in scouted(plan):
        has = f"{axis.place} is not null"
        parts += [
            _count([*before, f"not ({has})"]),
            _count([*before, has, f"not {is_usable(axis)}"]) if _and_finite(axis) else "0",
            *_ends(axis),
            _glance(axis, source, where) if _counts_values(plan, axis) else "0",
        ]
        before.append(f"({has} and {is_usable(axis)})")
    return f"select {', '.join(parts)} from {source}{_where([where])}"


def scouted(plan: Plan) -> list[Axis]:
    """Return the axes a first look is worth: numbers and times along which there are places.

    What is aggregated is among them only where a sum of it could become too long.
    """
    ordered = [one for one in plan.axes if one.kind != "category" and one is not plan.measure]
    if plan.measure is not None and is_partial(plan) and _is_wide(plan.measure):
        ordered.append(plan.measure)
    return ordered


def distinct(axes: Sequence[Axis], source: str, where: str) -> str:
    """Return the statement that tells about how many different values each axis has in all rows: one row."""
    parts = ", ".join(f"approx_count_distinct({one.place})" for one in axes)
    return f"select {parts} from {source}{_where([where])}"


def _glance(axis: Axis, source: str, where: str) -> str:
    """Return how many different values the first rows have: mostly enough to know that there are many."""
    first = f"select {axis.place} from {source}{_where([where])} limit {GLANCE_ROWS}"
    return f"(select approx_count_distinct({axis.place}) from ({first}) t({axis.place}))"


def _count(conditions: Sequence[str]) -> str:
    return f"count(*) filter (where {' and '.join(conditions)})"


def _ends(axis: Axis) -> list[str]:
    if axis.kind == "category":
        return ["null::DOUBLE", "null::DOUBLE"]
    value = measured(axis)
    if axis.kind == "time":
        return [f"epoch({end}({moment(axis) if value == axis.place else value}))" for end in ("min", "max")]
    return [f"{end}({value})::DOUBLE" for end in ("min", "max")]


def _counts_values(plan: Plan, axis: Axis) -> bool:
    """Tell whether it matters how many different values the axis has."""
    return axis in plan.places and axis.kind == "number" and plan.spec.mark != "histogram"


def _is_wide(measure: Axis) -> bool:
    """Tell whether a sum of such numbers may need more digits than the engine has."""
    if measure.type.startswith("DECIMAL"):
        return int(measure.type.removeprefix("DECIMAL(").split(",")[0]) > _SAFE_DIGITS
    return measure.type in ("HUGEINT", "UHUGEINT")


# ---- the numbers ------------------------------------------------------------------------------------------


def is_partial(plan: Plan) -> bool:
    """Tell whether the number of several places together follows from the numbers of each."""
    return plan.spec.mark != "box" and plan.aggregate in _PARTIAL


def drawing(
    plan: Plan,
    source: str,
    where: str,
    cuts: Mapping[Role, Cut],
    shows: Mapping[Role, Show],
    *,
    floating: bool,
) -> str:
    """Return the statement for the numbers of every chart but a scatter.

    Its columns: per place in use the text, whether it is the rest, and its position (from 1, none for the rest);
    then the value (or the five of a box) and the rows; then per ranked place how many there are in all; then how
    many rows there are, how many of them have a value and how many a usable one. One line without a place and
    without rows means that there is no place at all.
    """
    ranked = [one for one in plan.places if shows[one.role].ranked]
    parts = [_rows(plan, source, where, cuts)]
    parts += _partials(plan, cuts, floating=floating) if is_partial(plan) else _wholes(plan)
    for one in ranked:
        parts += _ranking(one, shows[one.role], *_total(plan, one, floating=floating))
    parts += _shown(plan, shows, ranked, floating=floating)
    counted = ", ".join(f"coalesce(sum({name}), 0)::BIGINT as {told}" for name, told in _TOLD)
    parts.append(f"told as (select {counted} from b)")
    picked = [*_outer(plan, ranked), *_value_names(plan)]
    picked += [f"(select count(*) from groups_{one.role}) as total_{one.role}" for one in ranked]
    picked += [told for _, told in _TOLD]
    order = ", ".join(f"{one.role}{AT} nulls last" for one in plan.places)
    last = f" order by {order}" if order else ""
    return "with " + ",\n".join(parts) + f"\nselect {', '.join(picked)} from told left join d on true{last}"


_TOLD: Final = (("n", "all_rows"), ("h", "with_value"), ("k", "with_number"))


def _rows(plan: Plan, source: str, where: str, cuts: Mapping[Role, Cut]) -> str:
    """Return the rows with their places; days are put together into longer units later, when there are fewer."""
    rows = [f"{key(one, _first_cut(plan, one, cuts))} as {one.role}" for one in plan.places]
    if plan.measure is not None:
        rows += [f"{measured(plan.measure)} as m", f"{plan.measure.place} is not null as has"]
    usable = [is_usable(one) for one in plan.places if one.kind != "category"]
    return (
        f"s as not materialized (select {', '.join(rows) or '1 as one'} from {source}{_where([where, *usable])})"
    )


def _first_cut(plan: Plan, axis: Axis, cuts: Mapping[Role, Cut]) -> Cut:
    cut = cuts.get(axis.role, Cut())
    return Cut() if is_partial(plan) and axis.type == "DATE" and cut.unit is not None else cut


def _partials(plan: Plan, cuts: Mapping[Role, Cut], *, floating: bool) -> list[str]:
    """Return the statements for the finest places: rows, rows with a value, usable values, their number."""
    roles = [one.role for one in plan.places]
    how = {"mean": "sum", "count": "count"}.get(plan.aggregate, plan.aggregate)
    first = ["count(*) as n"]
    if plan.measure is None:
        first += ["count(*) as h", "count(*) as k", "count(*) as v"]
    else:
        value = aggregated(cast("Aggregate", how), plan.measure, floating=floating)
        first += ["count(*) filter (where has) as h", "count(m) as k", f"{value} as v"]
    days = [one for one in plan.places if _first_cut(plan, one, cuts) != cuts.get(one.role, Cut())]
    name = "b0" if days else "b"
    parts = [f"{name} as materialized (select {', '.join([*roles, *first])} from s group by all)"]
    if days:
        again = [
            f"{key(replace(one, place=one.role), cuts[one.role])} as {one.role}" if one in days else one.role
            for one in plan.places
        ]
        sums = [f"sum({one})::BIGINT as {one}" for one in ("n", "h", "k")]
        combined = f"{_again(plan, 'v', floating=floating)} as v"
        parts.append(f"b as materialized (select {', '.join([*again, *sums, combined])} from b0 group by all)")
    return parts


def _wholes(plan: Plan) -> list[str]:
    """Return the statement for the places by themselves, where numbers do not add up: as above, and the values."""
    counted = ["count(*) as n", "count(*) filter (where has) as h", "count(m) as k"]
    picked = ", ".join([*(one.role for one in plan.places), *counted, _values(plan)])
    return [f"b as materialized (select {picked} from s{' group by all' if plan.places else ''})"]


def _shown(plan: Plan, shows: Mapping[Role, Show], ranked: Sequence[Axis], *, floating: bool) -> list[str]:
    """Return the statement for what is shown.

    Numbers that add up are added. Others are those of the places by themselves, and only what is told together as
    the rest is counted from the rows again: most charts have none.
    """
    joined = "".join(f" {_join(one, shows[one.role], 'b')}" for one in ranked)
    if is_partial(plan):
        columns = ", ".join([*_columns(plan, shows, "b"), _combined(plan, floating=floating)])
        return [f"d as (select {columns} from b{joined}{' group by all' if plan.places else ''})"]
    with_rest = [one for one in ranked if shows[one.role].rest == "other"]
    alone = [f"rank_{one.role}.p is not null" for one in with_rest]
    names = ", ".join([*_columns(plan, shows, "b"), *_value_columns(plan)])
    own = f"select {names} from b{joined}{_where([*alone, 'k > 0' if plan.spec.mark == 'box' else ''])}"
    if not with_rest:
        return [f"d as ({own})"]
    again = "".join(f" {_join(one, shows[one.role], 's')}" for one in ranked)
    rest = " or ".join(f"rank_{one.role}.p is null" for one in with_rest)
    columns = ", ".join([*_columns(plan, shows, "s"), _values(plan)])
    having = " having count(m) > 0" if plan.spec.mark == "box" else ""
    return [f"d as ({own} union all by name select {columns} from s{again} where {rest} group by all{having})"]


def _again(plan: Plan, name: str, *, floating: bool) -> str:
    """Return how the partial values of several places become that of all of them."""
    if plan.measure is None or plan.aggregate == "count":
        return f"sum({name})::BIGINT"
    if plan.aggregate in ("min", "max"):
        return f"{plan.aggregate}({name})"
    return f"fsum({name})" if floating or plan.measure.type in FLOATS else f"sum({name})"


def _combined(plan: Plan, *, floating: bool) -> str:
    value = _again(plan, "v", floating=floating)
    if plan.aggregate == "mean":
        value = f"{value}::DOUBLE / nullif(sum(k), 0)::DOUBLE"
    return f"{value} as {VALUE}, sum({'k' if plan.measure is not None else 'n'})::BIGINT as {ROWS}"


def _columns(plan: Plan, shows: Mapping[Role, Show], base: str) -> list[str]:
    found = []
    for one in plan.places:
        if shows[one.role].ranked:
            found.append(f"case when rank_{one.role}.p is not null then {base}.{one.role} end as {one.role}")
            found.append(f"rank_{one.role}.p as p_{one.role}")
        else:
            found.append(f"{base}.{one.role} as {one.role}")
    return found


def _outer(plan: Plan, ranked: Sequence[Axis]) -> list[str]:
    found = []
    for one in plan.places:
        place = f"p_{one.role}" if one in ranked else f"dense_rank() over (order by {one.role} nulls last)"
        rest = f"p_{one.role} is null" if one in ranked else "false"
        found += [
            f"left({one.role}::VARCHAR, {LABEL_SIGNS}) as {one.role}",
            f"{rest} as {one.role}{REST}",
            f"{place} as {one.role}{AT}",
        ]
    return found


def _values(plan: Plan) -> str:
    if plan.spec.mark == "box":
        quartiles = "quantile_cont(m::DOUBLE, [0.25, 0.5, 0.75]) as q"
        return f"min(m) as {BOX[0]}, {quartiles}, max(m) as {BOX[4]}, count(m) as {ROWS}"
    return f"{aggregated(plan.aggregate, plan.measure)} as {VALUE}, count(m) as {ROWS}"


def _value_columns(plan: Plan) -> list[str]:
    """Return the names of what `_values` returns."""
    return [BOX[0], "q", BOX[4], ROWS] if plan.spec.mark == "box" else [VALUE, ROWS]


def _value_names(plan: Plan) -> list[str]:
    if plan.spec.mark == "box":
        return [BOX[0], *(f"q[{i}] as {name}" for i, name in enumerate(BOX[1:4], 1)), BOX[4], ROWS]
    return [VALUE, ROWS]


def _total(plan: Plan, axis: Axis, *, floating: bool) -> tuple[str, str]:
    """Return what a place is ranked by: its number; boxes, and colours and small charts of a mean, by their rows.

    Two texts: the aggregate, and the rows it is made of.
    """
    if plan.spec.mark == "box":
        return "sum(k)", "b where k > 0"
    if axis.role in ("colour", "facet") and plan.aggregate not in ("count", "sum"):
        return "sum(n)", "b"
    if is_partial(plan):
        return _combined(plan, floating=floating).split(f" as {VALUE}")[0], "b"
    return (
        (f"any_value({VALUE})", "b") if len(plan.places) == 1 else (aggregated(plan.aggregate, plan.measure), "s")
    )


def _ranking(axis: Axis, show: Show, total: str, base: str) -> list[str]:
    role = axis.role
    by = {
        "up": "g asc nulls last",
        "down": "g desc nulls last",
        "value_up": "v asc nulls last, g",
        "value_down": "v desc nulls last, g",
    }[show.order]
    return [
        f"groups_{role} as materialized (select {role} as g, {total} as v from {base} group by 1)",
        (
            f"rank_{role} as materialized (select g, row_number() over (order by {by}) as p "
            f"from (select g, v from groups_{role} order by {by} limit {show.limit}))"
        ),
    ]


def _join(axis: Axis, show: Show, base: str) -> str:
    kind = "left join" if show.rest == "other" else "join"
    return f"{kind} rank_{axis.role} on {base}.{axis.role} is not distinct from rank_{axis.role}.g"


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
        parts += _ranking(one, shows[one.role], "count(*)", "s")
    joined = "".join(f" {_join(one, shows[one.role], 's')}" for one in ranked)
    names = "".join(f", {text}" for text in _columns(plan, shows, "s"))
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
