"""What the grid asks and what it is answered, as JSON.

The browser names columns by their place in the source, rows by their place in the order shown; both are shorter
than names and cannot be misunderstood. Used by the routes.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from analysis.row_sql import Filter, Operator
from analysis.rows import RowQuery
from app.components.grid.cells import cut, kind_of, texts
from app.components.grid.source import Block, RowSource, Spread
from core.errors import UsageError
from core.i18n import N_, _
from core.types import Column

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.profile import ColumnProfile

MOST_ROWS: Final = 1_000
"""Most rows of one block."""
MOST_CELLS: Final = 40_000
"""Most cells of one block."""
MOST_COPIED: Final = 500_000
"""Most cells copied at once; more is an export."""
CUT_MOST: Final = 1_000
CUT_LEAST: Final = 48
BLOCK_CHARACTERS: Final = 250_000
"""About how much text one block may hold; where it has many cells, each is cut sooner."""

_NEEDS_QUOTES: Final = re.compile(r'[\t\r\n"]')

Place = Annotated[int, Field(ge=0, lt=1_000_000)]
Row = Annotated[int, Field(ge=0, lt=2**53)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FilterBody(_Body):
    """One condition: the column's place, how it compares, with what; several values for `in`."""

    column: Place
    op: Operator
    value: str | Annotated[tuple[str, ...], Field(max_length=10_000)] | None = None


class OrderBody(_Body):
    """Which rows in which order: `sort` has (column, falling) pairs."""

    source: Annotated[str, Field(max_length=200)]
    sort: tuple[tuple[Place, bool], ...] = ()
    filters: tuple[FilterBody, ...] = ()
    search: Annotated[str | None, Field(max_length=10_000)] = None


class RowsBody(OrderBody):
    """A block. `begin` is False after a person stopped the order behind it."""

    offset: Row = 0
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 200
    columns: Annotated[tuple[Place, ...], Field(max_length=MOST_CELLS)] = ()
    begin: bool = True


class RangeBody(OrderBody):
    """Cells: `limit` rows from `offset`, of some columns."""

    offset: Row = 0
    limit: Row = 0
    columns: Annotated[tuple[Place, ...], Field(min_length=1)]


class CopyBody(RangeBody):
    """Cells for the clipboard, with or without the names of their columns above."""

    header: bool = True


class CellBody(_Body):
    """One cell, by the row's number in the source, from 1."""

    source: Annotated[str, Field(max_length=200)]
    number: Annotated[int, Field(ge=1, lt=2**53)]
    column: Place


class SpreadBody(_Body):
    """Columns whose spread is wanted."""

    source: Annotated[str, Field(max_length=200)]
    columns: Annotated[tuple[Place, ...], Field(min_length=1, max_length=64)]


class OpenBody(_Body):
    """A source to be shown."""

    source: Annotated[str, Field(max_length=200)]


def row_query(source: RowSource, body: OrderBody, columns: Sequence[int], **places: int) -> RowQuery:
    """Return what is asked, by names.

    Raises:
        UsageError: a place behind the last column.
    """
    known = source.columns
    wanted = [*columns, *(place for place, _falling in body.sort), *(one.column for one in body.filters)]
    if any(place >= len(known) for place in wanted):
        raise UsageError(_("There is no such column."), hint=_("Load the page again."))
    return RowQuery(
        sort=tuple((known[place].name, falling) for place, falling in body.sort),
        filters=tuple(Filter(known[one.column].name, one.op, one.value) for one in body.filters),
        search=body.search or None,
        columns=tuple(known[place].name for place in columns),
        **places,
    )


def column_of(source: RowSource, place: int) -> Column:
    """Return the column at a place.

    Raises:
        UsageError: there is none.
    """
    known = source.columns
    if place >= len(known):
        raise UsageError(_("There is no such column."), hint=_("Load the page again."))
    return known[place]


def opened(source: RowSource) -> dict[str, Any]:
    """Return what the grid has to know of a source before it asks for rows."""
    return {
        "columns": [[one.name, one.type, _kind(source, one)] for one in source.columns],
        "can": list(source.can),
        "complete": source.complete,
        "notes": [list(note) for note in source.notes],
    }


def _kind(source: RowSource, column: Column) -> str:
    """Return how a column is drawn; a number that is shown as it stands is only aligned as one."""
    kind = kind_of(column.type)
    return "figure" if source.as_found and kind == "number" else "text" if source.as_found else kind


def longest(rows: int, columns: int) -> int:
    """Return to how many characters a cell is cut in a block of this size."""
    return min(max(BLOCK_CHARACTERS // max(rows * columns, 1), CUT_LEAST), CUT_MOST)


def packed(block: Block, places: Sequence[int], most: int) -> dict[str, Any]:
    """Return a block: the numbers of its rows, and of each column its texts and which of them go on."""
    numbers, *columns = block.table.columns
    cells, goes_on = {}, {}
    for place, column in zip(places, columns, strict=True):
        cells[str(place)], longer = cut(texts(column), most)
        if longer:
            goes_on[str(place)] = longer
    return {
        "total": block.total,
        "so_far": block.so_far,
        "numbers": _run_length(numbers.to_pylist()),
        "cells": cells,
        "cut": goes_on,
        "marked": {
            str(place): list(rows)
            for place, name in zip(places, block.table.column_names[1:], strict=True)
            if (rows := block.marked.get(name))
        },
    }


def _run_length(numbers: Sequence[int]) -> dict[str, Any]:
    """Return row numbers, those that follow each other as the first and their count."""
    if (
        numbers
        and numbers[-1] - numbers[0] == len(numbers) - 1
        and all(a < b for a, b in itertools.pairwise(numbers))
    ):
        return {"from": numbers[0], "count": len(numbers)}
    return {"list": list(numbers)}


def copied(tables: "Sequence[pa.Table]", names: Sequence[str], *, header: bool) -> str:
    """Return cells as spreadsheets take them from the clipboard: tabs, a line a row, quotes where needed."""
    lines = ["\t".join(map(_quoted, names))] if header else []
    for table in tables:
        columns = [[_quoted(value or "") for value in texts(column)] for column in table.columns[1:]]
        lines += map("\t".join, zip(*columns, strict=True))
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def spread(found: Mapping[int, Spread]) -> dict[str, Any]:
    """Return what stands under the heads: the share of missing values, and bars of the histogram or of values."""
    return {str(place): _spread(one.profile, one.rows) for place, one in found.items()}


def _spread(profile: "ColumnProfile", rows: int) -> dict[str, Any]:
    if profile.histogram:
        bars = [one.count for one in profile.histogram]
        ends = [profile.histogram[0].low, profile.histogram[-1].high]
        kind = "histogram"
    else:
        bars = [one.count for one in profile.top]
        ends, kind = [one.value[:80] for one in profile.top[:1]], "values"
    return {
        "nulls": profile.nulls / rows if rows else 0.0,
        "distinct": profile.distinct,
        "about": profile.distinct_error > 0,
        "kind": kind,
        "bars": bars,
        "ends": ends,
    }


TOO_MUCH: Final = N_("{cells} cells are too many for the clipboard.")
TOO_MUCH_HINT: Final = N_("Select fewer, or use Export, which writes any number of rows to a file.")
