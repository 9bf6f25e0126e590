"""The sample that comes with the app is messy exactly as it says."""

import csv
import importlib.util
from pathlib import Path

from analysis.samples import FAULTS, sample_file

SCRIPT = Path(__file__).parents[3] / "scripts" / "make_sample.py"


def test_the_script_makes_the_shipped_bytes() -> None:
    """The file in the package is the one the script makes, on every machine."""
    spec = importlib.util.spec_from_file_location("make_sample", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    assert script.sample_bytes() == sample_file().read_bytes()


def test_the_faults_are_where_they_are_said_to_be() -> None:
    """Every line is what `FAULTS` calls it; the records' amounts make the footer's sum."""
    lines = sample_file().read_bytes().decode("windows-1252").split("\r\n")[:-1]
    assert len(lines) == FAULTS.lines
    rows = [next(csv.reader([line], delimiter=";"), []) for line in lines]
    width = len(rows[FAULTS.header_line - 1])
    special = {*FAULTS.preamble_lines, FAULTS.header_line, FAULTS.blank_line, FAULTS.footer_line}
    records = {number: row for number, row in enumerate(rows, 1) if number not in special}

    assert len(records) == FAULTS.records
    assert {number for number, row in records.items() if len(row) != width} == {FAULTS.extra_field_line}
    assert lines[FAULTS.blank_line - 1] == ""
    assert all(";" not in lines[number - 1] for number in FAULTS.preamble_lines)
    assert all(row[0].startswith("0") and len(row[0]) == 6 for row in records.values())
    assert sum(_cents(row[5]) for row in records.values()) == _cents(rows[FAULTS.footer_line - 1][5])
    assert any("." in row[5] for row in records.values())


def test_the_sample_is_not_utf_8() -> None:
    """Its umlauts are bytes a reader has to judge."""
    content = sample_file().read_bytes()

    assert b"K\xe4ufer" in content


def _cents(text: str) -> int:
    return int(text.replace(".", "").replace(",", ""))
