"""Imports and exports as jobs: the lines people and scripts get, and what the catalogue then holds."""

import gc
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.open import Analysis, open_analysis
from core.clock import system_clock
from core.types import AskedDataset, Json, Manifest, QuestionRef
from jobs.manager import JobManager, JobStatus
from jobs.open import Jobs, open_jobs
from jobs.registry import build_registry
from storage.database.journal import Entry, Journal
from storage.database.unit_of_work import UnitOfWork
from storage.database.windows import Windows
from storage.open import Storage
from tests.tables import add_version
from tests.waiting import wait_until

LINE = {"file", "ok", "dataset", "version", "rows", "columns", "reading", "ledger", "flags"}


@pytest.fixture
def analysis(storage: Storage) -> Iterator[Analysis]:
    """The analysis floor, opened on the profile."""
    opened = open_analysis(storage)
    yield opened
    opened.close()


@pytest.fixture
def jobs(analysis: Analysis) -> Iterator[Jobs]:
    """Background work with the real kinds of jobs."""
    opened = open_jobs(analysis.storage, lambda: analysis)
    yield opened
    opened.worker.stop()


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A small well-formed file."""
    file = tmp_path / "sales.csv"
    file.write_text("city,amount\n" + "".join(f"c{n},{n}\n" for n in range(50)), encoding="utf-8")
    return file


def _import(manager: JobManager, file: Path, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any argument
    args = {"path": str(file), "name": None, "auto": True, "reading": None, "reference": False, **changes}
    status = manager.run_here(manager.enqueue("import", args))
    assert status.state == "done", status.error
    assert status.label == f"Import {file.name}"
    assert isinstance(status.result, dict)
    return status.result


def test_an_import_tells_the_contract_line(jobs: Jobs, storage: Storage, sales: Path) -> None:
    """What `data import --json` prints is the job's result, and the catalogue knows the dataset by then."""
    line = _import(jobs.manager, sales)
    assert set(line) == LINE
    assert (line["file"], line["ok"], line["dataset"], line["version"]) == (str(sales), True, "sales", 1)
    assert line["rows"] == 50
    assert [column["source_name"] for column in line["columns"]] == ["city", "amount"]
    assert line["ledger"]["total"] == 51
    assert line["flags"] == []
    with storage.database.read() as uow:
        row = uow.datasets.require_name("sales")
        assert storage.datasets.data_file(row.id, row.current_version).exists()


def test_a_chosen_reading_and_name_are_kept(jobs: Jobs, analysis: Analysis, sales: Path) -> None:
    """The reading a person confirmed goes through the job unchanged."""
    reading = analysis.readings.judge(sales).best.reading
    line = _import(jobs.manager, sales, name="my sales", auto=False, reading=reading.to_manifest())
    assert line["dataset"] == "my sales"
    assert line["reading"]["delimiter"] == reading.delimiter


def test_imports_at_the_same_time_get_names_of_their_own(jobs: Jobs, storage: Storage, sales: Path) -> None:
    """Each line tells the name that is in the catalogue, whoever was faster."""
    told: list[str] = []
    threads = [
        threading.Thread(target=lambda: told.append(_import(jobs.manager, sales)["dataset"])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with storage.database.read() as uow:
        known = [row.name for row in uow.datasets.list_by_name()]
    assert sorted(told) == sorted(known)
    assert len(set(told)) == 4


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "file_missing"), (b"", "empty_file"), (b"\x89PNG\r\n\x1a\n" + bytes(99), "not_a_table")],
)
def test_a_file_that_is_no_table_is_told(jobs: Jobs, tmp_path: Path, content: bytes | None, code: str) -> None:
    """One try, one sentence, one hint; nothing in the catalogue."""
    file = tmp_path / "photo.png"
    if content is not None:
        file.write_bytes(content)
    status = jobs.manager.run_here(jobs.manager.enqueue("import", {"path": str(file), "auto": True}))
    assert (status.state, status.attempt) == ("failed", 1)
    assert isinstance(status.error, dict)
    assert status.error["code"] == code
    assert "photo.png" in str(status.error["message"])


def test_an_export_writes_the_dataset_or_the_answer(jobs: Jobs, sales: Path, tmp_path: Path) -> None:
    """Both kinds of export end as a file with the rows that are told."""
    _import(jobs.manager, sales)
    whole, answer = tmp_path / "out.csv", tmp_path / "answer.ndjson"
    wanted: list[tuple[dict[str, Json], int]] = [
        ({"dataset": "sales", "target": str(whole), "format": "csv", "overwrite": False}, 50),
        ({"sql": "select count(*) as n from sales", "target": str(answer), "format": "ndjson"}, 1),
    ]
    for args, rows in wanted:
        status = jobs.manager.run_here(jobs.manager.enqueue("export", args))
        assert status.state == "done", status.error
        assert isinstance(status.result, dict)
        target = Path(str(args["target"]))
        assert status.result == {"path": str(target), "rows": rows, "bytes": target.stat().st_size}
    assert len(whole.read_text(encoding="utf-8").splitlines()) == 51


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dataset": "nowhere"}, "dataset_not_found"),
        ({"dataset": "sales", "format": "docx"}, "export"),
        ({"dataset": "sales", "sql": "select 1"}, "usage"),
        ({}, "usage"),
    ],
)
def test_an_impossible_export_is_told(
    jobs: Jobs, sales: Path, tmp_path: Path, changes: dict[str, str], code: str
) -> None:
    """No file, one sentence."""
    _import(jobs.manager, sales)
    args = {"target": str(tmp_path / "out"), "format": "csv", **changes}
    status = jobs.manager.run_here(jobs.manager.enqueue("export", args))
    assert status.state == "failed"
    assert isinstance(status.error, dict)
    assert status.error["code"] == code
    assert not (tmp_path / "out").exists()


def test_a_version_nobody_recorded_is_tidied_up(jobs: Jobs, storage: Storage, sales: Path) -> None:
    """A crash between publishing and recording leaves a folder; the cleanup takes it and nothing else."""
    _import(jobs.manager, sales)
    (known,) = storage.paths.datasets.glob("*/*")
    lost = storage.paths.datasets / "01m82n6v8ejm0jzzefma7t0sec" / "1"
    lost.mkdir(parents=True)
    (lost / "data.parquet").write_bytes(b"PAR1")
    status = jobs.manager.run_here(jobs.manager.enqueue("cleanup", {"older_than_s": -1}))
    assert status.result == {"versions_removed": 1, "jobs_removed": 0, "windows_removed": 0, "drafts_removed": 0}
    assert not lost.exists()
    assert (known / "data.parquet").exists()


def test_jobs_that_ended_long_ago_go_out_of_sight(jobs: Jobs, storage: Storage, sales: Path) -> None:
    """The cleanup hides what ended before the days the settings name, and keeps what is younger."""
    _import(jobs.manager, sales)
    old = jobs.manager.list()[0].id

    def age(uow: UnitOfWork) -> None:
        uow.jobs.update(uow.jobs.require(old), finished_at="2001-01-01T00:00:00.000Z")

    storage.database.run_tx(age)
    status = jobs.manager.run_here(jobs.manager.enqueue("cleanup", {}))
    assert status.result == {"versions_removed": 0, "jobs_removed": 1, "windows_removed": 0, "drafts_removed": 0}
    assert [job.kind for job in jobs.manager.list()] == ["cleanup"]


def test_windows_and_drafts_nobody_came_back_to_are_forgotten(jobs: Jobs, storage: Storage) -> None:
    """The cleanup forgets what was closed and half-typed long ago, and keeps what is younger."""

    def write(uow: UnitOfWork) -> None:
        for clock, name in ((lambda: 0.0, "old"), (system_clock, "new")):
            Journal(uow.session, clock).apply("owner", name, [Entry(f"view__{name}", "half", 1)])
            Windows(uow.session, clock).save("owner", name, device="d", since=0, state="{}")

    storage.database.run_tx(write)
    status = jobs.manager.run_here(jobs.manager.enqueue("cleanup", {}))
    assert status.result == {"versions_removed": 0, "jobs_removed": 0, "windows_removed": 1, "drafts_removed": 1}
    with storage.database.read() as uow:
        assert list(uow.journal.values("owner")) == ["view__new"]
        assert [one.window for one in uow.windows.latest("owner")] == ["new"]


# ---- answers --------------------------------------------------------------------------------------------------


def _save(manager: JobManager, sql: str, name: str = "big", **changes: Any) -> JobStatus:  # noqa: ANN401 - any
    return manager.run_here(manager.enqueue("save_query", {"sql": sql, "name": name, **changes}))


def test_the_answer_on_the_screen_is_what_is_saved(jobs: Jobs, storage: Storage, analysis: Analysis) -> None:
    """Nothing is asked again: what depends on chance is saved as it was seen, and the history has one line."""
    sql = "select range as n, random() as chance from range(30000)"
    run = analysis.queries.start(sql)
    run.wait(20)

    status = _save(jobs.manager, sql, run=run.id)

    assert status.result == {"dataset": "big", "version": 1, "rows": 30_000}
    with storage.database.read() as uow:
        file = storage.datasets.data_file(uow.datasets.require_name("big").id, 1)
        assert len(uow.queries.history(limit=9)) == 1
    assert pq.read_table(file).to_pydict() == run.page(0, 30_000).to_pydict()


def test_an_answer_of_earlier_data_is_saved_as_what_it_is(
    jobs: Jobs, storage: Storage, analysis: Analysis, sales: Path
) -> None:
    """The dataset got another version meanwhile; what is saved names the one that was asked."""
    _import(jobs.manager, sales)
    run = analysis.queries.start("select count(*) as n from sales")
    run.wait(20)
    add_version(storage, "sales", pa.table({"amount": [1]}))

    _save(jobs.manager, run.sql, run=run.id)

    with storage.database.read() as uow:
        row, asked = uow.datasets.require_name("big"), uow.datasets.require_name("sales")
    manifest = storage.datasets.manifest(row.id, 1)
    assert manifest.question == QuestionRef(run.sql, (AskedDataset("sales", asked.id, 1),), {})
    assert pq.read_table(storage.datasets.data_file(row.id, 1)).to_pylist() == run.first_page().to_pylist()


def test_an_answer_that_is_gone_is_asked_for_again(jobs: Jobs, analysis: Analysis) -> None:
    """After a restart nobody holds the run any more, and the cache may be empty."""
    run = analysis.queries.start("select range as n from range(3)")
    run.wait(20)
    name = run.id
    assert run.file is not None
    run.file.path.unlink()
    del run
    gc.collect()

    status = _save(jobs.manager, "select range as n from range(3)", run=name)

    assert status.result == {"dataset": "big", "version": 1, "rows": 3}


def test_a_saved_answer_is_a_dataset_that_knows_its_question(
    jobs: Jobs, storage: Storage, analysis: Analysis, sales: Path
) -> None:
    """All rows are there, with their types; the manifest names the SQL, the values and the versions asked."""
    _import(jobs.manager, sales)
    sql = "select amount, amount / 2.0 as half, city from sales where amount >= $least order by amount desc"

    status = _save(jobs.manager, sql, params={"least": "10"})

    assert status.label == "Save the answer as big"
    assert status.result == {"dataset": "big", "version": 1, "rows": 40}
    with storage.database.read() as uow:
        row = uow.datasets.require_name("big")
        version = uow.versions.of(row.id)
        asked = uow.datasets.require_name("sales")
    manifest = storage.datasets.manifest(row.id, 1)
    assert Manifest.from_dict(json.loads(version.manifest)) == manifest
    assert manifest.question == QuestionRef(sql, (AskedDataset("sales", asked.id, 1),), {"least": "10"})
    assert [(column.name, column.type) for column in manifest.columns] == [
        ("amount", "BIGINT"), ("half", "DOUBLE"), ("city", "VARCHAR"),
    ]  # fmt: skip
    assert (manifest.ledger.total, manifest.ledger.loaded, manifest.rows) == (40, 40, 40)
    run = analysis.queries.start("select sum(amount), min(city), count(*) from big")
    assert run.first_page().to_pylist()[0] == {
        "sum(amount)": sum(range(10, 50)),
        "min(city)": "c10",
        "count_star()": 40,
    }
    assert list(storage.paths.tmp.glob("version-*")) == []


def test_an_answer_is_saved_beside_or_as_the_next_version(jobs: Jobs, storage: Storage, sales: Path) -> None:
    """A name in use gets an ending; only on request the answer becomes the dataset's next version."""
    _import(jobs.manager, sales)

    assert _save(jobs.manager, "select 1 as a", "sales").result == {"dataset": "sales~2", "version": 1, "rows": 1}
    replaced = _save(jobs.manager, "from sales limit 7", "sales", replace=True)

    assert replaced.result == {"dataset": "sales", "version": 2, "rows": 7}
    with storage.database.read() as uow:
        row = uow.datasets.require_name("sales")
        question = storage.datasets.manifest(row.id, 2).question
    assert question is not None
    assert [(one.name, one.version) for one in question.datasets] == [("sales", 1)]


@pytest.mark.parametrize(
    ("sql", "code"),
    [("select * from nowhere", "dataset_not_found"), ("drop table x", "query_refused"), ("selec", "query_failed")],
)
def test_a_question_without_an_answer_saves_nothing(jobs: Jobs, storage: Storage, sql: str, code: str) -> None:
    """The reason is the job's error; no dataset and no file is left."""
    status = _save(jobs.manager, sql)

    assert status.state == "failed"
    assert isinstance(status.error, dict)
    assert status.error["code"] == code
    assert list(storage.paths.datasets.iterdir()) == []
    assert list(storage.paths.tmp.glob("version-*")) == []


def test_saving_can_be_stopped(jobs: Jobs, storage: Storage) -> None:
    """Nothing half-done stays of an answer that was not finished."""
    endless = "select a.range as a, b.range as b from range(100000000) a, range(100000) b"
    jobs.worker.start(threads=1)
    job = jobs.manager.enqueue("save_query", {"sql": endless, "name": "big"})
    wait_until(lambda: jobs.manager.poll(job).state == "running", what="the beginning of the job")

    jobs.manager.cancel(job)

    wait_until(lambda: jobs.manager.poll(job).ended, timeout_s=20, what="the end of the job")
    assert jobs.manager.poll(job).state == "cancelled"
    assert list(storage.paths.datasets.iterdir()) == []
    assert list(storage.paths.tmp.glob("version-*")) == []


def test_an_import_is_called_by_the_name_people_know(analysis: Analysis) -> None:
    """A kept copy is called by its fingerprint; importing it again names the file it was."""
    label = build_registry(analysis.storage, lambda: analysis).label
    assert label("import", {"path": "/profile/sources/4d/4d6fb0b4", "called": "sales.csv"}) == "Import sales.csv"
    assert label("import", {"path": "/home/me/sales.csv", "called": None}) == "Import sales.csv"
