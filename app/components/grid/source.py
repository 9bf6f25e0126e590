"""Where a grid's rows come from: a published dataset, or the answer of a question.

A source is named by a short text that the page, the browser and the routes share: `dataset:<id>:<version>`. The
routes find it again by that name alone, so a page left open over a restart of the engine goes on working, and
nothing has to be registered or cleaned up. Used by the routes; the page only makes the names.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

from core.errors import UsageError
from core.i18n import _
from core.progress import Progress
from core.types import Column, Compute, Manifest

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.profile import ColumnProfile
    from analysis.query.run import QueryRun
    from analysis.row_sums import Sums
    from analysis.rows import RowQuery
    from app.context import AppContext

Can: TypeAlias = Literal["sort", "filter", "search", "sum", "profile"]
"""What a source can do in the engine."""

_ALL: Final[tuple[Can, ...]] = ("sort", "filter", "search", "sum", "profile")
_PROFILED_AT_ONCE: Final = 16
"""Columns whose spread is looked at together; of a wide table nobody waits for all of them."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows. `table` has the row numbers first, then the wanted columns in their order.

    `total` is None while the rows are still counted; `so_far` of them can be shown by now. `marked` are the rows,
    from 0 within the block, whose cell in a column is to be marked, by the column's name.
    """

    table: "pa.Table"
    total: int | None
    so_far: int
    marked: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """How far (0..1) the order behind a sorted grid is, while it is written."""

    fraction: float
    rows: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What a column holds, and how many rows the table has in all."""

    profile: "ColumnProfile"
    rows: int


class RowSource(ABC):
    """Rows that can be shown; made for one request, so it holds no state of its own.

    All methods may be called in any thread and raise `BestandError` only.
    """

    as_found: ClassVar[bool] = False
    """Whether cells are shown as they are, numbers too."""

    @property
    def can(self) -> tuple[Can, ...]:
        """What can be done with the rows by now."""
        return ()

    @property
    def complete(self) -> bool:
        """Whether all rows are there; until then `can` may grow."""
        return True

    @property
    def notes(self) -> Sequence[tuple[str, str]]:
        """What stands below the name of each column, and how it is said aloud; empty where nothing does."""
        return ()

    @property
    @abstractmethod
    def columns(self) -> Sequence[Column]:
        """The columns, in the file's order, with unique names."""

    @abstractmethod
    def block(self, query: "RowQuery", *, begin: bool, progress: Progress) -> Block | None:
        """Return some rows; None when they lie where the order is not written yet.

        Args:
            query: Which rows, of which columns.
            begin: Write the order behind a first page, so that any place is a moment away.
            progress: Hears when nobody waits any more.
        """

    def order(self, query: "RowQuery") -> OrderProgress | None:
        """Return how far the order is that is being written now, if one is."""
        del query
        return None

    def stop_order(self, query: "RowQuery") -> None:
        """Stop writing the order."""
        del query

    def sums(self, query: "RowQuery", *, progress: Progress) -> "Sums":
        """Return what the cells of a selection add up to."""
        del query, progress
        raise UsageError(_("These cells cannot be added up."))

    def spread(self, places: Sequence[int], *, progress: Progress) -> dict[int, Spread]:
        """Return what some columns hold, by their place; for some of them, or none, if that is too much."""
        del places, progress
        return {}

    def whole(self, number: int, column: str, *, progress: Progress) -> "pa.Table":
        """Return one cell as a table of one row and one column: `number` is the row's number from 1."""
        from analysis.rows import RowQuery

        block = self.block(RowQuery(offset=number - 1, limit=1, columns=(column,)), begin=False, progress=progress)
        if block is None or block.table.num_rows == 0:
            raise UsageError(_("There is no such row."))
        return block.table.select([1])


class DatasetSource(RowSource):
    """The rows of one version of a dataset."""

    def __init__(self, ctx: "AppContext", manifest: Manifest) -> None:
        self._analysis = ctx.analysis
        self._manifest = manifest
        self._compute = ctx.config.compute

    @property
    def can(self) -> tuple[Can, ...]:
        """Everything."""
        return _ALL

    @property
    def columns(self) -> Sequence[Column]:
        """The dataset's columns."""
        return self._manifest.columns

    def block(self, query: "RowQuery", *, begin: bool, progress: Progress) -> Block | None:
        """Return some rows, from the engine or from the written order."""
        page = self._analysis.rows.page_by_now(self._manifest, query, begin=begin, progress=progress)
        if page is None:
            return None
        return Block(page.table, page.total, page.so_far)

    def order(self, query: "RowQuery") -> OrderProgress | None:
        """Return how far the order is."""
        state = self._analysis.rows.order_state(self._manifest, query)
        return OrderProgress(state.fraction, state.rows) if state else None

    def stop_order(self, query: "RowQuery") -> None:
        """Stop writing the order."""
        run = self._analysis.rows.ordering(self._manifest, query)
        if run is not None:
            run.cancel()

    def sums(self, query: "RowQuery", *, progress: Progress) -> "Sums":
        """Return what the cells of a selection add up to."""
        return self._analysis.sums.sums(self._manifest, query, progress=progress)

    def spread(self, places: Sequence[int], *, progress: Progress) -> dict[int, Spread]:
        """Return what some columns hold, as the Profile tab says it."""
        columns = self._manifest.columns
        if len(columns) > _PROFILED_AT_ONCE * 4:
            names = [columns[place].name for place in places]
            found = self._analysis.profiles.some(
                self._manifest.dataset_id, self._manifest.version, names, progress=progress
            )
            return {place: Spread(one, self._manifest.rows) for place, one in zip(places, found, strict=True)}
        compute = Compute.FAST if self._manifest.rows * len(columns) > _QUICK_CELLS else self._compute
        profile = self._analysis.profiles.profile(
            self._manifest.dataset_id, self._manifest.version, compute=compute, progress=progress
        )
        return {place: Spread(profile.columns[place], profile.rows) for place in places}


def dataset_rows(manifest: Manifest) -> str:
    """Return the name of the rows of a version of a dataset, for `grid`."""
    return f"dataset:{manifest.dataset_id}:{manifest.version}"


def answer_rows(run: "QueryRun") -> str:
    """Return the name of the rows of an answer, for `grid`; whoever draws them holds the run."""
    return f"run:{run.id}"


_QUICK_CELLS: Final = 20_000_000
"""A table of more cells is looked at by sample for the heads of its columns, whatever the setting."""


def numbered(table: "pa.Table", offset: int) -> "pa.Table":
    """Return the rows with their numbers before them, the first one being `offset` + 1."""
    import pyarrow as pa

    numbers = pa.array(range(offset + 1, offset + 1 + table.num_rows), pa.int64())
    name = "#"
    while name in table.column_names:
        name += "#"
    return table.add_column(0, name, numbers)
