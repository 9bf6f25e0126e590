"""Pages of rows: the right rows, in the right order, whatever the names and values are."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import rows as rows_module
from analysis.row_counts import RowCounts
from analysis.row_sql import Filter
from analysis.rows import RowPages, RowQuery
from core.errors import ColumnNotFoundError, UsageError
from core.ids import new_id
from core.types import Manifest
from storage.open import Storage
from tests.tables import add_dataset, add_version
from tests.waiting import wait_until

NAUGHTY = Path(__file__).parents[4] / "shared" / "data" / "naughty-strings" / "blns.json"


@pytest.fixture
def pages(storage: Storage) -> Iterator[RowPages]:
    """Pages of the profile's datasets."""
    opened = RowPages(storage)
    yield opened
    opened.close()


@pytest.fixture
def sales(storage: Storage) -> Manifest:
    """Five rows with gaps, ties, umlauts and every kind of value that is filtered differently."""
    table = pa.table(
        {
            "town": ["Köln", "bonn", None, "KÖLN", "50% off"],
            "amount": pa.array([Decimal("1.50"), Decimal("2.00"), None, Decimal("1.50"), Decimal("-3.00")]),
            "pieces": pa.array([1, 2, 3, None, 2], pa.int64()),
            "day": pa.array([dt.date(2025, 1, 1), None, dt.date(2025, 3, 1), dt.date(2024, 12, 31), None]),
            "paid": [True, False, None, True, False],
            "ratio": [0.5, float("nan"), float("inf"), None, 0.1],
        }
    )
    return add_dataset(storage, "sales", table)


def numbers(pages: RowPages, dataset: Manifest, **query: Any) -> list[int]:  # noqa: ANN401 - fields of RowQuery
    """The row numbers of a page."""
    page = pages.page(dataset, RowQuery(**query))
    return [int(number) for number in page.table.column(0).to_pylist()]


def test_a_page_holds_the_rows_asked_for_with_their_numbers(pages: RowPages, storage: Storage) -> None:
    """Rows keep the file's order, and each knows its place in it, from 1."""
    dataset = add_dataset(storage, "long", "select range * 2 as even from range(1000)")

    page = pages.page(dataset, RowQuery(offset=500, limit=3))

    assert page.table.to_pydict() == {"#": [501, 502, 503], "even": [1000, 1002, 1004]}
    assert (page.total, page.offset) == (1000, 500)


def test_behind_the_last_row_is_nothing(pages: RowPages, sales: Manifest) -> None:
    """A page that begins behind the end is empty, with its columns, and no error."""
    page = pages.page(sales, RowQuery(offset=99))

    assert page.table.num_rows == 0
    assert page.table.column_names == ["#", "town", "amount", "pieces", "day", "paid", "ratio"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter("town", "=", "Köln"), [1]),
        (Filter("town", "!=", "Köln"), [2, 3, 4, 5]),
        (Filter("town", "contains", "kÖl"), [1, 4]),
        (Filter("town", "contains", "%"), [5]),
        (Filter("town", "starts", "B"), [2]),
        (Filter("town", "is_null"), [3]),
        (Filter("town", "not_null"), [1, 2, 4, 5]),
        (Filter("town", "in", ["bonn", None]), [2, 3]),
        (Filter("town", "in", []), []),
        (Filter("amount", "=", "1.5"), [1, 4]),
        (Filter("amount", ">", Decimal("1.5")), [2]),
        (Filter("amount", "=", None), [3]),
        (Filter("amount", "!=", None), [1, 2, 4, 5]),
        (Filter("pieces", ">", "1.5"), [2, 3, 5]),
        (Filter("pieces", "<=", 1), [1]),
        (Filter("pieces", "=", 10**30), []),
        (Filter("day", "<", "2025-01-01"), [4]),
        (Filter("day", ">=", dt.date(2025, 3, 1)), [3]),
        (Filter("day", "in", ["2025-01-01", "2024-12-31"]), [1, 4]),
        (Filter("paid", "=", value=True), [1, 4]),
        (Filter("ratio", "<", 0.5), [5]),
        (Filter("ratio", "=", "0.1"), [5]),
        (Filter("amount", "contains", "-3"), [5]),
    ],
    ids=lambda value: f"{value.column} {value.op} {value.value}" if isinstance(value, Filter) else "",
)
def test_a_filter_keeps_exactly_its_rows(
    pages: RowPages, sales: Manifest, wanted: Filter, expected: list[int]
) -> None:
    """Each comparison works in the column's own type; 'not equal' keeps rows without a value."""
    assert numbers(pages, sales, filters=(wanted,)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KÖLN", [1, 4]),
        ("2025", [1, 3]),
        ("1.5", [1, 4]),
        ("%", [5]),
        ("_", []),
        ("'; drop", []),
        ("TRUE", [1, 4]),
    ],
)
def test_a_search_looks_into_every_column(
    pages: RowPages, sales: Manifest, text: str, expected: list[int]
) -> None:
    """What a person sees in any cell is found, whatever its case; signs of SQL patterns mean themselves."""
    assert numbers(pages, sales, search=text) == expected


def test_filters_and_search_narrow_each_other_and_the_total(pages: RowPages, sales: Manifest) -> None:
    """All conditions hold at once, and the total counts what they leave."""
    page = pages.page(sales, RowQuery(filters=(Filter("paid", "=", value=True),), search="2025", limit=0))

    assert (page.total, page.table.num_rows) == (1, 0)


def test_columns_are_chosen_and_ordered(pages: RowPages, sales: Manifest) -> None:
    """Only the chosen columns come, in the chosen order; a filter may use another."""
    page = pages.page(sales, RowQuery(columns=("pieces", "town"), filters=(Filter("paid", "=", value=False),)))

    assert page.table.to_pydict() == {"#": [2, 5], "pieces": [2, 2], "town": ["bonn", "50% off"]}


def test_an_order_ends_with_missing_values_and_ties_keep_the_file_order(pages: RowPages, sales: Manifest) -> None:
    """Rising or falling, gaps come last; equal rows stay as they lie."""
    assert numbers(pages, sales, sort=(("pieces", False),)) == [1, 2, 5, 3, 4]
    assert numbers(pages, sales, sort=(("pieces", True),)) == [3, 2, 5, 1, 4]
    assert numbers(pages, sales, sort=(("amount", False), ("town", True))) == [5, 1, 4, 2, 3]


@pytest.mark.parametrize(
    "query", [{"columns": ("amuont",)}, {"sort": (("amuont", True),)}, {"filters": (Filter("amuont", "=", 1),)}]
)
def test_an_unknown_column_is_told_with_the_nearest(
    pages: RowPages, sales: Manifest, query: dict[str, Any]
) -> None:
    """A mistyped name is an error that names what was probably meant."""
    with pytest.raises(ColumnNotFoundError, match=r"'sales' has no column 'amuont'\. Did you mean 'amount'"):
        pages.page(sales, RowQuery(**query))


@pytest.mark.parametrize(
    "wanted",
    [
        Filter("day", "=", "yesterday"),
        Filter("amount", ">", "1,50"),
        Filter("paid", "=", "maybe"),
        Filter("day", "<", None),
    ],
    ids=lambda wanted: wanted.column,
)
def test_a_value_the_column_cannot_hold_is_told(pages: RowPages, sales: Manifest, wanted: Filter) -> None:
    """A filter that cannot be compared is the person's to correct, not an empty page."""
    with pytest.raises(UsageError, match=f"column '{wanted.column}'|Column '{wanted.column}'"):
        pages.page(sales, RowQuery(filters=(wanted,)))


@pytest.mark.parametrize("query", [{"offset": -1}, {"limit": -1}, {"limit": 10**6}])
def test_an_impossible_page_is_refused(pages: RowPages, sales: Manifest, query: dict[str, Any]) -> None:
    """No page is larger than a browser can take, and none begins before the first row."""
    with pytest.raises(UsageError, match="page"):
        pages.page(sales, RowQuery(**query))


def test_a_total_follows_the_version(pages: RowPages, storage: Storage) -> None:
    """What was counted for one version is not told of the next."""
    old = add_dataset(storage, "t", "select range as a from range(10)")
    assert pages.page(old, RowQuery(filters=(Filter("a", ">", 4),))).total == 5

    new = add_version(storage, "t", "select range as a from range(100)")

    assert pages.page(new, RowQuery(filters=(Filter("a", ">", 4),))).total == 95
    assert pages.page(old, RowQuery(filters=(Filter("a", ">", 4),))).total == 5


@pytest.mark.parametrize("name", ["#", "file_row_number", "FILE_ROW_NUMBER", "r", "c0", "n", "filename"])
def test_a_column_may_be_called_like_our_own(pages: RowPages, storage: Storage, name: str) -> None:
    """Names this project or the engine uses by itself can be names of columns too."""
    dataset = add_dataset(storage, "odd", pa.table({"x": [3, 1, 2], name: ["c", "a", "b"]}))

    page = pages.page(dataset, RowQuery(sort=((name, True),), filters=(Filter(name, "!=", "z"),)))

    assert [column.to_pylist() for column in page.table.columns] == [[1, 3, 2], [3, 2, 1], ["c", "b", "a"]]
    assert len(set(page.table.column_names)) == 3


# ---- large datasets: an order is written out behind the first page --------------------------------------------


@pytest.fixture
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat a few hundred rows as many."""
    monkeypatch.setattr(rows_module, "_LARGE", 100)
    monkeypatch.setattr(rows_module, "_NEAR", 20)


@pytest.mark.usefixtures("small_is_large")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.one_of(st.none(), st.integers(0, 20)), min_size=150, max_size=400),
    falling=st.booleans(),
    least=st.one_of(st.none(), st.integers(0, 3)),
    size=st.integers(1, 60),
)
def test_pages_of_an_order_fit_together(
    pages: RowPages, storage: Storage, values: list[int | None], falling: bool, least: int | None, size: int
) -> None:
    """All pages one after the other are the whole selection, each row once, in the one total order."""
    dataset = add_dataset(storage, new_id(), pa.table({"v": pa.array(values, pa.int64())}))
    filters = () if least is None else (Filter("v", ">=", least),)
    kept = [(v, i) for i, v in enumerate(values, 1) if least is None or (v is not None and v >= least)]
    present = sorted((-v if falling else v, i) for v, i in kept if v is not None)
    expected = [i for _, i in present] + [i for v, i in kept if v is None]

    found: list[int] = []
    for offset in range(0, len(kept) + size, size):
        found += numbers(pages, dataset, sort=(("v", falling),), filters=filters, offset=offset, limit=size)

    assert found == expected


@pytest.mark.usefixtures("small_is_large")
def test_a_far_page_comes_from_the_written_order(pages: RowPages, storage: Storage) -> None:
    """Once an order is written, every place of it is read, not sorted again; columns can still be chosen."""
    dataset = add_dataset(storage, "big", "select range as a, 1000 - range as b from range(1000)")
    query = RowQuery(sort=(("b", False),), offset=900, limit=2, columns=("b",))

    assert pages.page(dataset, query).table.to_pydict() == {"#": [100, 99], "b": [901, 902]}
    run = pages.ordering(dataset, query)
    if run is not None:
        run.wait(10)

    assert pages.ordering(dataset, query) is None
    assert pages.page(dataset, query).table.to_pydict() == {"#": [100, 99], "b": [901, 902]}
    assert [file.suffix for file in (storage.paths.cache / "orders").iterdir()] == [".arrow"]


@pytest.mark.usefixtures("small_is_large")
def test_losing_the_written_orders_costs_only_time(pages: RowPages, storage: Storage) -> None:
    """The cache folder may be emptied at any moment."""
    dataset = add_dataset(storage, "big", "select range as a, 1000 - range as b from range(1000)")
    query = RowQuery(sort=(("b", False),), offset=500, limit=1)
    before = pages.page(dataset, query).table
    run = pages.ordering(dataset, query)
    if run is not None:
        run.wait(10)
    for file in (storage.paths.cache / "orders").iterdir():
        file.unlink()

    assert pages.page(dataset, query).table == before


@pytest.mark.usefixtures("small_is_large")
def test_the_first_rows_of_a_search_do_not_wait_for_the_count(
    pages: RowPages, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the rows are counted the first ones are shown, with as many as there are for sure; then all."""
    dataset = add_dataset(storage, "big", "select range as a, 'x' || range as b from range(1000)")
    monkeypatch.setattr(RowCounts, "begin", lambda *_: None)  # a count that takes its time
    query = RowQuery(limit=20, search="x1", columns=("a",))

    page = pages.page_by_now(dataset, query)
    assert page is not None
    assert (page.total, page.so_far) == (None, 20)
    assert page.table.column(1).to_pylist() == [1, *range(10, 20), *range(100, 109)]
    monkeypatch.undo()
    wait_until(lambda: (again := pages.page_by_now(dataset, query)) and again.total == 111, what="the total")


@pytest.mark.usefixtures("small_is_large")
def test_a_short_page_tells_the_total_by_itself(
    pages: RowPages, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first page is the last one nothing is counted, sorted or not."""
    dataset = add_dataset(storage, "big", "select range as a, 'x' || range as b from range(1000)")
    monkeypatch.setattr(RowCounts, "begin", lambda *_: pytest.fail("counted"))
    for sort in ((), (("a", True),)):
        page = pages.page_by_now(dataset, RowQuery(limit=20, search="x99", sort=sort))
        assert page is not None
        assert (page.total, page.table.num_rows) == (11, 11)


# ---- names and values that break programs -----------------------------------------------------------------


def naughty() -> list[str]:
    if not NAUGHTY.exists():
        pytest.skip("the big list of naughty strings is not on this machine")
    return [text for text in json.loads(NAUGHTY.read_text(encoding="utf-8")) if text]


def test_naughty_values_are_found_as_what_they_are(pages: RowPages, storage: Storage) -> None:
    """A value is data in every filter and search, whatever it looks like."""
    values = naughty()
    dataset = add_dataset(storage, "naughty", pa.table({"v": values}))

    for number, text in enumerate(values, 1):
        wanted = (Filter("v", "in", [text]),) if number % 2 else (Filter("v", "=", text),)
        search = text if number % 4 == 0 else None
        found = numbers(pages, dataset, filters=wanted, search=search, limit=1000)
        assert number in found
        assert all(values[place - 1] == text for place in found)


def test_naughty_names_are_columns_like_others(pages: RowPages, storage: Storage) -> None:
    """A column is found under its own name, whatever the name looks like."""
    names = list({name.lower(): name for name in naughty()}.values())
    dataset = add_dataset(storage, "naughty", pa.table({name: [i, -i] for i, name in enumerate(names)}))

    for i, column in enumerate(dataset.columns[::3]):
        name, value = column.name, 3 * i
        query = RowQuery(columns=(name,), sort=((name, False),), filters=(Filter(name, "<", value),))
        assert pages.page(dataset, query).table.column(1).to_pylist() == ([-value] if value else [])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1))
def test_any_text_is_a_search(pages: RowPages, sales: Manifest, text: str) -> None:
    """Every text a person can type gives a page; zero characters and quotes included."""
    towns = enumerate(["Köln", "bonn", None, "KÖLN", "50% off"], 1)
    expected = [i for i, town in towns if town is not None and text.lower() in town.lower()]

    assert numbers(pages, sales, filters=(Filter("town", "contains", text),)) == expected


def test_half_a_character_is_told(pages: RowPages, sales: Manifest) -> None:
    """Half of a surrogate pair is no text any data holds; it is an error, not a crash."""
    with pytest.raises(UsageError, match="no valid text"):
        pages.page(sales, RowQuery(search="a\ud800"))


EDGES = {
    "whole": "(hash(range) % 50)::BIGINT",
    "huge": "(hash(range, 1)::HUGEINT * 1000000007 - 9000000000000000000000::HUGEINT)",
    "price": "((hash(range, 2) % 100000)::DECIMAL(18,2) / 7)::DECIMAL(18,4)",
    "real": "case range % 40 when 0 then 'nan' when 1 then 'inf' when 2 then '-inf' "
    "else ((hash(range, 3) % 1000003) / 7.0)::VARCHAR end::DOUBLE",
    "single": "((hash(range, 4) % 1000003) / 3.0)::FLOAT",
    "day": "date '1999-12-31' + (hash(range, 5) % 4000)::INTEGER",
    "moment": "make_timestamp((hash(range, 6) % 4000000000000000)::BIGINT)",
    "exact": "make_timestamp_ns((hash(range, 7) % 4000000000000000000)::BIGINT)",
    "zoned": "make_timestamp((hash(range, 8) % 4000000000000000)::BIGINT)::TIMESTAMP WITH TIME ZONE",
    "clock": "time '00:00' + to_microseconds((hash(range, 9) % 86400000000)::BIGINT)",
    "seldom": "case when range % 300 = 7 then range end",
    "text": "(hash(range, 10) % 1000)::VARCHAR",
}


@pytest.mark.parametrize("falling", [True, False], ids=["falling", "rising"])
@pytest.mark.parametrize("name", EDGES)
def test_the_first_rows_of_a_large_order_are_the_first_ones(
    pages: RowPages, storage: Storage, monkeypatch: pytest.MonkeyPatch, name: str, falling: bool
) -> None:
    """Found by the value of the last of them: with ties, gaps, infinities and values as exact as their type."""
    monkeypatch.setattr(rows_module, "_LARGE", 100)
    monkeypatch.setattr(rows_module, "_NEAR", 120)
    columns = ", ".join(f'{sql} as "{column}"' for column, sql in EDGES.items())
    made = f"select {columns} from range(2000)"
    dataset = add_dataset(storage, "large", made)
    numbered = f"select *, row_number() over () as r from ({made})"
    order = f"{name} {'desc' if falling else 'asc'} nulls last, r"
    with storage.duck.trusted() as connection:
        expected = connection.execute(f"select r from ({numbered}) order by {order}").fetchall()

    found = pages.page(dataset, RowQuery(sort=((name, falling),), limit=120)).table
    assert [row for (row,) in expected[:120]] == found.column(0).to_pylist()
