"""Very wide tables, written without the engine.

Used by `staging`. The engine keeps some hundred kilobytes for each text column it writes (measured: 2,000 of them
do not fit into 2 GiB, however few rows there are); this way needs a few. It is slower where a table has many rows,
so the engine writes all others. The types are those of `ColumnFacts.type`, and the values come out the same.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.i18n import N_
from core.progress import Progress
from core.types import Column

WIDE: Final = 400
"""From so many columns on a table is written here."""

_CELLS_PER_GROUP: Final = 4_000_000
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_TYPES: Final = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "TIME": pa.time64("us"),
}


def write_wide(parts: Sequence[Path], columns: Sequence[Column], target: Path, progress: Progress) -> None:
    """Write part files of text as one file with types.

    Args:
        parts: Files with the columns c0, c1, …; an earlier one may lack the last ones.
        columns: The columns of the table.
        target: Written anew.
        progress: Told after each batch.
    """
    schema = pa.schema([(column.name, _arrow_type(column.type)) for column in columns])
    rows = max(_CELLS_PER_GROUP // len(columns), 1)
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for number, part in enumerate(parts):
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches(batch_size=rows):
                    progress.report(number / len(parts), N_("writing the table"))
                    writer.write_batch(_typed(batch, schema), row_group_size=rows)


def _typed(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    arrays = [_cast(array, field.type) for array, field in zip(batch.columns, schema, strict=False)]
    missing = [pa.nulls(batch.num_rows, field.type) for field in list(schema)[len(arrays) :]]
    return pa.RecordBatch.from_arrays([*arrays, *missing], schema=schema)


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_time(kind):  # there is no cast from text to a time alone
        array = pc.cast(pc.binary_join_element_wise(pa.scalar("1970-01-01"), array, " "), pa.timestamp("us"))
    return pc.cast(array, kind)


def _arrow_type(sql: str) -> pa.DataType:
    found = _DECIMAL.fullmatch(sql)
    return pa.decimal128(int(found[1]), int(found[2])) if found else _TYPES[sql]
