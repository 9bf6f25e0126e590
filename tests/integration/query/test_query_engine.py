"""Questions are answered by one execution each: at once, wholly, stoppable, remembered."""

import contextlib
import json
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analysis.query import QueryEngine, QueryRun
from core.config import AppConfig, EngineSection, QuerySection
from core.errors import (
    BestandError,
    CancelledError,
    DatasetNotFoundError,
    MemoryLimitError,
    QueryFailedError,
    QueryRefusedError,
    QueryTimeoutError,
)
from core.paths import ProfilePaths
from core.trace import trace
from storage.database.models import QueryRow
from storage.open import Storage, open_storage
from tests.tables import add_dataset, add_version
from tests.waiting import wait_until

NAUGHTY = Path(__file__).parents[4] / "shared" / "data" / "naughty-strings" / "blns.json"
ENDLESS = "select count(*) from range(10000000) a, range(10000000) b where a.range % 7 = b.range % 5"
"""Would take days."""


def rows(run: QueryRun) -> list[dict[str, Any]]:
    """The whole answer."""
    answer: list[dict[str, Any]] = pa.Table.from_batches(run.batches(), run.schema()).to_pylist()
    return answer


def history(storage: Storage) -> list[QueryRow]:
    """The questions asked so far, newest first."""
    with storage.database.read() as uow:
        return list(uow.queries.history(limit=1000))


def test_a_question_is_answered(queries: QueryEngine) -> None:
    """The first page holds the first rows, and the count is exact once it is over."""
    run = queries.start("select town, max(amount) m from sales group by town order by m", page_rows=2)

    assert run.first_page().to_pylist() == [{"town": "Bonn", "m": 2}, {"town": "Köln", "m": 3}]
    assert run.wait(10) == "done"
    assert (run.row_count, run.columns, run.error) == (3, ("town", "m"), None)
    assert run.page(2, 50).to_pylist() == [{"town": None, "m": 4}]
    assert run.page(3, 50).num_rows == 0


def test_all_pages_come_from_one_execution(queries: QueryEngine) -> None:
    """Even an answer that is different each time it is made has pages that fit together, read twice the same."""
    run = queries.start("select random() r, range i from range(100000)", page_rows=100)

    pages = [run.page(offset, 30_000) for offset in range(0, 100_000, 30_000)]
    again = [run.page(offset, 30_000) for offset in range(0, 100_000, 30_000)]

    whole = pa.Table.from_batches(run.batches(), run.schema())
    assert pa.concat_tables(pages).combine_chunks() == whole.combine_chunks()
    assert pages == again
    assert whole.num_rows == 100_000


def test_the_first_page_does_not_wait_for_the_end(queries: QueryEngine) -> None:
    """A person reads while the rest is still being made; then stops it, and what was shown was right."""
    run = queries.start("select range as i from range(100000000000)", page_rows=5)

    assert run.first_page().to_pylist() == [{"i": i} for i in range(5)]
    assert run.row_count is None
    assert run.state == "running"
    assert run.cancel()
    assert run.wait(10) == "cancelled"


def test_a_stop_ends_the_engine_s_work(queries: QueryEngine, storage: Storage) -> None:
    """A stopped question frees the engine, says so, leaves no file, and stays in the history as cancelled."""
    run = queries.start(ENDLESS)

    assert run.cancel()
    assert run.wait(10) == "cancelled"

    with pytest.raises(CancelledError):
        run.first_page()
    assert not run.cancel()
    assert list((storage.paths.cache / "results").glob("*")) == []
    assert [(row.state, row.rows) for row in history(storage)] == [("cancelled", None)]


def test_a_stop_is_heard_whenever_it_comes(queries: QueryEngine) -> None:
    """Between being asked and being executed there is no moment at which a stop gets lost."""
    runs = [queries.start(f"{ENDLESS} and {i} = {i}") for i in range(20)]

    for run in runs:
        threading.Thread(target=run.cancel).start()

    assert [run.wait(20) for run in runs] == ["cancelled"] * 20


def test_closing_stops_what_runs(storage: Storage) -> None:
    """No question outlives its engine."""
    engine = QueryEngine(storage)
    runs = [engine.start(ENDLESS), engine.start(f"{ENDLESS} and 1 = 1")]

    engine.close()

    assert [run.state for run in runs] == ["cancelled", "cancelled"]


def test_a_question_that_takes_too_long_is_stopped(profile: ProfilePaths) -> None:
    """The limit of the settings holds, and the error says which."""
    config = AppConfig(query=QuerySection(timeout_s=0.2))
    storage = open_storage(config, profile, purpose="a test")
    engine = QueryEngine(storage)
    try:
        run = engine.start(ENDLESS)
        assert run.wait(20) == "failed"
        with pytest.raises(QueryTimeoutError, match=r"longer than 0\.2 s"):
            run.first_page()
        assert history(storage)[0].state == "failed"
    finally:
        engine.close()
        storage.close()


def test_a_question_that_needs_too_much_memory_is_told(profile: ProfilePaths) -> None:
    """The limit of the settings holds, the error names it, and the engine answers on."""
    storage = open_storage(AppConfig(engine=EngineSection(memory_limit_mib=64)), profile, purpose="a test")
    engine = QueryEngine(storage)
    try:
        run = engine.start("select list(range || 'a text that needs some room') from range(20000000)")
        assert run.wait(60) == "failed"
        assert isinstance(run.error, MemoryLimitError)
        assert engine.start("select 1 as a").first_page().to_pylist() == [{"a": 1}]
    finally:
        engine.close()
        storage.close()


# ---- answers that are kept --------------------------------------------------------------------------------


def test_a_repeat_is_answered_from_the_cache(queries: QueryEngine) -> None:
    """The same question about the same data is not executed again: the answer is there with the run."""
    first = queries.start("select sum(amount) s from sales")
    assert first.wait(10) == "done"

    again = queries.start("select sum(amount) s from sales")

    assert again.state == "done"
    assert rows(again) == rows(first) == [{"s": 10}]
    assert again.id != first.id


def test_a_new_version_is_a_new_question(queries: QueryEngine, storage: Storage) -> None:
    """No answer is older than its data."""
    assert rows(queries.start("select sum(amount) s from sales")) == [{"s": 10}]

    add_version(storage, "sales", "select 7 as amount")

    assert rows(queries.start("select sum(amount) s from sales")) == [{"s": 7}]


def test_what_depends_on_chance_or_time_is_asked_anew(queries: QueryEngine, storage: Storage) -> None:
    """Two throws of the dice are two throws; their answers go when nobody looks at them any more."""
    first, second = (queries.start("select uuid() u") for _ in range(2))

    assert rows(first) != rows(second)
    first.wait(10)
    second.wait(10)
    del first, second
    wait_until(lambda: not list((storage.paths.cache / "results").iterdir()), what="the answers' removal")


def test_parameters_make_different_questions(queries: QueryEngine) -> None:
    """The cache tells values apart."""
    answers = [rows(queries.start("select $a as a", params={"a": value})) for value in (1, "1", 1.0, None)]

    assert answers == [[{"a": 1}], [{"a": "1"}], [{"a": 1.0}], [{"a": None}]]


@pytest.mark.parametrize("damage", ["removed", "cut", "overwritten"])
def test_a_lost_or_damaged_answer_is_made_again(queries: QueryEngine, storage: Storage, damage: str) -> None:
    """The cache folder may be deleted or broken at any time; that costs time, never an answer."""
    queries.start("select sum(amount) s from sales").wait(10)
    (file,) = (storage.paths.cache / "results").iterdir()
    if damage == "removed":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-5] if damage == "cut" else b"something else")

    assert rows(queries.start("select sum(amount) s from sales")) == [{"s": 10}]


def test_old_answers_make_room(profile: ProfilePaths) -> None:
    """The answers together keep the cache's limit; the one used last stays longest."""
    config = AppConfig.model_validate({"cache": {"disk_mib": 1}})
    storage = open_storage(config, profile, purpose="a test")
    engine = QueryEngine(storage)
    try:
        for i in range(6):
            engine.start(f"select hash(range) h, {i} as i from range(100000)").wait(20)
        sizes = [file.stat().st_size for file in (profile.cache / "results").iterdir()]
        assert 0 < len(sizes) < 6
        assert sum(sizes) - max(sizes) <= 1024 * 1024
        assert engine.start("select count(*) c from range(3)").first_page().to_pylist() == [{"c": 3}]
    finally:
        engine.close()
        storage.close()


# ---- history ----------------------------------------------------------------------------------------------


def test_every_question_is_remembered(queries: QueryEngine, storage: Storage) -> None:
    """Answered, repeated, failed and refused: what was asked can be found again, with how it ended."""
    for sql in ("select 1 a", "select 1 a"):
        queries.start(sql).wait(10)
    queries.start("select error('stop') from sales").wait(10)
    for sql in ("select nothing from sales", "attach 'x'", "select * from salse"):
        with pytest.raises(BestandError):
            queries.start(sql)

    found = history(storage)

    assert found[-1].sql == "select 1 a"
    assert sorted((row.state, row.rows) for row in found if row.state == "done") == [("done", 1), ("done", 1)]
    assert sum(row.state == "failed" for row in found) == 4
    assert all(row.error for row in found if row.state == "failed")
    assert all(row.duration_ms is not None and row.duration_ms >= 0 for row in found)


def test_the_history_is_searched_and_keeps_its_limit(profile: ProfilePaths) -> None:
    """Old questions go when there are more than the settings want."""
    storage = open_storage(AppConfig(query=QuerySection(history_keep=3)), profile, purpose="a test")
    engine = QueryEngine(storage)
    try:
        for i in range(5):
            engine.start(f"select {i} as Number").wait(10)
        assert [row.sql for row in history(storage)] == [f"select {i} as Number" for i in (4, 3, 2)]
        with storage.database.read() as uow:
            assert [row.sql for row in uow.queries.history(search="3 AS number")] == ["select 3 as Number"]
    finally:
        engine.close()
        storage.close()


def test_the_trace_of_a_click_reaches_the_history(queries: QueryEngine, storage: Storage) -> None:
    """The run's own thread writes under the id of whoever asked."""
    with trace("click-0001"):
        queries.start("select 42 as answer").wait(10)

    with storage.database.read() as uow:
        (row,) = uow.queries.history()
        entries = uow.audit.of(row)
    assert [entry.trace for entry in entries] == ["click-0001"]


# ---- what a person writes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("selec 1", "The SQL cannot be understood at 'selec' (line 1, column 1)."),
        ("select 1 from", "The SQL ends too early (line 1, column 14)."),
        ("select\n  'a\nfrom sales", "A quote is opened but not closed"),
        ("select twn from sales", "There is no column 'twn' (line 1, column 8). Did you mean 'town'?"),
        (
            "select\n  town,\n  s.amuont\nfrom sales s",
            "Table 's' has no column 'amuont' (line 3, column 3). Did you mean 'amount'?",
        ),
        ("select upper(1, 2)", "No function takes these types: upper(INTEGER_LITERAL, INTEGER_LITERAL) (line 1"),
        ("select 'ä', äöü from sales", "There is no column 'äöü' (line 1, column 13)."),
        ("explain select twn from sales", "There is no column 'twn' (line 1, column 16). Did you mean 'town'?"),
        ("select town, sum(amount) from sales", "must appear in the GROUP BY clause"),
        ("select x.* from sales", "There is no table 'x' in this question"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(queries: QueryEngine, sql: str, message: str) -> None:
    """One sentence in the words of the person's own SQL: what, where, and what was probably meant."""
    with pytest.raises(QueryFailedError) as caught:
        queries.start(sql)

    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert "Error" not in text


def test_a_mistake_in_the_data_is_told_when_it_is_met(queries: QueryEngine) -> None:
    """What only shows while it runs ends the run, in the same words."""
    run = queries.start("select\n  cast(town as int) from sales")

    assert run.wait(10) == "failed"
    assert str(run.error) == (
        "Could not convert string 'Köln' to INT32 when casting from source column town (line 2, column 3)."
    )


@pytest.mark.parametrize(
    ("sql", "kind", "message"),
    [
        ("select * from salse", DatasetNotFoundError, "There is no dataset 'salse'. Did you mean 'sales'?"),
        (
            "select summ(amount) from sales",
            QueryRefusedError,
            "The function 'summ' cannot be used in a question (line 1, column 8). Did you mean 'sum'?",
        ),
        (
            "select * from 'sales.csv'",
            QueryRefusedError,
            "'sales.csv' is no dataset, and a question reads nothing else. Did you mean the dataset 'sales'?",
        ),
    ],
    ids=["table", "function", "file"],
)
def test_a_wrong_name_is_told_with_the_nearest(
    queries: QueryEngine, sql: str, kind: type[BestandError], message: str
) -> None:
    """A mistyped table or function names the one that exists."""
    with pytest.raises(kind) as caught:
        queries.start(sql)

    assert str(caught.value) == message


def test_a_place_in_a_very_long_line_is_right(queries: QueryEngine) -> None:
    """The engine shows only a part of a long line; the place told is that in the whole one."""
    sql = f"select {', '.join(f'amount + {i}' for i in range(300))}, twn from sales"

    with pytest.raises(QueryFailedError) as caught:
        queries.start(sql)

    assert caught.value.context["column"] == sql.index("twn") + 1


@pytest.mark.parametrize(
    ("sql", "params", "message"),
    [
        ("select $a, $b", {"a": 1}, "wants a value for $b"),
        ("select $a", {"a": 1, "c": 2}, "no parameter $c"),
        ("select ?", {}, "need names"),
        ("select $1", {}, "need names"),
        ("explain select $a", {"a": 1}, "no plan to show"),
    ],
)
def test_parameters_that_do_not_fit_are_told(
    queries: QueryEngine, sql: str, params: dict[str, Any], message: str
) -> None:
    """Each missing or superfluous value is named."""
    with pytest.raises(QueryFailedError, match=message.replace("$", r"\$")):
        queries.start(sql, params=params)


def test_parameters_with_names_of_sql_words(queries: QueryEngine) -> None:
    """A parameter may be called like a word of the language."""
    params: dict[str, Any] = {"select": 1, "from": 2, "Table": 3}

    run = queries.start("select $select as a, $from as b, $Table as c", params=params)

    assert rows(run) == [{"a": 1, "b": 2, "c": 3}]


def test_double_names_become_unique(queries: QueryEngine) -> None:
    """A result in which two columns have one name is still a table."""
    run = queries.start('select 1 as a, 2 as a, 3 as "a~2", 4 as A')

    assert rows(run) == [{"a": 1, "a~2": 2, "a~2~2": 3, "A": 4}]


def test_values_of_every_type_arrive(queries: QueryEngine) -> None:
    """Nothing the engine can answer breaks the way to the page."""
    sql = (
        "select 'x'::enum('x', 'y') e, ['x'::enum('x')] le, {'a': 'x'::enum('x')} se, uuid() u, 1::hugeint h, "
        "interval 1 month i, time '12:00' t, now()::timestamptz n, '1'::bit b, '\\xAA'::blob bl, map {'a': 1} m, "
        "union_value(k := 1) un, null nu, '{\"a\": 1}'::json j, 1.5::decimal(38, 10) d, "
        "timestamp_ns '2025-01-01 00:00:00.123456789' ns from range(3)"
    )

    run = queries.start(sql)

    assert run.wait(10) == "done", run.error
    table = run.page(0, 10)
    assert table.num_rows == 3
    assert table.column("e").to_pylist() == ["x"] * 3
    assert table.column("le").to_pylist() == [["x"]] * 3
    assert table.column("se").to_pylist() == [{"a": "x"}] * 3


def test_an_empty_answer_has_its_columns(queries: QueryEngine) -> None:
    """No rows is an answer too, also the second time."""
    for _ in range(2):
        run = queries.start("select town, amount from sales where false")
        assert run.first_page().column_names == ["town", "amount"]
        assert run.wait(10) == "done"
        assert (run.row_count, list(run.batches())) == (0, [])


def test_naughty_strings_are_no_danger_as_sql(queries: QueryEngine, storage: Storage) -> None:
    """Whatever is pasted into the editor ends in an answer or a sentence."""
    if not NAUGHTY.exists():
        pytest.skip("the big list of naughty strings is not on this machine")
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        with contextlib.suppress(BestandError):
            queries.check(text)
    with storage.database.read() as uow:
        assert [row.name for row in uow.datasets.list_by_name()] == ["Kunden 2025", "sales"]


def test_naughty_strings_are_values_and_names(queries: QueryEngine, storage: Storage) -> None:
    """As a parameter, a text or a dataset's name, a string is what it is and nothing more."""
    if not NAUGHTY.exists():
        pytest.skip("the big list of naughty strings is not on this machine")
    texts = [text for text in json.loads(NAUGHTY.read_text(encoding="utf-8")) if text]
    for text in texts[::20]:
        assert rows(queries.start("select $v as v", params={"v": text})) == [{"v": text}]
    for text in texts[10::60]:
        add_dataset(storage, text, pa.table({"a": [1]}))
        quoted = '"' + text.replace('"', '""') + '"'
        assert rows(queries.start(f"select count(*) n from {quoted}")) == [{"n": 1}]
    table = pa.table({"v": texts})
    add_dataset(storage, "texts", table)
    assert pa.Table.from_batches(queries.start("from texts").batches()).equals(table)


# ---- an answer that is passed on --------------------------------------------------------------------------


def test_run_to_hands_over_the_whole_answer(queries: QueryEngine, storage: Storage) -> None:
    """A consumer sees every row once and in order; the history counts them."""
    seen = queries.run_to(
        "select range as i from range(50000)",
        lambda schema, batches: (schema.names, [i for batch in batches for i in batch.column(0).to_pylist()]),
    )

    assert seen == (["i"], list(range(50_000)))
    assert [(row.state, row.rows) for row in history(storage)] == [("done", 50_000)]


def test_a_shape_sees_the_names_and_keeps_the_order(queries: QueryEngine) -> None:
    """Our select list stands above the person's question: same rows, same order, whatever ends its text."""
    schemas: list[pa.Schema] = []

    def shape(schema: pa.Schema) -> str:
        schemas.append(schema)
        return "c0 || '!', c1"

    for ending in ("", ";", " -- the end", " /* the end */ ; -- really;\n"):
        found = queries.run_to(
            f"select town a, amount a from sales order by $dir * amount{ending}",
            lambda _, batches: [row for batch in batches for row in batch.column(1).to_pylist()],
            shape=shape,
            params={"dir": -1},
        )
        assert found == [4, 3, 2, 1]
    assert {tuple(schema.names) for schema in schemas} == {("a", "a~2")}


def test_a_failing_consumer_fails_alone(queries: QueryEngine, storage: Storage) -> None:
    """What goes wrong on the way out is not blamed on the question."""

    def full(_: pa.Schema, __: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        queries.run_to("select 1", full)
    assert rows(queries.start("select 1 a")) == [{"a": 1}]
    assert history(storage)
