"""From what the engine answered to the table of a chart: in order, without what only served to make it.

Used by `charts`. Small tables only.
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from analysis.chart.check import Plan
from analysis.chart.data import AT, BOX, REST, ROWS, VALUE, Role


@dataclass(frozen=True, slots=True)
class Collected:
    """The table, and what was told beside it.

    `totals` says how many places each ranked axis has in all, `too_large` how many values no number can hold. Of
    the rows that have a place, `with_value` have something to aggregate and `with_number` something usable.
    """

    table: pa.Table
    totals: dict[Role, int]
    too_large: int = 0
    all_rows: int = 0
    with_value: int = 0
    with_number: int = 0


def collect(plan: Plan, answer: pa.Table) -> Collected:
    """Return the parts of the engine's answer to `sql.drawing` or `sql.points`."""
    totals = _totals(plan, answer)
    if plan.spec.mark == "scatter":
        names = ["x", "y", *_places(plan)]
        return Collected(answer.select(names), totals)
    names = [*_places(plan), *(BOX if plan.spec.mark == "box" else (VALUE,)), ROWS]
    # A line without rows is no place: it carries what was told where there is none.
    table, too_large = answer.filter(pc.is_valid(answer.column(ROWS))).select(names), 0
    for name in names:
        if pa.types.is_floating(table.schema.field(name).type):
            finite = pc.fill_null(pc.is_finite(table.column(name)), False)  # noqa: FBT003 - a value
            too_large += int(pc.sum(pc.invert(finite)).as_py() or 0) - table.column(name).null_count
            kept = pc.if_else(finite, table.column(name), pa.scalar(None, pa.float64()))
            table = table.set_column(table.column_names.index(name), name, kept)
    told = {name: _told(answer, name) for name in ("all_rows", "with_value", "with_number")}
    return Collected(table, totals, too_large, **told)


def _places(plan: Plan) -> list[str]:
    return [name for one in plan.places for name in (one.role, f"{one.role}{REST}", f"{one.role}{AT}")]


def _told(answer: pa.Table, name: str) -> int:
    """Return a number that every row of the answer repeats."""
    if name not in answer.column_names or not answer.num_rows:
        return 0
    return int(answer.column(name)[0].as_py())


def _totals(plan: Plan, answer: pa.Table) -> dict[Role, int]:
    found: dict[Role, int] = {}
    for one in plan.places:
        total = _told(answer, f"total_{one.role}")
        if total:
            found[one.role] = total
    return found
