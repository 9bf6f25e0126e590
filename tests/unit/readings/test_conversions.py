"""What cells say when a person asks for a type."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.conversions import (
    DMY,
    MDY,
    TEXT,
    ZONED,
    converter,
    date,
    moment,
    number,
    sql_type_of,
    truth,
    zoned,
)


@pytest.mark.parametrize(
    ("cell", "decimal", "value", "why"),
    [
        ("1.234,50", ",", "1234.50", ""),
        ("1 234,5 €", ",", "1234.5", "currency"),
        ("-€5", ".", "-5", "currency"),
        ("€-5", ".", "-5", "currency"),
        ("CHF 1'234.50", ".", "1234.50", "currency"),
        ("12,5 %", ",", "12.5", "percent"),
        ("12-", ".", "-12", "sign"),
        ("\u22125", ".", "-5", "sign"),
        ("+5", ".", "5", "sign"),
        ("(1,200.00)", ".", "-1200.00", "parentheses"),
        ("007", ".", "7", "leading_zeros"),
        ("1.5e3", ".", "1500", "exponent"),
        ("12\u202f345", ",", "12345", ""),
        (" 7 ", ".", "7", "blanks"),
    ],
)
def test_a_number_is_read_however_it_is_written(cell: str, decimal: str, value: str, why: str) -> None:
    """The value is plain, and what it does not say any more is named."""
    said = number(cell, decimal)

    assert said is not None
    assert (said.text, said.why) == (value, why)


@pytest.mark.parametrize(
    "cell", ["", "-", "abc", "1.2.3", "1,23", "12 34", "1e", "€", "--5", "٣", "5 apples", "0x10"]
)
def test_what_is_no_number_says_so(cell: str) -> None:
    """Nothing is guessed into a number."""
    assert number(cell, ".") is None


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=3), decimal=st.sampled_from(".,"))
def test_every_plain_number_is_its_value(value: Decimal, decimal: str) -> None:
    """Whatever the mark, the value is the same."""
    said = number(f"{value:f}".replace(".", decimal), decimal)

    assert said is not None
    assert Decimal(said.text) == value


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("01/02/2025", DMY, "2025-02-01"), ("01/02/2025", MDY, "2025-01-02"), ("1.2.2025", MDY, "2025-02-01"),
        ("2025-1-2", DMY, "2025-01-02"), ("20250102", DMY, "2025-01-02"), ("2. März 2025", DMY, "2025-03-02"),
        ("Jan 5, 2024", DMY, "2024-01-05"), ("31.12.99", DMY, "1999-12-31"), ("1.1.00", DMY, "2000-01-01"),
        ("31.02.2025", DMY, None), ("13/13/2025", DMY, None), ("2025", DMY, None), ("5. Foo 2025", DMY, None),
    ],
)  # fmt: skip
def test_a_day_is_read_in_its_order(cell: str, order: str, day: str | None) -> None:
    """Figures follow the order, names speak for themselves, days that never were are none."""
    said = date(cell, order)

    assert (said.text if said else None) == day


def test_moments_and_zones() -> None:
    """A time needs its day, an offset is not invented."""
    assert (moment("02.01.2025 3:04 pm", DMY) or pytest.fail("none")).text == "2025-01-02 15:04:00"
    assert (moment("2025-01-02", DMY) or pytest.fail("none")).why == "no_time"
    assert moment("2025-01-02 25:00", DMY) is None
    assert (zoned("2025-01-02T03:04:05Z", DMY) or pytest.fail("none")).text == "2025-01-02 03:04:05+00:00"
    assert zoned("2025-01-02T03:04:05", DMY) is None
    assert zoned("2025-01-02", DMY) is None
    assert moment("2025-01-02T03:04:05+01:00", DMY) is None


def test_words_say_yes_and_no() -> None:
    """In several languages, whatever their case; anything else says nothing."""
    assert [said.text if (said := truth(word)) else None for word in ("Ja", "nein", "WAHR", "0", "maybe", "")] == [
        "true", "false", "true", "false", None, None,
    ]  # fmt: skip


def test_types_hold_what_they_can() -> None:
    """A number with more digits than its type has does not fit."""
    whole, money = converter("BIGINT"), converter("DECIMAL(18,2)")
    assert whole is not None
    assert money is not None
    assert whole("9223372036854775807") is not None
    assert whole("9223372036854775808") is None
    assert whole("1.5") is None
    assert money("1.500") is not None
    assert money("1.005") is None
    assert converter("BLOB") is None


def test_types_have_names() -> None:
    """What a person calls a type, and what the engine does."""
    assert sql_type_of("Integer") == "BIGINT"
    assert sql_type_of("decimal(10, 3)") == "DECIMAL(10,3)"
    assert sql_type_of("timestamptz") == ZONED
    assert sql_type_of("text") == TEXT
    assert sql_type_of("decimal(3,5)") is None
    assert sql_type_of("blob") is None
