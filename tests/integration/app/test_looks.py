"""Files that are looked at before their import, as the two halves of the page ask for them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.rows import RowQuery
from app.components.grid import look_rows
from app.components.grid.sources import Sources
from app.components.grid.stop import Stop
from app.components.rawlines.route import LinesBody, lines_of
from app.context import AppContext, opened_app
from app.features.datasets.actions import try_reading
from core.errors import NotFoundError
from core.paths import ProfilePaths
from core.progress import SilentProgress


@pytest.fixture
def ctx(profile: ProfilePaths) -> Iterator[AppContext]:
    """The whole app below the page."""
    with opened_app(profile, purpose="a test") as context:
        yield context


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small file, one line of which needs repair."""
    path = tmp_path / "a.csv"
    path.write_text("id;town;amount\n1;Köln;2,5\n2;Bonn\n3;a𝄞b;4,5\n", encoding="utf-8")
    return path


def test_lines_and_records_follow_the_reading(ctx: AppContext, file: Path) -> None:
    """Both halves show the same reading; a part of the ledger narrows both."""
    look = ctx.looks.open(file, "a.csv")
    view = look.view(ctx.analysis.readings.judge(file).best)
    view.scanning.wait(10)

    lines = lines_of(ctx.looks, LinesBody(source=f"{look.id}:{view.key}"), Stop())
    repaired = lines_of(ctx.looks, LinesBody(source=f"{look.id}:{view.key}", only="repaired"), Stop())
    source = Sources(ctx).find(look_rows(look, view, only="repaired"))
    block = source.block(RowQuery(columns=("id", "town")), begin=True, progress=SilentProgress())

    assert lines["total"] == 4
    assert [one["n"] for one in repaired["lines"]] == [3]
    assert repaired["lines"][0]["a"] == "repaired"
    assert block is not None
    assert block.table.to_pylist() == [{"#": 2, "id": "2", "town": "Bonn"}]
    told = lines["lines"][3]
    text = told["t"].encode("utf-16-le")
    spans = [text[2 * a : 2 * b].decode("utf-16-le") for a, b in zip(told["s"][::3], told["s"][1::3], strict=True)]
    assert spans == ["3", "a𝄞b", "4,5"]  # counted as a browser counts


def test_cells_another_reading_has_otherwise_are_marked(ctx: AppContext, file: Path) -> None:
    """Compared line by line with the best reading; a cell only one of them has is marked, too."""
    look = ctx.looks.open(file, "a.csv")
    best = ctx.analysis.readings.judge(file).best
    other = try_reading(ctx, file, replace(best.reading, delimiter=",", column_types=()))
    beside, view = look.view(best), look.view(other)
    for one in (beside, view):
        one.scanning.wait(10)
    names = tuple(column.name for column in other.columns)

    same = Sources(ctx).find(look_rows(look, beside, beside=beside))
    differing = Sources(ctx).find(look_rows(look, view, beside=beside))
    nothing = same.block(RowQuery(columns=("id",)), begin=True, progress=SilentProgress())
    marked = differing.block(RowQuery(columns=names), begin=True, progress=SilentProgress())

    assert nothing is not None
    assert nothing.marked == {}
    assert marked is not None
    assert list(marked.marked[names[0]]) == [0, 1, 2]


def test_before_a_reading_there_are_plain_lines(ctx: AppContext, file: Path) -> None:
    """Nothing is coloured and nothing is said of what becomes of them."""
    look = ctx.looks.open(file, "a.csv")
    view = look.view(None)
    view.scanning.wait(10)
    found = lines_of(ctx.looks, LinesBody(source=f"{look.id}:{view.key}"), Stop())
    first = found["lines"][0]
    assert (first["t"], first["s"], first.get("a")) == ("id;town;amount", [], None)


def test_a_closed_look_is_gone(ctx: AppContext, file: Path) -> None:
    """Its routes say so in a sentence; looking again is a look of its own."""
    look = ctx.looks.open(file, "a.csv")
    view = look.view(None)
    ctx.looks.close(look)
    with pytest.raises(NotFoundError, match="no longer open"):
        lines_of(ctx.looks, LinesBody(source=f"{look.id}:{view.key}"), Stop())
    assert ctx.looks.open(file, "a.csv").id != look.id
