"""What stands on the screen is what is stored."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from app.widgets.exact import EXACT_INTEGER, for_screen


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (pa.array([Decimal("1249.00"), None], pa.decimal128(18, 2)), ["1249.00", None]),
        (pa.array([2**63 - 1, -1], pa.int64()), ["9223372036854775807", "-1"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([time(7, 15, 1, 5)], pa.time64("us")), ["07:15:01.000005"]),
        (pa.array([datetime(2025, 1, 2, 3, 4, 5, 6)], pa.timestamp("us")), ["2025-01-02 03:04:05.000006"]),  # noqa: DTZ001 - without a zone is what is tested
        (
            pa.array([datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin")),
            ["2025-01-02 03:04:05.000000+00:00"],
        ),
        (pa.array([b"\x00\xff"], pa.binary()), ["00ff"]),
        (pa.array([[1, None]], pa.list_(pa.int64())), ["[1, None]"]),
    ],
)
def test_what_the_browser_cannot_hold_is_text(values: pa.Array, shown: list[str | None]) -> None:
    """No digit is lost between the engine and the eye."""
    table, settings = for_screen(pa.table({"x": values}))

    assert table.column("x").to_pylist() == shown
    assert settings["x"]["type_config"]["type"] == "text"


@pytest.mark.parametrize(
    "values",
    [
        pa.array([EXACT_INTEGER, None], pa.int64()),
        pa.array([None], pa.int64()),
        pa.array(["007"], pa.string()),
        pa.array([True]),
        pa.array([datetime(2025, 1, 2, tzinfo=UTC).date()]),
    ],
)
def test_what_it_can_hold_stays_as_it_is(values: pa.Array) -> None:
    """Numbers stay numbers wherever that is exact."""
    table, settings = for_screen(pa.table({"x": values}))

    assert table.column("x").to_pylist() == values.to_pylist()
    assert settings == {}


def test_approximate_numbers_keep_all_their_digits() -> None:
    """The grid would round to four."""
    _, settings = for_screen(pa.table({"x": [0.1234567890123]}))

    found: dict[str, Any] = settings["x"]
    assert found["type_config"]["format"] == "plain"


def test_numbers_stand_right_and_texts_left() -> None:
    """A decimal that became text is still read by its last digit."""
    _, settings = for_screen(pa.table({"n": pa.array([Decimal("1.5")]), "t": pa.array([b"x"])}))

    assert settings["n"]["alignment"] == "right"
    assert settings["t"]["alignment"] == "left"
