"""The `--json` lines of ledgers, types, corrections and saved readings, made by the real commands."""

import json
from pathlib import Path

import pytest

from tests.contracts.shapes import SHAPES, misfits
from tests.integration.launcher.conftest import Cli

HEAD = "plz;name;betrag\n"
ROWS = "".join(f"{1000 + i:05};Name {i};{i},5\n" for i in range(40))
BROKEN = "01041;Name 41;7,5;surplus\n"


@pytest.fixture
def january(tmp_path: Path) -> Path:
    """A file with leading zeros and a record that is too long, in line 42."""
    file = tmp_path / "umsatz_2025-01.csv"
    file.write_text(HEAD + ROWS + BROKEN, encoding="utf-8")
    return file


def check(name: str, value: object) -> None:
    """Fail with every place where the value leaves the contract."""
    assert misfits(value, SHAPES[name]) == []


def test_the_ledger(cli: Cli, january: Path, tmp_path: Path) -> None:
    """Each line that was not simply loaded, whole; the same as a file in every format."""
    cli("data", "import", january)
    lines = cli("data", "ledger", "umsatz_2025-01", "--json").lines
    for line in lines:
        check("data ledger", line)
    assert [(line["line"], line["action"]) for line in lines] == [(1, "header"), (42, "repaired")]
    assert cli("data", "ledger", "umsatz_2025-01", "--json", "--action", "repaired").line["text"] == BROKEN.strip()
    for ending in ("csv", "json", "ndjson", "parquet"):
        out = tmp_path / f"ledger.{ending}"
        told = cli("data", "ledger", "umsatz_2025-01", "--out", out, "--json").line
        check("data ledger --out", told)
        assert told["lines"] == 2
        assert out.stat().st_size > 0
    assert json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8")) == lines


def test_a_set_names_the_file_of_lines_and_cells(cli: Cli, tmp_path: Path) -> None:
    """Its ledger and its types, as one file's are, with the file of each; people are told the same."""
    folder = tmp_path / "sales"
    folder.mkdir()
    for name, last in (("01.csv", "40,5"), ("02.csv", "n/a")):
        (folder / name).write_text(f"{HEAD}{ROWS}01041;Name 41;{last}\n{BROKEN}", encoding="utf-8")

    assert cli("data", "import", "--together", folder).code == 0

    lines = cli("data", "ledger", "sales", "--json", "--action", "repaired").lines
    for line in lines:
        check("data ledger, of a set", line)
    assert [(line["file"], line["line"]) for line in lines] == [("01.csv", 43), ("02.csv", 43)]
    assert len(cli("data", "ledger", "sales", "--json", "--file", "02.csv", "--line", "43").lines) == 1
    assert "01.csv" in cli("data", "ledger", "sales", "--action", "repaired").out
    (told,) = (line for line in cli("data", "types", "sales", "--json").lines if line["column"] == "betrag")
    check("data types, of a set", told)
    assert list(zip(told["files"], told["counterexamples"], strict=True)) == [
        ("01.csv", [43, "7,5;surplus"]), ("02.csv", [42, "n/a"]), ("02.csv", [43, "7,5;surplus"]),
    ]  # fmt: skip
    assert "02.csv, betrag, line 42: n/a" in cli("data", "types", "sales").out


def test_types(cli: Cli, january: Path) -> None:
    """What each column could be; a chosen type makes the next version."""
    cli("data", "import", january)
    told = cli("data", "types", "umsatz_2025-01", "--json").lines
    for line in told:
        check("data types", line)
    assert [(line["stored"], line["offered"]) for line in told] == [
        ("VARCHAR", "BIGINT"),
        ("VARCHAR", None),
        ("VARCHAR", "DECIMAL(18,1)"),
    ]
    assert told[2]["counterexamples"] == [[42, "7,5;surplus"]]
    made = cli("data", "types", "umsatz_2025-01", "--set", "plz=integer", "--json").line
    check("data import", made)
    assert (made["version"], made["columns"][0]["type"]) == (2, "BIGINT")
    rows = cli("data", "texts", "umsatz_2025-01", "--limit", 2, "--json").lines
    for row in rows:
        check("data texts", row)
    assert rows[1] == {"plz": "01001", "name": "Name 1", "betrag": "1,5"}
    assert cli("data", "texts", "umsatz_2025-01", "--column", "plz", "--json").lines[0] == {"plz": "01000"}
    assert cli("data", "texts", "umsatz_2025-01", "--column", "plt").code == 1


def test_corrections_and_saved_readings(cli: Cli, january: Path, tmp_path: Path) -> None:
    """A corrected line, a reading saved with it, its replay, and what is told where it does not fit."""
    cli("data", "import", january)
    made = cli("data", "correct", "umsatz_2025-01", "--line", 42, "--text", "01041;Name 41;7,5", "--json").line
    check("data import", made)
    check("data show, corrected", cli("data", "show", "umsatz_2025-01", "--json").line)
    saved = cli("data", "readings", "save", "umsatz_2025-01", "umsatz", "--json").line
    check("data readings show", saved)
    assert saved["files"] == "umsatz_#-#.csv"
    for line in cli("data", "readings", "list", "--json").lines:
        check("data readings list", line)
    check("data readings show", cli("data", "readings", "show", "umsatz", "--json").line)

    again = tmp_path / "umsatz_2025-02.csv"
    again.write_text(HEAD + ROWS.replace("Name", "Frau") + BROKEN, encoding="utf-8")
    replayed = cli("data", "import", again, "--json")
    check("data import, saved", replayed.line)
    assert replayed.code == 0
    assert [flag["code"] for flag in replayed.line["flags"]] == ["corrected"]
    check("data readings check", cli("data", "readings", "check", again, "--json").line)

    other = tmp_path / "umsatz_2025-03.csv"
    other.write_text((HEAD + ROWS).replace("betrag", "summe"), encoding="utf-8")
    refused = cli("data", "import", other, "--json")
    check("data import, different", refused.line)
    assert refused.code == 3
    assert {one["kind"] for one in refused.line["drift"]} == {"missing_column", "new_column", "correction"}
    taken = cli("data", "import", other, "--auto", "--json")
    check("data import, saved and different", taken.line)
    assert taken.code == 0
    deleted = cli("data", "readings", "delete", "umsatz", "--json").line
    check("data readings delete", deleted)
    assert cli("data", "readings", "list", "--json").lines == []
    check("data readings delete", cli("data", "readings", "restore", deleted["id"], "--json").line)
