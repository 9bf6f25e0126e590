"""Which readers work in a process of their own: those whose libraries are not written in Python.

Used by both ends, so that they mean the same by a name.
"""

from collections.abc import Callable

from analysis.readings.model import Reader
from core.config import AppConfig
from storage.duck import DuckEngine

ANY_READER = "any"
"""What a request calls the reader of whatever format the file has."""

MakeReader = Callable[[DuckEngine, AppConfig], Reader]


def isolated_readers() -> dict[str, MakeReader]:
    """Return how each of them is made, by the name it is asked for, in the order they are tried."""
    from analysis.readings.records.arrow_reader import ArrowReader
    from analysis.readings.records.duckdb_reader import DuckdbReader
    from analysis.readings.records.parquet_reader import ParquetReader
    from analysis.readings.records.sqlite_reader import SqliteReader

    return {"parquet": ParquetReader, "arrow": ArrowReader, "sqlite": SqliteReader, "duckdb": DuckdbReader}
