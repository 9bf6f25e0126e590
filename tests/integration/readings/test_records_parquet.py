"""Parquet files: copied page by page, or refused with a sentence; never a crash."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.readings.records.parquet_reader import ParquetReader
from core.config import AppConfig
from core.errors import DamagedFileError, FileTooLargeError, MemoryLimitError, NotATableError, SourceError
from core.paths import ProfilePaths
from storage.duck import DuckEngine
from tests.integration.readings.records_support import SHARED, engine, read, texts


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    with engine(config, profile) as opened:
        yield opened


@pytest.fixture
def reader(duck: DuckEngine, config: AppConfig) -> ParquetReader:
    return ParquetReader(duck, config)


def write(path: Path, table: pa.Table, **options: object) -> Path:
    """Write a table as a file."""
    path.parent.mkdir(exist_ok=True)
    pq.write_table(table, path, **options)
    return path


def test_rows_types_and_order_are_kept(reader: ParquetReader, duck: DuckEngine, tmp_path: Path) -> None:
    """Over several row groups, nested types included."""
    table = pa.table(
        {
            "n": pa.array(range(5_000), pa.int16()),
            "d": pa.array([None] * 4_999 + [1], pa.decimal128(20, 4)),
            "l": pa.array([[1, None]] * 5_000, pa.list_(pa.int64())),
            "t": pa.array(["0012"] * 5_000),
        }
    )
    path = write(tmp_path / "x.parquet", table, row_group_size=700)

    result = read(reader, duck, path, tmp_path / "out")

    assert result.types == {"n": "SMALLINT", "d": "DECIMAL(20,4)", "l": "BIGINT[]", "t": "VARCHAR"}
    assert [row[0] for row in result.rows] == [str(n) for n in range(5_000)]
    assert result.rows[-1] == ("4999", "1.0000", "[1, NULL]", "0012")
    assert result.flags == []
    assert result.ledger == []


def test_the_judge_needs_the_footer_only(reader: ParquetReader, tmp_path: Path) -> None:
    """What the page shows, without reading the file through."""
    path = write(tmp_path / "x.parquet", pa.table({"a": [1, None], "b": [b"\x00\xff", b""]}))

    best = reader.judge(path, name="x.parquet").best

    assert best.why == "Parquet · 2 rows · 1 row group"
    assert best.preview == (("1", "\\x00\\xFF"), (None, ""))
    assert [column.type for column in best.columns] == ["BIGINT", "BLOB"]


def test_names_become_usable_and_changes_are_told(reader: ParquetReader, duck: DuckEngine, tmp_path: Path) -> None:
    """The file's own names stay in the columns' source names, nested ones do not count."""
    columns = [pa.array([1]), pa.array([2]), pa.array([{"in": 3, "A": 4}]), pa.array([5])]
    path = write(tmp_path / "x.parquet", pa.Table.from_arrays(columns, names=["a", "A", "", "b"]))

    result = read(reader, duck, path, tmp_path / "out")

    assert [(c.name, c.source_name) for c in result.loaded.columns] == [
        ("a", "a"), ("A~2", "A"), ("column_3", ""), ("b", "b"),
    ]  # fmt: skip
    assert result.flags == [("renamed_column", None, "A~2"), ("renamed_column", None, "column_3")]


def test_a_folder_name_is_no_column(reader: ParquetReader, duck: DuckEngine, tmp_path: Path) -> None:
    """The engine would take it for a partition."""
    path = write(tmp_path / "year=2026" / "x.parquet", pa.table({"a": [1]}))

    assert read(reader, duck, path, tmp_path / "out").types == {"a": "BIGINT"}


def test_an_empty_table_is_a_table(reader: ParquetReader, duck: DuckEngine, tmp_path: Path) -> None:
    """No row, but columns."""
    path = write(tmp_path / "x.parquet", pa.table({"a": pa.array([], pa.string())}))

    assert read(reader, duck, path, tmp_path / "out").rows == []


def test_digits_beyond_the_engine_are_told(reader: ParquetReader, duck: DuckEngine, tmp_path: Path) -> None:
    """The engine has 38 of them; a column that needs more is flagged, not silently rounded."""
    from decimal import Decimal

    wide = pa.array([Decimal("1" * 50)], pa.decimal256(50, 0))
    path = write(tmp_path / "x.parquet", pa.table({"w": wide, "n": [1]}))

    assert read(reader, duck, path, tmp_path / "out").flags == [("wide_decimal", None, "w")]


def test_a_flipped_bit_is_found_by_its_checksum(reader: ParquetReader, duck: DuckEngine, tmp_path: Path) -> None:
    """The engine itself would return the wrong number."""
    table = pa.table({"keep": list(range(1_000)), "hurt": list(range(1_000))})
    options = {"compression": "none", "use_dictionary": False, "write_page_checksum": True}
    path = write(tmp_path / "x.parquet", table, **options)
    assert read(reader, duck, path, tmp_path / "sound").loaded.rows == 1_000

    data = bytearray(path.read_bytes())
    at = data.rindex(struct.pack("<q", 777))
    data[at] ^= 1
    path.write_bytes(data)

    with pytest.raises(DamagedFileError, match="'hurt' differs from its checksum"):
        read(reader, duck, path, tmp_path / "out")


def test_every_page_of_dictionaries_and_compressed_columns_is_checked(
    reader: ParquetReader, duck: DuckEngine, tmp_path: Path
) -> None:
    """Several pages and row groups, both page versions: no false alarm."""
    table = pa.table({"a": ["x", "y"] * 5_000, "b": [float(n) for n in range(10_000)], "c": [[1]] * 10_000})
    for version in ("1.0", "2.0"):
        path = write(
            tmp_path / f"{version}.parquet", table, write_page_checksum=True, data_page_version=version,
            data_page_size=2_000, row_group_size=3_000, compression="zstd",
        )  # fmt: skip
        assert read(reader, duck, path, tmp_path / f"out{version}").loaded.rows == 10_000


@pytest.mark.parametrize("keep", [4, 11, 200, -1, -300])
def test_a_file_cut_off_is_refused(reader: ParquetReader, tmp_path: Path, keep: int) -> None:
    """At any place."""
    path = write(tmp_path / "x.parquet", pa.table({"a": list(range(100))}))
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(DamagedFileError, match="without its end"):
        reader.judge(path, name="x.parquet")


def test_too_many_columns_are_refused(duck: DuckEngine, config: AppConfig, tmp_path: Path) -> None:
    """More than any table has."""
    narrow = config.model_copy(update={"imports": config.imports.model_copy(update={"max_columns": 3})})
    path = write(tmp_path / "x.parquet", pa.table({f"c{n}": [n] for n in range(4)}))

    with pytest.raises(FileTooLargeError, match="more than 3 columns"):
        ParquetReader(duck, narrow).judge(path, name="x.parquet")


def test_an_encrypted_file_is_told_as_such(reader: ParquetReader, tmp_path: Path) -> None:
    """By its magic bytes."""
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PARE" + b"\x00" * 50 + b"PARE")

    assert reader.recognises(path, b"PARE", "x.parquet")
    with pytest.raises(NotATableError, match="encrypted"):
        reader.judge(path, name="x.parquet")


def test_cells_are_names_and_values(reader: ParquetReader, tmp_path: Path) -> None:
    """Nothing is an empty text."""
    path = write(tmp_path / "x.parquet", pa.table({"a": [1, None], "": ["x", "y"]}))

    assert texts(reader, path) == [["a", ""], ["1", "x"], ["", "y"]]


HOSTILE = sorted(
    path
    for folder in ("parquet-testing", "arrow-testing/data/parquet", "duckdb-data/data/parquet-testing")
    for path in (SHARED / folder).rglob("*")
    if path.is_file() and path.suffix not in (".md", ".csv", ".txt")
)


def told(reader: ParquetReader, duck: DuckEngine, path: Path, out: Path) -> str | None:
    """What is said about a file that is refused; None if it became a table."""
    try:
        read(reader, duck, path, out)
    except (SourceError, MemoryLimitError) as error:
        return str(error)
    return None


@pytest.mark.skipif(not HOSTILE, reason="the public Parquet files are not beside the project")
def test_public_oddities_are_opened_or_refused(reader: ParquetReader, duck: DuckEngine, tmp_path: Path) -> None:
    """Hostile and strange files: a table that adds up, or a sentence about the file; the engine lives on."""
    known = [path for path in HOSTILE if reader.recognises(path, path.read_bytes()[:16], path.name)]

    messages = [told(reader, duck, path, tmp_path / str(number)) for number, path in enumerate(known)]

    refused = [message for message in messages if message is not None]
    assert len(refused) > 30
    assert len(messages) - len(refused) > 50
    assert [m for m in refused if "Stack Trace" in m or str(SHARED) in m or len(m) > 400] == []
    with duck.trusted() as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]
