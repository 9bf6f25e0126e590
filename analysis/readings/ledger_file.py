"""The full ledger of an import, as `ledger.parquet` beside the table.

Used by every reader: one row for each line or record that was not simply loaded, with its raw bytes. The counts
are the readers' own; this module only keeps the rows.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from core.types import LedgerLine

LEDGER_NAME = "ledger.parquet"
SCHEMA = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("raw", pa.binary(), nullable=False),
    ]
)
_GROUP_ROWS = 122_880
_GROUP_BYTES = 16 * 1024 * 1024
"""Whichever is reached first ends a row group, so a file full of long bad lines stays out of memory."""


class LedgerWriter:
    """Writes `out/ledger.parquet` in the order the lines come; always, even when there are none.

    A context manager: the file is complete only after the block. Lines are grouped, so they may come one by one.
    """

    def __init__(self, out: Path) -> None:
        self._writer = pq.ParquetWriter(out / LEDGER_NAME, SCHEMA, compression="zstd")
        self._waiting: list[LedgerLine] = []
        self._bytes = 0
        self.count = 0

    def append(self, lines: Iterable[LedgerLine]) -> None:
        """Add a batch of lines."""
        for line in lines:
            self._waiting.append(line)
            self._bytes += len(line.raw)
            if len(self._waiting) >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
                self._write_waiting()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write_waiting()
        finally:
            self._writer.close()

    def _write_waiting(self) -> None:
        lines, self._waiting, self._bytes = self._waiting, [], 0
        if not lines:
            return
        columns = [
            pa.Array.from_buffers(
                pa.int64(), len(lines), [None, pa.py_buffer(array("q", [line.line for line in lines]))]
            ),
            _texts(pa.string(), [str(line.action).encode() for line in lines]),
            _texts(pa.string(), [line.reason.encode() for line in lines]),
            _texts(pa.binary(), [line.raw for line in lines]),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=SCHEMA))
        self.count += len(lines)


def _texts(kind: pa.DataType, values: Sequence[bytes]) -> pa.Array:
    """Return a column of texts or bytes. `pa.array` would import pandas first, which takes a while."""
    ends = array("i", accumulate(map(len, values), initial=0))
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(values))])
