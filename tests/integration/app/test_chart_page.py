"""The chart page and the settings page, driven without a browser: picks, steps back, what is shown and refused."""

import threading
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from analysis.chart import Chart, ChartSpec, glance
from app import catalogue
from app.context import AppContext, opened_app
from app.features.chart import actions
from app.features.chart import page as chart_page
from app.features.chart.state import form_name
from app.features.query.state import Tab
from app.forms.history import FormHistory
from app.forms.tree import Act
from app.runtime import set_context
from core.paths import ProfilePaths
from core.progress import Progress
from tests.tables import add_dataset, add_version
from tests.waiting import wait_until

SALES = pa.table(
    {"town": ["Bonn", "Ulm", "Bonn", None], "kind": ["a", "b", "a", "a"], "amount": [1.0, 2.0, 3.0, 4.0]}
)


@pytest.fixture
def ctx(profile: ProfilePaths) -> Iterator[AppContext]:
    """An open profile, where the page finds it."""
    with opened_app(profile) as opened:
        set_context(opened)
        yield opened
        set_context(None)


def _chart() -> None:
    """The chart page in its own part, as the shell draws it."""
    from app.boundary import part
    from app.features.chart.page import ChartPage, ChartParams
    from app.refresh import view_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx, page = get_context(), ChartPage()
    install(lambda: Router(ctx, {"chart": page})).arrive({"view": "chart"})

    def draw() -> None:
        page.render(ctx, None, ChartParams())  # type: ignore[arg-type]  # it asks nothing of the desk
        page.inspector(ctx, None, ChartParams())  # type: ignore[arg-type]

    part(view_key("chart"), draw)


def _answer() -> None:
    """The chart of an answer and the SQL page, each in its own part."""
    from app.boundary import part
    from app.desk import Desk
    from app.features.chart.page import ChartPage, ChartParams
    from app.features.query.page import SqlPage
    from app.page import Params
    from app.refresh import FRAME, view_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx, chart, sql = get_context(), ChartPage(), SqlPage()
    params = ChartParams(sql="select town, amount * 2 as twice from sales")
    window = install(lambda: Router(ctx, {"chart": chart, "sql": sql}))
    if not window.journey:
        window.arrive({"view": "chart", **params.query()})
    desk = Desk(export=lambda view, subject: None)  # noqa: ARG005 - drawn by another feature

    def draw() -> None:
        chart.render(ctx, desk, params)
        chart.inspector(ctx, desk, params)

    part(view_key("chart"), draw)
    part(view_key("sql"), lambda: sql.render(ctx, desk, Params()) if window.is_live("sql") else None)
    part(FRAME, lambda: None)


def _settings() -> None:
    """One section of the settings page, in its own part."""
    from app.boundary import part
    from app.features.settings.page import SettingsPage, SettingsParams
    from app.refresh import view_key
    from app.router import Router, install
    from app.runtime import get_context

    ctx, page = get_context(), SettingsPage()
    install(lambda: Router(ctx, {"settings": page})).arrive({"view": "settings", "section": "computing"})
    part(view_key("settings"), lambda: page.render(ctx, None, SettingsParams(section="computing")))  # type: ignore[arg-type]


def texts(page: AppTest) -> str:
    """Everything that is said under the chart and beside it."""
    return " ".join(str(one.value) for one in page.caption).replace("\\", "")


@pytest.mark.usefixtures("ctx")
def test_without_data_the_page_says_what_it_is_for() -> None:
    """One line and the two most likely actions."""
    page = AppTest.from_function(_chart, default_timeout=30).run()

    assert not page.exception
    assert "pick columns" in page.markdown[0].value
    assert [one.label for one in page.button] == ["Import a file", "Try the sample"]


def test_what_is_closed_is_not_drawn(ctx: AppContext) -> None:
    """Neither the ways to write a file nor the question behind the chart: each step would pay for them."""
    add_dataset(ctx.storage, "sales", SALES)
    page = AppTest.from_function(_chart, default_timeout=30).run()
    keys = {one.key for one in page.button}

    assert not page.exception
    assert "chart__write" not in keys
    assert not page.code
    page.session_state["chart__query"] = True
    page.run()
    assert [one.value for one in page.code]


def test_what_two_windows_picked_at_once_is_asked(ctx: AppContext) -> None:
    """A window that has not seen the other one's pick picks something else: both are shown, either can hold."""
    add_dataset(ctx.storage, "sales", SALES)
    page = AppTest.from_function(_chart, default_timeout=30).run()
    page.selectbox(key="chart__pick__x").set_value("amount").run()
    history = FormHistory(ctx.storage.database)
    name = form_name(catalogue.current(ctx, "sales").dataset_id, None)
    held = history.standing(name, {})
    history.step(name, {**held.data, "x": "kind"}, Act("x", save=True, window="another"), seen=held.last)

    page.selectbox(key="chart__pick__x").set_value("town").run()
    (choice,) = page.radio
    assert choice.options == ["Mine: town", "Theirs: kind", "Before: amount"]
    next(one for one in page.button if one.label == "All mine").click().run()
    assert not page.radio
    assert page.selectbox(key="chart__pick__x").value == "town"


def test_a_pick_is_a_step_that_can_be_taken_back(ctx: AppContext) -> None:
    """The first chart is there at once; another column changes it; undo brings the first one back."""
    add_dataset(ctx.storage, "sales", SALES)
    page = AppTest.from_function(_chart, default_timeout=30).run()
    assert "Sum of amount by town." in texts(page)

    page.selectbox(key="chart__pick__x").set_value("kind").run()
    assert not page.exception
    assert "Sum of amount by kind." in texts(page)
    assert not page.button(key="chart__step_undo").disabled

    page.button(key="chart__step_undo").click().run()
    assert "Sum of amount by town." in texts(page)


def test_a_range_of_an_answer_leads_to_its_rows(ctx: AppContext) -> None:
    """Only the rows of the range are wanted of the answer on the SQL page; one that is open is used again."""
    add_dataset(ctx.storage, "sales", SALES)
    page = AppTest.from_function(_answer, default_timeout=30).run()

    def ends() -> list[Any]:
        return [one for one in page.selectbox if str(one.key).startswith("chart__span_")]

    def drawn() -> bool:
        page.run()
        return bool(ends())

    wait_until(drawn, timeout_s=30, what="the chart")
    for end in ends():
        end.set_value(0)
    page.run()
    tabs: list[Tab] = []
    for wish in (1, 2):
        page.button(key="chart__rows").click().run()
        assert not page.exception
        tabs = page.session_state["kept__sql"].tabs
        assert [tab.sql for tab in tabs] == ["select town, amount * 2 as twice from sales"]
        wanted = [{"column": "town", "op": "=", "value": "Bonn"}]
        assert tabs[0].view == {"filters": wanted, "search": "", "wish": wish}
        page.run()
    assert tabs[0].run is not None
    assert tabs[0].run.wait(20) == "done"


def test_a_new_version_is_drawn_when_it_is_there(ctx: AppContext) -> None:
    """A chart on the screen never shows rows that were replaced."""
    add_dataset(ctx.storage, "sales", SALES)
    page = AppTest.from_function(_chart, default_timeout=30).run()
    assert "From 4 rows of 'sales' version 1" in texts(page)

    add_version(ctx.storage, "sales", SALES.slice(0, 2))
    page.run()
    assert "From 2 rows of 'sales' version 2" in texts(page)


def test_a_chart_that_was_put_away_is_drawn_again() -> None:
    """What was chosen in the picture cannot be given back to it, so it is not kept; what was picked above is."""

    def put_away() -> None:
        import streamlit as st

        from app.views import widget_values

        st.echarts_chart({"series": []}, key="chart__picture", on_select="rerun")
        st.text_input("Name", key="chart__name")
        st.text_input("Other", key="sql__name")
        st.write(",".join(sorted(widget_values("chart"))))

    page = AppTest.from_function(put_away, default_timeout=30).run()
    page.text_input(key="chart__name").set_value("towns").run()

    assert not page.exception
    assert page.markdown[-1].value == "chart__name"


def test_the_aggregate_has_effect_at_once(ctx: AppContext) -> None:
    """What is counted is chosen on the right; the caption follows."""
    add_dataset(ctx.storage, "sales", SALES)
    page = AppTest.from_function(_chart, default_timeout=30).run()

    page.selectbox(key="chart__aggregate").set_value("mean").run()
    assert "Mean of amount by town." in texts(page)


def test_a_setting_changes_and_what_is_wrong_is_told(ctx: AppContext) -> None:
    """A number is written to the file; a word in its place is not, and stays to be set right."""
    page = AppTest.from_function(_settings, default_timeout=30).run()
    assert not page.exception

    page.text_input(key="settings__value__engine_threads").set_value("1").run()
    assert ctx.config.engine.threads == 1
    assert "threads = 1" in ctx.paths.config_file.read_text(encoding="utf-8")

    page.text_input(key="settings__value__engine_threads").set_value("many").run()
    assert ctx.config.engine.threads == 1
    assert page.text_input(key="settings__value__engine_threads").value == "many"


def test_settings_are_taken_back_step_by_step_also_later(ctx: AppContext) -> None:
    """Each change is a step; what undo brings back is written to the file, in a window opened later, too."""
    page = AppTest.from_function(_settings, default_timeout=30).run()
    page.text_input(key="settings__value__engine_threads").set_value("1").run()
    page.text_input(key="settings__value__engine_threads").set_value("3").run()

    later = AppTest.from_function(_settings, default_timeout=30).run()
    later.button(key="settings__step_undo").click().run()
    assert ctx.config.engine.threads == 1
    assert later.text_input(key="settings__value__engine_threads").value == "1"
    later.button(key="settings__step_undo").click().run()
    assert ctx.config.engine.threads == 0
    assert "threads" not in ctx.paths.config_file.read_text(encoding="utf-8")
    later.button(key="settings__step_redo").click().run()
    assert ctx.config.engine.threads == 1


def test_what_was_changed_in_the_file_is_a_step_too(ctx: AppContext) -> None:
    """Undo never writes over what a person typed into the file by hand."""
    page = AppTest.from_function(_settings, default_timeout=30).run()
    page.text_input(key="settings__value__engine_threads").set_value("1").run()
    ctx.settings.change("engine.threads", 7)

    later = AppTest.from_function(_settings, default_timeout=30).run()
    assert later.text_input(key="settings__value__engine_threads").value == "7"
    assert later.button(key="settings__step_undo").help == "Undo: Changed in the settings file"
    later.button(key="settings__step_undo").click().run()
    assert ctx.config.engine.threads == 1


def test_a_setting_from_above_cannot_be_changed_here(
    profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shown with what decides it."""
    monkeypatch.setenv("BESTAND_ENGINE__THREADS", "2")
    with opened_app(profile) as opened:
        set_context(opened)
        page = AppTest.from_function(_settings, default_timeout=30).run()
        set_context(None)

    assert page.text_input(key="settings__value__engine_threads").disabled
    assert "BESTAND_ENGINE__THREADS" in texts(page)


def test_a_chart_that_takes_a_while_is_looked_at_first(ctx: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look says how exact it is; the exact numbers can be stopped, and had after all."""
    monkeypatch.setattr(glance, "FROM_ROWS", 1_000)
    monkeypatch.setattr(glance, "LOOKED_AT", 1_000)
    numbers = pa.table({"amount": pa.array(range(4_000), pa.int64())})
    add_dataset(ctx.storage, "many", numbers)
    counting, may_count = actions.draw, threading.Event()

    def slow(ctx: AppContext, spec: ChartSpec, *, progress: Progress) -> Chart:
        while not may_count.wait(0.05):
            progress.report(0.1)
        return counting(ctx, spec, progress=progress)

    monkeypatch.setattr(actions, "draw", slow)
    monkeypatch.setattr(chart_page, "AT_ONCE_S", 0.05)
    page = AppTest.from_function(_chart, default_timeout=60).run()
    page.button_group(key="chart__mark").set_value("box").run()
    page.selectbox(key="chart__pick__y").set_value("amount").run()

    def first_look() -> bool:
        page.run()
        return "A first look at a random" in texts(page)

    wait_until(first_look, timeout_s=60, what="the first look")
    assert "the exact" in page.get("progress")[0].proto.text
    page.button(key="chart__stop").click().run()

    def stopped() -> bool:
        page.run()
        return any(one.key == "chart__exactly" for one in page.button)

    wait_until(stopped, timeout_s=60, what="the end of the counting")
    assert "A first look at a random" in texts(page)
    may_count.set()
    page.button(key="chart__exactly").click().run()

    def exact() -> bool:
        page.run()
        return "From 4,000 rows" in texts(page)

    wait_until(exact, timeout_s=60, what="the exact numbers")
    assert "A first look" not in texts(page)
