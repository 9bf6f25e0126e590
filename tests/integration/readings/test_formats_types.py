"""Types of files that are no text: text stays text, what it could be is offered, and a wish holds."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.originals import texts_sql
from analysis.readings import Loaded, Readings
from core.progress import SilentProgress
from core.types import Reading
from storage.open import Storage

Rows = Sequence[dict[str, object]]
Write = Callable[[Path, Rows], None]


def _xlsx(path: Path, rows: Rows) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for at, key in enumerate(rows[0]):
            sheet.write_string(0, at, key)
            for line, row in enumerate(rows, 1):
                value = row[key]
                if isinstance(value, str):
                    sheet.write_string(line, at, value)
                else:
                    sheet.write(line, at, value)


def _duckdb(path: Path, rows: Rows) -> None:
    table = pa.Table.from_pylist(list(rows))
    with duckdb.connect(path) as connection:
        connection.register("given", table)
        connection.execute("create table t as select * from given")


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


WRITERS: dict[str, Write] = {
    "a.json": lambda path, rows: _text(path, json.dumps(rows)),
    "a.ndjson": lambda path, rows: _text(path, "\n".join(map(json.dumps, rows)) + "\n"),
    "a.parquet": lambda path, rows: pq.write_table(pa.Table.from_pylist(list(rows)), path),
    "a.feather": lambda path, rows: feather.write_feather(pa.Table.from_pylist(list(rows)), path),
    "a.xlsx": _xlsx,
    "a.duckdb": _duckdb,
}
SHIFT = {"a.xlsx": 1}
"""How many rows stand above the first record."""
ROWS = [
    {
        "zip": f"{i:05}",
        "day": f"{i % 28 + 1:02}.01.2025",
        "share": f"{i},5 %",
        "count": "n/a" if i == 7 else str(i),
        "town": f"Köln {i}",
        "size": i + 0.5,
    }
    for i in range(40)
]


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


def load(readings: Readings, path: Path, reading: Reading, out: Path) -> Loaded:
    """Load a file into a folder."""
    out.mkdir()
    loaded = readings.load(path, reading, out, name=path.name, progress=SilentProgress())
    assert loaded.ledger.adds_up()
    assert pq.read_metadata(out / "ledger.parquet").num_rows == loaded.ledger.total - loaded.ledger.loaded
    return loaded


def texts(out: Path, loaded: Loaded) -> list[tuple[str | None, ...]]:
    """The cells as the version gives them back."""
    names = [column.name for column in loaded.columns]
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = connection.execute(f"{texts_sql(out, names, names, loaded.guesses)} order by 1").fetchall()
    return [row[1:] for row in found]


@pytest.mark.parametrize("name", WRITERS)
def test_what_texts_could_be_is_offered(readings: Readings, tmp_path: Path, name: str) -> None:
    """Nothing becomes another type by itself; the offers name their reason and the record that speaks against."""
    path = tmp_path / name
    WRITERS[name](path, ROWS)
    judged = readings.judge(path).best
    whole = load(readings, path, judged.reading, tmp_path / "out")

    for guesses in (judged.guesses, whole.guesses):
        told = {guess.column: guess for guess in guesses}
        assert {column: (guess.stored, guess.offered) for column, guess in told.items() if column != "size"} == {
            "zip": ("VARCHAR", "BIGINT"),
            "day": ("VARCHAR", "DATE"),
            "share": ("VARCHAR", "DECIMAL(18,1)"),
            "count": ("VARCHAR", "BIGINT"),
            "town": ("VARCHAR", None),
        }
        assert told["count"].counterexamples == ((8 + SHIFT.get(name, 0), "n/a"),)
        assert "zeros" in told["zip"].note
        assert told["day"].share == 1.0
        assert told["size"].offered is None
    assert [column.type for column in whole.columns][:5] == ["VARCHAR"] * 5
    assert not whole.flags


@pytest.mark.parametrize("name", WRITERS)
def test_a_type_that_is_wished_holds(readings: Readings, tmp_path: Path, name: str) -> None:
    """Every cell says what it says of the type; one that says nothing is empty, told, and its text comes back."""
    path = tmp_path / name
    WRITERS[name](path, ROWS)
    judged = readings.judge(path).best
    wished = {"zip": "BIGINT", "day": "DATE", "share": "DECIMAL(18,1)", "count": "BIGINT"}
    types = tuple(wished.get(column.name, column.type) for column in judged.columns)
    reading = replace(judged.reading, column_types=types)
    tried = readings.try_reading(path, reading)
    plain = load(readings, path, judged.reading, tmp_path / "plain")
    loaded = load(readings, path, tried.reading, tmp_path / "out")

    line = 8 + SHIFT.get(name, 0)
    assert [column.type for column in tried.columns] == list(types)
    assert [column.type for column in loaded.columns] == list(types)
    assert loaded.reading.column_types == types
    row = pq.read_table(tmp_path / "out" / "data.parquet").to_pylist()[7]
    assert (row["zip"], str(row["day"]), str(row["share"]), row["count"]) == (7, "2025-01-08", "7.5", None)
    assert [(flag.code, flag.line, flag.column) for flag in loaded.flags] == [("does_not_fit", line, "count")]
    assert (loaded.ledger.repaired, loaded.ledger.loaded) == (1, 39)
    told = pq.read_table(tmp_path / "out" / "ledger.parquet").to_pylist()
    assert [(one["line"], one["reason"]) for one in told if one["action"] == "repaired"] == [
        (line, "does_not_fit")
    ]
    assert b"n/a" in next(one["raw"] for one in told if one["action"] == "repaired")
    guess = next(guess for guess in loaded.guesses if guess.column == "count")
    assert (guess.share, guess.counterexamples) == (0.975, ((line, "n/a"),))
    assert texts(tmp_path / "out", loaded) == texts(tmp_path / "plain", plain)


@pytest.mark.parametrize("name", ["a.json", "a.ndjson", "a.xlsx"])
def test_a_type_nobody_chose_gives_way(readings: Readings, tmp_path: Path, name: str) -> None:
    """The type of the first records comes back with a reading; what stands further down is still read as it is."""
    path = tmp_path / name
    WRITERS[name](path, [{"n": i if i < 900 else i + 0.25} for i in range(1_000)])
    judged = readings.judge(path).best
    types = tuple(column.type for column in judged.columns)
    loaded = load(readings, path, replace(judged.reading, column_types=types), tmp_path / "out")

    assert types == ("BIGINT",)
    assert loaded.columns[0].type in ("DECIMAL(18,2)", "DOUBLE")
    assert not loaded.flags
    assert float(pq.read_table(tmp_path / "out" / "data.parquet").column(0)[999].as_py()) == 999.25


def test_numbers_of_the_file_can_be_text(readings: Readings, tmp_path: Path) -> None:
    """A person's word for text gives the digits of the file, not those of a value."""
    (tmp_path / "a.json").write_text('[{"n": 1.50}, {"n": 2}, {"n": 1e3}]', encoding="utf-8")
    reading = replace(readings.judge(tmp_path / "a.json").best.reading, column_types=("VARCHAR",))
    load(readings, tmp_path / "a.json", reading, tmp_path / "out")

    assert pq.read_table(tmp_path / "out" / "data.parquet").column(0).to_pylist() == ["1.50", "2", "1e3"]


def test_lines_are_those_of_the_file(readings: Readings, tmp_path: Path) -> None:
    """Blank and broken lines count: what is told of a record names the line it stands in."""
    lines = [json.dumps({"n": str(i)}) for i in range(10)]
    lines[3:3] = ["", "{broken"]
    lines.append(json.dumps({"n": "x"}))
    (tmp_path / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
    reading = replace(readings.judge(tmp_path / "a.ndjson").best.reading, column_types=("BIGINT",))
    loaded = load(readings, tmp_path / "a.ndjson", reading, tmp_path / "out")

    assert [(flag.code, flag.line) for flag in loaded.flags] == [("bad_record", 5), ("does_not_fit", 13)]
    assert loaded.guesses[0].counterexamples == ((13, "x"),)


cells = (
    st.integers(-(10**20), 10**20).map(str)
    | st.dates().map(str)
    | st.sampled_from(["ja", "nein", "", "1,5", "007"])
)
ASKED = ("BIGINT", "DECIMAL(18,2)", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "VARCHAR", "TIME")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.lists(
        cells | st.none() | st.integers(-5, 5) | st.booleans() | st.floats(-9, 9), min_size=1, max_size=9
    ),
    sql_type=st.sampled_from(ASKED),
)
def test_no_wish_loses_a_text(readings: Readings, column: list[object], sql_type: str) -> None:
    """Whatever stands in a column and whatever type is wished for it, every cell is given back."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.json"
        path.write_text(json.dumps([{"k": at, "v": cell} for at, cell in enumerate(column)]), encoding="utf-8")
        judged = readings.judge(path).best.reading
        plain = load(readings, path, replace(judged, column_types=("BIGINT", "VARCHAR")), Path(folder) / "plain")
        wished = load(readings, path, replace(judged, column_types=("BIGINT", sql_type)), Path(folder) / "wished")

        before, after = texts(Path(folder) / "plain", plain), texts(Path(folder) / "wished", wished)
        numbers = wished.columns[1].type != "VARCHAR"
        for (_, one), (_, other) in zip(before, after, strict=True):
            assert one == other or (numbers and one and other and float(one) == float(other)), (one, other)
