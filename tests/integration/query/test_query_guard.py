"""The two walls before a person's SQL: each refuses by itself what it can, and together they refuse everything."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from analysis.query import QueryEngine
from analysis.query.functions import SCALAR_FUNCTIONS, TABLE_FUNCTIONS, VOLATILE_FUNCTIONS
from analysis.values import Value
from core.errors import BestandError, DatasetNotFoundError, QueryFailedError, QueryRefusedError
from storage.open import Storage
from tests.integration.query.conftest import Walls

BOTH = "both walls"
PARSER = "the parser alone"
"""The engine's lock lets these through: they stay inside its memory or inside the dataset folders, or they end the
process, so that trying them is no test."""


@dataclass(frozen=True)
class Attack:
    """A statement nobody may get through, and who refuses it."""

    sql: str
    refused_by: str = BOTH


ATTACKS = {
    # files
    "read_text": Attack("select * from read_text('{outside}')"),
    "read_blob": Attack("select * from read_blob('{outside}')"),
    "read_csv": Attack("select * from read_csv('{outside}')"),
    "read_csv_auto": Attack("from read_csv_auto('{outside}')"),
    "read_json": Attack("select * from read_json('{outside}')"),
    "read_ndjson": Attack("select * from read_ndjson('{outside}')"),
    "read_parquet": Attack("select * from read_parquet('{tmp}/x.parquet')"),
    "parquet_scan": Attack("select * from parquet_scan('{tmp}/x.parquet')"),
    "sniff_csv": Attack("select * from sniff_csv('{outside}')"),
    "glob": Attack("select * from glob('{tmp}/*')"),
    "a file as a table": Attack("select * from '{outside}'"),
    "a file as a quoted name": Attack('select * from "{outside}"'),
    "a file without quotes": Attack("select * from private.csv"),
    "a file in a subquery": Attack("select (select count(*) from '{outside}')"),
    "a file in EXISTS": Attack("select 1 where exists (from '{outside}')"),
    "a file in a CTE": Attack("with x as (from '{outside}') select * from x"),
    "a file below a CTE of its name": Attack('with "{outside}" as (from \'{outside}\') from "{outside}"'),
    "a file beside a CTE of its name": Attack(
        'select * from (with "{outside}" as (select 1) select 1) x, "{outside}" y'
    ),
    "a file in a recursive CTE": Attack(
        "with recursive x as (select 1 a union all select a from '{outside}' where a < 3) from x"
    ),
    "a file in the ground of a recursion of its name": Attack(
        'with recursive "{outside}" as (select a from \'{outside}\' union all select 1) from "{outside}"'
    ),
    "a file in UNION": Attack("select 1 union all from '{outside}'"),
    "a file in LATERAL": Attack("select * from range(1) r, lateral (select * from '{outside}')"),
    "a file in PIVOT": Attack("from '{outside}' pivot (count(*) for a in (1))"),
    "a file in UNPIVOT": Attack("unpivot '{outside}' on a, b"),
    "a file in DESCRIBE": Attack("describe '{outside}'"),
    "a file in SUMMARIZE": Attack("summarize '{outside}'"),
    "a file in EXPLAIN": Attack("explain analyze select * from '{outside}'"),
    "a file in ORDER BY": Attack("select 1 order by (select count(*) from '{outside}')"),
    "a file in LIMIT": Attack("select 1 limit (select count(*) from '{outside}')"),
    "a file in a window": Attack("select sum(1) over (order by (select a from '{outside}'))"),
    "a file in a filter": Attack("select count(*) filter (where exists (from '{outside}'))"),
    "a file in a lambda": Attack("select list_transform([1], lambda x: (select count(*) from '{outside}'))"),
    "a file in QUALIFY": Attack("select 1 qualify (select count(*) from '{outside}') > 0"),
    "a published file by its path": Attack("select * from read_parquet('{inside}')", PARSER),
    "a published file as a table": Attack("select * from '{inside}'", PARSER),
    "bytes of a published file": Attack("select * from read_blob('{inside}')", PARSER),
    "names of published files": Attack("select * from glob('{datasets}/**')", PARSER),
    "parquet_metadata": Attack("select * from parquet_metadata('{inside}')", PARSER),
    # network, other databases
    "http": Attack("select * from read_csv('http://127.0.0.1:9/x.csv')"),
    "http as a table": Attack("select * from 'http://127.0.0.1:9/x.csv'"),
    "s3 as a table": Attack("select * from 's3://bucket/x.parquet'"),
    "sqlite_scan": Attack("select * from sqlite_scan('{tmp}/x.db', 't')"),
    "postgres_scan": Attack("select * from postgres_scan('host=127.0.0.1', 'public', 't')"),
    "ATTACH": Attack("attach '{tmp}/x.duckdb' as p"),
    "ATTACH in memory": Attack("attach ':memory:' as m", PARSER),
    "DETACH": Attack("detach memory"),
    "USE": Attack("use memory", PARSER),
    # writing
    "COPY to": Attack("copy (select 1) to '{tmp}/new.csv'"),
    "COPY into a dataset folder": Attack("copy (select 1) to '{folder}/new.csv'", PARSER),
    "COPY from": Attack("copy sales from '{outside}'"),
    "EXPORT": Attack("export database '{tmp}/new'"),
    "IMPORT": Attack("import database '{tmp}/new'"),
    "CREATE TABLE": Attack("create table z as select 1", PARSER),
    "CREATE TEMP TABLE": Attack("create temp table z as select 1", PARSER),
    "CREATE VIEW": Attack("create view z as select 1", PARSER),
    "CREATE MACRO": Attack("create macro m() as 1", PARSER),
    "CREATE SECRET": Attack("create secret s (type s3, key_id 'a', secret 'b')"),
    "CREATE SEQUENCE": Attack("create sequence q", PARSER),
    "CREATE TYPE": Attack("create type mood as enum ('a')", PARSER),
    "INSERT": Attack("insert into sales values ('x', 1)"),
    "UPDATE": Attack("update sales set amount = 0"),
    "DELETE": Attack("delete from sales"),
    "TRUNCATE": Attack("truncate sales"),
    "MERGE": Attack("merge into sales s using sales t on s.town = t.town when matched then delete"),
    "DROP": Attack("drop view sales", PARSER),
    "ALTER": Attack("alter view sales rename to z", PARSER),
    "COMMENT": Attack("comment on view sales is 'x'", PARSER),
    "SELECT INTO": Attack("select * into z from sales"),
    "a writing CTE": Attack("with x as (insert into sales values ('x', 1) returning *) select * from x"),
    "a writing subquery": Attack("select * from (delete from sales returning *)"),
    # settings, extensions, the process
    "INSTALL": Attack("install httpfs"),
    "LOAD": Attack("load httpfs"),
    "SET": Attack("set enable_external_access = true"),
    "SET memory": Attack("set memory_limit = '900GB'"),
    "RESET": Attack("reset memory_limit"),
    "SET VARIABLE": Attack("set variable x = 1", PARSER),
    "PRAGMA": Attack("pragma database_list", PARSER),
    "PRAGMA that sets": Attack("pragma memory_limit = '900GB'"),
    "CALL": Attack("call pragma_version()", PARSER),
    "CALL that ends the process": Attack("call enable_logging(storage = 'file', storage_path = '{tmp}')", PARSER),
    "logging by a table function": Attack("select * from enable_logging(storage = 'file')", PARSER),
    "CHECKPOINT": Attack("checkpoint", PARSER),
    "VACUUM": Attack("vacuum", PARSER),
    "ANALYZE": Attack("analyze", PARSER),
    "BEGIN": Attack("begin", PARSER),
    "PREPARE": Attack("prepare p as select 1", PARSER),
    "EXECUTE": Attack("execute question"),
    "DEALLOCATE": Attack("deallocate all"),
    "getenv": Attack("select getenv('HOME')"),
    "getenv in an argument": Attack("select upper(getenv('HOME'))"),
    "current_setting": Attack("select current_setting('temp_directory')", PARSER),
    "getvariable": Attack("select getvariable('x')", PARSER),
    "sleeping": Attack("select sleep_ms(100000)", PARSER),
    "write_log": Attack("select write_log('x')", PARSER),
    "the catalogue of the engine": Attack("select * from duckdb_settings()", PARSER),
    "views with their paths": Attack("select sql from duckdb_views()", PARSER),
    "information_schema": Attack("select * from information_schema.tables", PARSER),
    "pg_catalog": Attack("select * from pg_catalog.pg_class", PARSER),
    "sqlite_master": Attack("select * from sqlite_master", PARSER),
    "SHOW TABLES": Attack("show tables", PARSER),
    "SHOW ALL TABLES": Attack("show all tables", PARSER),
    "SHOW in a subquery": Attack("select * from (show databases)", PARSER),
    # one statement that looks like another
    "a statement in a string": Attack("select * from query('select 1')", PARSER),
    "a table in a string": Attack("select * from query_table('sales')", PARSER),
    "a serialised statement": Attack("select * from json_execute_serialized_sql('{{}}')", PARSER),
    "two statements": Attack("select 1; select 2", PARSER),
    "a second one behind a comment": Attack("select 1 /* ; */ ; drop view sales", PARSER),
    "a second one behind a line comment": Attack("select 1 -- fine\n; attach '{tmp}/x.duckdb'"),
    "a second one in EXPLAIN": Attack("explain select 1; copy (select 1) to '{tmp}/new.csv'"),
    "EXPLAIN of a COPY": Attack("explain analyze copy (select 1) to '{tmp}/new.csv'"),
    "EXPLAIN of a CREATE": Attack("explain create table z as select 1", PARSER),
    "a bracket that closes ours": Attack(
        "select 1) t(c0); copy (select 1) to '{tmp}/new.csv'; select * from (select 1"
    ),
    "a zero character": Attack("select 1 \0; attach '{tmp}/x.duckdb'", PARSER),
    "our prepared statement": Attack("from empty", BOTH),
    "variables of the program": Attack("select * from places"),
    "python_map_function": Attack("select * from python_map_function(1)"),
    "pandas_scan": Attack("select * from pandas_scan(0)"),
    "a function with a catalog": Attack("select system.main.getenv('HOME')"),
}


@pytest.fixture(scope="module")
def places(walls: Walls) -> dict[str, str]:
    """A private file `outside`, a published one `inside`, and folders."""
    outside = walls.folder / "private.csv"
    outside.write_text("a,b\n1,2\n", encoding="utf-8")
    with walls.storage.database.read() as uow:
        sales = uow.datasets.require_name("sales")
    inside = walls.storage.datasets.data_file(sales.id, 1)
    return {
        "outside": str(outside),
        "inside": str(inside),
        "folder": str(inside.parent),
        "datasets": str(walls.storage.paths.datasets),
        "tmp": str(walls.folder),
    }


def everything_below(folder: Path) -> set[Path]:
    """All files but the ones the profile works with by itself."""
    own = {"state", "cache", "tmp", "logs"}
    return {path for path in folder.rglob("*") if not own & {*path.parts, path.stem}}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_guard_alone_refuses(walls: Walls, places: dict[str, str], name: str) -> None:
    """Before anything is run, every attack is an error a person can read."""
    before = everything_below(walls.folder)

    with pytest.raises((QueryRefusedError, DatasetNotFoundError, QueryFailedError)) as caught:
        walls.queries.check(ATTACKS[name].sql.format(**places))

    assert "Error:" not in str(caught.value)
    assert caught.value.hint
    assert everything_below(walls.folder) == before


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if attack.refused_by == BOTH])
def test_the_engine_alone_refuses(walls: Walls, places: dict[str, str], name: str) -> None:
    """A statement the guard would miss meets a locked engine: it fails there too and leaves nothing behind."""
    before = everything_below(walls.folder)

    with walls.storage.duck.locked({"sales": Path(places["inside"])}) as connection, pytest.raises(duckdb.Error):
        connection.execute(ATTACKS[name].sql.format(**places)).fetchall()

    assert everything_below(walls.folder) == before


def test_there_are_enough_attacks_for_each_wall() -> None:
    """The lists are not emptied by accident."""
    assert len(ATTACKS) >= 100
    assert sum(attack.refused_by == BOTH for attack in ATTACKS.values()) >= 60


ALLOWED = [
    "select * from sales",
    ("SELECT town, sum(amount) AS total FROM Sales GROUP BY ALL ORDER BY total DESC NULLS LAST LIMIT 3 OFFSET 0"),
    "from sales select town where amount > 1;",
    ";; select 1 -- the end",
    "/* a */ select 1; /* b */",
    "table sales",
    "values (1, 'a'), (2, 'b')",
    "with a as (from sales), b as (from a) select * from b, a",
    "with a as materialized (select 1 x) select * from a where x in (with b as (from a) from b)",
    "with recursive n as (select 1 i union all select i + 1 from n where i < 5) select * from n",
    'select k.name from sales s join "Kunden 2025" k using (town)',
    'select * from "KUNDEN 2025"',
    "select * from sales s, lateral (select s.amount + 1 as next)",
    "select * from sales positional join sales t",
    "select * from sales semi join sales t using (town)",
    "select town from sales union select name from \"Kunden 2025\" except select 'x'",
    (
        "select row_number() over w, lag(amount, 1) over w, sum(amount) filter (where amount > 1) over w"
        " from sales window w as (partition by town order by amount rows between 1 preceding and current"
        " row)"
    ),
    "select town from sales qualify row_number() over (partition by town order by amount) = 1",
    "from sales pivot (sum(amount) for town in ('Köln', 'Bonn'))",
    "pivot sales on town in ('Köln') using sum(amount)",
    "unpivot sales on amount into name n value v",
    "describe sales",
    "describe select amount from sales",
    "summarize sales",
    "show sales",
    "explain select * from sales",
    "explain analyze select * from sales",
    "select * from range(3) r, generate_series(1, 2) g, unnest([1, 2]) u",
    "select * from json_each('[1]')",
    "select columns('a.*') from sales",
    "select * exclude (town) replace (amount * 2 as amount) from sales",
    "select #1 from sales",
    "select list_transform([1, 2], lambda x: x + 1), [x * 2 for x in [1, 2] if x > 1]",
    "select {'a': 1}.a, map {'a': 1}['a'], [1, 2][1], [1, 2, 3][1:2], row(1, 2)",
    ("select town like 'K%', town not ilike '%x', town similar to 'K.*', town ~ 'K', town glob 'K*' from sales"),
    (
        "select amount between 1 and 2, amount in (1, 2), amount not in (select 1), amount = any (select"
        " 1) from sales"
    ),
    (
        "select case when amount > 1 then 'a' else 'b' end, coalesce(town, ''), nullif(town, 'x'), "
        "if(true, 1, 2), ifnull(town, '') from sales"
    ),
    (
        "select cast(amount as double), amount::varchar, try_cast(town as int), date '2025-01-01', "
        "interval 1 day, extract(year from date '2025-01-01'), timestamp '2025-01-01 00:00:00' at time "
        "zone 'UTC' from sales"
    ),
    "select -amount, amount // 2, amount % 2, amount ** 2, amount & 1, 5!, ~amount, @amount from sales",
    (
        "select town || 'x', position('a' in town), trim(both 'x' from town), substring(town from 1 for "
        "2), town collate de from sales"
    ),
    (
        "select count(distinct town), string_agg(town, ',' order by town), median(amount), "
        "quantile_cont(amount, 0.5), mode(town), percentile_cont(0.5) within group (order by amount), "
        "arg_max(town, amount) from sales"
    ),
    "select town, grouping(town), count(*) from sales group by grouping sets ((town), ())",
    "select town, count(*) from sales group by rollup (town)",
    "select current_date, now(), random(), uuid()",
    "select * from sales tablesample 50%",
    "select * from sales using sample 2 rows",
    "select $a + 1 as x, $b as y",
    "select 'it''s', $$a 'quoted' text$$, e'\\n', 1_000, 0xff, 1e3, .5",
    ("select strftime(date '2025-01-01', '%d.%m.%Y'), regexp_replace('a', 'b', 'c'), json_extract('{}', '$.a')"),
    "select exists (from sales where town is null), not true, null is null, 1 is distinct from 2",
    "select * from (values (1, 'a')) v(i, t)",
    "select try(1 // 0), greatest(1, 2), hash('a'), md5('a'), unnest([1, 2])",
]


@pytest.mark.parametrize("sql", ALLOWED, ids=range(len(ALLOWED)))
def test_questions_pass_both_walls(walls: Walls, sql: str) -> None:
    """What only reads datasets is answered: the walls are not in the way of the work."""
    params: dict[str, Value] = {"a": 1, "b": "x"} if "$a +" in sql else {}

    run = walls.queries.start(sql, params=params)

    assert run.wait(20) == "done", run.error
    assert run.row_count is not None


def test_a_pivot_over_unknown_values_says_how_to_name_them(walls: Walls) -> None:
    """What the engine would need two statements for is refused with the way out."""
    with pytest.raises(QueryRefusedError, match="PIVOT") as caught:
        walls.queries.check("pivot sales on town using sum(amount)")

    assert "IN (" in caught.value.hint


def test_a_name_with_a_point_wants_quotes(queries: QueryEngine, storage: Storage) -> None:
    """A dataset whose name looks like a file can be asked about, and the error says how."""
    from tests.tables import add_dataset

    add_dataset(storage, "sales.csv", "select 1 as a")

    with pytest.raises(QueryRefusedError, match=r"'sales\.csv' needs quotes"):
        queries.check("select * from sales.csv")
    assert queries.check('select * from "sales.csv"').datasets == ("sales.csv",)


def test_datasets_that_differ_by_case_are_told_apart_or_refused(queries: QueryEngine, storage: Storage) -> None:
    """The exact name wins; both at once would be one table to SQL."""
    from tests.tables import add_dataset

    add_dataset(storage, "SALES", "select 'other' as a")

    assert queries.start("select a from SALES").first_page().to_pylist() == [{"a": "other"}]
    assert queries.start("select count(*) n from sales").first_page().to_pylist() == [{"n": 4}]
    with pytest.raises(QueryRefusedError, match="are the same to SQL"):
        queries.check('select * from sales, "SALES"')


def test_check_names_datasets_and_parameters(walls: Walls) -> None:
    """The page can say what a question reads, and what it wants to know, before it is run."""
    checked = walls.queries.check('select $low from SALES s, sales t, "Kunden 2025" where amount > $low and $high')

    assert (checked.datasets, checked.parameters) == (("sales", "Kunden 2025"), ("low", "high"))


REVIEWED_AND_REFUSED = """
getenv current_setting getvariable current_query write_log nextval currval sleep_ms pg_sleep
json_serialize_sql json_deserialize_sql json_serialize_plan get_block_size pg_get_viewdef pg_get_constraintdef
format_type setseed txid_current current_transaction_id current_query_id current_connection_id vector_type
stats parse_duckdb_log_message in_search_path current_catalog current_database current_schema current_schemas
current_role current_user session_user user col_description obj_description shobj_description pg_get_expr
create_sort_key timetz_byte_comparable finalize combine variant_bytes_to_variant variant_to_parquet_variant
make_type replace_type get_type cast_to_type map_to_pg_oid format_pg_type remap_struct inet_client_addr
inet_client_port inet_server_addr inet_server_port
"""
REFUSED_FAMILIES = ("__internal", "icu_", "has_", "pg_", "st_")


def test_every_function_of_the_engine_was_looked_at(storage: Storage) -> None:
    """A newer engine brings functions nobody has judged; this names them, and until then they are refused."""
    with storage.duck.trusted() as connection:
        rows = connection.execute(
            "select distinct function_name from duckdb_functions() "
            "where function_type in ('scalar', 'aggregate', 'macro') and database_name in ('system', 'temp')"
        ).fetchall()
    names, refused = {str(row[0]) for row in rows}, set(REVIEWED_AND_REFUSED.split())

    unknown = {n for n in names - SCALAR_FUNCTIONS - refused if not n.startswith(REFUSED_FAMILIES)}

    assert unknown == set()
    assert not SCALAR_FUNCTIONS & refused
    assert VOLATILE_FUNCTIONS <= SCALAR_FUNCTIONS
    assert not {n for n in TABLE_FUNCTIONS if "read" in n or "scan" in n or "duckdb" in n}


@pytest.mark.parametrize("sql", ["", "  \n ", "-- only a comment", ";;"])
def test_no_question_is_told_as_such(walls: Walls, sql: str) -> None:
    """An empty editor gives a sentence, not a parser error."""
    with pytest.raises(QueryFailedError, match="no question"):
        walls.queries.check(sql)


def test_an_endless_text_is_refused_at_once(walls: Walls) -> None:
    """A pasted file is not parsed."""
    with pytest.raises(QueryRefusedError, match="characters"):
        walls.queries.check("select " + "1," * 600_000 + "1")


def test_deep_nesting_is_an_error_not_a_crash(walls: Walls) -> None:
    """Brackets in brackets beyond all measure end in a sentence."""
    with pytest.raises(BestandError):
        walls.queries.check("select " + "(" * 20_000 + "1" + ")" * 20_000)
