"""What the engine's lock keeps out, statement by statement, and what it leaves to the parser."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from core.config import AppConfig
from core.paths import ProfilePaths
from storage.duck import DuckEngine, quote_literal


@pytest.fixture
def engine(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    engine = DuckEngine(config, profile)
    yield engine
    engine.close()


@pytest.fixture
def places(profile: ProfilePaths, tmp_path: Path, engine: DuckEngine) -> dict[str, str]:
    """A published file `inside`, a private file `outside`, their folders."""
    folder = profile.datasets / "sales" / "1"
    folder.mkdir(parents=True)
    inside, outside = folder / "data.parquet", tmp_path / "private.csv"
    with engine.trusted() as connection:
        connection.execute(f"copy (select 1 as a) to {quote_literal(str(inside))}")
        connection.execute(f"attach {quote_literal(str(tmp_path / 'private.duckdb'))} as p")
        connection.execute("create table p.t as select 1 as a")
        connection.execute("detach p")
    outside.write_text("a,b\n1,2\n", encoding="utf-8")
    return {
        "inside": str(inside),
        "outside": str(outside),
        "folder": str(folder),
        "tmp": str(tmp_path),
        "datasets": str(profile.datasets),
    }


REFUSED = {
    "read_text": "select * from read_text('{outside}')",
    "read_text of the system": "select * from read_text('/etc/passwd')",
    "read_blob": "select * from read_blob('{outside}')",
    "read_csv": "select * from read_csv('{outside}')",
    "read_json": "select * from read_json('{outside}')",
    "read_parquet": "select * from read_parquet('{tmp}/x.parquet')",
    "sniff_csv": "select * from sniff_csv('{outside}')",
    "a file as a table": "select * from '{outside}'",
    "standard input": "select * from read_text('/dev/stdin')",
    "out by dots": "select * from read_text('{datasets}/../../private.csv')",
    "glob": "select * from glob('{tmp}/*')",
    "another database": "select * from read_duckdb('{tmp}/private.duckdb')",
    "http": "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "http parquet": "select * from read_parquet('http://127.0.0.1:9/x.parquet')",
    "s3": "select * from read_parquet('s3://bucket/x.parquet')",
    "sqlite_scan": "select * from sqlite_scan('{tmp}/x.db', 't')",
    "getenv": "select getenv('HOME')",
    "COPY to": "copy (select 1) to '{tmp}/new.csv'",
    "COPY to by dots": "copy (select 1) to '{datasets}/../../new.csv'",
    "COPY from": "create temp table z (a int, b int); copy z from '{outside}'",
    "ATTACH": "attach '{tmp}/private.duckdb' as p",
    "ATTACH new": "attach '{tmp}/new.duckdb'",
    "EXPORT DATABASE": "export database '{tmp}/new'",
    "IMPORT DATABASE": "import database '{tmp}/new'",
    "INSTALL": "install httpfs",
    "FORCE INSTALL": "force install httpfs",
    "INSTALL from a file": "install '{tmp}/x.duckdb_extension'",
    "LOAD": "load httpfs",
    "LOAD of a file": "load '{tmp}/x.duckdb_extension'",
    "LOAD of a published file": "load '{inside}'",
    "UPDATE EXTENSIONS": "update extensions",
    "access back on": "set enable_external_access = true",
    "another folder": "set allowed_directories = ['/']",
    "another path": "set allowed_paths = ['{outside}']",
    "RESET of the folders": "reset allowed_directories",
    "unlock": "set lock_configuration = false",
    "unlock globally": "set global lock_configuration = false",
    "SET memory": "set memory_limit = '900GB'",
    "SET threads": "set threads = 64",
    "PRAGMA memory": "pragma memory_limit = '900GB'",
    "RESET memory": "reset memory_limit",
    "temp_directory": "set temp_directory = '{tmp}'",
    "home_directory": "set home_directory = '/'",
    "file_search_path": "set file_search_path = '{tmp}'",
    "log_query_path": "set log_query_path = '{tmp}/new.log'",
    "profile_output": "set profile_output = '{tmp}/new.json'",
    "PRAGMA profiling_output": "pragma profiling_output = '{tmp}/new.json'",
    "extension repository": "set custom_extension_repository = 'http://127.0.0.1:9'",
    "unsigned extensions": "set allow_unsigned_extensions = true",
    "CREATE SECRET": "create secret s (type s3, key_id 'a', secret 'b')",
    "CREATE PERSISTENT SECRET": "create persistent secret s (type http, bearer_token 'b')",
    "variables of the program": "select * from places",
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_engine_refuses(what: str, engine: DuckEngine, places: dict[str, str], tmp_path: Path) -> None:
    """Each of these fails on a locked connection, and leaves no file behind."""
    before = {file for file in tmp_path.rglob("*") if file.is_file()}
    with engine.locked({"t": Path(places["inside"])}) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(REFUSED[what].format(**places)).fetchall()
        assert connection.execute("select a from t").fetchall() == [(1,)]
    assert {file for file in tmp_path.rglob("*") if file.is_file()} == before


LEFT_TO_THE_PARSER = {
    "COPY into a dataset folder": "copy (select 1) to '{folder}/new.csv'",
    "ATTACH in a dataset folder": "attach '{folder}/new.duckdb'",
    "EXPORT into a dataset folder": "export database '{folder}/new'",
    "read_blob of a published file": "select size from read_blob('{inside}')",
    "read_parquet by path": "select * from read_parquet('{inside}')",
    "glob of the dataset folders": "select * from glob('{datasets}/**')",
    "parquet_metadata": "select * from parquet_metadata('{inside}')",
    "settings with their paths": "select value from duckdb_settings() where name = 'temp_directory'",
    "views with their paths": "select sql from duckdb_views()",
    "a table for everybody": "create table main.z as select 1",
    "a macro for everybody": "create macro main.m() as 1",
    "ATTACH in memory": "attach ':memory:' as m",
    "a secret in memory": "create secret s (type http, bearer_token 'b')",
    "SET VARIABLE": "set variable x = 1",
    "CALL": "call enable_logging()",
    "PRAGMA": "pragma disable_optimizer",
    "a statement inside a string": "select * from query('select 1')",
    "several statements": "select 1; select 2",
}


@pytest.mark.parametrize("what", LEFT_TO_THE_PARSER)
def test_the_parser_has_to_refuse(what: str, engine: DuckEngine, places: dict[str, str]) -> None:
    """The engine alone lets these through: whoever hands text to it must have parsed it first."""
    with engine.locked({"t": Path(places["inside"])}) as connection:
        connection.execute(LEFT_TO_THE_PARSER[what].format(**places)).fetchall()


def test_logging_to_a_file_ends_the_process(places: dict[str, str], tmp_path: Path) -> None:
    """On this version a refused log file is the end of the process: the parser has to refuse CALL."""
    program = f"""
        import sys
        from pathlib import Path
        from core.config import AppConfig
        from core.paths import ProfilePaths
        from storage.duck import DuckEngine
        with DuckEngine(AppConfig(), ProfilePaths(Path({str(tmp_path / "profile")!r}))).locked({{}}) as connection:
            connection.execute("call enable_logging('QueryLog', storage='file', storage_path='{tmp_path}/log')")
            connection.execute("select 1").fetchall()
        sys.exit(7)
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, timeout=60, check=False
    )
    assert ended.returncode not in (0, 7), "the engine has learnt to refuse: move this to REFUSED"
    assert not (tmp_path / "log").exists()
    assert Path(places["inside"]).exists()
