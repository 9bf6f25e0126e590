"""A first look at a chart is nearly right, says how nearly, and never passes for the exact one."""

import pyarrow as pa
import pytest

from analysis.chart import Chart, Charts, ChartSpec, chart_bytes, glance
from analysis.chart.words import caption
from analysis.query import QueryEngine
from storage.open import Storage
from tests.tables import add_dataset

ROWS = 200_000
"""Enough for a bound that can be checked, few enough for a test."""


@pytest.fixture
def charts(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> Charts:
    """The charts, with one dataset that counts as large."""
    monkeypatch.setattr(glance, "FROM_ROWS", 1_000)
    monkeypatch.setattr(glance, "LOOKED_AT", 20_000)
    numbers = pa.array(range(ROWS))
    kinds = pa.array([f"kind {i * 7 % 5}" for i in range(ROWS)])
    add_dataset(storage, "t", pa.table({"id": numbers, "kind": kinds}))
    return Charts(storage, QueryEngine(storage))


def look(charts: Charts, spec: ChartSpec) -> tuple[Chart, Chart]:
    """The first look and the exact chart."""
    first = charts.glance(spec)
    assert first is not None
    return first, charts.draw(spec)


def test_boxes_are_within_their_bound(charts: Charts) -> None:
    """Each line of a box leaves as many rows below it as it should, up to the stated share."""
    first, exact = look(charts, ChartSpec(dataset="t", mark="box", x="kind", y="id"))

    assert first.estimate is not None
    assert first.estimate.looked_at == 20_000
    assert 0 < first.estimate.error < 0.05
    assert exact.estimate is None
    near = {line["x"]: line for line in first.table.to_pylist()}
    right = {line["x"]: line for line in exact.table.to_pylist()}
    assert near.keys() == right.keys()
    for kind, line in right.items():
        for name in ("q1", "middle", "q3"):
            assert abs(near[kind][name] - line[name]) / ROWS <= first.estimate.error
    assert any(near[kind]["middle"] != right[kind]["middle"] for kind in right), "a sample hardly hits them all"


def test_different_values_are_within_their_bound(charts: Charts) -> None:
    """The number of different values of each place is off by at most the stated part of itself."""
    first, exact = look(charts, ChartSpec(dataset="t", mark="bar", x="kind", y="id", aggregate="distinct"))

    assert first.estimate is not None
    near = dict(zip(first.table.column("x").to_pylist(), first.table.column("value").to_pylist(), strict=True))
    right = dict(zip(exact.table.column("x").to_pylist(), exact.table.column("value").to_pylist(), strict=True))
    assert right == dict.fromkeys(right, ROWS // 5)
    assert all(abs(near[one] - right[one]) <= first.estimate.error * right[one] for one in right)


def test_what_cannot_be_told_well_is_not_told(charts: Charts) -> None:
    """Few different values, numbers that add up, and points have no first look."""
    assert charts.glance(ChartSpec(dataset="t", mark="bar", x="id", y="kind", aggregate="distinct")) is None
    assert charts.glance(ChartSpec(dataset="t", mark="bar", x="kind", y="id", aggregate="sum")) is None
    assert charts.glance(ChartSpec(dataset="t", mark="scatter", x="id", y="id")) is None
    assert charts.glance(ChartSpec(sql="select * from t", mark="box", y="id")) is None


def test_the_caption_says_that_it_is_a_first_look(charts: Charts) -> None:
    """How many rows were looked at and how far off the numbers may be stands under the chart."""
    first, exact = look(charts, ChartSpec(dataset="t", mark="box", x="kind", y="id"))

    assert "A first look at a random 20,000 of 200,000 rows" in caption(first)
    assert "percentage points" in caption(first)
    assert "first look" not in caption(exact)
    assert "first look" in chart_bytes(first, "svg").decode(), "a picture of it would say so too"


def test_the_exact_numbers_come_after_a_first_look(charts: Charts) -> None:
    """What was looked at first is never taken for the exact chart."""
    spec = ChartSpec(dataset="t", mark="box", x="kind", y="id")
    first = charts.glance(spec)
    assert first is not None
    assert charts.draw(spec).estimate is None
    assert charts.draw(spec).used == ROWS
