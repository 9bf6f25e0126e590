"""What the grid says about selected cells."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import row_sums as sums_module
from analysis.row_sql import Filter
from analysis.row_sums import RowSums, Sums
from analysis.rows import RowPages, RowQuery
from core.errors import ColumnNotFoundError
from core.ids import new_id
from storage.open import Storage
from tests.tables import add_dataset

ANY_ROWS = 1_000_000


@pytest.fixture
def sums(storage: Storage) -> Iterator[RowSums]:
    rows = RowPages(storage)
    yield RowSums(rows, storage.duck)
    rows.close()


def of(sums: RowSums, storage: Storage, table: pa.Table | str, **query: Any) -> Sums:  # noqa: ANN401 - fields of RowQuery
    dataset = add_dataset(storage, f"t{new_id()}", table)
    return sums.sums(dataset, RowQuery(**{"limit": ANY_ROWS, **query}))


def test_whole_numbers_add_up_exactly(sums: RowSums, storage: Storage) -> None:
    """A sum that no 64-bit number holds is told to the last digit."""
    largest = 2**63 - 1
    told = of(sums, storage, pa.table({"a": [largest, largest, largest - 2, None]}))

    assert (told.cells, told.values, told.numbers) == (4, 3, 3)
    assert (told.sum, told.min, told.max) == (str(3 * largest - 2), str(largest - 2), str(largest))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.decimals(-(10**12), 10**12, places=4)), min_size=1, max_size=40))
def test_decimals_add_up_exactly(sums: RowSums, storage: Storage, values: list[Decimal | None]) -> None:
    """The sum is that of the decimals as written, and so are its ends."""
    told = of(sums, storage, pa.table({"a": pa.array(values, pa.decimal128(24, 4))}))
    there = [value for value in values if value is not None]

    assert (told.cells, told.values, told.numbers) == (len(values), len(there), len(there))
    if there:
        assert Decimal(told.sum or "") == sum(there)
        assert (Decimal(told.min or ""), Decimal(told.max or "")) == (min(there), max(there))
        assert float(told.mean or "") == pytest.approx(
            float(sum(there) / len(there)), rel=5e-4
        )  # four digits that count


@pytest.mark.parametrize("sort", [(), (("a", True),)])
@pytest.mark.parametrize("filters", [(), (Filter("a", ">=", 10),)])
def test_a_range_is_counted_in_the_order_shown(
    sums: RowSums,
    storage: Storage,
    sort: tuple[tuple[str, bool], ...],
    filters: tuple[Filter, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rows 5 to 9 of what is on the screen, however it is sorted and filtered, near or far."""
    shown = [value for value in range(50) if not filters or value >= 10]
    shown = sorted(shown, reverse=bool(sort))
    wanted = shown[5:9]
    for near in (True, False):
        monkeypatch.setattr(sums_module, "MAX_LIMIT", 100 if near else 1)
        table = pa.table({"a": list(range(50))})
        told = of(sums, storage, table, offset=5, limit=4, sort=sort, filters=filters)
        assert (told.cells, told.sum, told.min) == (4, str(sum(wanted)), str(min(wanted)))


def test_columns_of_different_kinds_add_up_together(sums: RowSums, storage: Storage) -> None:
    """Texts count as values, numbers as numbers, a missing value as neither."""
    table = "select * from (values (1, 1.5::decimal(4,1), 'x'), (2, null, 'y')) t(a, b, c)"
    told = of(sums, storage, table)

    assert told == Sums(6, 5, 3, "4.5", "1.5", "1", "2")


def test_dates_have_ends_and_no_sum(sums: RowSums, storage: Storage) -> None:
    """The first and the last day say something; their sum does not."""
    told = of(sums, storage, "select date '2025-01-31' + range::int as d from range(3)")

    assert (told.sum, told.min, told.max) == (None, "2025-01-31", "2025-02-02")


@pytest.mark.parametrize(
    ("values", "sum_", "low"),
    [
        ("'1', 'inf'", "inf", "1"),
        ("'nan', '2'", "NaN", "2"),
        ("'inf', '-inf'", "NaN", "-inf"),
        ("0.1, 0.2", None, "0.1"),
    ],
)
def test_numbers_that_are_none_break_nothing(
    sums: RowSums, storage: Storage, values: str, sum_: str | None, low: str
) -> None:
    """Infinity and NaN are told as what they are."""
    told = of(sums, storage, f"select unnest([{values}]::double[]) as x")

    assert told.min == low
    assert sum_ is None or told.sum == sum_


def test_an_empty_selection_is_nothing(sums: RowSums, storage: Storage) -> None:
    """No row, no sum."""
    assert of(sums, storage, pa.table({"a": [1]}), offset=10, limit=5) == Sums(0, 0, 0)


def test_an_unknown_column_is_told(sums: RowSums, storage: Storage) -> None:
    """As everywhere, with its name."""
    with pytest.raises(ColumnNotFoundError, match="'b'"):
        of(sums, storage, pa.table({"a": [1]}), columns=("b",))
