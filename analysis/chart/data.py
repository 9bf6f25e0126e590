"""A chart that has been computed: the small table behind it and everything that must be said about it.

Made by `charts`, drawn by `option`, put into words by `words`, kept in the cache through `to_table`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

import pyarrow as pa

from analysis.chart.scale import Bins
from analysis.chart.spec import ChartSpec, Unit
from core.types import Json

Kind: TypeAlias = Literal["number", "time", "category"]
"""What an axis can do with a column."""

Role: TypeAlias = Literal["x", "y", "colour", "facet"]

Rest: TypeAlias = Literal["other", "left_out"]
"""What became of the places that are not shown: counted together, or not at all."""

REST: Final = "_rest"
"""Ending of the column that tells whether a place is all the others together."""

AT: Final = "_at"
"""Ending of the column with the position of a place on its axis, from 1; none for the rest, which comes last."""

VALUE: Final = "value"
ROWS: Final = "rows"
BOX: Final = ("low", "q1", "middle", "q3", "high")
"""Columns of a box: smallest value, quartiles, largest value."""

_DWARFS: Final = 2.5
"""So many times the largest shown place, the rest would make all of them invisible."""

_FACTS: Final = b"bestand.chart"


@dataclass(frozen=True, slots=True)
class Axis:
    """One column in its role. `place` is how SQL names it; `type` is the engine's."""

    role: Role
    column: str
    place: str
    type: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Estimate:
    """The numbers are only nearly right, with the probability 0.95.

    Of `rows`: from `looked_at` of them, so that the rank of a median or quartile is off by at most `error` of the
    rows of its place. Of `values`: each number is off by at most `error` of itself.
    """

    of: Literal["rows", "values"]
    looked_at: int
    rows: int
    error: float


@dataclass(frozen=True, slots=True)
class Cut:
    """How an axis is divided: into bins, into units of time, or (both None) by each value."""

    bins: Bins | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """Not every place of an axis is shown. `total` counts those there are."""

    role: Role
    column: str
    shown: int
    total: int
    rest: Rest


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that are not part of the chart, and why: no value in a column, or one that is no number or time."""

    column: str
    rows: int
    reason: Literal["missing", "not_finite"]


@dataclass(frozen=True, slots=True)
class SourceMark:
    """One dataset version the chart was computed from. `source_digest` is that of the file it came from."""

    name: str
    dataset_id: str
    version: int
    digest: str
    source_name: str
    source_digest: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the numbers come from. `query` can be asked again on the SQL page; `at` is ISO 8601 UTC."""

    sources: tuple[SourceMark, ...]
    query: str
    at: str
    app_version: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A computed chart.

    `table` has a row per place, in the order in which they are drawn: a text column per role in use (`x`, `y`,
    `colour`, `facet`; None where the value is missing) with `<role>_rest` and `<role>_at` beside it, then `value`
    (exact, None where there is nothing to aggregate) and `rows`. A scatter has its values in `x` and `y` and
    nothing else; a box has `low`, `q1`, `middle`, `q3`, `high` for `value`. `matching` rows met the filters,
    `used` of them are in the chart; a scatter that shows fewer points than that says so by `sampled`. A first look
    says so by its `estimate`, and does not know what was left out.
    """

    spec: ChartSpec
    axes: tuple[Axis, ...]
    cuts: Mapping[Role, Cut]
    table: pa.Table
    caps: tuple[Cap, ...]
    left_out: tuple[LeftOut, ...]
    matching: int
    used: int
    sampled: int | None
    inexact: bool
    too_large: int
    provenance: Provenance
    estimate: Estimate | None = None

    def axis(self, role: Role) -> Axis | None:
        """Return the column in a role, or None."""
        return next((one for one in self.axes if one.role == role), None)

    @property
    def measure(self) -> Axis | None:
        """The column that is aggregated; None when rows are counted."""
        return self.axis("colour" if self.spec.mark == "heatmap" else "y")

    def cut(self, role: Role) -> Cut:
        """Return how the axis in a role is divided."""
        return self.cuts.get(role, Cut())

    @property
    def hides_rest(self) -> bool:
        """Whether all the other places together are so much that the shown ones would vanish beside them."""
        if self.spec.mark not in ("bar", "line", "area") or f"x{REST}" not in self.table.column_names:
            return False
        totals: dict[bool, dict[int | None, float]] = {True: {}, False: {}}
        for row in self.table.select([f"x{REST}", f"x{AT}", VALUE]).to_pylist():
            side = totals[row[f"x{REST}"]]
            side[row[f"x{AT}"]] = side.get(row[f"x{AT}"], 0.0) + abs(float(row[VALUE] or 0))
        return sum(totals[True].values()) > _DWARFS * max(totals[False].values(), default=math.inf)

    @property
    def rest_value(self) -> "Decimal | float | int | None":
        """The number of all the other places together, where there is one."""
        rest = [row[VALUE] for row in self.table.select([f"x{REST}", VALUE]).to_pylist() if row[f"x{REST}"]]
        return rest[0] if len(rest) == 1 else None

    def to_table(self) -> pa.Table:
        """Return the whole chart as one table, the form in which it is cached."""
        facts: dict[str, Json] = {
            "spec": self.spec.to_dict(),
            "axes": [asdict(one) for one in self.axes],
            "cuts": {role: asdict(one) for role, one in self.cuts.items()},
            "caps": [asdict(one) for one in self.caps],
            "left_out": [asdict(one) for one in self.left_out],
            "matching": self.matching,
            "used": self.used,
            "sampled": self.sampled,
            "inexact": self.inexact,
            "too_large": self.too_large,
            "provenance": asdict(self.provenance),
        }
        return self.table.replace_schema_metadata({_FACTS: json.dumps(facts)})

    @classmethod
    def from_table(cls, table: pa.Table) -> "Chart":
        """Return the chart that `to_table` returned as a table."""
        facts: dict[str, Any] = json.loads(table.schema.metadata[_FACTS])
        told = facts.pop("provenance")
        sources = tuple(SourceMark(**one) for one in told.pop("sources"))
        return cls(
            spec=ChartSpec.from_dict(facts.pop("spec")),
            axes=tuple(Axis(**one) for one in facts.pop("axes")),
            cuts={role: _cut(one) for role, one in facts.pop("cuts").items()},
            caps=tuple(Cap(**one) for one in facts.pop("caps")),
            left_out=tuple(LeftOut(**one) for one in facts.pop("left_out")),
            table=table.replace_schema_metadata(None),
            provenance=Provenance(sources, **told),
            **facts,
        )


def _cut(data: Mapping[str, Any]) -> Cut:
    return Cut(Bins(**data["bins"]) if data["bins"] else None, data["unit"])
