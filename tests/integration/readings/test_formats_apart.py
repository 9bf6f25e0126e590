"""Text, JSON and spreadsheets read by another process: the same as in this one, and this one stays free."""

import json
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import psutil
import pyarrow.parquet as pq
import pytest

from analysis.readings import Loaded, Readings
from analysis.readings.corrections import digest_of
from analysis.readings.kept import TEXTS_NAME
from core.errors import FileUnreadableError, NotATableError
from core.i18n import set_language
from core.progress import SilentProgress
from core.types import Correction
from storage.open import Storage

Both = tuple[Readings, Readings]
ROWS = 9_000


@pytest.fixture
def both(storage: Storage) -> Iterator[Both]:
    """The door to the readers as a command has it, and as the engine has it."""
    here, apart = Readings(storage), Readings(storage, apart=True)
    yield here, apart
    here.close()
    apart.close()


def messy(path: Path) -> None:
    """Text with a preamble, German numbers, broken records and a total."""
    dice = random.Random(3)
    lines = ["Bericht 2026", "", "Nr;Name;Betrag;Datum"]
    lines += [
        f"{n:05};Käufer {dice.randrange(99)};{dice.randrange(9)}.{dice.randrange(999):03},{n % 90 + 10};31.01.2026"
        for n in range(ROWS)
    ]
    lines[500], lines[7_000] = "00497;zu viel;1,00;31.01.2026;mehr;noch mehr", "06997;zu wenig"
    path.write_text("\n".join([*lines, "Summe;;9.999,00;"]) + "\n", encoding="cp1252")


def wide(path: Path) -> None:
    """Text that goes the fast way."""
    with path.open("w", encoding="utf-8") as file:
        file.write("id,name,amount,at\n")
        file.writelines(f"{n},name {n % 977},{n * 0.25:.2f},2026-01-{n % 28 + 1:02}\n" for n in range(300_000))


def records(path: Path) -> None:
    """JSON, a record a line."""
    told = ({"id": n, "note": {"text": "x" * 40, "n": n % 7}, "tags": ["a", None]} for n in range(ROWS))
    path.write_text("\n".join(map(json.dumps, told)) + "\n", encoding="utf-8")


def sheet(path: Path) -> None:
    """A spreadsheet."""
    dice = random.Random(5)
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Orders")
    page.append(["id", "name", "amount"])
    for n in range(ROWS):
        page.append([n, f"name of {n} {dice.random()}", dice.random()])
    book.save(path)


MAKERS: dict[str, Callable[[Path], None]] = {
    "messy.csv": messy,
    "wide.csv": wide,
    "records.ndjson": records,
    "sheet.xlsx": sheet,
}


def readers_of(readings: Readings) -> set[int]:
    """The processes that wait for the next file."""
    return {worker._process.pid for worker, _timer in readings._formats.workers._idle}


def tables(folder: Path) -> list[object]:
    """All that a load wrote."""
    names = ("data.parquet", "ledger.parquet", TEXTS_NAME)
    return [pq.read_table(folder / name).to_pylist() for name in names if (folder / name).exists()]


def load(readings: Readings, path: Path, out: Path, *, corrections: tuple[Correction, ...] = ()) -> Loaded:
    """Load a file in its best reading."""
    out.mkdir()
    best = readings.judge(path).best.reading
    return readings.load(
        path, best, out, name=path.name, progress=SilentProgress(), corrections=corrections
    )  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_it_makes_no_difference_where_a_file_is_read(both: Both, tmp_path: Path, name: str) -> None:
    """Candidates with all they say, the table, its ledger, the flags: the same to the last field."""
    here, apart = both
    path = tmp_path / name
    MAKERS[name](path)
    set_language("de")

    ours, theirs = here.judge(path), apart.judge(path)
    assert theirs == ours
    assert [getattr(one.why, "english", None) for one in theirs.candidates] == [
        getattr(one.why, "english", None) for one in ours.candidates
    ]
    tried = replace(ours.best.reading, column_types=("VARCHAR",) * len(ours.best.columns))
    assert apart.try_reading(path, tried) == here.try_reading(path, tried)
    loaded = load(here, path, tmp_path / "here")
    assert load(apart, path, tmp_path / "apart") == loaded
    assert tables(tmp_path / "apart") == tables(tmp_path / "here")
    assert apart.closer_look(path, loaded, name=name) == here.closer_look(path, loaded, name=name)
    assert readers_of(apart)
    assert not readers_of(here)


def test_corrections_go_with_it(both: Both, tmp_path: Path) -> None:
    """A line that was set right by hand, and one that is not there any more."""
    here, apart = both
    path = tmp_path / "messy.csv"
    messy(path)
    reading = here.judge(path).best.reading
    raw = here.line_bytes(path, reading, 7_001)
    assert raw is not None
    corrections = (
        Correction(7_001, digest_of(raw), "06997;gut;1,00;31.01.2026"),
        Correction(12, digest_of(b"never there"), "x"),
    )

    loaded = load(here, path, tmp_path / "here", corrections=corrections)

    assert loaded.corrections
    assert load(apart, path, tmp_path / "apart", corrections=corrections) == loaded
    assert tables(tmp_path / "apart") == tables(tmp_path / "here")


def test_a_small_file_is_not_worth_a_process(both: Both, tmp_path: Path) -> None:
    """It is read before one would have begun."""
    path = tmp_path / "small.csv"
    path.write_text("a;b\n1;2\n3;4\n", encoding="utf-8")

    assert load(both[1], path, tmp_path / "out").rows == 2
    assert not readers_of(both[1])


def test_a_refusal_is_the_same(both: Both, tmp_path: Path) -> None:
    """Told in the person's language, by the same kind of error."""
    path = tmp_path / "noise.csv"
    path.write_bytes(random.Random(1).randbytes(400_000))
    set_language("de")
    told = []
    for readings in both:
        with pytest.raises(NotATableError) as caught:
            readings.judge(path)
        told.append((str(caught.value), caught.value.english, caught.value.hint, caught.value.file_name))

    assert told[0] == told[1]


def test_settings_hold_at_once(both: Both, storage: Storage, tmp_path: Path) -> None:
    """A reader that began under other limits reads no further file; what it may take is shared by all jobs."""
    apart = both[1]
    path = tmp_path / "messy.csv"
    messy(path)
    apart.judge(path)
    before = readers_of(apart)

    apart.judge(path)
    assert readers_of(apart) == before
    storage.duck.adjust(storage.config.engine.model_copy(update={"memory_limit_mib": 700, "threads": 1}))
    assert load(apart, path, tmp_path / "out").rows
    assert readers_of(apart).isdisjoint(before)


@pytest.mark.skipif(os.name == "nt", reason="signals are sent")
def test_a_reader_that_is_ended_is_not_the_files_fault(both: Both, tmp_path: Path) -> None:
    """Whoever ended it, the file is not called damaged, and the next try works."""
    apart = both[1]
    path = tmp_path / "wide.csv"
    wide(path)
    reading = apart.judge(path).best.reading
    (pid,) = readers_of(apart)
    out = tmp_path / "out"
    out.mkdir()
    watched = psutil.Process(pid)
    used = watched.cpu_times().user

    def kill() -> None:
        while watched.cpu_times().user <= used + 0.02:
            pass
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(FileUnreadableError, match="the program that read it was ended"):
        apart.load(path, reading, out, name=path.name, progress=SilentProgress())
    killer.join()

    assert load(apart, path, tmp_path / "again").rows == 300_000
