"""From what the engine answered to the table of a chart: in order, without what only served to make it.

Used by `charts`. Small tables only.
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from analysis.chart.check import Plan
from analysis.chart.data import BOX, REST, ROWS, VALUE, Role


@dataclass(frozen=True, slots=True)
class Collected:
    """The table, how many places each ranked axis has in all, and how many values were too large for a number."""

    table: pa.Table
    totals: dict[Role, int]
    too_large: int


def collect(plan: Plan, answer: pa.Table) -> Collected:
    """Return the parts of the engine's answer to `sql.drawing` or `sql.points`."""
    totals = _totals(plan, answer)
    if plan.spec.mark == "scatter":
        names = ["x", "y", *_places(plan)]
        return Collected(answer.select(names), totals, 0)
    names = [*_places(plan), *(BOX if plan.spec.mark == "box" else (VALUE,)), ROWS]
    table, too_large = answer.select(names), 0
    for name in names:
        if pa.types.is_floating(table.schema.field(name).type):
            finite = pc.fill_null(pc.is_finite(table.column(name)), False)  # noqa: FBT003 - a value
            too_large += int(pc.sum(pc.invert(finite)).as_py() or 0) - table.column(name).null_count
            kept = pc.if_else(finite, table.column(name), pa.scalar(None, pa.float64()))
            table = table.set_column(table.column_names.index(name), name, kept)
    return Collected(table, totals, too_large)


def _places(plan: Plan) -> list[str]:
    return [name for one in plan.places for name in (one.role, f"{one.role}{REST}")]


def _totals(plan: Plan, answer: pa.Table) -> dict[Role, int]:
    found: dict[Role, int] = {}
    for one in plan.places:
        name = f"total_{one.role}"
        if name in answer.column_names and answer.num_rows:
            found[one.role] = int(answer.column(name)[0].as_py())
    return found
