"""Loading one file by one reader, and looking at all that came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from analysis.readings.model import Loaded, Reader
from core.config import AppConfig
from core.paths import ProfilePaths
from core.progress import SilentProgress
from core.types import Reading
from storage.duck import DuckEngine

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
"""Public files beside the project; tests that use them are skipped where they are absent."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a file: the table's rows as text, the ledger's rows, and the reader's word."""

    loaded: Loaded
    rows: list[tuple[str | None, ...]]
    ledger: list[dict[str, Any]]

    @property
    def types(self) -> dict[str, str]:
        """Type by column."""
        return {column.name: column.type for column in self.loaded.columns}

    @property
    def flags(self) -> list[tuple[str, int | None, str | None]]:
        """Code, line and column of each flag."""
        return [(flag.code, flag.line, flag.column) for flag in self.loaded.flags]


@contextmanager
def engine(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    """An engine that is closed again."""
    duck = DuckEngine(config, profile)
    try:
        yield duck
    finally:
        duck.close()


def read(reader: Reader, duck: DuckEngine, path: Path, out: Path, reading: Reading | None = None) -> Result:
    """Judge and load a file, and check what must hold for every file."""
    out.mkdir(parents=True)
    best = reader.judge(path, name=path.name).best
    loaded = reader.load(path, reading or best.reading, out, name=path.name, progress=SilentProgress())
    assert loaded.ledger.adds_up()
    assert sorted(file.name for file in out.iterdir()) == ["data.parquet", "ledger.parquet"]
    with duck.trusted() as connection:
        rows = connection.execute(f"select columns(*)::varchar from '{out / 'data.parquet'}'").fetchall()
        described = connection.execute(f"describe from '{out / 'data.parquet'}'").fetchall()
    assert [(row[0], row[1]) for row in described] == [(c.name, c.type) for c in loaded.columns]
    assert len(rows) == loaded.rows
    assert loaded.reading.column_types == tuple(column.type for column in loaded.columns)
    ledger = pq.read_table(out / "ledger.parquet").to_pylist()
    counts = loaded.ledger
    assert len(ledger) == counts.total - counts.loaded
    return Result(loaded, rows, ledger)


def texts(reader: Reader, path: Path, reading: Reading | None = None) -> list[list[str]]:
    """Everything `cells` yields."""
    chosen = reading or reader.judge(path, name=path.name).best.reading
    rows = list(reader.cells(path, chosen, name=path.name, progress=SilentProgress()))
    assert len({len(row) for row in rows}) <= 1
    return rows
