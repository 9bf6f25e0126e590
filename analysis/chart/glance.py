"""A first look at charts whose numbers take a while: nearly right at once, and how nearly is said.

Used by `charts` for what does not add up (boxes, medians, different values) over many rows. Boxes and medians are
taken from a random part of the rows; different values from all rows, but only those whose hash lies in a known
share of all hashes. The exact numbers are counted meanwhile; this never stands in for them in a file or the cache.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from analysis.chart.check import Plan
from analysis.chart.data import ROWS, VALUE, Estimate
from analysis.chart.sql import is_partial

FROM_ROWS: Final = 1_000_000
"""Below so many rows the exact numbers are there as quickly."""

LOOKED_AT: Final = 500_000
"""About how many rows are looked at."""

WORST: Final = 0.25
"""A look that could be further off than this is none."""

_HASHES: Final = 16
"""Of so many values one is counted."""

_HASH_RANGE: Final = 2**64
_ALPHA: Final = 0.05
_NORMAL_95: Final = 1.96


@dataclass(frozen=True, slots=True)
class Glance:
    """How to look: at each row whose hash is divisible by `every`, or at the values of a share of all hashes."""

    of: Literal["rows", "values"]
    every: int

    def source(self, source: str) -> str:
        """Return the FROM item with the rows that are looked at; its rows have their number as `r`."""
        if self.of == "values":
            return source
        return f"(select * from {source} where hash(r) % {self.every} = 0)"

    def plan(self, plan: Plan) -> Plan:
        """Return the plan with the values that are counted."""
        if self.of == "rows" or plan.measure is None:
            return plan
        place, below = plan.measure.place, _HASH_RANGE // self.every
        counted = f"(case when hash({place}) < {below}::UBIGINT then {place} end)"
        return replace(plan, measure=replace(plan.measure, place=counted))


def glance_of(plan: Plan, rows: int) -> Glance | None:
    """Return how to look at a chart first; None where the exact numbers are soon there."""
    if rows < FROM_ROWS or is_partial(plan) or plan.spec.mark == "scatter":
        return None
    if plan.aggregate == "distinct" and plan.spec.mark != "box":
        return Glance("values", _HASHES)
    return Glance("rows", max(2, rows // LOOKED_AT))


def estimated(glance: Glance, table: pa.Table, all_rows: int) -> tuple[pa.Table, Estimate] | None:
    """Return the numbers scaled to all rows and how far off they may be; None if that is too far.

    Args:
        glance: How it was looked.
        table: The numbers as they were counted.
        all_rows: How many rows the dataset has.

    Source:
        Dvoretzky, Kiefer and Wolfowitz (1956), with Massart's constant (1990), for the ranks.
    """
    counts = table.column(VALUE if glance.of == "values" else ROWS)
    least = pc.min(counts).as_py()
    if not least:
        return None
    if glance.of == "values":
        error = _NORMAL_95 * math.sqrt((1 - 1 / glance.every) / least)
    else:
        error = math.sqrt(math.log(2 / _ALPHA) / (2 * least))
    if error > WORST:
        return None
    looked_at = all_rows if glance.of == "values" else all_rows // glance.every
    return _scaled(table, VALUE if glance.of == "values" else ROWS, glance.every), Estimate(
        glance.of, looked_at, all_rows, error
    )


def _scaled(table: pa.Table, name: str, times: int) -> pa.Table:
    scaled: Any = pc.multiply(table.column(name).cast(pa.int64()), pa.scalar(times, pa.int64()))
    return table.set_column(table.column_names.index(name), name, scaled)
