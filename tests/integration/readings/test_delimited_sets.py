"""Delimited text on public sets nobody here wrote: exact cells, nothing silent, nothing that crashes.

The sets lie beside the project; without them these tests are skipped.
"""

from pathlib import Path

import pytest

from analysis.importing import Importer
from analysis.readings import Loaded, Readings
from core.errors import BestandError, EmptyFileError
from core.progress import SilentProgress
from storage.open import Storage
from tests.performance import reading_sets as sets
from tests.performance.reading_sets import SHARED

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test data is not on this machine")


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


def clean(readings: Readings, path: Path, out: Path) -> tuple[sets.Table, Loaded]:
    """Return the cells `data read` would write, and what it tells."""
    target = out / "clean.csv"
    reading = readings.judge(path).best.reading
    loaded = readings.write_clean(path, reading, target, name=path.name, progress=SilentProgress())
    assert loaded.ledger.adds_up()
    return sets.read_table(target), loaded


@pytest.mark.parametrize("path", sets.spectrum_files(), ids=lambda p: p.stem)
def test_csv_spectrum_is_read_exactly(path: Path, readings: Readings, tmp_path: Path) -> None:
    """Every cell equals the set's own JSON."""
    rows, loaded = clean(readings, path, tmp_path)

    assert sets.spectrum_is_exact(path, rows)
    assert loaded.rows == len(rows) - 1


@pytest.mark.parametrize("path", sorted((SHARED / "csv-test-data" / "csv").glob("*.csv")), ids=lambda p: p.stem)
def test_csv_test_data_is_exact_or_flagged(path: Path, readings: Readings, tmp_path: Path) -> None:
    """Valid files are exact and without a flag; bad ones are flagged with their line, or refused."""
    if path.stat().st_size == 0:
        with pytest.raises(EmptyFileError):
            readings.judge(path)
        return
    rows, loaded = clean(readings, path, tmp_path)
    truth = sets.rfc_truth(path)
    if truth is not None:
        assert (rows, loaded.flags) == (truth, ())
    else:
        assert loaded.flags
        assert all(flag.line is not None or flag.column is not None for flag in loaded.flags)


@pytest.fixture(scope="module")
def pollock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked half of Pollock."""
    return sets.unpack_pollock(tmp_path_factory.mktemp("pollock"))


@pytest.mark.timeout(600)
def test_pollock_is_never_damaged_silently(pollock: Path, storage: Storage, tmp_path: Path) -> None:
    """A table that differs from the true one has a flag; nearly all tables do not differ at all.

    A quarter of the files, and all that are damaged as a whole; `make bench ONLY=readings` takes them all.
    """
    importer = Importer(storage, Readings(storage))
    silent, inexact = [], []
    files = sorted((pollock / "csv").glob("*.csv"))
    chosen = sorted({*files[::4], *(p for p in files if p.name.startswith(("file_", "source")))})
    for path in chosen:
        loaded, written = importer.read_file(path, tmp_path, progress=SilentProgress())
        assert loaded.ledger.adds_up()
        if sets.read_table(written) != sets.read_table(pollock / "clean" / path.name):
            inexact.append(path.name)
            if not any(flag.line is not None or flag.column is not None for flag in loaded.flags):
                silent.append(path.name)

    assert silent == []
    assert len(inexact) <= 0.02 * len(chosen), inexact


def test_the_clean_twins_have_no_flags(pollock: Path, readings: Readings, tmp_path: Path) -> None:
    """What is clean is not cried over."""
    for path in sorted((pollock / "clean").glob("*.csv"))[::40]:
        rows, loaded = clean(readings, path, tmp_path)

        assert (rows, loaded.flags) == (sets.read_table(path), ()), path.name


@pytest.mark.parametrize(("folder", "least"), [("CSV", 137 / 143), ("W3C-CSVW", 214 / 218)])
def test_the_delimiter_is_found(folder: str, least: float, readings: Readings) -> None:
    """At least as often as the plan asks for."""
    files = list(sets.sniffer_files(folder))
    wrong = [f.path.name for f in files if readings.judge(f.path).best.reading.delimiter != f.delimiter]

    assert 1 - len(wrong) / len(files) >= least, wrong


@pytest.mark.timeout(300)
@pytest.mark.parametrize("folder", ["CSV", "W3C-CSVW"])
def test_files_people_publish_add_up(folder: str, readings: Readings, tmp_path: Path) -> None:
    """Each line of each file is loaded, repaired, rejected or set aside, and counted once."""
    for file in sets.sniffer_files(folder):
        if file.path.stat().st_size < 1 << 20:
            _, loaded = clean(readings, file.path, tmp_path)
            assert loaded.ledger.total > 0, file.path.name


def odd_files() -> list[Path]:
    """Return the engine's own collection of odd text files, the fuzzed ones among them."""
    return [path for path in sorted((SHARED / "duckdb-data" / "data" / "csv").rglob("*")) if path.is_file()]


@pytest.mark.timeout(300)
def test_odd_files_are_read_or_refused_with_a_reason(readings: Readings, tmp_path: Path) -> None:
    """Each of them ends in a table whose ledger adds up, or in one of our own sentences."""
    refused: list[tuple[str, str, str]] = []
    for number, path in enumerate(odd_files()):
        out = tmp_path / str(number)
        out.mkdir()
        try:
            reading = readings.judge(path).best.reading
            loaded = readings.load(path, reading, out, name=path.name, progress=SilentProgress())
        except BestandError as error:
            refused.append((path.name, str(error), error.hint))
        else:
            assert loaded.ledger.adds_up(), path

    assert all(message.endswith(".") and hint for _, message, hint in refused), refused
    assert len(refused) < len(odd_files()) / 4
