"""What was shown is what is written, and an answer that became a dataset says when it is out of date."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from analysis.query.run import QueryRun
from app import catalogue, work
from app.context import AppContext, opened_app
from app.features.export import actions as export
from app.features.home import actions as home
from app.features.query import actions as query
from app.runtime import set_context
from core.errors import UsageError
from core.paths import ProfilePaths
from tests.tables import add_dataset, add_version
from tests.waiting import wait_until


@pytest.fixture
def ctx(profile: ProfilePaths) -> Iterator[AppContext]:
    """An open profile whose jobs are run, where the page finds it."""
    with opened_app(profile, workers=True) as opened:
        set_context(opened)
        yield opened
        set_context(None)


def end_of(ctx: AppContext, job: str) -> dict[str, object]:
    """Wait until a job is done and return its result."""
    wait_until(lambda: work.poll(ctx, job).state in work.ENDED, timeout_s=120, what="the end of the job")
    assert work.poll(ctx, job).state == "done", work.poll(ctx, job).error
    return dict(work.result_of(work.poll(ctx, job)))


def written(ctx: AppContext, target: Path, sql: str, run: QueryRun) -> tuple[list[str], dict[str, object]]:
    """Export the answer of a run as the page does; the lines of the file, and what the job tells."""
    assert run.identity is not None
    job = export.start_export(ctx, target=target, fmt="csv", sql=sql, run=run.id, answer=run.identity.fingerprint)
    result = end_of(ctx, job)
    return target.read_text(encoding="utf-8-sig").splitlines(), result


def test_the_rows_on_the_screen_are_written(ctx: AppContext, tmp_path: Path) -> None:
    """Not those a second asking would give: neither of chance nor of data that changed meanwhile."""
    add_dataset(ctx.storage, "t", pa.table({"a": [1, 2]}))
    chance, sql = "select random() as x from range(3)", "select a from t order by a"
    of_chance, run = query.run(ctx, chance), query.run(ctx, sql)
    shown = [str(row["x"]) for row in of_chance.page(0, 3).to_pylist()]
    assert run.wait(60)
    add_version(ctx.storage, "t", pa.table({"a": [7, 8, 9]}))

    lines, result = written(ctx, tmp_path / "chance.csv", chance, of_chance)
    assert lines == ["x", *shown]
    assert "asked_again" not in result
    assert written(ctx, tmp_path / "t.csv", sql, run)[0] == ["a", "1", "2"]


def test_an_answer_that_is_gone_is_asked_again_and_that_is_told(ctx: AppContext, tmp_path: Path) -> None:
    """The file then has the rows of now; nobody takes them for those on the screen."""
    add_dataset(ctx.storage, "t", pa.table({"a": [1, 2]}))
    sql = "select a from t order by a"
    run = query.run(ctx, sql)
    assert run.wait(60)
    assert run.file is not None
    run.file.path.unlink()
    add_version(ctx.storage, "t", pa.table({"a": [7]}))

    lines, result = written(ctx, tmp_path / "t.csv", sql, run)

    assert lines == ["a", "7"]
    assert result["asked_again"] is True


def test_a_saved_answer_is_out_of_date_until_it_is_asked_again(ctx: AppContext) -> None:
    """It names what changed; asking again makes its next version, after which all is well."""
    add_dataset(ctx.storage, "t", pa.table({"a": [1, 2]}))
    end_of(ctx, query.start_save(ctx, "select sum(a) as total from t where a > $least", "totals",
                                 parameters={"least": "0"}))  # fmt: skip
    totals = catalogue.current(ctx, "totals")
    assert catalogue.outdated(ctx, totals) == ()

    add_version(ctx.storage, "t", pa.table({"a": [5, 6]}))
    wait_until(lambda: catalogue.outdated(ctx, totals) == ("t",), what="the stamp")
    assert [line.outdated for line in catalogue.list_datasets(ctx)] == [(), ("t",)]
    assert catalogue.outdated(ctx, catalogue.current(ctx, "t")) == (), "what came from a file is never out of date"

    end_of(ctx, catalogue.ask_again(ctx, totals))
    newer = catalogue.current(ctx, "totals")
    assert newer.version == 2
    assert catalogue.outdated(ctx, newer) == ()
    assert query.run(ctx, "select total from totals").page(0, 9).to_pylist() == [{"total": 11}]
    with pytest.raises(UsageError):
        catalogue.ask_again(ctx, catalogue.current(ctx, "t"))


def test_home_marks_what_is_out_of_date(ctx: AppContext) -> None:
    """The saved answer and the question asked of the data as it was, and nothing else; one asked since is well."""
    add_dataset(ctx.storage, "t", pa.table({"a": [1, 2]}))
    add_dataset(ctx.storage, "u", pa.table({"t": [1, 2]}))
    end_of(ctx, query.start_save(ctx, "select sum(a) as total from t", "totals"))
    for sql in ('select a from "t" where a > 1', "select t from u"):
        assert query.run(ctx, sql).wait(60) == "done"
    assert home.overview(ctx).stale == {}

    add_version(ctx.storage, "t", pa.table({"a": [5, 6]}))
    sql = "select a from u join t on a = t.a"
    assert query.run(ctx, sql).wait(60) == "done"
    wait_until(lambda: len(home.overview(ctx).questions) == 4, what="the questions")

    seen = home.overview(ctx)
    names = {row.id: row.name for row in seen.datasets} | {row.id: row.sql for row in seen.questions}
    assert {names[one]: changed for one, changed in seen.stale.items()} == {
        "totals": ("t",),
        "select sum(a) as total from t": ("t",),
        'select a from "t" where a > 1': ("t",),
    }


def test_home_has_a_question_once_however_often_it_was_asked(ctx: AppContext) -> None:
    """Its newest asking stands for all, so that others are not pushed out."""
    first, again = "select 1 as one", "select 2 as two"
    for sql in (first, again, again, again):
        assert query.run(ctx, sql).wait(60) == "done"

    wait_until(lambda: [row.sql for row in home.overview(ctx).questions] == [again, first], what="the questions")


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ('select 1 from "Umsatz 2025"', True), ("select 1 FROM x, umsatz 2025", True),
        ("select 1 from umsatz", False),
        ('select "umsatz 2025" from x', False), ("select 1 from umsatz 20256", False),
    ],
)  # fmt: skip
def test_a_question_reads_what_stands_behind_its_from(sql: str, reads: bool) -> None:
    """A column of the same name is no dataset, nor is a longer name."""
    assert home.asks_of(sql, "umsatz 2025") is reads


def _stamp() -> None:
    """The line above a dataset, in the part it is drawn in."""
    from app import catalogue
    from app.boundary import part
    from app.features.explore.page import DataPage, state
    from app.features.explore.stale import draw_stale
    from app.refresh import view_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx = get_context()
    install(lambda: Router(ctx, {"data": DataPage()})).arrive({"view": "data"})
    part(view_key("data"), lambda: draw_stale(ctx, catalogue.current(ctx, "totals"), state()))


def test_one_click_asks_again(ctx: AppContext) -> None:
    """The page says of what the answer is out of date; the click queues the job, and the stamp goes."""
    add_dataset(ctx.storage, "t", pa.table({"a": [1, 2]}))
    end_of(ctx, query.start_save(ctx, "select sum(a) as total from t", "totals"))
    page = AppTest.from_function(_stamp, default_timeout=60).run()
    assert not page.button

    add_version(ctx.storage, "t", pa.table({"a": [5, 6]}))
    totals = catalogue.current(ctx, "totals")
    wait_until(lambda: catalogue.outdated(ctx, totals) == ("t",), what="the stamp")
    page.run()
    assert "Out of date: 't' has changed since this answer was made." in page.markdown[0].value.replace("\\", "")
    page.button(key="data__ask_again").click().run()
    assert not page.exception
    wait_until(lambda: catalogue.current(ctx, "totals").version == 2, timeout_s=120, what="the next version")


def _beside() -> None:
    """The right-hand side of the list of datasets; the name of the picked one is asked first."""
    import streamlit as st

    from app import catalogue
    from app.boundary import part
    from app.features.explore.page import DataPage, DataParams, state
    from app.refresh import inspector_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx, page = get_context(), DataPage()
    install(lambda: Router(ctx, {"data": page})).arrive({"view": "data"})
    name = st.text_input("name", key="name")
    state().picked = catalogue.current(ctx, name).dataset_id if name else None
    part(inspector_key("data"), lambda: page.inspector(ctx, None, DataParams()))  # type: ignore[arg-type]


def test_beside_the_list_stands_what_is_picked(ctx: AppContext) -> None:
    """In all; then a dataset with its versions and the answers made of it; then one of these, out of date."""
    add_dataset(ctx.storage, "t", pa.table({"a": [1, 2]}))
    end_of(ctx, query.start_save(ctx, "select sum(a) as total from t", "totals"))
    add_version(ctx.storage, "t", pa.table({"a": [5, 6, 7]}))
    totals = catalogue.current(ctx, "totals")
    wait_until(lambda: catalogue.outdated(ctx, totals) == ("t",), what="the stamp")
    page = AppTest.from_function(_beside, default_timeout=60).run()

    def told() -> str:
        assert not page.exception
        return " ".join(
            [*(one.proto.body for one in page.get("html")), *(str(one.value) for one in page.subheader)]
        )

    assert "All datasets" in told()
    assert "Answers out of date" in told()
    page.text_input(key="name").set_value("t").run()
    assert "Version 2" in told()
    assert "2 rows" in told()
    assert "Answers made of it" in told()
    page.text_input(key="name").set_value("totals").run()
    assert "t · out of date" in told()
    assert [one.label for one in page.button] == ["Open", "Chart", "Delete", "Ask again"]
    assert page.code[0].value == "select sum(a) as total from t"


def _source() -> None:
    """The Where from tab of an answer."""
    from app import catalogue
    from app.features.explore.source import draw_source
    from app.runtime import get_context

    ctx = get_context()
    draw_source(ctx, catalogue.current(ctx, "totals"))


def test_an_answer_tells_its_question_instead_of_a_file(ctx: AppContext) -> None:
    """Where from shows the SQL and which version of which dataset it was asked of; no file, no ledger."""
    add_dataset(ctx.storage, "t", pa.table({"a": [1, 2]}))
    end_of(ctx, query.start_save(ctx, "select sum(a) as total from t", "totals"))
    add_version(ctx.storage, "t", pa.table({"a": [5, 6]}))
    totals = catalogue.current(ctx, "totals")
    wait_until(lambda: catalogue.outdated(ctx, totals) == ("t",), what="the stamp")

    page = AppTest.from_function(_source, default_timeout=60).run()

    assert not page.exception
    assert page.code[0].value == "select sum(a) as total from t"
    told = " ".join(str(one.proto.body) for one in page.get("html"))
    assert "Of t" in told
    assert "version 1 · out of date" in told
    assert [one.value for one in page.subheader] == ["The question"]
    assert next(one for one in catalogue.list_datasets(ctx) if one.name == "totals").is_answer
