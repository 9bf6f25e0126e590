"""Which type a column gets: one that holds every value, or text."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.records.kinds import (
    Cell,
    ColumnFacts,
    DateText,
    DateTimeText,
    FloatText,
    IntText,
    RawJson,
    TimeText,
    as_text,
    storable,
)


def facts(*values: Cell) -> ColumnFacts:
    """What is known after one batch of these values."""
    seen = ColumnFacts()
    seen.add(values, range(1, len(values) + 1))
    return seen


def ints(*texts: str) -> list[Cell]:
    return [IntText(text) for text in texts]


def floats(*texts: str) -> list[Cell]:
    return [FloatText(text) for text in texts]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([None, None], "VARCHAR"),
        (["0012", "7"], "VARCHAR"),
        (["2026-11-22"], "VARCHAR"),
        ([True, None, False], "BOOLEAN"),
        (ints("1", "-9223372036854775808"), "BIGINT"),
        (ints("9223372036854775808"), "DECIMAL(38,0)"),
        (ints("1" * 39), "VARCHAR"),
        (ints("1" * 5000), "VARCHAR"),
        (floats("1.50", "-2.25"), "DECIMAL(18,2)"),
        ([*ints("3"), *floats("2.5")], "DECIMAL(18,1)"),
        (floats("1e3", "2.5"), "DOUBLE"),
        (floats("0.30000000000000004"), "DECIMAL(18,17)"),
        (floats("0.30000000000000004", "12345.5"), "DOUBLE"),
        (floats("0.1234567890123456789"), "DECIMAL(38,19)"),
        (floats("1e400", "1.5"), "VARCHAR"),
        (floats("1e-400"), "VARCHAR"),
        ([*ints("9007199254740993"), *floats("1e2")], "VARCHAR"),
        (ints("-0"), "DOUBLE"),
        (floats("-0.0", "1.5"), "DOUBLE"),
        ([IntText("1"), "n/a"], "VARCHAR"),
        ([IntText("1"), True], "VARCHAR"),
        ([RawJson("[1]"), RawJson("{}")], "VARCHAR"),
        ([DateText("2026-11-22"), None], "DATE"),
        ([DateText("2026-11-22"), DateTimeText("2026-11-22 10:00:00")], "TIMESTAMP"),
        ([TimeText("10:00:00")], "TIME"),
    ],
)
def test_a_column_gets_the_narrowest_type_that_changes_nothing(values: Sequence[Cell], expected: str) -> None:
    """Numbers that are all alike become numbers; whatever would be bent stays text."""
    assert facts(*values).type(decimals=True) == expected


def test_a_spreadsheet_keeps_its_doubles() -> None:
    """What the file itself holds as a double is no decimal."""
    assert facts(*floats("1.5", "2.25")).type(decimals=False) == "DOUBLE"


def test_several_batches_are_one_column() -> None:
    """The type is chosen from all batches, not from the last one."""
    seen = ColumnFacts()
    seen.add(ints("1", "2"), [1, 2])
    seen.add(floats("0.125"), [3])
    seen.add(ints("123456789012345678"), [4])

    assert seen.type(decimals=True) == "DECIMAL(38,3)"


def test_mixed_kinds_are_told_with_the_line_where_they_begin() -> None:
    """The person sees what is mixed and where to look."""
    seen = ColumnFacts()
    seen.add(ints("1", "2"), [10, 11])
    seen.add([IntText("3"), None, "n/a", RawJson("{}")], [12, 13, 14, 15])

    assert seen.mixture() == ("numbers, text and nested values", 14)
    assert facts(*ints("1"), *floats("1.5")).mixture() is None
    assert facts("a", None).mixture() is None


def test_half_a_character_becomes_its_escape() -> None:
    """Text that no file can hold is kept readable, and it is known that it was changed."""
    assert storable("a\ud800b") == ("a\\ud800b", False)
    assert storable("ä😀") == ("ä😀", True)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


numbers = st.one_of(
    st.integers(-(10**40), 10**40).map(str),
    st.integers(-(10**15), 10**19).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(lambda d: f"{d:f}"),
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
    st.sampled_from(["0", "-0", "-0.0", "1E5", "1e-7", "0.10", "1e400", "4.35e-324"]),
)


@given(texts=st.lists(numbers, min_size=1, max_size=6))
def test_no_number_is_changed_by_its_column(engine: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    """Whatever JSON numbers stand together: read back from the typed column they are the same numbers."""
    cells: list[Cell] = [IntText(t) if t.lstrip("-").isdigit() else FloatText(t) for t in texts]
    kind = facts(*cells).type(decimals=True)

    for text in (as_text(cell) for cell in cells):
        row = engine.execute(f"select '{text}'::{kind}::VARCHAR").fetchone()
        assert row is not None
        assert text is not None
        assert Decimal(row[0]) == Decimal(text)
        assert row[0].startswith("-") == text.startswith("-")
