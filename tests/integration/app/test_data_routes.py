"""The routes the grid asks, on a real profile: blocks, orders, sums, whole cells, and what goes wrong."""

import gc
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette

from app import catalogue
from app.components.grid import answer_rows, dataset_rows
from app.components.grid.route import BODY_BYTES, data_routes
from app.components.grid.wire import MOST_COPIED
from app.context import AppContext, init_app
from core.paths import ProfilePaths
from core.types import Manifest
from tests.asgi import Answer, post
from tests.tables import add_dataset
from tests.waiting import wait_until

ROWS = 150_000
SQL = (
    f"select range + 1 as nr, (range * 7919) % {ROWS} as mixed, 'name ' || range as name, "
    f"case when range % 4 = 0 then null else range / 8 end::decimal(18, 3) as part from range({ROWS})"
)

Ask = Callable[..., Answer]


@pytest.fixture
def context(profile: ProfilePaths) -> Iterator[AppContext]:
    """An open profile."""
    opened = init_app(profile, purpose="a test")
    yield opened
    opened.close()


@pytest.fixture
def table(context: AppContext) -> Manifest:
    """A table large enough for its orders to be written out."""
    return add_dataset(context.storage, "numbers", SQL)


@pytest.fixture
def ask(context: AppContext) -> Ask:
    """Asks one of the routes."""
    app = Starlette(routes=data_routes(context))

    def asked(what: str, body: object = None, **facts: Any) -> Answer:  # noqa: ANN401 - any JSON
        return post(app, f"/data/{what}", facts if body is None else body)

    return asked


def test_a_source_tells_its_columns_and_what_can_be_done(ask: Ask, table: Manifest) -> None:
    """Names, types, how they are aligned."""
    told = ask("open", source=dataset_rows(table)).json()

    assert told["columns"][0] == ["nr", "BIGINT", "number"]
    assert told["columns"][2] == ["name", "VARCHAR", "text"]
    assert set(told["can"]) == {"sort", "filter", "search", "sum", "profile"}


def test_a_block_holds_the_wanted_columns_only(ask: Ask, table: Manifest) -> None:
    """By their places, with the numbers of the rows and how many there are."""
    block = ask("rows", source=dataset_rows(table), offset=ROWS - 2, limit=200, columns=[3, 0]).json()

    assert block["numbers"] == {"from": ROWS - 1, "count": 2}
    assert block["cells"] == {"3": ["18749.750", "18749.875"], "0": [str(ROWS - 1), str(ROWS)]}
    assert block["total"] == ROWS
    assert block["order"] is None


def test_filters_search_and_sort_hold_together(ask: Ask, table: Manifest) -> None:
    """The total is that of the rows that are left, at once or a little later."""
    wish = {
        "source": dataset_rows(table), "limit": 3, "columns": [0],
        "sort": [[0, True]], "filters": [{"column": 3, "op": "is_null"}], "search": "name 14",
    }  # fmt: skip
    block = ask("rows", wish).json()

    left = [n for n in range(0, ROWS, 4) if "14" in str(n) and str(n).startswith("14")]
    assert block["total"] in (None, len(left))
    assert block["cells"]["0"] == [str(n + 1) for n in sorted(left, reverse=True)[:3]]
    wait_until(lambda: ask("rows", wish).json()["total"] == len(left), what="the total")


def test_a_far_page_of_a_new_order_is_pending_until_it_is_written(ask: Ask, table: Manifest) -> None:
    """Nobody waits in a thread: the answer says so at once, and a moment later the rows are there."""
    order = {"source": dataset_rows(table), "sort": [[1, False]]}
    first = ask("rows", {**order, "columns": [1], "limit": 3}).json()
    assert first["cells"]["1"] == ["0", "1", "2"]

    far = {**order, "columns": [1], "offset": ROWS - 2, "limit": 5}
    wait_until(lambda: ask("order", order).json()["order"] is None, what="the order")
    assert ask("rows", far).json()["cells"]["1"] == [str(ROWS - 2), str(ROWS - 1)]


def test_a_stopped_order_stays_stopped_until_asked_for(ask: Ask, table: Manifest) -> None:
    """`begin` false begins nothing; the first rows are there all the same."""
    order = {"source": dataset_rows(table), "sort": [[2, True]], "begin": False, "columns": [0]}

    assert ask("rows", {**order, "limit": 1}).json()["cells"]["0"] == ["100000"]
    assert ask("rows", {**order, "offset": ROWS - 1, "limit": 1}).json()["pending"] is True
    assert ask("order", {"source": order["source"], "sort": order["sort"]}).json() == {"order": None}
    assert ask("stop", {"source": order["source"], "sort": order["sort"]}).json() == {"order": None}


def test_a_selection_adds_up_in_the_order_shown(ask: Ask, table: Manifest) -> None:
    """A few rows of a sorted grid, and a whole column."""
    part = ask("sums", source=dataset_rows(table), sort=[[0, True]], offset=0, limit=2, columns=[0, 2]).json()
    whole = ask("sums", source=dataset_rows(table), offset=0, limit=ROWS, columns=[3]).json()

    assert (part["cells"], part["values"], part["numbers"], part["sum"]) == (4, 4, 2, str(2 * ROWS - 1))
    assert whole["values"] == ROWS * 3 // 4
    assert whole["sum"] == str(sum(n for n in range(ROWS) if n % 4) / 8).removesuffix(".0")


def test_a_cell_is_cut_on_the_wire_and_whole_on_demand(ask: Ask, context: AppContext) -> None:
    """A megabyte costs a block nothing."""
    table = add_dataset(context.storage, "long", "select repeat('Ä', 1000000) as text, 1 as nr from range(3)")
    block = ask("rows", source=dataset_rows(table), columns=[0, 1])

    assert len(block.body) < 10_000
    assert block.json()["cut"] == {"0": [0, 1, 2]}
    whole = ask("cell", source=dataset_rows(table), number=2, column=0).json()
    assert (whole["length"], whole["text"]) == (1_000_000, "Ä" * 1_000_000)


def test_what_is_copied_is_whole(ask: Ask, table: Manifest) -> None:
    """With and without the names above."""
    cells = {"source": dataset_rows(table), "offset": 4, "limit": 2, "columns": [0, 3]}

    assert ask("copy", cells).json()["text"] == "nr\tpart\n5\t\n6\t0.625"
    assert ask("copy", {**cells, "header": False}).json()["text"] == "5\t\n6\t0.625"
    refused = ask("copy", {**cells, "limit": MOST_COPIED})
    assert refused.status == 400
    assert "clipboard" in refused.json()["message"]


def test_heads_tell_how_columns_spread(ask: Ask, table: Manifest) -> None:
    """The share of missing values, and bars."""
    told = ask("spread", source=dataset_rows(table), columns=[0, 3]).json()["columns"]

    assert told["3"]["nulls"] == 0.25
    assert told["0"]["nulls"] == 0
    assert len(told["0"]["bars"]) == 20
    assert told["0"]["kind"] == "histogram"


def test_columns_of_a_wide_table_are_looked_at_by_name(ask: Ask, context: AppContext) -> None:
    """Only those that are seen."""
    columns = ", ".join(f"range * {i} as c{i}" for i in range(300))
    table = add_dataset(context.storage, "wide", f"select {columns} from range(50)")

    told = ask("spread", source=dataset_rows(table), columns=[7, 299]).json()["columns"]
    assert told["299"]["ends"][0].startswith("0")
    assert told["7"]["distinct"] == 50


def test_an_answer_is_a_source_too(ask: Ask, context: AppContext, table: Manifest) -> None:
    """The rows of a question, also while they come; an answer nobody holds is gone."""
    assert table.rows == ROWS
    run = context.analysis.queries.start("select nr, name from numbers order by nr desc")
    name = answer_rows(run)
    run.wait()
    block = ask("rows", source=name, offset=1, limit=2, columns=[1]).json()

    assert (block["total"], block["cells"]["1"]) == (ROWS, [f"name {ROWS - 2}", f"name {ROWS - 3}"])
    assert ask("cell", source=name, number=1, column=1).json()["text"] == f"name {ROWS - 1}"
    assert ask("rows", source="run:nobody", columns=[0]).status == 404


def test_an_answer_is_sorted_filtered_searched_and_added_up(
    ask: Ask, context: AppContext, table: Manifest
) -> None:
    """In the engine, over the answer as it lies there: nothing is asked again, numbers are its own."""
    assert table.rows == ROWS
    run = context.analysis.queries.start(
        "select name, nr, nr as NR, random() as chance from numbers order by nr desc"
    )
    run.wait()
    name = answer_rows(run)
    wish = {
        "source": name, "columns": [1, 2], "limit": 3, "sort": [[1, False]],
        "filters": [{"column": 2, "op": ">=", "value": "14"}], "search": "name 14",
    }  # fmt: skip
    block = ask("rows", wish).json()
    chance = run.page(0, ROWS).column("chance").to_pylist()

    assert ask("open", source=name).json()["can"] == ["sort", "filter", "search", "sum"]
    assert block["cells"] == {"1": ["15", "141", "142"], "2": ["15", "141", "142"]}
    assert block["numbers"] == {"list": [ROWS - 14, ROWS - 140, ROWS - 141]}
    smallest = ask("rows", source=name, columns=[3], limit=1, sort=[[3, False]]).json()
    assert smallest["numbers"] == {"from": chance.index(min(chance)) + 1, "count": 1}
    assert ask("sums", source=name, limit=ROWS, columns=[1]).json()["sum"] == str(ROWS * (ROWS + 1) // 2)
    far = {"source": name, "columns": [0], "offset": ROWS - 1, "limit": 1, "sort": [[1, True]]}
    wait_until(lambda: "cells" in ask("rows", far).json(), what="the order")
    assert ask("rows", far).json()["cells"]["0"] == ["name 0"]
    with context.storage.database.read() as uow:
        assert len(uow.queries.history(limit=9)) == 1


def test_the_answer_of_a_sort_goes_with_the_answer(ask: Ask, context: AppContext, table: Manifest) -> None:
    """What was written to sort an answer is removed once nobody holds it."""
    assert table.rows == ROWS
    run = context.analysis.queries.start("select nr, random() as chance from numbers")
    run.wait()
    ask("rows", source=answer_rows(run), columns=[0], sort=[[1, False]])
    assert [*(context.paths.cache / "results").glob("*.parquet")] != []
    del run
    gc.collect()

    assert [*(context.paths.cache / "results").glob("*.parquet")] == []


def test_an_answer_still_coming_is_only_looked_at(ask: Ask, context: AppContext) -> None:
    """Until all of its rows are there, what can be done with them is nothing else."""
    run = context.analysis.queries.start(
        "select range from range(50000000) where hash(range) % 3 <> 7 and sqrt(range) >= 0", page_rows=10
    )
    run.first_page()
    told = ask("open", source=answer_rows(run)).json()
    refused = ask("rows", source=answer_rows(run), columns=[0], sort=[[0, True]])
    was_running = run.state == "running"
    run.cancel()

    assert was_running, "the question must be longer than its test"
    assert (told["can"], told["complete"]) == ([], False)
    assert refused.status == 400
    assert "not complete" in refused.json()["message"]


def test_a_deleted_dataset_has_nothing_to_show(ask: Ask, context: AppContext, table: Manifest) -> None:
    """Its rows are refused with its name, as soon as it is deleted."""
    assert ask("rows", source=dataset_rows(table), columns=[0]).status == 200
    catalogue.delete(context, "numbers")
    refused = ask("rows", source=dataset_rows(table), columns=[0])

    assert refused.status == 404
    assert "'numbers'" in refused.json()["message"]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("rows", {}),
        ("rows", b"no json"),
        ("rows", {"source": "dataset:x:1", "offset": -1}),
        ("rows", {"source": "dataset:x:1", "limit": 10**6}),
        ("rows", {"source": "nothing"}),
        ("rows", {"source": "dataset:../../etc:1", "columns": [0]}),
        ("rows", {"source": "dataset:x:1", "surprise": True}),
        ("cell", {"source": "dataset:x:1", "number": 0, "column": 0}),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(ask: Ask, what: str, body: object) -> None:
    """A code, a sentence, never a stack."""
    refused = ask(what, body)

    assert refused.status in (400, 404)
    assert set(refused.json()) == {"code", "message", "hint"}
    assert b"Traceback" not in refused.body


def test_a_value_a_column_cannot_hold_is_told(ask: Ask, table: Manifest) -> None:
    """With the column's name and what to write instead; and so is a column that is not there."""
    filters = [{"column": 0, "op": "=", "value": "seven"}]
    refused = ask("rows", source=dataset_rows(table), columns=[0], filters=filters)

    assert refused.status == 400
    assert "'nr'" in refused.json()["message"]
    assert ask("rows", source=dataset_rows(table), columns=[4]).status == 400


def test_a_request_that_is_too_large_is_refused(ask: Ask) -> None:
    """Before it is understood."""
    assert ask("rows", b" " * (BODY_BYTES + 1)).status == 413


def test_files_that_are_gone_are_told(ask: Ask, context: AppContext, table: Manifest) -> None:
    """The folder was taken away by hand: a sentence, no stack."""
    import shutil

    folder = context.storage.datasets.folder(table.dataset_id, 1)
    for path in folder.iterdir():
        path.chmod(0o600)
    folder.chmod(0o700)
    shutil.rmtree(folder)
    refused = ask("rows", source=dataset_rows(table), columns=[0])

    assert refused.status in (404, 503)
    assert "numbers" in refused.json()["message"] or table.dataset_id in refused.json()["message"]


def test_work_ends_when_the_browser_has_gone(context: AppContext) -> None:
    """A search through a large table is interrupted when the person types on."""
    table = add_dataset(context.storage, "slow", "select repeat('x', 200) || range as a from range(3000000)")
    app = Starlette(routes=data_routes(context))
    body = {"source": dataset_rows(table), "columns": [0], "search": "xyz"}
    begun = time.perf_counter()
    whole = post(app, "/data/rows", {**body, "search": "xya"})
    took = time.perf_counter() - begun

    left = post(app, "/data/rows", body, leave_after_s=took / 20)
    assert whole.status == 200
    assert left.status == 499
