"""A reader in a process of its own: what a file does to it, it does to nobody else."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.feather as feather
import pytest

from analysis.readings import Readings
from analysis.readings.isolated.reader import isolated_setup
from analysis.readings.isolated.wire import error_from, error_to, judgement_from, judgement_to
from analysis.readings.isolated.worker import Allowance, Worker, Workers
from core.config import AppConfig
from core.errors import CancelledError, DamagedFileError, FileTooLargeError, NotATableError
from core.i18n import retold, set_language
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.open import Storage
from tests.waiting import wait_until

PLENTY = Allowance(960, 60.0)


@pytest.fixture
def readings(storage: Storage) -> Iterator[Readings]:
    """All readers."""
    opened = Readings(storage)
    yield opened
    opened.close()


@pytest.fixture
def worker(config: AppConfig, profile: ProfilePaths) -> Iterator[Worker]:
    """One process."""
    started = Worker(isolated_setup(config.engine, config.imports, profile))
    yield started
    started.kill()
    started.end()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small Arrow file."""
    path = tmp_path / "x.arrow"
    feather.write_feather(pa.table({"a": [1, 2, 3]}), path)
    return path


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A SQLite database with a view that never ends."""
    path = tmp_path / "endless.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "create view v as with recursive c(x) as (select 1 union all select x + 1 from c) select max(x) from c"
        )
    return path


def judging(path: Path, kind: str = "arrow") -> dict[str, object]:
    """A request."""
    return {"do": "judge", "reader": kind, "path": str(path), "name": path.name, "choice": {}}


def children() -> set[int]:
    """The processes below this one that read files; other tests have servers running."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "analysis.readings.apart.child" in child.cmdline():
                found.add(child.pid)
    return found


def test_what_a_reader_says_comes_through(worker: Worker, table: Path) -> None:
    """A judgement and an error, both as they would be without the process between."""
    answer = worker.ask(judging(table), PLENTY, name="x", progress=SilentProgress())
    judgement = judgement_from(answer)

    assert judgement.best.preview == (("1",), ("2",), ("3",))
    assert judgement_from(json.loads(json.dumps(judgement_to(judgement)))) == judgement
    told = error_from(
        json.loads(json.dumps(error_to(NotATableError("a.csv", "is a picture.", hint="Look at it."))))
    )
    assert (type(told), str(told), told.hint) == (NotATableError, "'a.csv' is a picture.", "Look at it.")


def test_a_refusal_is_told_in_the_persons_language(worker: Worker, table: Path) -> None:
    """And in English for logs and scripts, whatever language it is."""
    broken = table.with_name("broken.arrow")
    broken.write_bytes(table.read_bytes()[:40])
    set_language("de")

    with pytest.raises(DamagedFileError) as caught:
        worker.ask(judging(broken), PLENTY, name="broken.arrow", progress=SilentProgress())

    assert "kann nicht als Arrow gelesen werden" in str(caught.value)
    assert "cannot be read as Arrow" in caught.value.english
    assert retold(caught.value.english).startswith("'broken.arrow' kann nicht als Arrow gelesen werden")


def test_a_process_is_used_again_and_ends(config: AppConfig, profile: ProfilePaths, table: Path) -> None:
    """The one that answered well, also with a refusal; nothing is left after the end."""
    before = children()
    workers = Workers(lambda: isolated_setup(config.engine, config.imports, profile))
    broken = table.with_name("broken.arrow")
    broken.write_bytes(table.read_bytes()[:-40])

    workers.ask(judging(table), PLENTY, name="x", progress=SilentProgress())
    first = children() - before
    with pytest.raises(DamagedFileError):
        workers.ask(judging(broken), PLENTY, name="broken", progress=SilentProgress())
    workers.ask(judging(table), PLENTY, name="x", progress=SilentProgress())

    assert len(first) == 1
    assert children() - before == first
    workers.close()
    assert children() - before == set()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent")
def test_a_crash_is_the_files_fault(worker: Worker, endless: Path) -> None:
    """The process dies in the middle of a file: the file is damaged, and this process goes on."""
    pid = worker._process.pid
    threading.Timer(1.0, os.kill, (pid, signal.SIGSEGV)).start()

    with pytest.raises(DamagedFileError, match="ended the program that read it"):
        worker.ask(judging(endless, "sqlite"), PLENTY, name="endless", progress=SilentProgress())


def test_a_file_that_takes_for_ever_is_given_up(worker: Worker, endless: Path) -> None:
    """Counted in time of the processor, so that a busy machine refuses nothing."""
    with pytest.raises(FileTooLargeError, match="takes longer"):
        worker.ask(judging(endless, "sqlite"), Allowance(960, 2.0), name="endless", progress=SilentProgress())


def test_a_file_that_takes_all_memory_is_given_up(worker: Worker, table: Path) -> None:
    """Before the machine has to decide who goes."""
    with pytest.raises(FileTooLargeError, match="more than 20 MiB"):
        worker.ask(judging(table), Allowance(20, 60.0), name="x", progress=SilentProgress())


class Stopped:
    """Progress that a person stops at once."""

    def report(self, fraction: float, step: str = "") -> None:  # noqa: ARG002 - the protocol's
        raise CancelledError("Reading")

    @contextmanager
    def _interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        timer = threading.Timer(0.2, interrupt)
        timer.start()
        yield
        timer.cancel()

    def interruptible(self, interrupt: Callable[[], None]) -> AbstractContextManager[None]:
        return self._interrupting(interrupt)


def test_a_person_can_stop_it(config: AppConfig, profile: ProfilePaths, endless: Path) -> None:
    """In the middle of a call that would never come back; the process is gone with it."""
    before = children()
    workers = Workers(lambda: isolated_setup(config.engine, config.imports, profile))

    with pytest.raises(CancelledError):
        workers.ask(judging(endless, "sqlite"), PLENTY, name="endless", progress=Stopped())

    assert children() - before == set()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent")
def test_it_ends_with_the_process_it_reads_for(config: AppConfig, profile: ProfilePaths, endless: Path) -> None:
    """Nobody is left to work for one that was killed."""
    script = (
        "import json, sys\nfrom analysis.readings.isolated.worker import Worker\n"
        "w = Worker(json.loads(sys.argv[1]))\n"
        "w._send(json.loads(sys.argv[2]) | {'language': 'en', 'memory_mib': 960})\n"
        "print(w._process.pid, flush=True)\nsys.stdin.read()"
    )
    setup, request = (
        json.dumps(isolated_setup(config.engine, config.imports, profile)),
        json.dumps(judging(endless, "sqlite")),
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, setup, request], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        reader = psutil.Process(int(parent.stdout.readline()))
        wait_until(lambda: reader.cpu_times().user > 1.0, timeout_s=60, what="the reader at work")
        parent.kill()
    wait_until(
        lambda: not reader.is_running() or reader.status() == psutil.STATUS_ZOMBIE, timeout_s=20, what="its end"
    )


def test_a_reader_may_not_use_the_network() -> None:
    """Nor start programs: asked to, Python refuses."""
    script = (
        "from analysis.readings.isolated.limits import restrict\nrestrict(2000)\nimport socket, subprocess\n"
        "for act in (socket.socket, lambda: subprocess.Popen(['true'])):\n"
        "    try:\n        act()\n    except PermissionError:\n        print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", "refused"]


def test_rows_come_through_one_by_one(readings: Readings, tmp_path: Path) -> None:
    """The clean form of a file that another process reads."""
    path = tmp_path / "x.arrow"
    feather.write_feather(pa.table({"a": list(range(1_200)), "b": ["x,y"] * 1_200}), path)
    out = tmp_path / "out.csv"

    readings.write_clean(path, readings.judge(path).best.reading, out, name="x.arrow", progress=SilentProgress())

    lines = out.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[1], lines[-1], len(lines)) == ("a,b", '0,"x,y"', '1199,"x,y"', 1_201)
