"""Fixtures for exports: an exporter over the profile's datasets."""

from collections.abc import Iterator

import pytest

from analysis.export import Exporter
from analysis.query import QueryEngine
from storage.open import Storage


@pytest.fixture
def exporter(storage: Storage) -> Iterator[Exporter]:
    """The exporter."""
    queries = QueryEngine(storage)
    yield Exporter(storage, queries)
    queries.close()
