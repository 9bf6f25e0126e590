"""Fixtures for questions: an engine on a profile with two small datasets."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from analysis.query import QueryEngine
from core.config import AppConfig
from core.paths import ProfilePaths
from storage.open import Storage, open_storage
from tests.tables import add_dataset


@pytest.fixture
def queries(storage: Storage) -> Iterator[QueryEngine]:
    """The engine, over `sales` (town, amount; 4 rows) and `Kunden 2025` (town, name; 2 rows)."""
    add_small_datasets(storage)
    engine = QueryEngine(storage)
    yield engine
    engine.close()


@dataclass(frozen=True)
class Walls:
    """An engine that many tests share, because none of them changes anything."""

    storage: Storage
    queries: QueryEngine
    folder: Path


@pytest.fixture(scope="module")
def walls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walls]:
    """The same datasets as `queries`, in a profile of this module's own."""
    folder = tmp_path_factory.mktemp("walls")
    storage = open_storage(AppConfig(), ProfilePaths(folder / "profile"), purpose="a test")
    add_small_datasets(storage)
    engine = QueryEngine(storage)
    yield Walls(storage, engine, folder)
    engine.close()
    storage.close()


def add_small_datasets(storage: Storage) -> None:
    """Publish the two datasets."""
    amounts = pa.array([1, 2, 3, 4], pa.int64())
    add_dataset(storage, "sales", pa.table({"town": ["Köln", "Bonn", "Köln", None], "amount": amounts}))
    add_dataset(storage, "Kunden 2025", pa.table({"town": ["Köln", "Bonn"], "name": ["Ada", "Bo"]}))
