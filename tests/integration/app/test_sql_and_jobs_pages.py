"""The SQL page and the Jobs page, driven without a browser: what is drawn of a question and of a job."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from app import work
from app.context import AppContext, opened_app
from app.features.query import actions as query
from app.features.query.state import SqlState
from app.runtime import set_context
from core.errors import BestandError
from core.paths import ProfilePaths
from tests.tables import add_dataset
from tests.waiting import wait_until


@pytest.fixture
def ctx(profile: ProfilePaths) -> Iterator[AppContext]:
    """An open profile with workers and one dataset, where the page finds it."""
    with opened_app(profile, workers=True) as opened:
        add_dataset(opened.storage, "sales", "select range as n from range(1234)")
        set_context(opened)
        yield opened
        set_context(None)


def _sql() -> None:
    """The SQL page in its own part, as the shell draws it."""
    from app.boundary import part
    from app.desk import Desk
    from app.features.query.page import SqlPage
    from app.page import Params
    from app.refresh import view_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx, page = get_context(), SqlPage()
    install(lambda: Router(ctx, {"sql": page})).arrive({"view": "sql"})
    desk = Desk(export=lambda view, subject: None)  # noqa: ARG005 - drawn by another feature
    part(view_key("sql"), lambda: page.render(ctx, desk, Params()))


def _jobs() -> None:
    """The Jobs page with its pane, in a part of its own."""
    from app.boundary import part
    from app.desk import Desk
    from app.features.jobs.page import JobsPage, JobsParams
    from app.refresh import view_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx, page = get_context(), JobsPage()
    install(lambda: Router(ctx, {"jobs": page})).arrive({"view": "jobs"})
    desk = Desk(export=lambda view, subject: None)  # noqa: ARG005 - drawn by another feature
    newest = next(iter(ctx.jobs.manager.list(limit=1)), None)
    params = JobsParams(job=newest.id if newest else None)

    def draw() -> None:
        page.render(ctx, desk, params)
        page.inspector(ctx, desk, params)

    part(view_key("jobs"), draw)


def asked(ctx: AppContext, *questions: str) -> AppTest:
    """Return the page of a window in which these were asked, the last one shown."""
    page = AppTest.from_function(_sql, default_timeout=30)
    sql = SqlState()
    for question in questions:
        tab = sql.ask(question)
        tab.pinned = True
        try:
            tab.run = query.run(ctx, question)
            tab.run.wait(20)
        except BestandError as error:
            tab.refused = error
    page.session_state["kept__sql"] = sql
    return page.run()


def test_without_a_question_the_page_says_what_it_is_for(ctx: AppContext) -> None:
    """One line; nothing to save, draw or export."""
    page = asked(ctx)

    assert not page.exception
    assert "Ask your datasets by their names" in page.markdown[0].value
    assert page.button == []


def test_an_answer_is_counted_and_can_be_used(ctx: AppContext) -> None:
    """The exact number of rows, and what can be done with them."""
    page = asked(ctx, "select * from sales", "select n from sales where n < 7")

    assert not page.exception
    assert "7 rows" in page.markdown[0].value
    assert [one.label for one in page.button] == ["Save", "Explain"]


def test_a_mistake_is_said_where_the_rows_would_be(ctx: AppContext) -> None:
    """With the nearest name."""
    page = asked(ctx, "select * from slaes")

    assert not page.exception
    assert "Did you mean 'sales'" in str(page.error[0].proto).replace("\\", "")


def test_a_plan_is_text_and_stands_beside_its_answer(ctx: AppContext) -> None:
    """Explain asks in a tab of its own and keeps the answer."""
    page = asked(ctx, "select sum(n) from sales")

    next(one for one in page.button if one.label == "Explain").click().run()

    assert not page.exception
    sql: SqlState = page.session_state["kept__sql"]
    assert [tab.name for tab in sql.tabs] == ["", "Plan"]
    assert "READ_PARQUET" in page.code[0].value


def test_a_failed_job_tells_why_and_is_tried_again(ctx: AppContext) -> None:
    """Reason, inputs and story in the pane; Try again queues it once more."""
    job = query.start_save(ctx, "select * from nowhere", "x")
    wait_until(lambda: work.poll(ctx, job).state == "failed", what="the end of the job")
    page = AppTest.from_function(_jobs, default_timeout=30).run()

    assert not page.exception
    assert "Save the answer as x" in [one.value for one in page.subheader]
    assert any("select * from nowhere" in one.proto.body for one in page.get("html"))
    assert any("no dataset 'nowhere'" in one.value.replace("\\", "") for one in page.markdown)
    again = next(one for one in page.button if one.label == "Try again")
    before = len(ctx.jobs.manager.list())
    again.click().run()
    wait_until(lambda: work.poll(ctx, job).state == "failed", what="the end of the second try")
    assert len(ctx.jobs.manager.list()) == before


def test_housekeeping_that_went_well_is_not_listed(ctx: AppContext) -> None:
    """Nobody asked for it, and nothing is to be done about it."""
    job = ctx.jobs.manager.enqueue("cleanup", {})
    wait_until(lambda: work.poll(ctx, job).state == "done", what="the end of the cleanup")

    page = AppTest.from_function(_jobs, default_timeout=30).run()

    assert not page.exception
    assert "No jobs" in " ".join(one.value for one in page.markdown)


def test_a_choice_that_must_be_made_is_made(ctx: AppContext) -> None:
    """A page left while it is drawn may tell that nothing is chosen where something always is; it heals."""
    ctx.jobs.manager.enqueue("cleanup", {})
    page = AppTest.from_function(_jobs, default_timeout=30)
    page.session_state["jobs__filter"] = None
    page.run()

    assert not page.exception
    assert not page.error
    assert page.session_state["jobs__filter"] == "All"


def test_a_job_that_is_done_tells_what_came_of_it(ctx: AppContext) -> None:
    """The dataset, its rows, and what it was asked for, by names people know."""
    job = query.start_save(ctx, "select n from sales where n < 7", "few")
    wait_until(lambda: work.poll(ctx, job).state in work.ENDED, timeout_s=60, what="the end of the job")
    page = AppTest.from_function(_jobs, default_timeout=30).run()

    assert not page.exception
    told = " ".join(one.proto.body for one in page.get("html"))
    for name, value in (("Dataset", "few"), ("Rows", "7"), ("Version", "1"), ("Question", "select n from sales")):
        assert f'<th scope="row">{name}</th><td>{value}' in told
