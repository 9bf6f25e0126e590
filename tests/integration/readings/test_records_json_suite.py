"""The public JSON test suite: what must parse parses, what must not is refused, nothing crashes or hangs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.readings.model import Reader
from analysis.readings.records.json_reader import JsonReader
from analysis.readings.records.ndjson_reader import NdjsonReader
from core.config import AppConfig
from core.errors import DamagedFileError, NotATableError, SourceError
from core.paths import ProfilePaths
from storage.duck import DuckEngine
from tests.integration.readings.records_support import SHARED, engine, read

FILES = sorted((SHARED / "json-test-suite").glob("test_*/*.json"))

pytestmark = pytest.mark.skipif(not FILES, reason="the public JSON test suite is not beside the project")


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    with engine(config, profile) as opened:
        yield opened


def outcome(duck: DuckEngine, config: AppConfig, path: Path, out: Path) -> SourceError | None:
    """Why a file is refused; None if it became a table."""
    readers: list[Reader] = [NdjsonReader(duck, config), JsonReader(duck, config)]
    head = path.read_bytes()[:65_536]
    reader = next(reader for reader in readers if reader.recognises(path, head, path.name))
    try:
        read(reader, duck, path, out)
    except SourceError as error:
        return error
    return None


def test_all_files_of_the_suite(duck: DuckEngine, config: AppConfig, tmp_path: Path) -> None:
    """A valid file is a table or says that it holds none; an invalid one is damaged, in a sentence."""
    found = {path.name: outcome(duck, config, path, tmp_path / str(n)) for n, path in enumerate(FILES)}

    wrongly_refused = [
        name for name, e in found.items() if name.startswith("y_") and isinstance(e, DamagedFileError)
    ]
    wrongly_read = [name for name, e in found.items() if name.startswith("n_") and e is None]
    assert wrongly_refused == []
    assert wrongly_read == []
    assert sum(e is None for e in found.values()) > 30
    assert all(str(e).endswith(".") and e.hint for e in found.values() if e is not None)
    assert {type(e) for e in found.values()} <= {type(None), DamagedFileError, NotATableError}
