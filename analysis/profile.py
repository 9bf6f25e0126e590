"""What the columns of a dataset hold: counts, ranges, quantiles, histograms, frequent values.

Used by the margin of the Data page and by `bestand data profile`. Computed in the engine and cached per version.
`compute = accurate` is exact. `compute = fast` takes from a sample and from sketches what these can tell, and says
how far off that may be.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

from analysis import profile_sql as ask
from analysis.row_sql import rows_source
from core.errors import StorageIOError
from core.i18n import N_, _
from core.progress import PartOfProgress, Progress, SilentProgress
from core.telemetry import metrics
from core.types import Column, Compute, Manifest
from storage.cache.cache import Cache
from storage.cache.keys import CacheKeys
from storage.datasets import DatasetStore
from storage.duck import Connection, DuckEngine, duck_errors

SAMPLE_ROWS: Final = 100_000
"""Rows the fast form looks at for quantiles, histograms and frequent values."""

CONFIDENCE: Final = 0.95
"""How often a stated error bound holds, at least."""

_HASHES: Final = 8_192
"""Hashes the fast form counts per column; the error of the distinct count follows from it."""

_SEED: Final = 2025
_NORMAL_95: Final = 1.96
_HASH_RANGE: Final = 2**64
_EXACT_BELOW: Final = 10_000
"""A guess below this is counted exactly: such a table of values is small."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a histogram: values from `low` up to `high`, as text."""

    low: str
    high: str
    count: int


@dataclass(frozen=True, slots=True)
class TopValue:
    """A frequent value, as text, and how many rows have it (estimated in the fast form)."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What one column holds. Values are texts as the engine writes them; None where they make no sense.

    `nulls` counts missing values, `not_finite` NaN and infinities, which no statistic uses. `distinct` counts the
    different values; `distinct_error` is the largest relative error to expect (0: exact). `quantiles` maps the
    share (0..1) to the value; `rank_error` is by how much of the usable rows its rank may be off (0: exact).
    `shortest` and `longest` are lengths in characters, of texts. Bounds hold with the probability `CONFIDENCE`.
    """

    name: str
    type: str
    nulls: int
    not_finite: int
    distinct: int
    distinct_error: float
    min: str | None
    max: str | None
    mean: float | None
    std: float | None
    shortest: int | None
    longest: int | None
    quantiles: Mapping[str, str]
    rank_error: float
    histogram: tuple[Bin, ...]
    top: tuple[TopValue, ...]


@dataclass(frozen=True, slots=True)
class TableProfile:
    """What a version of a dataset holds.

    `sampled_rows` is None when everything was looked at. Otherwise the share of the rows that each frequent value
    and each bin has is off by at most `share_error`, with the probability `CONFIDENCE`. Row count, nulls, min,
    max, mean and deviation are exact in both forms.
    """

    dataset_id: str
    version: int
    rows: int
    compute: Compute
    sampled_rows: int | None
    share_error: float
    columns: tuple[ColumnProfile, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**asdict(self), "compute": str(self.compute)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build the profile that `to_dict` described."""
        columns = tuple(
            ColumnProfile(
                **{
                    **column,
                    "histogram": tuple(Bin(**one) for one in column["histogram"]),
                    "top": tuple(TopValue(**one) for one in column["top"]),
                }
            )
            for column in data["columns"]
        )
        return cls(**{**data, "compute": Compute(data["compute"]), "columns": columns})


class Profiler:
    """Makes profiles; thread-safe."""

    def __init__(self, duck: DuckEngine, datasets: DatasetStore, cache: Cache) -> None:
        self._duck = duck
        self._datasets = datasets
        self._cache = cache

    def profile(
        self, dataset_id: str, version: int, *, compute: Compute, progress: Progress | None = None
    ) -> TableProfile:
        """Return the profile of one version; from the cache when it was made before.

        Raises:
            NotFoundError: there is no such version.
            CancelledError: it was stopped.
            MemoryLimitError: the exact form does not fit; the fast one will.
        """
        manifest = self._datasets.manifest(dataset_id, version)
        key = CacheKeys.profile(dataset_id, version, compute)
        made = self._cache.get_or_compute(
            key,
            lambda: self._make(manifest, compute, progress or SilentProgress()).to_dict(),
            tags=[f"dataset:{dataset_id}"],
        )
        return TableProfile.from_dict(made)

    def some(
        self, dataset_id: str, version: int, names: Sequence[str], *, progress: Progress | None = None
    ) -> tuple[ColumnProfile, ...]:
        """Return the fast profile of some columns of a table that is too wide to look at all of them.

        Raises:
            NotFoundError: there is no such version.
            CancelledError: it was stopped.
        """
        manifest = self._datasets.manifest(dataset_id, version)
        places = {column.name: place for place, column in enumerate(manifest.columns)}
        picked = [places[name] for name in names]
        key = CacheKeys.page(dataset_id, version, ["profile", *picked])
        made = self._cache.get_or_compute(
            key,
            lambda: self._make(manifest, Compute.FAST, progress or SilentProgress(), picked).to_dict(),
            tags=[f"dataset:{dataset_id}"],
        )
        return TableProfile.from_dict(made).columns

    def _make(
        self, whole: Manifest, compute: Compute, progress: Progress, picked: Sequence[int] | None = None
    ) -> TableProfile:
        path = str(self._datasets.data_file(whole.dataset_id, whole.version))
        source, manifest = rows_source(path, whole.columns), whole
        if picked is not None:
            source = f"(select {', '.join(f'c{place} as c{i}' for i, place in enumerate(picked))} from {source})"
            manifest = replace(whole, columns=tuple(whole.columns[place] for place in picked))
        with (
            metrics().timed(f"profile:{compute}"),
            duck_errors(_("The profile of '{name}'").format(name=manifest.name), otherwise=StorageIOError),
            self._duck.trusted() as connection,
            progress.interruptible(connection.interrupt),
        ):
            sampled = compute is Compute.FAST and manifest.rows > SAMPLE_ROWS
            looked_at = _draw_sample(connection, source, len(manifest.columns)) if sampled else source
            basics = _basics(connection, source, manifest.columns)
            count = _distincts_by_hashes if sampled else _distincts
            distincts = count(connection, source, manifest.columns)
            columns = []
            for i, column in enumerate(manifest.columns):
                part = PartOfProgress(progress, i / len(manifest.columns), (i + 1) / len(manifest.columns))
                part.report(0.0, N_("column {name}").format(name=column.name))
                one = _Column(connection, f"c{i}", column, looked_at, manifest.rows, sampled=sampled)
                columns.append(one.profile(basics[i], next(distincts)))
        return TableProfile(
            dataset_id=manifest.dataset_id,
            version=manifest.version,
            rows=manifest.rows,
            compute=compute,
            sampled_rows=SAMPLE_ROWS if sampled else None,
            share_error=2 * _deviation(SAMPLE_ROWS) if sampled else 0.0,
            columns=tuple(columns),
        )


class _Column:
    """One column, being looked at."""

    def __init__(
        self,
        connection: Connection,
        place: str,
        column: Column,
        looked_at: str,
        rows: int,
        *,
        sampled: bool,
    ) -> None:
        self._connection = connection
        self._place = place
        self._column = column
        self._looked_at = looked_at
        self._rows = rows
        self._sampled = sampled
        # A value that was drawn once says nothing about how frequent it is.
        self._by_chance = round(rows / SAMPLE_ROWS) if sampled else 0

    def profile(self, basics: Sequence[Any], distinct: tuple[int, float]) -> ColumnProfile:
        values, usable, low, high, mean, std, shortest, longest = basics
        quantiles, rank_error = self._quantiles()
        return ColumnProfile(
            name=self._column.name,
            type=self._column.type,
            nulls=self._rows - values,
            not_finite=values - usable,
            distinct=distinct[0],
            distinct_error=distinct[1],
            min=low,
            max=high,
            mean=mean,
            std=std,
            shortest=shortest,
            longest=longest,
            quantiles=quantiles,
            rank_error=rank_error,
            histogram=tuple(Bin(low, high, count) for low, high, count in self._scaled(ask.histogram)),
            top=tuple(TopValue(value, count) for value, count in self._scaled(ask.top) if count > self._by_chance),
        )

    def _quantiles(self) -> tuple[dict[str, str], float]:
        """Return the quantiles and how far off their rank may be."""
        asked = ask.quantiles(self._place, self._column.type)
        if asked is None:
            return {}, 0.0
        used = f"count({ask.counted(self._place, self._column.type)})"
        found, number = self._rows_of(f"select {asked}, {used} from {self._looked_at}")[0]
        error = min(1.0, _deviation(number)) if self._sampled and number else 0.0
        return dict(zip(map(str, ask.QUANTILES), found or [], strict=False)), error

    def _scaled(self, statement: Callable[[str, str, str], str | None]) -> list[tuple[Any, ...]]:
        """Return the rows of a statement whose last column counts rows, scaled to all rows."""
        asked = statement(self._place, self._column.type, self._looked_at)
        rows = self._rows_of(asked) if asked else []
        if not self._sampled:
            return rows
        return [(*row[:-1], round(row[-1] * self._rows / SAMPLE_ROWS)) for row in rows]

    def _rows_of(self, statement: str) -> list[Any]:
        return self._connection.execute(statement).fetchall()


def _basics(connection: Connection, source: str, columns: Sequence[Column]) -> list[Sequence[Any]]:
    """Return the exact aggregates of every column, from one pass over the file."""
    asked = [ask.basics(f"c{i}", column.type) for i, column in enumerate(columns)]
    found = _one_row(connection, [one for part in asked for one in part], source)
    width = len(asked[0]) if asked else 0
    return [found[i * width : (i + 1) * width] for i in range(len(columns))]


def _distincts(connection: Connection, source: str, columns: Sequence[Column]) -> Iterator[tuple[int, float]]:
    """Yield the exact number of different values of each column; one at a time, since each may need much room."""
    for i, column in enumerate(columns):
        yield _one_row(connection, [ask.distinct_exact(f"c{i}", column.type)], source)[0], 0.0


def _distincts_by_hashes(
    connection: Connection, source: str, columns: Sequence[Column]
) -> Iterator[tuple[int, float]]:
    """Yield about how many different values each column has, and the relative error to expect, from two passes.

    The first tells the orders of magnitude. The second counts exactly where there are few values, and elsewhere
    only the values whose hash falls into a known share of all hashes.
    """
    places = [(f"c{i}", column.type) for i, column in enumerate(columns)]
    guesses = _one_row(connection, [ask.distinct_guess(*place) for place in places], source)
    shares = [1.0 if guess < _EXACT_BELOW else min(1.0, _HASHES / guess) for guess in guesses]
    asked = [
        ask.distinct_exact(*place) if share == 1.0 else ask.distinct_below(*place, int(share * _HASH_RANGE))
        for place, share in zip(places, shares, strict=True)
    ]
    for found, share in zip(_one_row(connection, asked, source), shares, strict=True):
        error = 0.0 if share == 1.0 else _NORMAL_95 * math.sqrt((1 - share) / max(found, 1))
        yield round(found / share), error


def _one_row(connection: Connection, asked: Sequence[str], source: str) -> Sequence[Any]:
    if not asked:
        return ()
    return connection.execute(f"select {', '.join(asked)} from {source}").fetchone() or ()


def _draw_sample(connection: Connection, source: str, width: int) -> str:
    """Draw rows, each with the same chance and the same ones each time, and return where they lie."""
    picked = ", ".join(f"c{i}" for i in range(width))
    connection.execute(
        f"create temp table looked_at as select {picked} from {source} "
        f"using sample reservoir({SAMPLE_ROWS} rows) repeatable ({_SEED})"
    )
    return "looked_at"


def _deviation(looked_at: int) -> float:
    """Return how far the share of values below a point may be off in a sample of so many.

    Source:
        Dvoretzky, Kiefer and Wolfowitz (1956), with Massart's constant (1990).
    """
    return math.sqrt(math.log(2 / (1 - CONFIDENCE)) / (2 * looked_at))
