"""The actions of all features on the real floors: what the pages and the commands call."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis.choosing import Wish
from analysis.rows import RowQuery
from app import catalogue, sample, work
from app.components.grid import ledger_rows
from app.components.grid.sources import Sources
from app.context import AppContext, init_app, opened_app
from app.features.datasets import actions as datasets
from app.features.explore import actions as explore
from app.features.export import actions as export
from app.features.jobs import actions as jobs
from app.features.query import actions as query
from app.widgets.guesses import guess_words
from core.errors import (
    CancelledError,
    DatasetNotFoundError,
    JobNotFoundError,
    NameTakenError,
    QueryFailedError,
    QueryRefusedError,
    UncertainReadingError,
    UsageError,
)
from core.paths import ProfilePaths
from core.progress import SilentProgress
from tests.waiting import wait_until


@pytest.fixture
def ctx(profile: ProfilePaths) -> Iterator[AppContext]:
    """The whole app below the page, with workers, as the engine has it."""
    with opened_app(profile, workers=True, purpose="a test") as context:
        yield context


def _end_of(ctx: AppContext, job_id: str) -> str:
    wait_until(lambda: work.poll(ctx, job_id).state in work.ENDED, timeout_s=30, what="the end of the job")
    return work.poll(ctx, job_id).state


def _import_sample(ctx: AppContext, folder: Path, name: str | None = None) -> str:
    assert _end_of(ctx, datasets.start_import(ctx, sample.write_sample(folder), name=name)) == "done"
    return name or "umsatz_2025"


def test_the_sample_is_read_as_it_is_meant(ctx: AppContext, tmp_path: Path) -> None:
    """Encoding, delimiter, header and decimal comma are found; nothing needs a person's word."""
    best = datasets.judge(ctx, sample.write_sample(tmp_path)).best

    assert (best.reading.encoding, best.reading.delimiter, best.reading.decimal) == ("windows-1252", ";", ",")
    assert (best.reading.first_line, best.reading.header_rows) == (4, 1)
    assert best.reading.confidence > ctx.config.imports.min_confidence


def test_an_import_ends_in_the_contract_line(ctx: AppContext, tmp_path: Path) -> None:
    """The page and `data import --json` tell the same."""
    job = datasets.start_import(ctx, sample.write_sample(tmp_path))
    _end_of(ctx, job)

    line = datasets.import_line(work.poll(ctx, job), "umsatz_2025.csv")

    assert (line["file"], line["ok"], line["dataset"], line["rows"]) == (
        "umsatz_2025.csv",
        True,
        "umsatz_2025",
        2_000,
    )
    assert line["ledger"] == {
        "unit": "line", "total": 2_004, "loaded": 1_998, "repaired": 2, "rejected": 0, "header": 1, "preamble": 3,
        "comment": 0, "blank": 0, "footer": 0,
    }  # fmt: skip


def test_a_failed_import_is_a_line_with_its_reason(ctx: AppContext, tmp_path: Path) -> None:
    """One file that is no table does not hide why."""
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    job = datasets.start_import(ctx, picture)
    assert _end_of(ctx, job) == "failed"

    line = datasets.import_line(work.poll(ctx, job), "photo.png")

    assert line["ok"] is False
    assert isinstance(line["error"], dict)
    assert line["error"]["code"] == "not_a_table"
    assert work.reason_of(work.poll(ctx, job), "?")[0].startswith("'photo.png'")


def test_a_line_can_be_made_of_an_error_that_was_raised() -> None:
    """What fails before there is a job is told in the same form."""
    line = datasets.failed_line("a.csv", UncertainReadingError("a.csv", confidence=0.4))

    assert line == {
        "file": "a.csv",
        "ok": False,
        "error": UncertainReadingError("a.csv", confidence=0.4).to_dict(),
    }
    assert datasets.failed_line("a.csv", None)["error"] != {}


def test_the_catalogue_tells_what_there_is(ctx: AppContext, tmp_path: Path) -> None:
    """Name, rows, columns, source: one line per dataset."""
    _import_sample(ctx, tmp_path)

    (line,) = datasets.list_datasets(ctx)
    assert (line.name, line.version, line.rows, line.columns, line.source) == (
        "umsatz_2025", 1, 2_000, 8, sample.SAMPLE_NAME,
    )  # fmt: skip
    assert datasets.list_datasets(ctx, "UMSATZ") == [line]
    assert datasets.list_datasets(ctx, "kunden") == []
    assert catalogue.names(ctx) == ["umsatz_2025"]
    assert datasets.show(ctx, "umsatz_2025")["ledger"]["total"] == 2_004
    assert "semicolon" in catalogue.reading_line(catalogue.current(ctx, "umsatz_2025"))


def test_every_flagged_line_is_shown_with_its_raw_text(ctx: AppContext, tmp_path: Path) -> None:
    """A person sees what stood in the file, in the file's own encoding."""
    _import_sample(ctx, tmp_path)
    lines = sample.sample_bytes().decode("windows-1252").splitlines()

    source = Sources(ctx).find(ledger_rows(catalogue.current(ctx, "umsatz_2025"), only="repaired"))
    names = tuple(column.name for column in source.columns)
    block = source.block(RowQuery(columns=names), begin=True, progress=SilentProgress())

    assert block is not None
    told = block.table.to_pylist()
    raw = {int(one["Line"]): one["Raw text"] for one in told}
    assert raw.keys() == {sample.EXTRA_FIELD_LINE, sample.SHORT_LINE}
    assert all(text == lines[number - 1] for number, text in raw.items())
    assert all(one["Done"] == "repaired" and one["Why"] for one in told)
    assert list(raw) == sorted(raw)


def test_lines_and_cells_of_a_set_are_shown_with_their_file(ctx: AppContext, tmp_path: Path) -> None:
    """The ledger has a column for it, and so do the words about a type; a chosen reading is its file's alone."""
    rows = "".join(f"{at};{at}\n" for at in range(30))
    paths = [tmp_path / "01.csv", tmp_path / "02.csv"]
    for path, last in zip(paths, ("30;30;more", "30;n/a"), strict=True):
        path.write_text(f"at;amount\n{rows}{last}\n", encoding="utf-8")
    untyped = replace(datasets.judge(ctx, paths[1]).best.reading, header_rows=0, column_types=())
    together = datasets.start_import_together(ctx, paths, called=str(tmp_path / "sales"))
    assert _end_of(ctx, together) == "done"
    manifest = catalogue.current(ctx, "sales")

    source = Sources(ctx).find(ledger_rows(manifest, only="repaired"))
    names = tuple(column.name for column in source.columns)
    block = source.block(RowQuery(columns=names), begin=True, progress=SilentProgress())
    (guess,) = (one for one in ctx.analysis.originals.guesses(manifest) if one.column == "amount")

    assert block is not None
    assert [(one["File"], one["Line"]) for one in block.table.to_pylist()] == [("01.csv", "32")]
    assert guess_words(guess)[-1] == r"These do not fit: 01\.csv, line 32\: “30;more”, 02\.csv, line 32\: “n/a”"

    each = {paths[1]: Wish(reading=untyped)}
    again = datasets.start_import_together(ctx, paths, called=str(tmp_path / "other"), each=each)
    assert _end_of(ctx, again) == "done"
    assert [one.reading.header_rows for one in catalogue.current(ctx, "other").files] == [1, 0]


def test_a_deleted_dataset_comes_back_whole(ctx: AppContext, tmp_path: Path) -> None:
    """Delete takes it out of sight, not off the disk."""
    name = _import_sample(ctx, tmp_path)
    before = explore.page(ctx, name, RowQuery(limit=5)).table

    gone = datasets.delete(ctx, name)
    assert catalogue.names(ctx) == []
    with pytest.raises(DatasetNotFoundError):
        explore.page(ctx, name, RowQuery())

    assert datasets.restore(ctx, gone) == name
    assert explore.page(ctx, name, RowQuery(limit=5)).table.equals(before)


def test_a_dataset_does_not_come_back_under_a_name_that_is_taken(ctx: AppContext, tmp_path: Path) -> None:
    """Bringing back never overwrites what came after."""
    name = _import_sample(ctx, tmp_path)
    gone = datasets.delete(ctx, name)
    _import_sample(ctx, tmp_path, name)

    with pytest.raises(NameTakenError, match="'umsatz_2025'"):
        datasets.restore(ctx, gone)
    assert catalogue.names(ctx) == [name]


def test_the_profile_counts_what_is_there(ctx: AppContext, tmp_path: Path) -> None:
    """Missing customers and seven shops are what the sample has."""
    profile = explore.profile(ctx, _import_sample(ctx, tmp_path))

    columns = {column.name: column for column in profile.columns}
    empty = sum(row.split(";")[2] == "" for row in sample.sample_bytes().decode("windows-1252").splitlines()[4:])
    assert columns["Kundennummer"].nulls == empty
    assert columns["Filiale"].distinct == 7


def test_a_question_is_answered_and_remembered(ctx: AppContext, tmp_path: Path) -> None:
    """The history has the text, how it ended, and how many rows it gave."""
    _import_sample(ctx, tmp_path)
    run = query.run(ctx, "select count(*) as n from umsatz_2025")

    assert run.first_page().to_pylist() == [{"n": 2_000}]
    assert run.wait(10) == "done"
    (line,) = query.history(ctx)
    assert (line.sql, line.state, line.rows) == ("select count(*) as n from umsatz_2025", "done", 1)
    assert query.history(ctx, "nothing like it") == []
    with pytest.raises(QueryRefusedError):
        query.check(ctx, "drop table umsatz_2025")


def test_an_export_writes_every_row(ctx: AppContext, tmp_path: Path) -> None:
    """Two exports of one name do not overwrite each other."""
    name = _import_sample(ctx, tmp_path)
    first = export.free_target(ctx, name, "parquet")
    assert _end_of(ctx, export.start_export(ctx, target=first, fmt="parquet", dataset=name)) == "done"
    second = export.free_target(ctx, name, "parquet")

    assert pq.read_table(first).num_rows == 2_000
    assert (first.name, second.name) == ("umsatz_2025.parquet", "umsatz_2025~2.parquet")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"fmt": "csv"}, "either a dataset or a question"),
        ({"fmt": "csv", "dataset": "a", "sql": "select 1"}, "either a dataset or a question"),
        ({"fmt": "doc", "dataset": "a"}, "'doc' is no export format"),
    ],
)
def test_an_export_that_makes_no_sense_is_not_begun(ctx: AppContext, arguments: dict[str, str], told: str) -> None:
    """The mistake is told at once, not by a job that fails later."""
    with pytest.raises(UsageError, match=told):
        export.start_export(ctx, target=ctx.paths.exports / "x", **arguments)  # type: ignore[arg-type]
    assert work.list_jobs(ctx) == []


@pytest.mark.parametrize("name", ["a/b:c", "..", "answer?", "x" * 300, "\x00"])
def test_any_name_gives_a_file_in_the_exports_folder(ctx: AppContext, name: str) -> None:
    """A dataset may be called what no file system allows."""
    target = export.free_target(ctx, name, "csv")

    target.write_text("x")
    assert target.parent == ctx.paths.exports


def test_jobs_that_are_not_there_are_told(ctx: AppContext) -> None:
    """A stale link to a job names the job."""
    with pytest.raises(JobNotFoundError):
        work.poll(ctx, "nothing")
    with pytest.raises(JobNotFoundError):
        work.cancel(ctx, "nothing")


def test_a_failed_job_can_be_tried_again(ctx: AppContext, tmp_path: Path) -> None:
    """The file that was missing is there now."""
    missing = tmp_path / "later.csv"
    job = datasets.start_import(ctx, missing)
    assert _end_of(ctx, job) == "failed"
    missing.write_text("a;b\n1;x\n2;y\n", encoding="utf-8")

    assert work.retry(ctx, job)
    assert _end_of(ctx, job) == "done"
    assert not work.retry(ctx, job)
    assert catalogue.names(ctx) == ["later"]


def test_a_profile_is_closed_once_and_can_be_opened_again(profile: ProfilePaths) -> None:
    """Closing twice is no error, and nothing stays held."""
    first = init_app(profile, workers=True)
    first.close()
    first.close()

    with opened_app(profile) as second:
        assert catalogue.names(second) == []


def test_a_mistake_is_placed_where_it_stands_in_the_editor(ctx: AppContext) -> None:
    """The statement may be the third of the text; the engine counts from its own beginning."""
    with pytest.raises(QueryFailedError) as caught:
        query.run(ctx, "select 1\nfrom (select 2) t where a.b")
    assert "(line 2, column 25)" in str(caught.value)
    assert "(line 6, column 25)" in query.placed(caught.value, (5, 11))
    with pytest.raises(QueryFailedError) as caught:
        query.run(ctx, "selec 1")
    assert "(line 5, column 11)" in query.placed(caught.value, (5, 11))
    assert query.placed(CancelledError(), (5, 11)) == str(CancelledError())


def test_a_question_is_kept_under_a_name_and_replaced(ctx: AppContext) -> None:
    """The same name again means the newer text; what is dropped is gone from the list."""
    first = query.keep_question(ctx, " big ", "select 1")
    assert query.keep_question(ctx, "big", "select 2") == first
    query.keep_question(ctx, "also", "select 3")

    kept = [(one.name, one.sql) for one in query.saved_questions(ctx)]
    assert kept == [("also", "select 3"), ("big", "select 2")]
    query.drop_question(ctx, first)
    assert [one.name for one in query.saved_questions(ctx)] == ["also"]
    for name, sql in (("", "select 1"), ("x", "  ")):
        with pytest.raises(UsageError):
            query.keep_question(ctx, name, sql)


def test_an_answer_is_saved_with_the_values_as_typed(ctx: AppContext) -> None:
    """The job does it; a name is needed."""
    job = query.start_save(ctx, "select $n::INT * 2 as twice", "twice", parameters={"n": "21"})
    assert _end_of(ctx, job) == "done"
    run = query.run(ctx, "select twice from twice")
    assert run.first_page().to_pylist() == [{"twice": 42}]
    question = catalogue.current(ctx, "twice").question
    assert question is not None
    assert question.parameters == {"n": "21"}
    with pytest.raises(UsageError):
        query.start_save(ctx, "select 1", "  ")


def test_an_answer_with_values_is_exported_with_them(ctx: AppContext, tmp_path: Path) -> None:
    """What was on the screen is what is in the file."""
    target = tmp_path / "few.csv"
    sql = "select range as n from range(9) where range > $least"
    job = export.start_export(ctx, target=target, fmt="csv", sql=sql, parameters={"least": "6"})

    assert _end_of(ctx, job) == "done"
    assert target.read_text(encoding="utf-8-sig").splitlines() == ["n", "7", "8"]


def test_a_job_tells_all_about_itself(ctx: AppContext) -> None:
    """Inputs, what happened, and the log lines of its trace."""
    job = query.start_save(ctx, "select * from nowhere", "x")
    assert _end_of(ctx, job) == "failed"

    detail = jobs.detail(ctx, job)

    assert detail.inputs["sql"] == "select * from nowhere"
    assert [event.state for event in detail.events] == ["queued", "running", "failed"]
    assert any("nowhere" in str(line.get("event")) for line in jobs.log_of(ctx, str(detail.status.trace)))
    with pytest.raises(JobNotFoundError):
        jobs.detail(ctx, "nothing")


def test_the_rest_of_a_job_is_estimated_from_what_is_done() -> None:
    """A quarter done in ten seconds leaves thirty; at the very beginning nobody knows."""
    assert jobs.remaining_s(0.25, 10) == 30
    assert jobs.remaining_s(0.01, 10) is None
    assert jobs.remaining_s(1.0, 10) is None
