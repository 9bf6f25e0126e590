"""`bestand chart` draws without a screen, from options or from a description, and tells what it did."""

import json
from pathlib import Path

import pytest

from tests.integration.launcher.conftest import Cli

CLEAN = "day;town;amount\n2025-01-02;Bonn;3,50\n2025-02-03;Ulm;4,25\n2025-02-04;Bonn;10,00\n"


@pytest.fixture
def sales(cli: Cli, tmp_path: Path) -> str:
    """A dataset."""
    file = tmp_path / "sales.csv"
    file.write_text(CLEAN, encoding="utf-8")
    assert cli("data", "import", file).code == 0
    return "sales"


def test_columns_are_enough(cli: Cli, sales: str, tmp_path: Path) -> None:
    """The kind of chart follows the columns; the caption goes to people, the result to stdout."""
    out = tmp_path / "chart.svg"
    ran = cli("chart", sales, "--x", "town", "--y", "amount", "--out", out)

    assert (ran.code, ran.out.strip()) == (0, str(out))
    assert "Sum of amount by town" in ran.err
    assert "Sum of amount by town" in out.read_text(encoding="utf-8")


def test_a_description_and_options_go_together(cli: Cli, sales: str, tmp_path: Path) -> None:
    """A description is a file that can be kept; an option goes before it; JSON says what came of it."""
    spec, out = tmp_path / "spec.json", tmp_path / "chart.html"
    spec.write_text(json.dumps({"dataset": sales, "mark": "line", "x": "day", "unit": "month"}), encoding="utf-8")
    ran = cli("chart", "--spec", spec, "--where", "town=Bonn", "--y", "amount", "--out", out, "--json")

    assert ran.code == 0
    (line,) = ran.lines
    assert (line["rows"], line["places"], line["spec"]["mark"]) == (2, 2, "line")
    assert line["bytes"] == out.stat().st_size
    assert "only those with town = Bonn" in line["caption"]


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--x", "twon", "--out", "a.png"], 1, "Did you mean 'town'"),
        (["--x", "town", "--out", "a.gif"], 2, "is no file of a chart; there are png, svg, html"),
        (["--x", "town", "--where", "Bonn", "--out", "a.png"], 2, "does not say which rows"),
        (["--x", "town", "--spec", "none.json", "--out", "a.png"], 1, "none.json"),
    ],
)
def test_a_mistake_is_named_and_writes_nothing(
    cli: Cli, sales: str, tmp_path: Path, options: list[str], code: int, told: str
) -> None:
    """One sentence, the exit code of the contract, no file."""
    ran = cli("chart", sales, *[str(tmp_path / one) if one.startswith("a.") else one for one in options])

    assert ran.code == code
    assert told in ran.err
    assert not list(tmp_path.glob("a.*"))
