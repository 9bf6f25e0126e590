"""What the grid shows is what is stored: every value travels as its exact text."""

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.components.grid.cells import cut, kind_of, texts
from app.components.grid.wire import BLOCK_CHARACTERS, CUT_LEAST, CUT_MOST, copied, longest


def shown(values: list[Any], kind: pa.DataType) -> list[str | None]:
    """Return the texts of a column."""
    return texts(pa.chunked_array([pa.array(values, kind)]))


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))))
def test_whole_numbers_keep_every_digit(values: list[int | None]) -> None:
    """Also those no browser can count with."""
    assert shown(values, pa.int64()) == [None if value is None else str(value) for value in values]


@given(st.lists(st.one_of(st.none(), st.decimals(-(10**20), 10**20, places=9))))
def test_decimals_keep_every_digit_and_have_no_exponent(values: list[Decimal | None]) -> None:
    """The text is the decimal as written, with all its places."""
    found = shown(values, pa.decimal128(38, 9))

    for value, text in zip(values, found, strict=True):
        if value is None or text is None:
            assert value is None
            assert text is None
            continue
        assert Decimal(text) == value
        assert "e" not in text.lower()
        assert len(text.split(".")[1]) == 9


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))))
def test_floats_are_told_so_that_the_same_float_comes_back(values: list[float | None]) -> None:
    """The shortest text of each; what is no number says so and is not missing."""
    for value, text in zip(values, shown(values, pa.float64()), strict=True):
        if value is None or text is None:
            assert value is None
            assert text is None
        elif math.isnan(value):
            assert text == "NaN"
        else:
            assert float(text) == value


@given(st.lists(st.one_of(st.none(), st.text())))
def test_texts_are_untouched(values: list[str | None]) -> None:
    """Empty is not missing, and nothing inside a text changes."""
    assert shown(values, pa.string()) == values


@given(st.lists(st.one_of(st.none(), st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))))  # noqa: DTZ001 - without a zone is what is tested
def test_moments_keep_their_microseconds(values: list[datetime | None]) -> None:
    """The text reads back as the same moment."""
    for value, text in zip(values, shown(values, pa.timestamp("us")), strict=True):
        assert (None if text is None else datetime.fromisoformat(text)) == value


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (date(2025, 1, 2), pa.date32(), "2025-01-02"),
        (time(7, 15, 1, 5), pa.time64("us"), "07:15:01.000005"),
        (time(7, 15), pa.time64("us"), "07:15:00"),
        (
            datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
            pa.timestamp("us", "Europe/Berlin"),
            "2025-01-02 03:04:05+00:00",
        ),
        (2**63 - 1, pa.timestamp("us"), "infinity"),
        (-(2**63) + 1, pa.timestamp("us"), "-infinity"),
        (86_400_000_000, pa.time64("us"), "24:00:00"),
        (True, pa.bool_(), "true"),
        (b"\x00\xff", pa.binary(), "00ff"),
        (0.1, pa.float32(), "0.1"),
        (100.0, pa.float64(), "100"),
        ([1, None, 3], pa.list_(pa.int64()), "[1, null, 3]"),
        ([], pa.list_(pa.string()), "[]"),
        ([["a"], None], pa.list_(pa.list_(pa.string())), '[["a"], null]'),
        (
            {"a": Decimal("1.50"), "b": [date(2025, 1, 1)], "c": True},
            pa.struct([("a", pa.decimal128(9, 2)), ("b", pa.list_(pa.date32())), ("c", pa.bool_())]),
            '{"a": 1.50, "b": ["2025-01-01"], "c": true}',
        ),
        ([("k", 2**60)], pa.map_(pa.string(), pa.int64()), '{"k": 1152921504606846976}'),
        ((14, 3, -5_500_000_000), pa.month_day_nano_interval(), "1 year 2 months 3 days -00:00:05.5"),
    ],
)
def test_each_kind_of_value_has_its_text(value: object, kind: pa.DataType, text: str) -> None:
    """As an analyst would write it; beside it a missing one."""
    assert shown([value, None], kind) == [text, None]


def test_a_part_of_a_nested_column_is_told_alone() -> None:
    """A block in the middle of a larger one shows its own rows."""
    column = pa.chunked_array([pa.array([[1], [2, 3], None, [4]], pa.list_(pa.int64()))])

    assert texts(column.slice(1, 2)) == ["[2, 3]", None]


def test_what_is_cut_is_said() -> None:
    """The browser knows which texts go on."""
    assert cut(["abcd", None, "abc", ""], 3) == (["abc", None, "abc", ""], [0])


@given(st.integers(1, 1_000), st.integers(1, 150))
def test_a_block_stays_small(rows: int, columns: int) -> None:
    """However many cells it has and however long they are."""
    most = longest(rows, columns)

    assert CUT_LEAST <= most <= CUT_MOST
    assert most == CUT_LEAST or most * rows * columns <= BLOCK_CHARACTERS + rows * columns


@pytest.mark.parametrize(
    ("sql_type", "kind"),
    [("BIGINT", "number"), ("DECIMAL(18,2)", "number"), ("DOUBLE", "number"), ("BOOLEAN", "bool"),
     ("DATE", "time"),     ("TIMESTAMP WITH TIME ZONE", "time"), ("VARCHAR", "text"),
     ("INTEGER[]", "other"), ("STRUCT(a INTEGER)", "other")],
)  # fmt: skip
def test_a_column_is_aligned_by_its_type(sql_type: str, kind: str) -> None:
    """Numbers right, the others left."""
    assert kind_of(sql_type) == kind


def test_the_clipboard_gets_what_a_spreadsheet_takes() -> None:
    """Tabs between cells, a line a row, quotes where a cell holds one of these; missing is empty."""
    table = pa.table({"#": [1, 2], "a": ["x\ty", None], "b": ['say "hi"', "line\nbreak"]})

    assert copied([table], ["a", "b\n"], header=True) == 'a\t"b\n"\n"x\ty"\t"say ""hi"""\n\t"line\nbreak"'
