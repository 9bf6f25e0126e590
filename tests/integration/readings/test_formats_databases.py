"""Databases: a table out of them, with everything that was written to it; and who is in the way."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.open import Analysis, open_analysis
from analysis.readings.model import Choice
from analysis.readings.records.duckdb_reader import DuckdbReader
from analysis.readings.records.sqlite_reader import SqliteReader
from core.config import AppConfig
from core.errors import DamagedFileError, LockedFileError, NotATableError, SourceError, UncertainReadingError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from core.types import Manifest
from storage.duck import DuckEngine
from storage.open import Storage
from tests.integration.readings.records_support import SHARED, engine, read, texts

CHINOOK = SHARED / "chinook" / "ChinookDatabase" / "DataSources" / "Chinook_Sqlite.sqlite"


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    """An engine."""
    with engine(config, profile) as opened:
        yield opened


@pytest.fixture
def analysis(storage: Storage) -> Iterator[Analysis]:
    """The analysis floor."""
    opened = open_analysis(storage)
    yield opened
    opened.close()


def sqlite_file(path: Path, *statements: str) -> Path:
    """A SQLite database made by these statements."""
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)
    return path


def duckdb_file(path: Path, *statements: str) -> Path:
    """A DuckDB database made by these statements."""
    with closing(duckdb.connect(str(path))) as database:
        for statement in statements:
            database.execute(statement)
    return path


@contextmanager
def holding(script: str) -> Iterator[int]:
    """A program of another process that has done something, and stays; gives its number."""
    code = f"{script}\nprint('ready', flush=True)\nimport sys\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield process.pid
        finally:
            process.kill()


def imported(analysis: Analysis, path: Path, **chosen: str) -> Manifest:
    """The manifest of an import."""
    return analysis.imports.import_file(path, choice=Choice(**chosen), progress=SilentProgress()).manifest


def cells(analysis: Analysis, manifest: Manifest) -> list[tuple[object, ...]]:
    """The rows of an imported version."""
    file = analysis.storage.datasets.data_file(manifest.dataset_id, manifest.version)
    with analysis.storage.duck.trusted() as connection:
        return connection.execute(f"from '{file}'").fetchall()


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder, but for the one in which SQLite notes who is reading."""
    files = [file for file in folder.iterdir() if file.is_file() and not file.name.endswith("-shm")]
    return {file.name: file.read_bytes() for file in files}


# ---- which table ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not CHINOOK.exists(), reason="the public database is not beside the project")
def test_every_table_of_a_public_database(config: AppConfig, duck: DuckEngine, tmp_path: Path) -> None:
    """As many rows as the database counts, and the same cells as its own driver gives."""
    reader = SqliteReader(duck, config)
    judged = reader.judge(CHINOOK, name="chinook.sqlite")
    with closing(sqlite3.connect(f"{CHINOOK.as_uri()}?mode=ro", uri=True)) as database:
        for part in judged.parts:
            choice = Choice.of(part)
            reading = reader.judge(CHINOOK, name="chinook.sqlite", choice=choice).best.reading
            result = read(reader, duck, CHINOOK, tmp_path / part.name, reading)
            rows = database.execute(f'select * from "{part.name}"').fetchall()
            assert part.rows == len(rows)
            assert texts(reader, CHINOOK, reading)[1:] == [
                ["" if value is None else str(value) for value in row] for row in rows
            ]
            assert len(result.rows) == len(rows)
    assert len(judged.parts) == 11
    assert all(found.reading.confidence <= 0.5 for found in judged.candidates)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_one_table_needs_no_choice_and_several_do(analysis: Analysis, tmp_path: Path, kind: str) -> None:
    """Empty tables and the database's own do not count; a chosen one gives the dataset its name."""
    make = {"sqlite": sqlite_file, "duckdb": duckdb_file}[kind]
    one = make(
        tmp_path / f"one.{kind}",
        "create table sales (a int)",
        "insert into sales values (1)",
        "create table e (x int)",
    )
    two = make(tmp_path / f"two.{kind}", "create table a as select 1 as x", "create table b as select 2 as y")

    assert imported(analysis, one).name == "sales"
    with pytest.raises(UncertainReadingError):
        imported(analysis, two)
    chosen = imported(analysis, two, table="b")

    assert (chosen.name, chosen.reading.table, chosen.ledger.unit) == ("b", "b", "record")
    assert cells(analysis, chosen) == [(2,)]
    with pytest.raises(NotATableError, match="no table 'c'"):
        imported(analysis, two, table="c")
    assert sorted(path.name for path in tmp_path.glob("*.*")) == [f"one.{kind}", f"two.{kind}"]


# ---- what is in it ----------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20),
    st.binary(max_size=10),
)


@given(rows=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_comes_back(
    duck: DuckEngine,
    config: AppConfig,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[object, object]],
) -> None:
    """SQLite keeps any kind of value in any column; each comes back as the text it is."""
    folder = tmp_path_factory.mktemp("any")
    path = folder / "any.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table t (a, b)")
        database.executemany("insert into t values (?, ?)", rows)
    reader = SqliteReader(duck, config)

    found = texts(reader, path)[1:]

    assert found == [
        [
            "" if v is None else v.hex() if isinstance(v, bytes) else repr(v) if isinstance(v, float) else str(v)
            for v in row
        ]
        for row in rows
    ]
    read(reader, duck, path, folder / "out")


def test_kinds_of_values_in_sqlite(duck: DuckEngine, config: AppConfig, tmp_path: Path) -> None:
    """Days are days where the column says so and every value is one; bytes and broken text are told."""
    path = sqlite_file(
        tmp_path / "kinds.sqlite",
        "create table t (day date, at datetime, code text, mixed, raw blob)",
        "insert into t values ('2026-11-23', '2026-11-23 10:00:00', '007', 1, x'00ff')",
        "insert into t values ('2026-11-24', '2026-11-23 10:00:00.5', '0815', 'x', null)",
        "insert into t values (null, null, cast(x'61ff' as text), null, null)",
    )

    result = read(SqliteReader(duck, config), duck, path, tmp_path / "out")

    assert result.types == {
        "day": "DATE", "at": "TIMESTAMP", "code": "VARCHAR", "mixed": "VARCHAR", "raw": "VARCHAR",
    }  # fmt: skip
    assert result.rows[0] == ("2026-11-23", "2026-11-23 10:00:00", "007", "1", "00ff")
    assert ("bad_text", 3, "code") in result.flags
    assert ("binary_values", None, "raw") in result.flags
    assert [(line["line"], line["raw"]) for line in result.ledger] == [(3, b"None\tNone\ta\xff\tNone\tNone")]


def test_kinds_of_values_in_duckdb(duck: DuckEngine, config: AppConfig, tmp_path: Path) -> None:
    """Every type of the engine comes out as it is, or as text, which is told."""
    path = duckdb_file(
        tmp_path / "kinds.duckdb",
        "create table t as from test_all_types()",
        "create schema other",
        'create table other."a.b" as select 1 as x',
        "create view v as from read_csv('/etc/passwd')",
    )
    reader = DuckdbReader(duck, config)

    judged = reader.judge(path, name="kinds.duckdb")
    reading = reader.judge(path, name="kinds.duckdb", choice=Choice(table="t")).best.reading
    result = read(reader, duck, path, tmp_path / "out", reading)
    other = reader.judge(path, name="kinds.duckdb", choice=Choice(table="other.a.b"))

    assert [part.name for part in judged.parts] == ["t", "other.a.b"]
    assert len(result.rows) == 3
    assert result.types["varchar"] == "VARCHAR"
    assert {column for code, _, column in result.flags if code == "kept_as_text"} >= {"interval", "hugeint"}
    assert [column.name for column in other.best.columns] == ["x"]


# ---- damaged ones -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_database_is_refused_in_words(
    analysis: Analysis, tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    """Whatever is changed or cut off: it is read, or refused by a sentence; this process goes on."""
    folder = tmp_path_factory.mktemp("damaged")
    make = {"sqlite": sqlite_file, "duckdb": duckdb_file}[kind]
    path = make(folder / f"x.{kind}", "create table t (a int, b text)", "insert into t values (1, 'x'), (2, 'y')")
    mutated = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 10))):
        mutated[data.draw(st.integers(20, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    del mutated[len(mutated) - data.draw(st.integers(0, len(mutated) - 100)) :]
    path.write_bytes(mutated)

    try:
        assert analysis.readings.judge(path).candidates
    except SourceError as error:
        assert str(error)  # noqa: PT017 - either way is fine, so it cannot be expected


# ---- others at work ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_locked_database_is_named_with_its_holder(analysis: Analysis, tmp_path: Path, kind: str) -> None:
    """The program that is writing it, and its number; when it is done, the file is imported."""
    make = {"sqlite": sqlite_file, "duckdb": duckdb_file}[kind]
    path = make(tmp_path / f"busy.{kind}", "create table t (a int)", "insert into t values (1)")
    script = {
        "sqlite": f"import sqlite3\nd = sqlite3.connect({str(path)!r})\nd.execute('begin exclusive')",
        "duckdb": f"import duckdb\nd = duckdb.connect({str(path)!r})",
    }[kind]

    with holding(script) as pid:
        with pytest.raises(LockedFileError, match=rf"in use by \S+ \(process {pid}\)"):
            analysis.readings.judge(path)
        with pytest.raises(LockedFileError, match=rf"process {pid}"):
            imported(analysis, path)

    assert cells(analysis, imported(analysis, path)) == [(1,)]


def test_what_lies_beside_a_database_is_taken_with_it(analysis: Analysis, tmp_path: Path) -> None:
    """A program has written rows, and they are still in its log: while it runs, and after it died."""
    path = sqlite_file(tmp_path / "log.sqlite", "pragma journal_mode = wal", "create table t (a int)")
    script = (
        f"import sqlite3\nd = sqlite3.connect({str(path)!r})\nd.execute('pragma wal_autocheckpoint = 0')\n"
        "d.execute('insert into t values (1)')\nd.commit()"
    )

    with holding(script):
        alive = imported(analysis, path)
    assert Path(f"{path}-wal").stat().st_size > 0
    before = contents(tmp_path)
    dead = imported(analysis, path)

    assert cells(analysis, alive) == cells(analysis, dead) == [(1,)]
    assert alive.source.name == "log.sqlite"
    assert alive.source.path == str(path)
    assert contents(tmp_path) == before


def test_the_log_of_a_duckdb_file_is_taken_with_it(analysis: Analysis, tmp_path: Path) -> None:
    """Rows of a program that died before it had written them to the file itself."""
    path = tmp_path / "log.duckdb"
    script = (
        f"import duckdb\nd = duckdb.connect({str(path)!r})\nd.execute('create table t (a int)')\n"
        "d.execute('checkpoint')\nd.execute(\"set wal_autocheckpoint = '1GB'\")\n"
        "d.execute('insert into t values (1)')"
    )
    with holding(script):
        pass
    assert Path(f"{path}.wal").stat().st_size > 0
    before = contents(tmp_path)

    assert cells(analysis, imported(analysis, path)) == [(1,)]
    assert contents(tmp_path) == before


def test_no_file_of_another_program_is_made(analysis: Analysis, tmp_path: Path) -> None:
    """Looking into a database that keeps a log leaves nothing beside it."""
    path = sqlite_file(tmp_path / "log.sqlite", "pragma journal_mode = wal", "create table t as select 1 as a")
    os.chmod(path, 0o400)  # noqa: PTH101 - as a person's own file may be

    analysis.readings.judge(path)
    imported(analysis, path)

    assert [file.name for file in tmp_path.glob("log*")] == ["log.sqlite"]


def test_a_file_that_only_begins_like_a_database(analysis: Analysis, tmp_path: Path) -> None:
    """It is refused by its format's name."""
    for name, head in (("a.sqlite", b"SQLite format 3\0"), ("a.duckdb", bytes(8) + b"DUCK")):
        path = tmp_path / name
        path.write_bytes(head + bytes(5_000))
        with pytest.raises((DamagedFileError, NotATableError), match="database"):
            analysis.readings.judge(path)
