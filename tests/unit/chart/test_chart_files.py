"""A chart as a file: whole, offline, with its words and where it came from, whatever the data holds."""

import json
import re
import threading
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from analysis.chart import CHART_FORMATS, Chart, ChartFormat, Charts, ChartSpec, chart_bytes, write_chart
from analysis.chart.narrow import filters_of_area, filters_of_place, filters_of_span, span_places
from analysis.chart.option import picture
from analysis.chart.render import SCRIPT
from analysis.chart.words import caption, place_name
from analysis.query import QueryEngine
from core.errors import ExportError
from core.i18n import axis_words, speaking
from storage.open import Storage
from tests.tables import add_dataset

NASTY = "</script><img src=x onerror=alert(1)>&\"'\x00\u2028"
TABLE = pa.table(
    {
        "town": ["Köln", NASTY, None, "東京", "Köln"],
        "kind": ["a", "b", "a", "b", None],
        "amount": [1.5, 2.0, -3.0, None, 4.0],
        "price": [1.0, 2.0, 3.0, 4.0, 5.0],
        "day": pa.array(["2024-01-01", "2024-02-01", "2024-04-01", None, "2024-04-02"]).cast(pa.date32()),
    }
)
SPECS = (
    ChartSpec(dataset=f"d{NASTY[:9]}", mark="bar", x="town", y="amount", colour="kind", facet="kind"),
    ChartSpec(mark="line", x="day", y="amount"),
    ChartSpec(mark="area", x="day", colour="kind"),
    ChartSpec(mark="scatter", x="price", y="amount", colour="town"),
    ChartSpec(mark="histogram", x="amount", colour="kind"),
    ChartSpec(mark="box", x="kind", y="amount"),
    ChartSpec(mark="heatmap", x="town", y="kind"),
)


@pytest.fixture
def charts(storage: Storage) -> Charts:
    """The charts, with one dataset."""
    add_dataset(storage, "t", TABLE)
    return Charts(storage, QueryEngine(storage))


def chart_of(charts: Charts, spec: ChartSpec) -> Chart:
    """The computed chart of the one dataset."""
    return charts.draw(ChartSpec.from_dict({**spec.to_dict(), "dataset": "t"}))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.mark)
def test_every_kind_of_chart_becomes_every_format(charts: Charts, spec: ChartSpec) -> None:
    """Well-formed, with the caption inside, whatever the values are called."""
    chart = chart_of(charts, spec)

    svg = ET.fromstring(chart_bytes(chart, "svg"))  # noqa: S314 - our own
    assert svg.findtext("{http://www.w3.org/2000/svg}desc") == caption(chart)
    assert chart_bytes(chart, "png")[:8] == b"\x89PNG\r\n\x1a\n"
    assert json.loads(json.dumps(picture(chart).option, allow_nan=False))


@pytest.mark.parametrize(
    ("language", "amount", "day"), [("en", "4,000.4", "Mar 12"), ("de", "4.000,4", "12. März")]
)
def test_an_exported_chart_writes_its_axes_in_the_persons_language(
    storage: Storage, language: str, amount: str, day: str
) -> None:
    """As on the screen, in the svg and in what the html carries; a tiny number is none of the zeros beside it."""
    days = pa.array(["2024-03-11", "2024-03-12", "2024-03-13"]).cast(pa.date32())
    add_dataset(
        storage, "t", pa.table({"day": days, "amount": [4000.1, 4000.5, 4000.9], "tiny": [1e-8, 2e-8, 3e-8]})
    )
    with speaking(language):
        drawn, tiny = (
            chart_of(Charts(storage, QueryEngine(storage)), ChartSpec(mark="scatter", x=x, y=y))
            for x, y in (("day", "amount"), ("amount", "tiny"))
        )
        texts = list(ET.fromstring(chart_bytes(drawn, "svg")).itertext())  # noqa: S314 - our own
        small = list(ET.fromstring(chart_bytes(tiny, "svg")).itertext())  # noqa: S314 - our own
        carried = re.search(r'id="words">(.*?)</script>', chart_bytes(drawn, "html").decode())
        words = axis_words()

    assert {amount, day} <= set(texts)
    assert "1.5e-8".replace(".", amount[-2]) in small
    assert carried is not None
    assert json.loads(carried[1]) == words


class _Asked(HTMLParser):
    """Everything in a document that would make a browser ask for something, and its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.asked += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset", "action", "data")]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.mark)
def test_the_html_asks_nobody_and_holds_no_address(charts: Charts, spec: ChartSpec) -> None:
    """No source, no link, no address at all, a policy that forbids asking, and no markup from data."""
    text = chart_bytes(chart_of(charts, spec), "html").decode()
    document = _Asked()
    document.feed(text)

    assert not re.findall(r"https?:", text)
    assert document.asked == []
    assert "img" not in document.tags
    assert document.tags.count("script") == 4, "what is drawn, its words, and what draws it"
    assert "default-src &#x27;none&#x27;" in text
    assert "Apache Software Foundation" in text, "the notices of the library stay"


def test_the_same_numbers_are_drawn_everywhere(charts: Charts) -> None:
    """The html carries the very option the page shows."""
    chart = chart_of(charts, SPECS[4])
    text = chart_bytes(chart, "html").decode()
    found = re.search(r'<script type="application/json" id="option">(.*?)</script>', text)
    assert found is not None
    assert json.loads(found[1]) == picture(chart).option


def test_drawing_from_many_threads_is_safe(charts: Charts) -> None:
    """Pages of several windows export at the same time."""
    chart, sizes = chart_of(charts, SPECS[0]), list[int]()
    threads = [
        threading.Thread(target=lambda: sizes.append(len(chart_bytes(chart, "svg")))) for _number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sizes) == 6
    assert len(set(sizes)) == 1


@pytest.mark.parametrize("fmt", CHART_FORMATS)
def test_a_file_is_there_whole_or_not_at_all(
    charts: Charts, storage: Storage, tmp_path: Path, fmt: ChartFormat
) -> None:
    """A file that is there is not replaced unless asked; nothing half lies beside it."""
    chart = chart_of(charts, SPECS[1])
    target = tmp_path / f"out.{fmt}"
    written = write_chart(chart, target, fmt, storage.paths)
    assert (target.stat().st_size, written.bytes) == (written.bytes, len(target.read_bytes()))

    with pytest.raises(ExportError):
        write_chart(chart, target, fmt, storage.paths)
    write_chart(chart, target, fmt, storage.paths, overwrite=True)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith((".", "out"))] == [target.name]


@pytest.mark.parametrize("spec", [one for one in SPECS if one.mark != "scatter"], ids=lambda spec: spec.mark)
def test_a_click_leaves_the_rows_that_were_counted(charts: Charts, spec: ChartSpec) -> None:
    """The filters of a place leave exactly as many rows as the chart says it has."""
    chart = chart_of(charts, spec)
    for line in chart.table.to_pylist():
        filters = filters_of_place(chart, line)
        narrowed = charts.draw(ChartSpec.from_dict({**chart.spec.to_dict(), "filters": []} | {"filters": [
            {"column": one.column, "op": one.op, "value": one.value} for one in filters
        ]}))  # fmt: skip
        assert narrowed.used == line["rows"], (line, filters)


@pytest.mark.parametrize(
    "spec",
    [
        *(one for one in SPECS if one.mark in ("line", "area", "histogram", "box")),
        ChartSpec(mark="bar", x="town", y="amount"),
        ChartSpec(mark="bar", x="day", unit="month"),
        ChartSpec(mark="bar", x="price", bins=0),
        ChartSpec(mark="line", x="price", y="amount", bins=0),
    ],
    ids=lambda spec: f"{spec.mark} {spec.x}",
)
def test_a_picked_range_leaves_the_rows_that_were_counted(charts: Charts, spec: ChartSpec) -> None:
    """From one place to another, whatever lies between: exactly the rows the chart counts there."""
    chart = chart_of(charts, spec)
    places = span_places(chart)
    assert len(places) > 1
    names = [name for _at, name in places]
    for first in range(len(places)):
        for last in range(first, len(places)):
            filters = filters_of_span(chart, places[first][0], places[last][0])
            counted = sum(
                line["rows"]
                for line in chart.table.to_pylist()
                if place_name(chart, "x", line) in names[first : last + 1]
                and not (line["x"] is None and last > first)  # a range of names has nobody without one
            )
            narrowed = charts.draw(replace(spec, dataset="t", filters=filters))
            assert narrowed.used == counted, (names[first], names[last], filters)
    assert filters_of_span(chart, places[-1][0] + 1e12, places[-1][0] + 2e12) == ()


def test_an_area_of_points_is_a_filter(charts: Charts) -> None:
    """Brushing leaves what lies inside; days are days again."""
    chart = chart_of(charts, ChartSpec(mark="scatter", x="day", y="amount"))
    day_ms = 86_400_000.0
    filters = filters_of_area(chart, {"x": [19_723 * day_ms, 19_754 * day_ms], "y": [0.0, 3.0]})

    assert [(one.column, one.op, one.value) for one in filters] == [
        ("day", ">=", "2024-01-01"), ("day", "<=", "2024-02-01"), ("amount", ">=", 0.0), ("amount", "<=", 3.0),
    ]  # fmt: skip


def test_the_script_is_the_one_npm_delivers() -> None:
    """What is carried in every file is ECharts as published, byte for byte, where the toolchain is installed."""
    published = Path(__file__).parents[3] / "app/components/node_modules/echarts/dist/echarts.min.js"
    if not published.exists():
        pytest.skip("app/components has no echarts installed")
    assert SCRIPT.read_bytes() == published.read_bytes()
