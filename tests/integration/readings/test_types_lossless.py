"""Whatever text is in a cell comes back exactly as it was found: cell, stored value, text again."""

import csv
import io
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.originals import texts_sql
from analysis.readings import Loaded, Readings
from analysis.readings.model import Guess
from core.errors import SourceError
from core.progress import SilentProgress
from core.types import FileFormat, Reading
from storage.open import Storage
from tests.integration.readings.test_delimited_loading import fast_above

READING = Reading(
    FileFormat.DELIMITED, encoding="utf-8", newline="lf", delimiter=",", quote='"', header_rows=1, confidence=1.0
)

digits = st.integers(-(10**30), 10**30).map(str)
marks = st.sampled_from(
    ["{}", "{}.5", "{},50", "0{}", "+{}", "{} €", "{},5 %", "({})", "{}e3", "{}-", "1.{}", "{}.000"]
)
days = st.dates().map(str) | st.dates().map(lambda d: f"{d.day:02}.{d.month:02}.{d.year:04}")
odd_days = st.dates().map(lambda d: f"{d.day}.{d.month}.{d.year}") | st.dates().map(
    lambda d: f"{d.month:02}/{d.day:02}/{d.year:04}"
)
moments = st.datetimes().map(str) | st.datetimes().map(lambda m: m.strftime("%d.%m.%Y %H:%M"))
zones = st.builds(
    "{}{}".format, st.datetimes().map(lambda m: m.isoformat()), st.sampled_from(["Z", "+00:00", "+02:00"])
)
words = st.sampled_from(
    ["ja", "nein", "yes", "no", "NO", "wahr", "falsch", "true", "False", "y", "n/a", "NA", "-", ""]
)
grouped = st.integers(-(10**9), 10**9).map(lambda n: f"{n:,}")
CELLS = (
    digits,
    st.builds(lambda m, n: m.format(n), marks, st.integers(0, 99_999)),
    st.decimals(-(10**6), 10**6, places=2).map(str),
    st.decimals(-(10**6), 10**6, allow_nan=False).map(str),
    st.floats().map(repr),
    grouped | grouped.map(lambda n: n.replace(",", ".")),
    grouped.map(lambda n: n.replace(",", "\u202f") + ",5"),
    grouped.map(lambda n: n.replace(",", "'") + ".25"),
    days,
    odd_days,
    moments,
    zones,
    st.times().map(str),
    words,
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12),
)


@st.composite
def columns(draw: st.DrawFn) -> list[list[str]]:
    """Some columns of a few cells each; within a column most cells are of one kind."""
    count = draw(st.integers(1, 12))
    found = []
    for _ in range(draw(st.integers(2, 4))):
        kind = draw(st.sampled_from(CELLS))
        found.append(
            draw(st.lists(kind | st.just("") if draw(st.booleans()) else kind, min_size=count, max_size=count))
        )
    return found


def as_csv(table: Sequence[Sequence[str]]) -> bytes:
    """Return columns as a text with a header, every cell in quotes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["row", "text", "line", "column"][: len(table)])  # names that are used inside, too
    writer.writerows(zip(*table, strict=True))
    return out.getvalue().encode()


def load(
    readings: Readings,
    raw: bytes,
    out: Path,
    *,
    types: Sequence[str] = (),
    **changes: Any,  # noqa: ANN401
) -> Loaded:
    """Load bytes into a folder, with types somebody asked for."""
    source = out / "source.csv"
    source.write_bytes(raw)
    reading = replace(READING, column_types=tuple(types), **changes)
    return readings.load(source, reading, out, name="source.csv", progress=SilentProgress())


def texts(out: Path, loaded: Loaded, guesses: Sequence[Guess]) -> list[list[str]]:
    """Return the cells as the version gives them back, row by row."""
    names = [column.name for column in loaded.columns]
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        rows = connection.execute(f"{texts_sql(out, names, names, guesses)} order by 1").fetchall()
    return [[cell or "" for cell in row[1:]] for row in rows]


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


@pytest.mark.parametrize("fast", [False, True])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=columns())
def test_every_cell_comes_back_exactly(readings: Readings, fast: bool, table: list[list[str]]) -> None:
    """Whatever the columns hold, the values with the kept texts give every cell back as it was found."""
    with TemporaryDirectory() as folder, fast_above(1) if fast else nullcontext():
        out = Path(folder)
        loaded = load(readings, as_csv(table), out)
        assert loaded.ledger.adds_up()
        assert loaded.rows == len(table[0])
        assert texts(out, loaded, loaded.guesses) == [list(row) for row in zip(*table, strict=True)]


ASKED = ("BIGINT", "DECIMAL(18,2)", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIME")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=columns(), data=st.data())
def test_a_chosen_type_loses_no_text(readings: Readings, table: list[list[str]], data: st.DataObject) -> None:
    """A cell that is nothing of a chosen type is empty, flagged with its line, and its text comes back."""
    types = [data.draw(st.sampled_from(ASKED)) for _ in table]
    with TemporaryDirectory() as folder:
        out = Path(folder)
        loaded = load(readings, as_csv(table), out, types=types)
        cells = [list(row) for row in zip(*table, strict=True)]
        values = pq.read_table(out / "data.parquet").to_pylist()

        assert loaded.ledger.adds_up()
        assert texts(out, loaded, loaded.guesses) == cells
        flagged = {(flag.column, flag.line) for flag in loaded.flags if flag.code == "does_not_fit"}
        for guess, name in zip(loaded.guesses, (column.name for column in loaded.columns), strict=True):
            empty = [row for row, value in enumerate(values) if value[name] is None]
            lost = [row for row in empty if cells[row][loaded.guesses.index(guess)]]
            assert bool(lost) == (guess.share < 1)
            assert sum(column == name for column, _line in flagged) == len(lost)


@pytest.mark.parametrize(
    ("cells", "sql_type", "value"),
    [
        (["00123", "1"], "VARCHAR", "00123"),
        (["18446744073709551616", "5"], "DECIMAL(38,0)", Decimal(18446744073709551616)),
        (["9" * 38, "-" + "9" * 38], "DECIMAL(38,0)", Decimal("9" * 38)),
        (["1" + "0" * 38, "5"], "VARCHAR", "1" + "0" * 38),
        (["1.234,50", "0,25"], "DECIMAL(18,2)", Decimal("1234.50")),
        (["1\u202f234,5", "12\u202f345,25"], "DECIMAL(18,2)", Decimal("1234.50")),
        (["ja", "nein"], "BOOLEAN", True),
        (["WAHR", "FALSCH"], "BOOLEAN", True),
        (["NO", "SE"], "VARCHAR", "NO"),
        (["NO", "NO"], "VARCHAR", "NO"),
        (["12 %", "13 %"], "VARCHAR", "12 %"),
        (["5 €", "6 €"], "VARCHAR", "5 €"),
        (["01/02/2025", "03/04/2025"], "VARCHAR", "01/02/2025"),
        (["13/02/2025", "02/13/2025"], "VARCHAR", "13/02/2025"),
        (["2025-01-02T03:04:05+02:00", "2025-01-02T03:04:05+01:00"], "VARCHAR", "2025-01-02T03:04:05+02:00"),
        (["1e5", "2e5"], "VARCHAR", "1e5"),
        (["31.12.99", "01.01.00"], "VARCHAR", "31.12.99"),
    ],
)  # fmt: skip
def test_a_type_is_taken_only_where_no_cell_says_less(
    readings: Readings, tmp_path: Path, cells: list[str], sql_type: str, value: object
) -> None:
    """What a type would change is left as text; what it would not becomes a value."""
    loaded = load(readings, as_csv([cells * 3, ["x", "y"] * 3]), tmp_path)

    assert loaded.columns[0].type == sql_type
    assert pq.read_table(tmp_path / "data.parquet").column(0)[0].as_py() == value


@pytest.mark.parametrize(
    ("cells", "offered", "example", "word"),
    [
        (["00123", "4"], "BIGINT", "00123", "zeros"),
        (["12 %", "13,5 %"], "DECIMAL(18,1)", "12 %", "percentages"),
        (["5 €", "6 €"], "BIGINT", "5 €", "currency"),
        (["5 €", "6 $"], "BIGINT", "5 €", "not all the same"),
        (["1", "2", "3", "4", "n/a"], "BIGINT", "n/a", "something else"),
        (["13/02/2025", "02/13/2025"], "DATE", "02/13/2025", "others the month"),
        (["31.12.99", "01.01.00"], "DATE", "31.12.99", "two digits"),
        (["2025-01-02T03:04:05+02:00", "2025-01-02T03:04:05+01:00"], "TIMESTAMP WITH TIME ZONE",
         "2025-01-02T03:04:05+02:00", "UTC"),
    ],
)  # fmt: skip
def test_what_would_lose_something_is_offered(
    readings: Readings, tmp_path: Path, cells: list[str], offered: str, example: str, word: str
) -> None:
    """The offer names its reason and the first cell that speaks against it, with its line."""
    table = [cells * 3, ["x"] * len(cells) * 3]
    (tmp_path / "judged.csv").write_bytes(as_csv(table))
    sampled = readings.try_reading(tmp_path / "judged.csv", READING).guesses[0]
    whole = load(readings, as_csv(table), tmp_path).guesses[0]

    for guess in (sampled, whole):
        assert (guess.stored, guess.offered) == ("VARCHAR", offered)
        assert guess.counterexamples[0] == (cells.index(example) + 2, example)
        assert word in guess.note


def test_a_cell_far_down_makes_a_column_text_and_is_named(readings: Readings, tmp_path: Path) -> None:
    """Nothing in the sample spoke against numbers; the report says which line did."""
    cells = [str(i) for i in range(5_000)] + ["n/a", "7"]
    table = [cells, ['a "quoted"\nline', *["x"] * (len(cells) - 1)]]
    for fast in (False, True):
        out = tmp_path / f"{fast}"
        out.mkdir()
        with fast_above(1) if fast else nullcontext():
            guess = load(readings, as_csv(table), out).guesses[0]

        assert (guess.stored, guess.offered) == ("VARCHAR", "BIGINT")
        assert guess.counterexamples == ((5_003, "n/a"),)
        assert 0.999 < guess.share < 1


def test_words_for_nothing_are_kept(readings: Readings, tmp_path: Path) -> None:
    """A word that stands for nothing is no value of its column, and comes back as it was."""
    table = [["1", "n/a", "3", "-"] * 3, ["x", "-", "", "n/a"] * 3]
    loaded = load(readings, as_csv(table), tmp_path, null_words=("", "n/a", "-"))

    assert [column.type for column in loaded.columns] == ["BIGINT", "VARCHAR"]
    assert pq.read_table(tmp_path / "data.parquet").column(0).to_pylist()[:4] == [1, None, 3, None]
    assert pq.read_table(tmp_path / "data.parquet").column(1).to_pylist()[:4] == ["x", None, None, None]
    assert texts(tmp_path, loaded, loaded.guesses) == [list(row) for row in zip(*table, strict=True)]


def test_day_or_month_first_can_be_said(readings: Readings, tmp_path: Path) -> None:
    """What no cell shows, a person says; then nothing is lost and nothing is asked for."""
    table = [["01/02/2025", "03/04/2025"], ["x", "y"]]
    loaded = load(readings, as_csv(table), tmp_path, date_order="mdy")

    assert loaded.columns[0].type == "DATE"
    assert str(pq.read_table(tmp_path / "data.parquet").column(0)[0].as_py()) == "2025-01-02"
    assert loaded.guesses[0].kept == 0


SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
FOUND = [
    *sorted((SHARED / "csv-spectrum").rglob("*.csv")),
    *sorted((SHARED / "csv-test-data").rglob("*.csv")),
    *sorted((SHARED / "csvsniffer").rglob("*.csv"))[::9],
]


@pytest.mark.skipif(not FOUND, reason="the shared test data is not on this machine")
@pytest.mark.parametrize(
    "path", [path for path in FOUND if path.stat().st_size < 1_000_000], ids=lambda path: path.name
)
def test_files_nobody_here_wrote_come_back_exactly(readings: Readings, tmp_path: Path, path: Path) -> None:
    """Whatever types their columns get, each cell is given back as the parser found it."""
    try:
        reading = readings.judge(path).best.reading
        loaded = readings.load(path, reading, tmp_path, name=path.name, progress=SilentProgress())
    except SourceError:
        return  # no table: others hold it to that
    target = tmp_path / "clean.csv"
    readings.write_clean(path, reading, target, name=path.name, progress=SilentProgress())
    with target.open(encoding="utf-8", errors="surrogatepass", newline="") as file:
        cells = list(csv.reader(file))[1 if reading.header_rows else 0 :]

    assert texts(tmp_path, loaded, loaded.guesses) == cells
