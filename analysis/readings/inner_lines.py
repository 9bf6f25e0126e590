"""Records within a table that are none: totals, and the header once more, found by the engine in what it wrote.

Used by the fast way to load, which looks at no line by itself. Says the same as the exact parser does of such a
record, which stays one. What cannot be there by the counts of the file, or by the looks of its columns, is not
searched for, so that a clean table costs hardly anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.readings.events import Note
from analysis.readings.footers import BEGINS_SQL, is_hardly_empty, is_total, looks_odd
from analysis.readings.forms import TEXT, Form
from analysis.readings.parse import FOOTER_WIDTH, REPEATED, TOTAL, repeats_header
from analysis.readings.shapes import RecordLook
from storage.duck import Connection, quote_identifier, quote_literal

_COLUMNS_LOOKED_AT = 20
_MOST = 10_000
"""So many records are looked at closely."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was written: its Parquet file, the names and forms of its columns, and what its header says."""

    file: Path
    names: Sequence[str]
    forms: Sequence[Form]
    header: Sequence[str]


def odd_rows(connection: Connection, table: Table, look: RecordLook | None) -> list[tuple[int, Note]]:
    """Return the rows, from 1, that look like no records, each with what there is to say of it, in their order.

    Args:
        connection: To the engine.
        table: What was written.
        look: How its records look.
    """
    found = [
        (row, REPEATED)
        for row, cells in _cells(connection, table, _header_sql(table))
        if repeats_header(cells, table.header)
    ]
    if look is not None:
        where = _total_sql(table, look, _nulls(connection, table))
        found += [(row, TOTAL) for row, cells in _cells(connection, table, where) if is_total(cells, look)]
    return sorted(found, key=lambda one: one[0])


def _header_sql(table: Table) -> str | None:
    """Return the condition that a row may be the header; None if it cannot be, since a column holds no words."""
    if not repeats_header(table.header, table.header) or any(form is not TEXT for form in table.forms):
        return None
    pairs = list(zip(table.names, table.header, strict=True))[:_COLUMNS_LOOKED_AT]
    return " and ".join(f"{quote_identifier(name)} = {quote_literal(title)}" for name, title in pairs)


def _total_sql(table: Table, look: RecordLook, nulls: Sequence[int]) -> str | None:
    """Return the condition that a row may be a total; None if no row can be.

    Its first filled cell says so, and either that is a rare sight there, or a cell is empty that hardly ever is.
    """
    if len(table.names) < FOOTER_WIDTH:
        return None
    names = [quote_identifier(name) for name in table.names]
    lacking = [f"{names[i]} is null" for i, count in enumerate(nulls) if count and is_hardly_empty(i, look)]
    ways = []
    for i in range(min(len(names), _COLUMNS_LOOKED_AT)):
        if table.forms[i] is TEXT and (looks_odd(i, look) or lacking):
            alone = [f"{name} is null" for name in names[:i]]
            odd = [] if looks_odd(i, look) else [f"({' or '.join(lacking)})"]
            says = f"regexp_matches({names[i]}, {quote_literal(BEGINS_SQL)}, 'i')"
            ways.append(" and ".join([*alone, *odd, says]))
        if not nulls[i]:
            break  # every row has a cell here, so none begins further right
    return " or ".join(f"({way})" for way in ways) if ways else None


def _nulls(connection: Connection, table: Table) -> list[int]:
    """Return how many cells are empty, by column, as the file itself knows."""
    counts = connection.execute(
        "select column_id, sum(coalesce(stats_null_count, 1)) "
        f"from parquet_metadata({quote_literal(str(table.file))}) group by 1"
    ).fetchall()
    known = {int(column): int(count) for column, count in counts}
    return [known.get(i, 1) for i in range(len(table.names))]


def _cells(connection: Connection, table: Table, where: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows for which a condition holds, with their cells as text; none without a condition."""
    if where is None:
        return
    texts = (
        f"{quote_identifier(name)}" if form is TEXT else form.text_sql(quote_identifier(name))
        for name, form in zip(table.names, table.forms, strict=True)
    )
    file = quote_literal(str(table.file))
    found = connection.execute(
        f"select file_row_number + 1, {', '.join(texts)} from read_parquet({file}, file_row_number = true) "
        f"where {where} limit {_MOST}"
    ).fetchall()
    for row, *cells in found:
        yield int(row), ["" if cell is None else str(cell) for cell in cells]
