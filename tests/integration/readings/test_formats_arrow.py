"""Arrow files and streams: every type as it is, or kept in a form that loses nothing, which is told."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.readings.records.arrow_reader import ArrowReader
from core.config import AppConfig
from core.errors import DamagedFileError, FileTooLargeError, NotATableError, SourceError
from core.paths import ProfilePaths
from storage.duck import DuckEngine
from tests.integration.readings.records_support import engine, read, texts


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    """An engine."""
    with engine(config, profile) as opened:
        yield opened


@pytest.fixture
def reader(duck: DuckEngine, config: AppConfig) -> ArrowReader:
    """The reader, in this process."""
    return ArrowReader(duck, config)


def as_file(table: pa.Table, path: Path) -> None:
    """The file format."""
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)


def as_stream(table: pa.Table, path: Path) -> None:
    """The stream format."""
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)


def as_feather_1(table: pa.Table, path: Path) -> None:
    """The format before Arrow 0.17."""
    feather.write_feather(table, path, version=1)


WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    "file": as_file,
    "stream": as_stream,
    "lz4": lambda table, path: feather.write_feather(table, path, compression="lz4"),
    "feather 1": as_feather_1,
}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.filterwarnings("ignore:.*feather.*")
def test_every_form_of_arrow_is_read(reader: ArrowReader, duck: DuckEngine, tmp_path: Path, kind: str) -> None:
    """By its first bytes, in as many batches as it has."""
    path = tmp_path / "x.bin"
    WRITERS[kind](pa.table({"id": list(range(20)), "name": [f"n{i}" for i in range(20)]}), path)

    assert reader.recognises(path, path.read_bytes()[:64], "x.bin")
    result = read(reader, duck, path, tmp_path / "out")

    assert result.rows == [(str(i), f"n{i}") for i in range(20)]
    assert result.types == {"id": "BIGINT", "name": "VARCHAR"}
    assert result.flags == []
    assert texts(reader, path)[:2] == [["id", "name"], ["0", "n0"]]


MOMENT = dt.datetime(2026, 11, 23, 4, 5, 6, 789_000)  # noqa: DTZ001 - a column without a zone
SPAN = '{"months": 1, "days": 2, "nanoseconds": 3}'
ZONED = pa.timestamp("us", "Europe/Berlin")
CASES: list[tuple[pa.Array, str, list[str | None], bool]] = [
    (pa.array([1, None], pa.uint64()), "UBIGINT", ["1", None], False),
    (pa.array([1.5, None], pa.float16()), "FLOAT", ["1.5", None], False),
    (pa.array([Decimal("1.50")], pa.decimal128(20, 2)), "DECIMAL(20,2)", ["1.50"], False),
    (pa.array([Decimal("1.5")], pa.decimal256(60, 1)), "VARCHAR", ["1.5"], True),
    (pa.array([MOMENT], pa.timestamp("ms")), "TIMESTAMP", ["2026-11-23 04:05:06.789"], False),
    (pa.array([MOMENT], ZONED), "TIMESTAMP WITH TIME ZONE", ["2026-11-23 04:05:06.789+00"], False),
    (pa.array([dt.timedelta(seconds=90)], pa.duration("us")), "DECIMAL(38,6)", ["90.000000"], True),
    (pa.array(["a", None, "a"]).dictionary_encode(), "VARCHAR", ["a", None, "a"], False),
    (pa.array([None, None], pa.null()), "VARCHAR", [None, None], False),
    (pa.array([[1, 2], None], pa.list_(pa.int32())), "INTEGER[]", ["[1, 2]", None], False),
    (pa.array([{"x": 1}], pa.struct([("x", pa.int8())])), "STRUCT(x TINYINT)", ["{'x': 1}"], False),
    (pa.array([b"\x00\xff"], pa.binary()), "BLOB", ["\\x00\\xFF"], False),
    (pa.array([{}], pa.struct([])), "VARCHAR", ["{}"], True),
    (pa.array([(1, 2, 3)], pa.month_day_nano_interval()), "VARCHAR", [SPAN], True),
]  # fmt: skip


@pytest.mark.parametrize(("array", "kind", "expected", "told"), CASES, ids=[str(case[0].type) for case in CASES])
def test_types(
    reader: ArrowReader,
    duck: DuckEngine,
    tmp_path: Path,
    array: pa.Array,
    kind: str,
    expected: list[str | None],
    *,
    told: bool,
) -> None:
    """What a type becomes, and whether that has to be told."""
    path = tmp_path / "x.arrow"
    as_file(pa.table({"c": array}), path)

    result = read(reader, duck, path, tmp_path / "out")

    assert result.types == {"c": kind}
    assert [row[0] for row in result.rows] == expected
    assert bool(result.flags) is told


@given(
    columns=st.dictionaries(
        st.text(max_size=8),
        st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=5, max_size=5),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_names_and_numbers_come_back(
    reader: ArrowReader, tmp_path_factory: pytest.TempPathFactory, columns: dict[str, list[Any]]
) -> None:
    """As they are in the file; only names that could not be told apart change."""
    path = tmp_path_factory.mktemp("any") / "x.arrow"
    as_stream(pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()}), path)

    found = texts(reader, path)

    assert found[0] == list(columns)
    assert found[1:] == [["" if v is None else str(v) for v in row] for row in zip(*columns.values(), strict=True)]


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_cut_off_is_refused(
    reader: ArrowReader, duck: DuckEngine, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A stream may end after a batch, and is then what it is; anything else has no end."""
    folder = tmp_path_factory.mktemp("cut")
    path = folder / "x.arrow"
    kind = data.draw(st.sampled_from(["file", "stream"]))
    WRITERS[kind](pa.table({"a": list(range(50))}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(16, len(whole) - 9))])

    try:
        result = read(reader, duck, path, folder / "out")
    except SourceError as error:
        assert str(error)  # noqa: PT017 - a stream may be whole after each batch
    else:
        assert kind == "stream"
        assert result.rows == [(str(i),) for i in range(len(result.rows))]


def test_bounds(reader: ArrowReader, duck: DuckEngine, config: AppConfig, tmp_path: Path) -> None:
    """No column, too many columns, names that are the same, text that is none."""
    path = tmp_path / "x.arrow"
    as_file(pa.table({}), path)
    with pytest.raises(NotATableError, match="without columns"):
        reader.judge(path, name="x")
    few = config.model_copy(update={"imports": config.imports.model_copy(update={"max_columns": 2})})
    as_file(pa.table({"a": [1], "b": [2], "c": [3]}), path)
    with pytest.raises(FileTooLargeError, match="more than 2 columns"):
        ArrowReader(duck, few).judge(path, name="x")
    as_file(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "A"]), path)
    assert [column.name for column in reader.judge(path, name="x").best.columns] == ["a", "A~2"]
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")]
    )
    as_file(pa.table({"a": broken}), path)
    with pytest.raises(DamagedFileError, match="UTF"):
        reader.judge(path, name="x")
