"""What the SQL page remembers: which answers stay, which is shown, and whose text is the newer one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.features.query.answer import proposed_name
from app.features.query.editing import is_draft
from app.features.query.state import MOST_TABS, SqlState
from app.features.query.tools import took_words


def test_a_new_question_takes_the_place_of_the_loose_answer() -> None:
    """Only one answer is not pinned; those that are stay where they are."""
    sql = SqlState()
    first = sql.ask("select 1")
    second = sql.ask("select 2")
    assert [tab.sql for tab in sql.tabs] == ["select 2"]

    sql.pin(second.id)
    third = sql.ask("select 3")
    assert [tab.sql for tab in sql.tabs] == ["select 2", "select 3"]
    assert sql.tab is third
    assert sql.find(first.id) is None


def test_unpinning_leaves_one_loose_answer() -> None:
    """Of two that are not pinned the other one goes."""
    sql = SqlState()
    kept = sql.ask("select 1")
    sql.pin(kept.id)
    sql.ask("select 2")

    sql.pin(kept.id)

    assert sql.tabs == [kept]
    assert sql.tab is kept


def test_closing_shows_the_one_beside() -> None:
    """Whatever is closed, something is shown as long as there is anything."""
    sql = SqlState()
    tabs = []
    for number in range(3):
        tabs.append(sql.ask(f"select {number}"))
        sql.pin(tabs[-1].id)
    sql.chosen = tabs[1].id

    sql.close(tabs[1].id)
    assert sql.tab is tabs[2]
    sql.close(tabs[2].id)
    assert sql.tab is tabs[0]
    sql.close(tabs[0].id)
    assert sql.tab is None


@given(st.lists(st.tuples(st.sampled_from(["ask", "pin", "close", "choose"]), st.integers(0, 20)), max_size=60))
def test_the_tabs_hold_together_whatever_is_done(acts: list[tuple[str, int]]) -> None:
    """At most one is loose, never too many, and the one shown is one of them."""
    sql = SqlState()
    for act, number in acts:
        if act == "ask":
            sql.ask("select 1")
        elif act == "choose":
            sql.chosen = number if sql.find(number) else sql.chosen
        else:
            getattr(sql, act)(number)
        assert sum(not tab.pinned for tab in sql.tabs) <= 1
        assert len(sql.tabs) <= MOST_TABS
        assert (sql.tab is None) == (not sql.tabs)


def test_an_older_text_never_replaces_a_newer_one() -> None:
    """Messages that overtake each other change nothing."""
    sql = SqlState()
    sql.hear("select 12", 2, "select 12")
    sql.hear("select 1", 1, "select 1")

    assert (sql.text, sql.seq, sql.statement) == ("select 12", 2, "select 12")


def test_each_statement_that_is_brought_back_has_a_number_of_its_own() -> None:
    """The editor heeds each once, also the same one twice."""
    sql = SqlState()
    sql.bring("select 1")
    first = sql.add
    sql.bring("select 1")

    assert first is not None
    assert sql.add is not None
    assert sql.add[0] > first[0]


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select 1", "select 1"),
        ("select *\n  from  sales;\n", "select * from sales"),
        ("-- sales by town\nselect 1", "sales by town"),
        ("--\nselect 1", "-- select 1"),
        ("select a_very_long_column_name from somewhere", "select a_very_long_colu…"),
    ],
)
def test_an_answer_is_called_as_its_question_says(sql: str, name: str) -> None:
    """By the first comment, else by its beginning, on one line."""
    assert proposed_name(sql) == name


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "1 ms"), (0.0124, "12 ms"), (0.0994, "99 ms"), (0.25, "0.2 s"), (90, "1 min 30 s")],
)
def test_short_times_are_told_in_thousandths(seconds: float, words: str) -> None:
    """0.0 s says nothing."""
    assert took_words(seconds) == words


@pytest.mark.parametrize(
    "found",
    [
        None,
        "select 1",
        {"text": 1, "seq": 1},
        {"text": "select 1"},
        {"text": "select 1", "seq": "x"},
        {"text": "", "seq": 1, "parameters": ["a"]},
    ],
)
def test_what_no_editor_wrote_is_not_taken_for_its_text(found: object) -> None:
    """Whatever a forged post left in the journal, the page is drawn without it."""
    assert not is_draft(found)
    assert is_draft({"text": "select $a", "seq": 1, "parameters": {"a": "1"}})
