"""Any value a person can give becomes the SQL of exactly that value."""

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.values import arguments, literal
from core.config import AppConfig
from core.errors import UsageError
from core.paths import ProfilePaths
from storage.duck import Connection, DuckEngine

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**12), max_value=10**12),
    texts,
    st.dates(dt.date(1, 1, 1)),
    st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)),  # noqa: DTZ001 - local times are values too
    st.times(),
    st.binary(),
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A connection of the engine."""
    paths = ProfilePaths(tmp_path_factory.mktemp("values"))
    engine = DuckEngine(AppConfig(), paths)
    with engine.trusted() as opened:
        yield opened
    engine.close()


def through_the_engine(connection: Connection, value: Any) -> Any:  # noqa: ANN401 - any value
    """What the engine understands."""
    row = connection.execute(f"select {literal(value)}").fetchone()
    assert row is not None
    return row[0]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values)
def test_a_value_arrives_as_it_is(connection: Connection, value: Any) -> None:  # noqa: ANN401 - any value
    """Text, numbers, dates and bytes keep their value and kind, whatever they hold."""
    found = through_the_engine(connection, value)

    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)
    if isinstance(value, float):
        assert math.copysign(1, found) == math.copysign(1, value)


@settings(max_examples=50, deadline=None)
@given(parts=st.lists(texts, max_size=5))
def test_a_list_arrives_as_a_list(connection: Connection, parts: list[str]) -> None:
    """Lists keep their order and length."""
    assert through_the_engine(connection, parts) == parts


@pytest.mark.parametrize("value", [float("nan"), Decimal("NaN"), float("inf"), 10**60, -(2**127)])
def test_numbers_beyond_the_engine_s_kinds_become_approximate(connection: Connection, value: Any) -> None:  # noqa: ANN401
    """What has no exact type is a floating-point number, not an error."""
    found = through_the_engine(connection, value)

    assert math.isnan(found) if value != value else found == float(value)


def test_what_is_no_value_is_told() -> None:
    """A kind the engine does not know, and half a character, are the caller's to correct."""
    with pytest.raises(UsageError, match="no value"):
        literal(object())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no valid text"):
        literal("\udc80")


def test_arguments_are_named() -> None:
    """Names are quoted and values written out."""
    assert arguments({'"a"': "it's", "n": 1}) == '("""a""" := \'it\'\'s\', "n" := (1))'
    assert arguments({}) == ""
