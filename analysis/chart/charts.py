"""`Charts`: from a description to the computed chart. Only aggregates leave the engine.

Opened by `open_analysis`; used by the chart page and by `bestand chart`. A chart of a dataset is asked on a
trusted connection with SQL of ours; a chart of a question asks that first, behind both of its walls.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from analysis.chart import sql
from analysis.chart.check import Plan, check
from analysis.chart.collect import Collected, collect
from analysis.chart.cutting import Seen, cuts_of, seen_of, shows_of
from analysis.chart.data import Cap, Chart, Cut, LeftOut, Provenance, Role, SourceMark
from analysis.chart.glance import Glance, estimated, glance_of
from analysis.chart.spec import ChartSpec
from analysis.chart.sql import Show
from analysis.query import QueryEngine
from analysis.query.catalogue import Identity
from analysis.row_sql import condition, rows_source
from analysis.rows import check_values, require_columns
from core.clock import now_iso
from core.errors import ChartError
from core.i18n import _, number
from core.progress import Progress, SilentProgress
from core.telemetry import metrics
from core.types import Column, Manifest
from core.version import app_version
from storage.cache.keys import CacheKeys
from storage.duck import Connection, duck_errors, quote_identifier
from storage.open import Storage

POINTS: Final = 5_000
"""Most points of a scatter; of more rows a fixed random sample is shown, and said to be one."""

MAX_PLACES: Final = 40_000
"""Most numbers in one chart; more is a table."""

_FEW: Final = 1_000
"""Different values in the first rows up to which those in all rows are counted."""

_EXACT_DIGITS: Final = 38
_FORM: Final = 1
"""Counts up when the same description would be computed differently, so that nothing older is shown."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a chart stands on: the columns, where they lie, and what the answer depends on."""

    name: str
    columns: tuple[Column, ...]
    manifest: Manifest | None
    identity: Identity | None
    sources: tuple[SourceMark, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows on a connection: the FROM item, and the expression of a row's number from 1."""

    connection: Connection
    source: str
    row: str


class Charts:
    """Computes charts; thread-safe."""

    def __init__(self, storage: Storage, queries: QueryEngine) -> None:
        self._storage = storage
        self._queries = queries

    def columns(self, spec: ChartSpec) -> tuple[Column, ...]:
        """Return the columns a chart of this dataset or question can use.

        Raises:
            BestandError: there is no such dataset, or the question cannot be asked.
        """
        return self._ground(spec).columns

    def draw(self, spec: ChartSpec, *, progress: Progress | None = None) -> Chart:
        """Return the computed chart; the same one again comes from the cache.

        Raises:
            ChartError: a column is missing or of the wrong kind, or the chart would have too many places.
            UsageError: a filter compares with something its column cannot hold.
            BestandError: there is no such dataset, the question cannot be answered, or it was stopped.
        """
        ground = self._ground(spec)
        plan = check(spec, ground.columns, ground.name)
        require_columns(ground.name, ground.columns, [one.column for one in spec.filters])
        check_values(self._storage.duck, spec.filters, ground.columns)
        watch = progress or SilentProgress()
        key, tags = _cache_key(spec, ground)
        with metrics().timed(f"chart:{spec.mark}"):
            if ground.identity is not None and not ground.identity.repeatable:
                return self._compute(plan, ground, watch)
            table = self._storage.cache.get_or_compute(
                key, lambda: self._compute(plan, ground, watch).to_table(), tags=tags
            )
        return Chart.from_table(table)

    def glance(self, spec: ChartSpec, *, progress: Progress | None = None) -> Chart | None:
        """Return a chart that is nearly right, with its `estimate`; None where the right one is soon there.

        Raises:
            BestandError: as `draw`.
        """
        if spec.dataset is None:
            return None
        ground = self._ground(spec)
        plan = check(spec, ground.columns, ground.name)
        require_columns(ground.name, ground.columns, [one.column for one in spec.filters])
        check_values(self._storage.duck, spec.filters, ground.columns)
        rows = ground.manifest.rows if ground.manifest is not None else 0
        glance = glance_of(plan, rows)
        if glance is None:
            return None
        with metrics().timed(f"glance:{spec.mark}"):
            chart = self._compute(plan, ground, progress or SilentProgress(), glance)
        estimate = estimated(glance, chart.table, rows)
        if estimate is None:
            return None
        times = 1 if glance.of == "values" else glance.every
        matching = min(rows, chart.matching * times)
        return replace(
            chart, table=estimate[0], estimate=estimate[1], left_out=(), matching=matching, used=matching
        )

    def _ground(self, spec: ChartSpec) -> _Ground:
        if (spec.dataset is None) == (spec.sql is None):
            raise ChartError(
                _("A chart shows either a dataset or the answer of a question."), hint=_("Name one of the two.")
            )
        if spec.sql is not None:
            identity = self._queries.identify(spec.sql)
            marks = tuple(self._mark(one.dataset_id, one.version, one.name) for one in identity.sources)
            return _Ground(_("the answer"), self._queries.columns(spec.sql), None, identity, marks)
        with self._storage.database.read() as uow:
            row = uow.datasets.require_name(str(spec.dataset))
            version = uow.versions.of(row.id, spec.version).version
        manifest = self._storage.datasets.manifest(row.id, version)
        return _Ground(row.name, manifest.columns, manifest, None, (self._mark(row.id, version, row.name),))

    def _mark(self, dataset_id: str, version: int, name: str) -> SourceMark:
        manifest = self._storage.datasets.manifest(dataset_id, version)
        source = manifest.source
        return SourceMark(name, dataset_id, version, manifest.digest, source.name, source.digest)

    @contextmanager
    def _rows(self, plan: Plan, ground: _Ground, progress: Progress) -> Iterator[_Rows]:
        """Open a connection on which the rows can be asked."""
        if ground.manifest is None:
            names = {column.name: i for i, column in enumerate(ground.columns)}
            picked = [names[name] for name in _used(plan)]
            with self._queries.tabulated(str(plan.spec.sql), picked, progress=progress) as connection:
                yield _Rows(connection, "answer", "rowid + 1")
            return
        file = self._storage.datasets.data_file(ground.manifest.dataset_id, ground.manifest.version)
        with self._storage.duck.trusted() as connection, progress.interruptible(connection.interrupt):
            yield _Rows(connection, rows_source(str(file), ground.columns), "r + 1")

    def _compute(self, plan: Plan, ground: _Ground, progress: Progress, glance: Glance | None = None) -> Chart:
        where = condition(plan.spec.filters, None, ground.columns)
        with (
            duck_errors(_("The chart"), otherwise=ChartError),
            self._rows(plan, ground, progress) as rows,
        ):
            seen = _look(plan, rows, where)
            progress.report(0.3)
            cuts = cuts_of(plan, seen)
            shows = shows_of(plan, seen, cuts)
            floating = _needs_floats(plan, seen)
            asked, source = (
                (plan, rows.source) if glance is None else (glance.plan(plan), glance.source(rows.source))
            )
            statement = _statement(asked, source, where, rows.row, cuts, shows, floating=floating)
            table = rows.connection.execute(f"{statement} limit {MAX_PLACES + 1}").to_arrow_table()
        if table.num_rows > MAX_PLACES:
            raise ChartError(
                _("The chart would have more than {most} places.").format(most=number(MAX_PLACES)),
                hint=_("Use fewer bins, a coarser unit of time or a lower limit."),
            )
        told = _statement(plan, _told_source(plan, ground), where, "r", cuts, shows, floating=floating)
        return _chart(plan, ground, seen, cuts, shows, collect(plan, table), told, floating=floating)


def _look(plan: Plan, rows: _Rows, where: str) -> Seen:
    """Return what a first look tells; there is none where nothing depends on it."""
    if not sql.scouted(plan) and plan.spec.mark != "scatter":
        return seen_of(plan, ())
    seen = seen_of(plan, rows.connection.execute(sql.scout(plan, rows.source, where)).fetchone() or ())
    few = [one for one in plan.places if 0 < seen.distinct.get(one.role, 0) <= _FEW]
    if not few or (seen.matching or 0) <= sql.GLANCE_ROWS:
        return seen
    counted = rows.connection.execute(sql.distinct(few, rows.source, where)).fetchone() or ()
    return replace(seen, distinct={**seen.distinct, **dict(zip((one.role for one in few), counted, strict=True))})


def _statement(
    plan: Plan,
    source: str,
    where: str,
    row: str,
    cuts: Mapping[Role, Cut],
    shows: Mapping[Role, Show],
    *,
    floating: bool,
) -> str:
    if plan.spec.mark == "scatter":
        limit = min(plan.spec.limit or POINTS, POINTS)
        return sql.points(plan, source, where, row, cuts, shows, limit)
    return sql.drawing(plan, source, where, cuts, shows, floating=floating)


def _told_source(plan: Plan, ground: _Ground) -> str:
    """Return the FROM item under which a person can ask the same on the SQL page."""
    if ground.manifest is None:
        inner = f"(\n{str(plan.spec.sql).rstrip('; ')}\n)"
    else:
        inner = quote_identifier(ground.name)
    used = _used(plan)
    last = max((i for i, column in enumerate(ground.columns) if column.name in used), default=0)
    names = ", ".join(f"c{i}" for i in range(last + 1))
    if plan.spec.mark == "scatter":
        return f"(select row_number() over (), * from {inner}) t(r, {names})"
    return f"{inner} t({names})"


def _used(plan: Plan) -> set[str]:
    """Return the names of the columns the chart reads."""
    return {one.column for one in plan.axes} | {one.column for one in plan.spec.filters}


def _needs_floats(plan: Plan, seen: Seen) -> bool:
    """Tell whether an exact sum could have more digits than the engine's numbers."""
    if plan.measure is None or plan.aggregate not in ("sum", "mean") or plan.measure.type in sql.FLOATS:
        return False
    ends = seen.ends.get(plan.measure.role)
    if ends is None:
        return False
    scale = int(plan.measure.type.rstrip(")").split(",")[1]) if "," in plan.measure.type else 0
    largest = max(abs(ends[0]), abs(ends[1])) * max(seen.matching or 1, 1)
    return largest >= 10.0 ** (_EXACT_DIGITS - 1 - scale)


def _chart(
    plan: Plan,
    ground: _Ground,
    seen: Seen,
    cuts: Mapping[Role, Cut],
    shows: Mapping[Role, Show],
    got: Collected,
    query: str,
    *,
    floating: bool,
) -> Chart:
    caps = tuple(
        Cap(one.role, one.column, min(shows[one.role].limit, got.totals[one.role]), got.totals[one.role],
            shows[one.role].rest)
        for one in plan.places
        if one.role in got.totals and got.totals[one.role] > shows[one.role].limit
    )  # fmt: skip
    left_out = (*seen.left_out, *_not_aggregated(plan, got))
    matching = got.all_rows if seen.matching is None else seen.matching
    used = matching - sum(one.rows for one in left_out)
    scatter = plan.spec.mark == "scatter"
    return Chart(
        spec=replace(plan.spec, aggregate=None if scatter else plan.aggregate),
        axes=plan.axes,
        cuts=cuts,
        table=got.table,
        caps=caps,
        left_out=left_out,
        matching=matching,
        used=used,
        sampled=got.table.num_rows if scatter and got.table.num_rows < used else None,
        inexact=floating,
        too_large=got.too_large,
        provenance=Provenance(ground.sources, query, now_iso(), app_version()),
    )


def _not_aggregated(plan: Plan, got: Collected) -> list[LeftOut]:
    """Return the rows that have a place, but no value to aggregate."""
    if plan.measure is None:
        return []
    missing, infinite = got.all_rows - got.with_value, got.with_value - got.with_number
    column = plan.measure.column
    found = [LeftOut(column, missing, "missing"), LeftOut(column, infinite, "not_finite")]
    return [one for one in found if one.rows]


def _cache_key(spec: ChartSpec, ground: _Ground) -> tuple[str, Sequence[str]]:
    if ground.identity is not None:
        basis, tags = ground.identity.fingerprint, ground.identity.tags
    else:
        mark = ground.sources[0]
        basis, tags = f"{mark.dataset_id} {mark.version} {mark.name}", (f"dataset:{mark.dataset_id}",)
    return CacheKeys.chart(basis, [_FORM, spec.to_dict()]), tags
