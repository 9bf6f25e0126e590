"""Very wide tables: the same values, whoever writes the file, and little memory."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.readings.records import staging
from analysis.readings.records.json_reader import JsonReader
from analysis.readings.records.kinds import Cell, DateText, DateTimeText, FloatText, IntText, RawJson, TimeText
from analysis.readings.records.staging import DATA_NAME, Staging
from core.config import AppConfig
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.duck import DuckEngine
from tests.integration.readings.records_support import engine, read

RECORDS: list[list[tuple[str, Cell]]] = [
    [
        ("int", IntText("-9223372036854775808")), ("huge", IntText("1" * 38)), ("dec", FloatText("-1.50")),
        ("dbl", FloatText("1e300")), ("zero", FloatText("-0.0")), ("text", "a\0ä😀"), ("yes", True),
        ("day", DateText("0001-01-01")), ("at", DateTimeText("1900-01-01 00:00:00.123")),
        ("time", TimeText("23:59:59.999")), ("json", RawJson('{"a": [1]}')), ("none", None),
    ],
    [("int", None), ("yes", False), ("day", DateText("9999-12-31")), ("time", TimeText("00:00:00"))],
    [("late", IntText("1")), ("dec", FloatText("0.25"))],
]  # fmt: skip


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    with engine(config, profile) as opened:
        yield opened


def written(duck: DuckEngine, out: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The records as the staging writes them, one part file for each: the rows as text, and the types."""
    out.mkdir()
    with Staging("x", max_columns=100, folder=out) as table:
        for line, members in enumerate(RECORDS, 1):
            table.add(members, line=line, chars=100_000_000)
        table.finish(duck, out, SilentProgress(), decimals=True)
    with duck.trusted() as connection:
        rows = connection.execute(f"select columns(*)::varchar from '{out / DATA_NAME}'").fetchall()
        types = connection.execute(
            f"select column_name, column_type from (describe from '{out / DATA_NAME}')"
        ).fetchall()
    return rows, types


def test_both_writers_write_the_same(duck: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every type, with and without values, over several part files."""
    by_engine = written(duck, tmp_path / "engine")
    monkeypatch.setattr(staging, "WIDE", 1)
    by_arrow = written(duck, tmp_path / "arrow")

    assert by_engine == by_arrow
    assert len(by_engine[0]) == 3


def test_a_table_of_thousands_of_text_columns_fits(duck: DuckEngine, config: AppConfig, tmp_path: Path) -> None:
    """The engine alone ran out of two gigabytes here."""
    path = tmp_path / "wide.json"
    path.write_text(json.dumps([{f"k{n}": str(n) for n in range(3_000)}, {"k7": "x"}]))

    result = read(JsonReader(duck, config), duck, path, tmp_path / "out")

    assert result.rows[0][:3] == ("0", "1", "2")
    assert result.rows[1][7:9] == ("x", None)
