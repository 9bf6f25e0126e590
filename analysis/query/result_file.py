"""An answer on disk: written once, front to back, and readable at any place while it still grows.

Used by runs. The file is an Arrow IPC stream in blocks of some thousand rows (LZ4): writing it costs a fraction of
writing Parquet, so it does not slow the question, and a page is one block read and unpacked. Any Arrow tool can
read the file. Knows nothing of SQL, caching or history.
"""

import bisect
import json
import os
import struct
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

import pyarrow as pa

from core.paths import translate_os_error

BLOCK_ROWS: Final = 10_240
"""Rows asked of the engine at once; a multiple of its vectors of 2,048."""


_TRAILER: Final = struct.Struct("<Q8s")
_MARK: Final = b"bestand1"


class ResultFile:
    """One answer. One thread appends; any thread reads what is there.

    `schema` has unique names. `rows` counts the rows readable by now.
    """

    def __init__(self, path: Path, schema: pa.Schema, blocks: Sequence[tuple[int, int]] = ()) -> None:
        self.path = path
        self.schema = schema
        self._starts: list[int] = []
        self._offsets: list[int] = []
        self.rows = 0
        self._moving = threading.Lock()
        self._newest: tuple[int, pa.RecordBatch] | None = None
        for offset, rows in blocks:
            self.note(offset, rows)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return a finished file.

        Raises:
            OSError: it cannot be read.
            ValueError: it is no finished answer.
        """
        with path.open("rb") as file:
            file.seek(-_TRAILER.size, os.SEEK_END)
            size, mark = _TRAILER.unpack(file.read(_TRAILER.size))
            if mark != _MARK:
                raise ValueError("not a finished answer")
            file.seek(-_TRAILER.size - size, os.SEEK_END)
            blocks = json.loads(file.read(size))
        with pa.OSFile(str(path), "rb") as start:
            schema = pa.ipc.read_schema(start)
        return cls(path, schema, [(offset, rows) for offset, rows in blocks])

    def move(self, path: Path) -> None:
        """Give a finished file another name; readers follow.

        Raises:
            OSError: the disk refused; the file stays where it was.
        """
        with self._moving:
            self.path.replace(path)
            self.path = path
            self._newest = None

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """Byte offset and rows of each block."""
        ends = [*self._starts, self.rows][1:]
        return [
            (offset, end - start) for offset, start, end in zip(self._offsets, self._starts, ends, strict=True)
        ]

    def read(self, offset: int, limit: int) -> pa.Table:
        """Return rows `offset` to `offset + limit`, as far as they are there.

        Raises:
            StorageIOError: the file cannot be read any more.
        """
        end = min(offset + limit, self.rows)
        if end <= offset:
            return self.schema.empty_table()
        first = bisect.bisect_right(self._starts, offset) - 1
        last = bisect.bisect_left(self._starts, end)
        table = pa.Table.from_batches([self.block(i) for i in range(first, last)], self.schema)
        return table.slice(offset - self._starts[first], end - offset)

    def block(self, number: int) -> pa.RecordBatch:
        """Return one block.

        Raises:
            StorageIOError: the file cannot be read any more.
        """
        newest = self._newest
        if newest is not None and newest[0] == number:
            return newest[1]
        try:
            with self._moving:
                opened = pa.OSFile(str(self.path), "rb")
            with opened as file:
                file.seek(self._offsets[number])
                message = pa.ipc.read_message(file)
                if message.type == "schema":  # the first block begins with it
                    message = pa.ipc.read_message(file)
                return pa.ipc.read_record_batch(message, self.schema)
        except OSError as error:
            raise translate_os_error(error, self.path) from error

    def reader(self) -> pa.RecordBatchReader:
        """Return the whole of a finished answer, front to back, as the engine takes it; read while it is used."""
        return pa.RecordBatchReader.from_batches(self.schema, map(self.block, range(self.block_count)))

    @property
    def block_count(self) -> int:
        """How many blocks are readable by now."""
        return len(self._offsets)

    def note(self, offset: int, rows: int, batch: pa.RecordBatch | None = None) -> None:
        """Add a block that was written at this byte offset; `batch` is kept for those who read along."""
        self._newest = (len(self._offsets), batch) if batch is not None else None
        # Readers look at `rows` first, so it is raised last.
        self._starts.append(self.rows)
        self._offsets.append(offset)
        self.rows += rows


class ResultWriter:
    """Fills a `ResultFile`; for one thread. Use as a context: what is unfinished at its end is removed."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.file = ResultFile(path, plain_schema(schema))
        self._finished = False
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sink = pa.OSFile(str(path), "wb")
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._stream = pa.ipc.new_stream(self._sink, self.file.schema, options=options)
        except OSError as error:
            raise translate_os_error(error, path) from error

    def append(self, batch: pa.RecordBatch) -> None:
        """Write one block; it is readable when this returns.

        Raises:
            DiskFullError, StorageIOError: the disk refused.
        """
        try:
            offset = self._sink.tell()
            block = plain_batch(batch, self.file.schema)
            self._stream.write_batch(block)
        except OSError as error:
            raise translate_os_error(error, self.file.path) from error
        self.file.note(offset, batch.num_rows, block)

    def finish(self) -> None:
        """End the file properly: behind the stream, where its readers stop, lies the list of the blocks."""
        try:
            self._stream.close()
            blocks = json.dumps(self.file.blocks).encode()
            self._sink.write(blocks + _TRAILER.pack(len(blocks), _MARK))
            self._sink.close()
        except OSError as error:
            raise translate_os_error(error, self.file.path) from error
        self._finished = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._finished:
            self._sink.close()
            self.file.path.unlink(missing_ok=True)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """Return the schema with unique names (`a`, `a~2`) and without dictionaries, which blocks cannot share."""
    fields, taken = [], set()
    for one in schema:
        name, number = one.name, 2
        while name in taken:
            name, number = f"{one.name}~{number}", number + 1
        taken.add(name)
        fields.append(pa.field(name, _plain_type(one.type)))
    return pa.schema(fields)


def plain_batch(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return the batch in the form `plain_schema` gave."""
    columns = [
        column if column.type == field.type else column.cast(field.type)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain_type(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([part.with_type(_plain_type(part.type)) for part in kind])
    return kind
