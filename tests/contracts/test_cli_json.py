"""Every `--json` output is what contract 1 says, made by the real commands on real files."""

from pathlib import Path
from typing import Any

import pytest

from launcher.cli.output import to_json
from tests.contracts.shapes import SHAPES, misfits
from tests.integration.launcher.conftest import Cli

CLEAN = "Datum;Filiale;Betrag\n2025-01-02;Köln;3,50\n2025-01-03;Bonn;4,25\n2025-01-04;Köln;10,00\n"
AS_READ = 'Datum,Filiale,Betrag\n2025-01-02,Köln,"3,50"\n2025-01-03,Bonn,"4,25"\n2025-01-04,Köln,"10,00"\n'
RAGGED = "a,b,c\n" + "".join(f"{i},{i * 2},x{i}\n" for i in range(1, 40)) + "40,80,x40,extra\n41,82,x41\n"


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    """A file without faults."""
    file = tmp_path / "umsatz.csv"
    file.write_text(CLEAN, encoding="windows-1252")
    return file


@pytest.fixture
def ragged(tmp_path: Path) -> Path:
    """A file with a record that is too long."""
    file = tmp_path / "ragged.csv"
    file.write_text(RAGGED, encoding="utf-8")
    return file


def check(name: str, value: object) -> None:
    """Fail with every place where the value leaves the contract."""
    assert misfits(value, SHAPES[name]) == []


def test_import_tells_how_it_read(cli: Cli, clean: Path, ragged: Path) -> None:
    """One line per file in the order given, clean or not; the ledger adds up and a flag names a place."""
    ran = cli("data", "import", clean, ragged, "--json")

    assert ran.code == 0
    assert [line["file"] for line in ran.lines] == [str(clean), str(ragged)]
    for line in ran.lines:
        check("data import", line)
        ledger = line["ledger"]
        assert sum(v for k, v in ledger.items() if k not in ("unit", "total")) == ledger["total"]
        assert all(flag["line"] is not None or flag["column"] is not None for flag in line["flags"])
    assert ran.lines[0]["flags"] == []
    assert ran.lines[1]["flags"] != []
    assert ran.lines[0]["dataset"] == "umsatz"


def test_a_failed_input_is_a_line_of_its_own(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """The others go on, and the exit code says that one failed."""
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    ran = cli("data", "import", photo, tmp_path / "none.csv", clean, "--json")

    assert ran.code == 1
    assert [line["ok"] for line in ran.lines] == [False, False, True]
    check("data import, failed", ran.lines[0])
    check("data import, failed", ran.lines[1])
    assert [line["error"]["code"] for line in ran.lines[:2]] == ["not_a_table", "file_missing"]


def test_candidates_have_their_line(cli: Cli, clean: Path, ragged: Path) -> None:
    """`--candidates` gives each file a line with the ways to read it, and imports nothing."""
    lines = cli("data", "import", "--candidates", clean, ragged, "--json").lines

    assert [line["file"] for line in lines] == [str(clean), str(ragged)]
    for line in lines:
        check("data import, candidates", line)
    assert cli("data", "list", "--json").lines == []


def test_read_writes_and_tells(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """`data read` has the import's line with the file it wrote; a second file of that name is `~2`."""
    out = tmp_path / "out"
    lines = cli("data", "read", clean, clean, "--out", out, "--json").lines

    for line in lines:
        check("data read", line)
    assert (out / "umsatz.csv").read_text(encoding="utf-8") == AS_READ
    assert (out / "umsatz~2.csv").read_bytes() == (out / "umsatz.csv").read_bytes()


def test_datasets(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """List, show, export, delete, restore."""
    cli("data", "import", clean)
    check("data list", cli("data", "list", "--json").line)
    check("data show", cli("data", "show", "umsatz", "--json").line)
    for how in ("--fast", "--accurate"):
        check("data profile", cli("data", "profile", "umsatz", how, "--json").line)
    check("data export", cli("data", "export", "umsatz", "--out", tmp_path / "o.csv", "--json").line)
    deleted = cli("data", "delete", "umsatz", "--json").line
    check("data delete", deleted)
    assert cli("data", "list", "--json").lines == []
    check("data restore", cli("data", "restore", deleted["id"], "--json").line)
    assert cli("data", "list", "--json").line["name"] == "umsatz"


def test_questions(cli: Cli, clean: Path, tmp_path: Path) -> None:
    """A file, the history, and rows as objects."""
    cli("data", "import", clean)
    check("query --out", cli("query", "select * from umsatz", "--out", tmp_path / "o.xlsx", "--json").line)
    rows = cli("query", "select Filiale, count(*) as n from umsatz group by 1 order by 1", "--json").lines
    assert rows == [{"Filiale": "Bonn", "n": 1}, {"Filiale": "Köln", "n": 2}]
    cli("query", "select * from nowhere")
    history = cli("query", "--history", "--json").lines
    for line in history:
        check("query --history", line)
    assert [line["state"] for line in history] == ["failed", "done", "done"]
    check("query --save", cli("query", "select 1 as a", "--save", "one", "--json").line)


def test_jobs(cli: Cli, clean: Path) -> None:
    """The list and one job have the same fields."""
    cli("data", "import", clean)
    job = cli("jobs", "status", "--json").line
    check("jobs status", job)
    shown = cli("jobs", "show", job["id"], "--json").line
    check("jobs status", shown)
    check("data import", shown["result"])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("db migrate", ["db", "migrate"]),
        ("db status", ["db", "status"]),
        ("db health", ["db", "health"]),
        ("cache stats", ["cache", "stats"]),
        ("config show", ["config", "show"]),
        ("config show --origin", ["config", "show", "--origin"]),
        ("status", ["status"]),
        ("data import", ["data", "sample"]),
        ("data import", ["db", "seed"]),
    ],
)
def test_the_profile(cli: Cli, name: str, arguments: list[str]) -> None:
    """What tells of the profile itself."""
    ran = cli(*arguments, "--json")

    assert ran.code == 0, ran.err
    assert ran.lines
    for line in ran.lines:
        check(name, line)


def test_the_log(cli: Cli, tmp_path: Path) -> None:
    """One command's trail is found by its trace."""
    cli("data", "import", tmp_path / "none.csv")
    lines = cli("logs", "show", "--json").lines
    for line in lines:
        check("logs show", line)
    trace = cli("jobs", "status", "--json").line["trace"]
    trail = cli("logs", "show", "--trace", trace, "--json").lines
    assert trail
    assert {line["trace"] for line in trail} == {trace}


def test_link(cli: Cli, profile: Any) -> None:  # noqa: ANN401
    """`app url --json` says how long the link waits."""
    from launcher.instance import announced, only_engine

    with only_engine(profile), announced(profile, 23456, "boot"):
        check("app url", cli("app", "url", "--json").line)


@pytest.mark.parametrize(
    ("sql", "numbers", "line"),
    [
        ("select 1.10::decimal(9,2) as v", "exact", '{"v":"1.10"}'),
        ("select 1.25::decimal(9,2) as v", "native", '{"v":1.25}'),
        ("select 9007199254740991 as v", "exact", '{"v":9007199254740991}'),
        ("select 9007199254740993 as v", "exact", '{"v":"9007199254740993"}'),
        ("select 9007199254740993 as v", "native", '{"v":9007199254740993}'),
        ("select date '2025-01-02' as v", "exact", '{"v":"2025-01-02"}'),
        ("select timestamp '2025-01-02 03:04:05' as v", "exact", '{"v":"2025-01-02T03:04:05"}'),
        ("select null as v", "exact", '{"v":null}'),
        ("select true as v", "exact", '{"v":true}'),
        ("select 'Köln \"x\"' as v", "exact", '{"v":"Köln \\"x\\""}'),
        ("select 0.5::double as v", "exact", '{"v":0.5}'),
    ],
)
def test_values_in_json(cli: Cli, sql: str, numbers: str, line: str) -> None:
    """What JSON would bend is a text, unless native numbers are asked for; dates are ISO 8601."""
    assert cli("query", sql, "--json", "--numbers", numbers).out.splitlines() == [line]


def test_json_is_a_list_and_ndjson_lines(cli: Cli) -> None:
    """`--format json` is one list of row objects, also when it is empty."""
    import json

    assert json.loads(cli("query", "select 1 as a union all select 2 order by 1", "--format", "json").out) == [
        {"a": 1},
        {"a": 2},
    ]
    assert json.loads(cli("query", "select 1 as a where false", "--format", "json").out) == []
    assert cli("query", "select 1 as a where false", "--format", "ndjson").out == ""


def test_the_shapes_can_say_no() -> None:
    """A contract that everything fits would be none."""
    assert misfits({"code": "x", "message": "y"}, SHAPES["error"]) == [".hint is missing"]
    assert misfits({"code": 1, "message": "y", "hint": "z"}, SHAPES["error"]) == [".code is 1, not string"]
    assert misfits({"code": "x", "message": "y", "hint": "z", "new": 1}, SHAPES["error"]) == [
        ".new is not in the contract"
    ]
    assert misfits([True], ["integer"]) == ["[0] is True, not integer"]
    assert to_json({"a": None}) == '{"a": null}'
