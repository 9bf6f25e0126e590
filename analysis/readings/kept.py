"""The texts a table's values do not give back: cells that say more than their value, as `texts.parquet` beside it.

Used by the loaders of text. One row for each such cell: its row in the table, its column, its text as found. With
it, every cell of an import can be given back exactly; where a version has none, the values say it all.
"""

from collections.abc import Sequence
from pathlib import Path

from analysis.readings.forms import TEXT, Form
from analysis.readings.typed import TextTable
from storage.duck import Connection, quote_literal

TEXTS_NAME = "texts.parquet"


def write_kept(connection: Connection, table: TextTable, forms: Sequence[Form], target: Path) -> dict[int, int]:
    """Write the cells that do not come out as they went in; no file if there are none.

    Args:
        connection: To the engine.
        table: The texts; its rows are in the order of the table.
        forms: By column, as the table was written.
        target: The file to write.

    Returns:
        How many there are, by column.
    """
    at = [i for i, form in enumerate(forms) if not form.exact or table.null_words]
    if not at:
        return {}
    lost = {i: _lost(table, forms[i], i) for i in at}
    cells = ", ".join(f"{{'column': {i}, 'text': case when {lost[i]} then c{i} end}}" for i in at)
    query = (
        f"select row, cell.column, cell.text from (select row, unnest([{cells}]) as cell from {table.numbered} "
        f"where {' or '.join(lost.values())}) where cell.text is not null"
    )
    options = "format parquet, compression zstd, row_group_size 122880"
    connection.execute(f"copy (select * from ({query})) to {quote_literal(str(target))} ({options})")
    counts = connection.execute(
        f'select "column", count(*) from read_parquet({quote_literal(str(target))}) group by 1'
    ).fetchall()
    if not counts:
        target.unlink()
    return {int(column): int(count) for column, count in counts}


def join_kept(connection: Connection, parts: Sequence[tuple[int, Path]], target: Path) -> None:
    """Write the files of several slices of a table, each with the position of its first column, as one."""
    queries = " union all ".join(
        f'select row, "column" + {start} as "column", text from read_parquet({quote_literal(str(part))})'
        for start, part in parts
    )
    options = "format parquet, compression zstd, row_group_size 122880"
    connection.execute(f"copy ({queries}) to {quote_literal(str(target))} ({options})")


def _lost(table: TextTable, form: Form, i: int) -> str:
    """Return SQL that is true for a cell whose value, written down, is another text."""
    if form is TEXT:
        return f"({table.cell(i)} is null and c{i} is not null)"
    value = form.value_sql(table.cell(i))
    return f"(c{i} is not null and {form.text_sql(value)} is distinct from c{i})"
