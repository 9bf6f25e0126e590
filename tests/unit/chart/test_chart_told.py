"""Caps, cuts and what is left out are always told; descriptions are understood or refused in plain words."""

import datetime as dt
import math
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.chart import Charts, ChartSpec
from analysis.chart import charts as charts_module
from analysis.chart.option import picture
from analysis.chart.scale import UNIT_SECONDS, next_begin, nice_bins, nice_unit
from analysis.chart.shown import shown_table
from analysis.chart.suggest import suggest
from analysis.chart.words import caption, provenance_lines, title
from analysis.query import QueryEngine
from analysis.row_sql import Filter
from core.config import AppConfig, QuerySection
from core.errors import (
    BestandError,
    ChartError,
    DatasetNotFoundError,
    QueryRefusedError,
    QueryTimeoutError,
    UsageError,
)
from core.paths import ProfilePaths
from core.types import Column
from storage.open import Storage, open_storage
from tests.tables import add_dataset, add_version

TOWNS = pa.table(
    {
        "town": [f"town {i % 100:02}" for i in range(1_000)],
        "kind": [("shop", "web", None)[i % 3] for i in range(1_000)],
        "amount": pa.array([float(i) if i % 10 else (math.nan if i % 20 else None) for i in range(1_000)]),
        "day": pa.array([dt.date(2024, 1, 1) + dt.timedelta(days=i % 300) for i in range(1_000)]),
    }
)


@pytest.fixture
def charts(storage: Storage) -> Charts:
    """The charts, with one dataset."""
    add_dataset(storage, "towns", TOWNS)
    return Charts(storage, QueryEngine(storage))


def test_a_cap_is_told_with_what_became_of_the_rest(charts: Charts) -> None:
    """Thirty of a hundred towns are shown: the caption says so, and the table holds the others together."""
    chart = charts.draw(ChartSpec(dataset="towns", mark="bar", x="town"))

    assert "30 largest of 100 values of 'town'" in caption(chart)
    assert shown_table(chart).column("town").to_pylist()[-1] == "other"
    assert sum(shown_table(chart).column("rows").to_pylist()) == 1_000


def test_a_rest_that_would_dwarf_all_others_is_told_instead_of_drawn(charts: Charts) -> None:
    """The seventy other towns together would make thirty bars invisible, so their number stands in the caption."""
    chart = charts.draw(ChartSpec(dataset="towns", mark="bar", x="town"))

    assert "the rest together is 700" in caption(chart)
    assert "other" not in picture(chart).option["xAxis"][0]["data"]


def test_where_the_numbers_come_from_is_whole_in_a_file_and_brief_beside_the_chart(charts: Charts) -> None:
    """The same lines in both; beside the chart a fingerprint is cut, and the moment is as people say it."""
    chart = charts.draw(ChartSpec(dataset="towns", mark="bar", x="town"))
    whole, brief = dict(provenance_lines(chart)), dict(provenance_lines(chart, brief=True))

    assert list(whole) == list(brief)
    (source,) = chart.provenance.sources
    assert whole["Fingerprint of the data"] == source.digest
    assert brief["Fingerprint of the data"] == source.digest[:24] + "…"
    assert whole["Computed"] == chart.provenance.at
    assert "T" not in brief["Computed"]


def test_small_charts_are_stacked_each_by_itself(charts: Charts) -> None:
    """What lies on what is a matter of one small chart; bars of another are no ground to stand on."""
    option = picture(
        charts.draw(ChartSpec(dataset="towns", mark="bar", x="day", colour="kind", facet="kind"))
    ).option

    places = {(one["stack"], one["xAxisIndex"]) for one in option["series"]}
    assert len({stack for stack, _pane in places}) == len(places) == 3


def test_rows_without_a_value_are_counted_in_the_caption(charts: Charts) -> None:
    """What is missing and what is no number is told apart, by column."""
    told = caption(charts.draw(ChartSpec(dataset="towns", mark="bar", x="kind", y="amount", aggregate="mean")))

    assert "50 rows have no value in 'amount' and are left out." in told
    assert "50 rows have no finite value in 'amount' and are left out." in told
    assert "From 900 rows of 'towns' version 1" in told


def test_a_scatter_of_many_rows_says_it_is_a_sample(charts: Charts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same points are shown each time, and how many there are is told."""
    monkeypatch.setattr(charts_module, "POINTS", 100)
    spec = ChartSpec(dataset="towns", mark="scatter", x="day", y="amount", colour="kind")

    first = charts.draw(spec)
    again = charts.draw(replace(spec, filters=(Filter("amount", ">=", -1.0),)))

    assert first.sampled == 100
    assert "A random 100 of 900 rows are shown" in caption(first)
    assert first.table.select(["x", "y"]).equals(again.table.select(["x", "y"]))


def test_the_question_told_gives_the_same_numbers(charts: Charts, storage: Storage) -> None:
    """Whoever distrusts a chart can ask what it asked, on the SQL page, and gets its table."""
    queries = QueryEngine(storage)
    for spec in (
        ChartSpec(mark="bar", x="town", y="amount", colour="kind"),
        ChartSpec(mark="line", x="day", y="amount", aggregate="mean", facet="kind"),
        ChartSpec(mark="histogram", x="amount"),
        ChartSpec(mark="box", x="kind", y="amount"),
        ChartSpec(mark="heatmap", x="day", y="amount", filters=(Filter("kind", "=", "shop"),)),
        ChartSpec(mark="scatter", x="day", y="amount", limit=50),
    ):
        chart = charts.draw(replace(spec, dataset="towns"))
        asked = queries.run_to(
            chart.provenance.query, lambda schema, batches: pa.Table.from_batches(list(batches), schema)
        )
        limit = chart.table.num_rows
        assert asked.num_rows >= limit
        for name in ("x", "y", "value", "rows"):
            if name in chart.table.column_names and spec.mark != "scatter":
                assert asked.column(name).to_pylist() == chart.table.column(name).to_pylist(), spec.mark


def test_a_new_version_is_a_new_chart(charts: Charts, storage: Storage) -> None:
    """What is cached never outlives the rows it was counted from."""
    spec = ChartSpec(dataset="towns", mark="bar", x="kind")
    assert charts.draw(spec).matching == 1_000
    add_version(storage, "towns", TOWNS.slice(0, 10))

    assert charts.draw(spec).matching == 10
    assert charts.draw(ChartSpec(dataset="towns", version=1, mark="bar", x="kind")).matching == 1_000


@pytest.mark.parametrize(
    ("spec", "error", "told"),
    [
        (ChartSpec(dataset="towns", x="twon"), ChartError, "no column 'twon'. Did you mean 'town'"),
        (ChartSpec(dataset="town"), DatasetNotFoundError, "Did you mean 'towns'"),
        (ChartSpec(dataset="towns", x="kind", y="town", aggregate="sum"), ChartError, "'town' holds no numbers"),
        (ChartSpec(dataset="towns", mark="scatter", x="town", y="amount"), ChartError, "holds texts"),
        (ChartSpec(dataset="towns", mark="histogram", x="town"), ChartError, "holds texts"),
        (ChartSpec(dataset="towns", mark="bar"), ChartError, "needs another column"),
        (ChartSpec(dataset="towns", mark="box", y="amount", colour="kind"), ChartError, "no place for 'kind'"),
        (ChartSpec(x="town"), ChartError, "either a dataset or the answer"),
        (ChartSpec(dataset="towns", x="town", filters=(Filter("day", "=", "soon"),)), UsageError, "compared with"),
        (ChartSpec(sql="delete from towns", x="town"), QueryRefusedError, "DELETE|SELECT|read"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_plain_words(
    charts: Charts, spec: ChartSpec, error: type[BestandError], told: str
) -> None:
    """The message names the column and the reason; nothing of the engine shows."""
    with pytest.raises(error, match=told) as caught:
        charts.draw(spec)
    assert "c0" not in str(caught.value)
    assert caught.value.hint


def test_a_question_behind_a_chart_has_as_long_as_any(profile: ProfilePaths) -> None:
    """A chart of a question that never ends is stopped after the time the settings give, and says so."""
    endless = "select a.range % 7 as n from range(10000000) a, range(10000000) b where a.range % 7 = b.range % 5"
    storage = open_storage(AppConfig(query=QuerySection(timeout_s=0.3)), profile, purpose="a test")
    try:
        with pytest.raises(QueryTimeoutError, match=r"longer than 0\.3 s"):
            Charts(storage, QueryEngine(storage)).draw(ChartSpec(sql=endless, mark="bar", x="n"))
        with storage.duck.trusted() as connection:  # and nobody else is stopped by that
            assert connection.execute("select count(*) from range(3000000)").fetchone() == (3_000_000,)
    finally:
        storage.close()


def test_too_many_places_are_refused(charts: Charts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart nobody could read is refused with what to do instead."""
    monkeypatch.setattr(charts_module, "MAX_PLACES", 50)
    with pytest.raises(ChartError, match="more than 50 places"):
        charts.draw(ChartSpec(dataset="towns", mark="bar", x="town", colour="kind", limit=100))


def test_sums_too_long_for_the_engine_are_rounded_and_told(storage: Storage) -> None:
    """38 digits are exact; more are not possible, and that is said instead of failing."""
    add_dataset(storage, "long", "select repeat('9', 38)::DECIMAL(38,0) as n, 'a' as k from range(3)")
    chart = Charts(storage, QueryEngine(storage)).draw(ChartSpec(dataset="long", mark="bar", x="k", y="n"))

    assert chart.inexact
    assert "rounded" in caption(chart)
    assert chart.table.column("value").to_pylist() == [pytest.approx(3e38)]


def test_a_description_survives_its_json_form(charts: Charts) -> None:
    """A chart can be kept as a file and drawn again."""
    spec = ChartSpec(
        dataset="towns", mark="line", x="day", y="amount", unit="week", limit=5,
        filters=(Filter("kind", "in", ["shop", None]), Filter("amount", ">", 0.5)),
    )  # fmt: skip
    assert ChartSpec.from_dict(spec.to_dict()) == spec
    assert title(charts.draw(spec)) == "Sum of amount by day"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"makr": "bar"}, "no 'makr'. Did you mean 'mark'"),
        ({"mark": "pie"}, "'mark' cannot be 'pie'"),
        ({"x": 3}, "'x' must be a text"),
        ({"bins": -1}, "'bins' must lie between"),
        ({"limit": True}, "'limit' must be a whole number"),
        ({"filters": {}}, "'filters' must be a list"),
        ({"filters": [{"column": "x", "op": "like"}]}, "'x' cannot be understood"),
    ],
)
def test_a_description_nobody_can_mean_is_refused_by_name(data: dict[str, object], told: str) -> None:
    """The key is named, and the nearest one."""
    with pytest.raises(ChartError, match=told):
        ChartSpec.from_dict(data)


COLUMNS = tuple(
    Column(name, name, kind)
    for name, kind in (
        ("id", "BIGINT"), ("day", "DATE"), ("town", "VARCHAR"), ("kind", "VARCHAR"),
        ("amount", "DECIMAL(18,2)"), ("price", "DOUBLE"),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("x", "y", "mark", "aggregate"),
    [
        ("day", None, "line", "count"),
        ("day", "amount", "line", "sum"),
        ("town", None, "bar", "count"),
        ("town", "amount", "bar", "sum"),
        ("town", "price", "bar", "mean"),
        ("town", "id", "bar", "distinct"),
        ("town", "kind", "heatmap", "count"),
        ("amount", None, "histogram", None),
        ("amount", "price", "scatter", None),
        (None, "amount", "box", None),
        (None, None, "line", "sum"),
    ],
)
def test_the_first_chart_suits_the_columns(x: str | None, y: str | None, mark: str, aggregate: str | None) -> None:
    """Picking columns is enough: time is a line, texts are bars, two numbers are points."""
    found = suggest(ChartSpec(x=x, y=y), COLUMNS)
    assert (found.mark, found.aggregate) == (mark, aggregate)


def test_another_kind_of_chart_takes_the_column_along() -> None:
    """From a histogram to boxes and back: one picked column is enough for both."""
    box = suggest(ChartSpec(x="amount"), COLUMNS, mark="box")
    assert (box.mark, box.x, box.y) == ("box", None, "amount")
    back = suggest(box, COLUMNS, mark="histogram")
    assert (back.mark, back.x, back.y) == ("histogram", "amount", None)
    assert suggest(ChartSpec(x="town"), COLUMNS, mark="box").x == "town", "a text has no spread"


finite = st.floats(-1e300, 1e300, allow_subnormal=False)


@given(finite, finite, st.integers(1, 500), st.data())
def test_every_value_between_the_ends_is_in_one_bin(
    one: float, other: float, wanted: int, data: st.DataObject
) -> None:
    """Bins are round, cover both ends, are about as many as wanted, and leave no gap."""
    low, high = min(one, other), max(one, other)
    bins = nice_bins(low, high, wanted, whole=False)

    assert 1 <= bins.count <= wanted + 2
    for value in (low, high, data.draw(st.floats(low, high))):
        index = bins.index(value)
        assert 0 <= index < bins.count
        assert bins.edge(index) <= value < bins.edge(index + 1)


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**6), st.integers(1, 100))
def test_bins_of_whole_numbers_have_whole_edges(low: int, width: int, wanted: int) -> None:
    """Nobody wants to read how many people are 17.5 to 20 years old."""
    bins = nice_bins(low, low + width, wanted, whole=True)
    assert all(bins.edge(i) == int(bins.edge(i)) for i in range(bins.count + 1))


def test_a_tenth_belongs_to_its_own_bin() -> None:
    """0.7 lies at the edge of the bin that begins at 0.7, although 7 times 0.1 is a little more in floats."""
    bins = nice_bins(0.0, 1.0, 10, whole=False)
    assert [bins.edge(i) for i in range(bins.count)] == [i / 10 for i in range(bins.count)]
    assert bins.index(0.7) == 7


@pytest.mark.parametrize(
    ("days", "unit"), [(0.01, "minute"), (1, "hour"), (30, "day"), (700, "month"), (9_000, "year")]
)
def test_time_is_cut_so_that_it_can_be_read(days: float, unit: str) -> None:
    """Never more pieces than wanted, and the finest unit that allows it."""
    assert nice_unit(0.0, days * UNIT_SECONDS["day"], 40) == unit


def test_units_of_time_follow_one_another() -> None:
    """The next month begins when this one ends, whatever its length; the calendar has an end."""
    assert next_begin("2024-01-01", "month") == "2024-02-01"
    assert next_begin("2024-10-01", "quarter") == "2025-01-01"
    assert next_begin("2024-02-28 23:00:00", "hour") == "2024-02-29 00:00:00"
    assert next_begin("9999-12-01", "month") is None
