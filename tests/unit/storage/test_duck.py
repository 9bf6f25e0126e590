"""The engine's connections: cheap, private to their block, good again after trouble."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import AppConfig
from core.errors import (
    CancelledError,
    DiskFullError,
    ExportError,
    MemoryLimitError,
    QueryFailedError,
)
from core.paths import ProfilePaths
from storage.duck import Connection, DuckEngine, duck_errors, quote_identifier, quote_literal
from tests.waiting import wait_until

LONG = "select sum(hash(a.range) % 7) from range(300000) a, range(300000) b"


@pytest.fixture
def engine(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    engine = DuckEngine(config, profile)
    yield engine
    engine.close()


@pytest.fixture
def sales(engine: DuckEngine, profile: ProfilePaths) -> Path:
    """A published file of three rows."""
    file = profile.datasets / "sales" / "1" / "data.parquet"
    file.parent.mkdir(parents=True)
    with engine.trusted() as connection:
        connection.execute(
            f"copy (select * from (values (1,'a'),(2,'b'),(3,null)) t(n,c)) to {quote_literal(str(file))}"
        )
    return file


def test_a_locked_connection_answers_about_its_tables(engine: DuckEngine, sales: Path) -> None:
    """The tables that were named can be asked, under whatever name they have."""
    with engine.locked({'Umsätze "2026"; drop': sales}) as connection:
        name = quote_identifier('Umsätze "2026"; drop')
        assert connection.execute(f"select sum(n) from {name}").fetchall() == [(6,)]


def test_tables_of_one_block_are_unknown_in_the_next(engine: DuckEngine, sales: Path) -> None:
    """Two people's questions never see each other's tables, not even at the same time."""
    with engine.locked({"t": sales}) as one, engine.locked({"u": sales}) as other:
        assert one.execute("select count(*) from t").fetchall() == [(3,)]
        with pytest.raises(duckdb.CatalogException):
            other.execute("select * from t")
    with engine.locked({}) as third, pytest.raises(duckdb.CatalogException):
        third.execute("select * from t")


def test_a_profile_in_a_folder_with_pattern_characters_works(config: AppConfig, tmp_path: Path) -> None:
    """A folder called "[a]*" is a folder, not a search pattern."""
    paths = ProfilePaths(tmp_path / "o'hara [a]{b}")
    paths.create()
    engine = DuckEngine(config, paths)
    file = paths.datasets / "data.parquet"
    with engine.trusted() as connection:
        connection.execute(f"copy (select 1 as a) to {quote_literal(str(file))}")
    with engine.locked({"t": file}) as connection:
        assert connection.execute("select a from t").fetchall() == [(1,)]
    engine.close()


def test_points_in_time_come_back_as_arrow_without_help(engine: DuckEngine) -> None:
    """Time zones need no further package, and are UTC on every machine."""
    with engine.trusted() as connection:
        table = connection.execute("select timestamptz '2026-01-01 12:00:00+02' as at").to_arrow_table()
    assert str(table.schema.field("at").type) == "timestamp[us, tz=UTC]"


def test_python_variables_are_no_tables(engine: DuckEngine) -> None:
    """SQL cannot reach into the program's memory by guessing a variable's name."""
    import pyarrow as pa

    secret = pa.table({"a": [1]})
    for kind in (engine.trusted(), engine.locked({})):
        with kind as connection, pytest.raises(duckdb.CatalogException):
            connection.execute("select * from secret")
    assert secret.num_rows == 1


def test_limits_of_the_settings_hold(profile: ProfilePaths) -> None:
    """Memory and threads are what the settings say, less what the rest of the process needs."""
    engine = DuckEngine(AppConfig.model_validate({"engine": {"memory_limit_mib": 640, "threads": 3}}), profile)

    def limits(connection: Connection) -> list[str]:
        settings = "select value from duckdb_settings() where name in ('memory_limit', 'threads') order by name"
        return [str(value) for (value,) in connection.execute(settings).fetchall()]

    with engine.trusted() as own, engine.locked({}) as locked, engine.trusted(memory_mib=96) as small:
        assert limits(own) == limits(locked) == ["448.0 MiB", "3"]
        assert limits(small) == ["96.0 MiB", "3"]
    engine.close()


def test_what_does_not_fit_in_memory_goes_through_tmp_and_leaves_nothing(
    engine: DuckEngine, profile: ProfilePaths
) -> None:
    """Work larger than the limit succeeds with the disk's help; its files are gone afterwards."""
    spilled = (
        "create temp table big as select range, hash(range) h, repeat('x', 60) s from range(4000000) order by h"
    )
    with engine.trusted(memory_mib=128) as connection:
        connection.execute(spilled)
        assert [file for file in profile.tmp.rglob("*") if file.is_file()]
        assert connection.execute("select count(*) from big").fetchall() == [(4_000_000,)]
    engine.close()
    assert list(profile.tmp.iterdir()) == []


def test_no_database_file_is_ever_made(engine: DuckEngine, sales: Path, profile: ProfilePaths) -> None:
    """Nothing is held open: after use there is the Parquet file and nothing else."""
    with engine.locked({"t": sales}) as connection:
        connection.execute("select * from t").fetchall()
    assert [file for file in profile.root.rglob("*") if file.is_file()] == [sales]


def test_an_instance_that_became_unusable_is_replaced(engine: DuckEngine, sales: Path) -> None:
    """After the engine has given up on an instance the next connection works as if nothing had been."""
    with engine.trusted() as connection:
        connection.execute("select 1")
    broken = engine._own._root
    assert broken is not None
    broken.close()
    with engine.trusted() as connection:
        assert connection.execute(f"select count(*) from read_parquet({quote_literal(str(sales))})").fetchall()


def test_a_closed_engine_opens_again_when_asked(engine: DuckEngine) -> None:
    """Closing frees everything but forbids nothing."""
    engine.close()
    with engine.trusted() as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]


def test_an_interrupt_stops_one_question_and_spares_the_others(engine: DuckEngine) -> None:
    """A person's cancel ends their own question; another one and the connection itself go on."""
    outcomes: dict[str, object] = {}

    def ask(name: str, connection: Connection) -> None:
        try:
            with duck_errors(f"Question {name}"):
                outcomes[name] = connection.execute(LONG).fetchall()
        except CancelledError as error:
            outcomes[name] = error

    with engine.locked({}) as one, engine.locked({}) as other:
        threads = [threading.Thread(target=ask, args=pair) for pair in (("one", one), ("other", other))]
        for thread in threads:
            thread.start()

        def stopped(name: str, connection: Connection) -> bool:
            connection.interrupt()  # again until it was heard: one before the start is lost
            return name in outcomes

        wait_until(lambda: stopped("one", one), what="the first question's end")
        assert "other" not in outcomes
        wait_until(lambda: stopped("other", other), what="the other question's end")
        assert one.execute("select 1").fetchall() == [(1,)]
        for thread in threads:
            thread.join()
    assert str(outcomes["one"]) == "Question one was stopped; nothing half-done was kept."


def test_a_stream_that_is_interrupted_is_told_as_cancelled(engine: DuckEngine) -> None:
    """Also while rows are already flowing, a cancel is a cancel and no disk error."""
    with engine.locked({}) as connection:
        reader = connection.execute("select * from range(100000000)").to_arrow_reader(10_000)
        reader.read_next_batch()
        connection.interrupt()
        with pytest.raises(CancelledError), duck_errors("The question"):
            reader.read_all()


def test_too_little_memory_is_told_as_such(engine: DuckEngine) -> None:
    """The analyst hears which limit was met and where to raise it; the next question works."""
    greedy = "select list(range || 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') from range(5000000)"
    with engine.trusted(memory_mib=64) as connection:
        with pytest.raises(MemoryLimitError, match="The question needs more memory"), duck_errors("The question"):
            connection.execute(greedy).fetchall()
        assert connection.execute("select 1").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "select nope from range(3)",
            'The question failed: Referenced column "nope" not found in FROM clause! Candidate bindings: "range".',
        ),
        ("selct 3", 'The question failed: syntax error at or near "selct".'),
        ("select '1x'::int", "The question failed: Could not convert string '1x' to INT32."),
        ("select * from nowhere", "The question failed: Table with name nowhere does not exist!"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(engine: DuckEngine, sql: str, message: str) -> None:
    """No stack, no quoted statement, no class name: what is wrong with which word."""
    with engine.trusted() as connection, pytest.raises(QueryFailedError) as caught, duck_errors("The question"):
        connection.execute(sql)
    assert str(caught.value).startswith(message.rstrip("."))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), CancelledError),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"), MemoryLimitError),
        (duckdb.IOException('IO Error: Could not write file "/x/y": No space left on device'), DiskFullError),
        (duckdb.IOException('IO Error: "C:\\x": There is not enough space on the disk.'), DiskFullError),
        (duckdb.OutOfMemoryException("Out of Memory Error: … 'max_temp_directory_size' setting."), DiskFullError),
        (duckdb.InternalException("INTERNAL Error: Attempted to …"), ExportError),
        (OSError("INTERRUPT Error: Interrupted!"), CancelledError),
        (OSError("Out of Memory Error: failed to allocate"), MemoryLimitError),
        (OSError("Conversion Error: Could not convert string 'x' to INT32"), ExportError),
        (RuntimeError("Query interrupted"), KeyboardInterrupt),
    ],
)
def test_every_kind_of_trouble_has_its_class(error: Exception, expected: type[BaseException]) -> None:
    """What the caller can act on is told apart; the rest becomes the caller's own class."""
    with pytest.raises(expected) as caught, duck_errors("The export", otherwise=ExportError):
        raise error
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError(2, "No such file"), OSError("strange"), RuntimeError("x"), io.UnsupportedOperation("x")],
)
def test_errors_of_others_pass_unchanged(error: Exception) -> None:
    """Only the engine's own errors are translated."""
    with pytest.raises(type(error)) as caught, duck_errors("The question"):
        raise error
    assert caught.value is error


def test_the_full_disk_is_named() -> None:
    """The message says which file had no room."""
    with pytest.raises(DiskFullError, match="'/x/y'"), duck_errors("The question"):
        raise duckdb.IOException('IO Error: Could not write file "/x/y": No space left on device')


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(texts)
def test_quoting_survives_every_text(text: str) -> None:
    """Any name and any value goes into SQL and comes back the same, and nothing else happens."""
    with duckdb.connect() as connection:
        result = connection.execute(f"select {quote_literal(text)} as {quote_identifier(text)}")
        assert [column[0] for column in result.description] == [text]
        assert result.fetchall() == [(text,)]


def test_many_threads_share_the_engine(engine: DuckEngine, sales: Path) -> None:
    """Connections are opened and used from many threads at once."""
    answers: list[object] = []

    def ask(number: int) -> None:
        with engine.locked({f"t{number}": sales}) as connection:
            answers.append(connection.execute(f"select sum(n) from t{number}").fetchall())

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[(6,)]] * 24
