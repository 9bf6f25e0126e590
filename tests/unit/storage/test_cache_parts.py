"""The parts of the cache: values as bytes, memory, keys."""

import contextlib
import threading
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.types import Compute
from storage.cache import CacheKeys
from storage.cache.codec import UnreadableValueError, decode, encode, expires_at, verify
from storage.cache.generations import Generations
from storage.cache.memory import InMemoryCache

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
    | st.timedeltas(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


def _types(value: object) -> object:
    if isinstance(value, dict):
        return {key: _types(item) for key, item in value.items()}
    return (type(value), [_types(item) for item in value]) if isinstance(value, list | tuple) else type(value)


@given(plain, st.none() | st.floats(1, 1e12))
def test_values_come_back_as_they_were(value: object, until: float | None) -> None:
    """Whatever can be cached is the same afterwards, types included."""
    payload = encode(value, until)
    verify(payload)
    back = decode(payload)
    assert back == value
    assert _types(back) == _types(value)
    assert expires_at(payload) == until


@given(plain, st.data())
def test_changed_bytes_are_noticed(value: object, data: st.DataObject) -> None:
    """Cut short or changed anywhere in its content, a value is no value; other exceptions never come out."""
    payload = bytearray(encode(value, None))
    with pytest.raises(UnreadableValueError):
        verify(bytes(payload[: data.draw(st.integers(0, len(payload) - 1))]))
    position = data.draw(st.integers(24, len(payload) - 1)) if len(payload) > 24 else 0
    payload[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableValueError):
        verify(bytes(payload))
    with contextlib.suppress(UnreadableValueError):
        decode(bytes(payload))


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"a": pa.array([1, None, 3]), "b": pa.array(["x", None, "ü"])}),
        pa.table({"t": pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))}),
        pa.table({"d": pa.array([Decimal("1.50")], pa.decimal128(18, 2)), "l": pa.array([[{"a": 1}]])}),
        pa.table({"c": pa.array(["a", "b", "a"]).dictionary_encode()}),
        pa.schema([("a", pa.int64())]).empty_table(),
    ],
)
def test_tables_come_back_as_they_were(table: pa.Table) -> None:
    """Arrow tables keep schema, nulls and values."""
    back = decode(encode(table, None))
    assert back.equals(table)
    assert back.schema.equals(table.schema, check_metadata=True)


def test_dates_and_spans_are_no_text() -> None:
    """The kinds of time stay apart."""
    value = [date(2026, 1, 2), time(3, 4, 5, 6), datetime(1, 1, 1), timedelta(days=-1)]  # noqa: DTZ001 - local time
    assert decode(encode(value, None)) == value


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 30), st.sampled_from("xyz")), max_size=60))
def test_memory_is_a_plain_dictionary_within_its_limit(steps: list[tuple[str, int, str]]) -> None:
    """After any history: within the limit, nothing wrong, nothing gone without need, tags exact."""
    memory, model = InMemoryCache(100), dict[str, tuple[bytes, str]]()
    for key, size, tag in steps:
        if size == 30:
            memory.discard_tagged([tag])
            model = {k: v for k, v in model.items() if v[1] != tag}
        elif size == 29:
            found = memory.get(key, 0.0)
            assert found == (model[key][0] if key in model else None)
            if key in model:
                model[key] = model.pop(key)
        else:
            payload = key.encode() * size
            memory.put(key, payload, tags=[tag])
            model.pop(key, None)
            if size <= 25:
                model[key] = (payload, tag)
            while sum(len(v[0]) for v in model.values()) > 100:
                model.pop(next(iter(model)))
        assert memory.size() == (len(model), sum(len(v[0]) for v in model.values()))


def test_keys_of_different_questions_differ() -> None:
    """Every argument and every kind of question counts."""
    keys = [
        CacheKeys.judgement("d", "n"),
        CacheKeys.profile("d", 1, Compute.FAST),
        CacheKeys.profile("d", 1, Compute.ACCURATE),
        CacheKeys.profile("d", 2, Compute.FAST),
        CacheKeys.page("d", 1, {"offset": 0}),
        CacheKeys.page("d", 1, {"offset": 200}),
        CacheKeys.count("d", 1, {"offset": 0}),
        CacheKeys.query("select 1", {}),
        CacheKeys.query("select 1", {"d": 1}),
        CacheKeys.query("select 1", {}, 0),
    ]
    assert len(set(keys)) == len(keys)
    assert CacheKeys.page("d", 1, {"a": 1, "b": 2}) == CacheKeys.page("d", 1, {"b": 2, "a": 1})


def test_processes_that_begin_together_share_the_first_generation(tmp_path: Path) -> None:
    """Nobody's first question is answered under a name that nobody else asks for."""
    processes = [Generations(tmp_path / "tags") for _ in range(8)]
    for number in range(25):
        tags, ready, stamps = [f"tag{number}"], threading.Barrier(len(processes)), list[bytes | None]()

        def ask(
            process: Generations, tags: list[str], ready: threading.Barrier, stamps: list[bytes | None]
        ) -> None:
            ready.wait()
            stamps.append(process.stamp(tags))

        threads = [threading.Thread(target=ask, args=(p, tags, ready, stamps)) for p in processes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(stamps)) == 1
        assert stamps[0] is not None
    assert not list((tmp_path / "tags").glob("*.part"))
