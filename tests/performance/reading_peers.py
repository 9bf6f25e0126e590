"""How other tools read a messy text file, each as its manual says to use it on a file one knows nothing about.

Used by `bench_readings`. A peer returns all cells as text, the header first where the file has one, or raises. Not
a part of the product.
"""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import clevercsv
import duckdb
import pandas as pd
import polars as pl

from tests.performance.reading_sets import Table

_SNIFFED_CHARS = 1 << 16

Peer = Callable[[Path, Mapping[str, Any]], Table]


def _duckdb(path: Path, options: str, *, headed: bool) -> Table:
    with duckdb.connect(config={"threads": 1}) as connection:
        quoted = str(path).replace("'", "''")
        answer = connection.execute(f"select * from read_csv('{quoted}', all_varchar = true{options})")
        names = [column[0] for column in answer.description or []]
        rows = [["" if cell is None else cell for cell in row] for row in answer.fetchall()]
    return [names, *rows] if headed else rows


def duckdb_auto(path: Path, parameters: Mapping[str, Any]) -> Table:
    """DuckDB, everything detected."""
    return _duckdb(path, "", headed=bool(parameters["header_lines"]))


def duckdb_told(path: Path, parameters: Mapping[str, Any]) -> Table:
    """DuckDB with the true dialect."""
    told = {
        "delim": parameters["delimiter"],
        "quote": parameters["quotechar"],
        "escape": parameters["escapechar"],
    }
    options = "".join(", {} = '{}'".format(key, (value or "").replace("'", "''")) for key, value in told.items())
    header = parameters["header_lines"]
    options += f", header = {bool(header)}, skip = {parameters['preamble_lines'] + max(header - 1, 0)}"
    return _duckdb(path, options, headed=bool(header))


def pandas_default(path: Path, parameters: Mapping[str, Any]) -> Table:
    """Pandas, everything by default, cells kept as text."""
    header = 0 if parameters["header_lines"] else None
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, header=header)
    rows: Table = frame.to_numpy().tolist()
    return [[str(name) for name in frame.columns], *rows] if header == 0 else rows


def python_csv(path: Path, parameters: Mapping[str, Any]) -> Table:  # noqa: ARG001 - it needs none
    """The standard library: its usual dialect with the delimiter its sniffer finds."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        text = file.read()
    try:
        delimiter = csv.Sniffer().sniff(text[:_SNIFFED_CHARS]).delimiter
    except csv.Error:
        delimiter = ","
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]


def clevercsv_table(path: Path, parameters: Mapping[str, Any]) -> Table:  # noqa: ARG001 - it needs none
    """CleverCSV, everything detected."""
    rows: Table = clevercsv.read_table(str(path))
    return [row for row in rows if row]


def polars_default(path: Path, parameters: Mapping[str, Any]) -> Table:
    """Polars, everything by default, cells kept as text."""
    header = bool(parameters["header_lines"])
    frame = pl.read_csv(path, infer_schema=False, has_header=header)
    rows = [["" if cell is None else cell for cell in row] for row in frame.iter_rows()]
    return [frame.columns, *rows] if header else rows


PEERS: dict[str, Peer] = {
    "DuckDB auto": duckdb_auto,
    "DuckDB told": duckdb_told,
    "pandas": pandas_default,
    "Python csv": python_csv,
    "CleverCSV": clevercsv_table,
    "polars": polars_default,
}


def sniff_duckdb(path: Path) -> str | None:
    """Return the delimiter DuckDB detects."""
    with duckdb.connect(config={"threads": 1}) as connection:
        row = connection.execute("select Delimiter from sniff_csv(?)", [str(path)]).fetchone()
    return str(row[0]) if row else None


def sniff_python(path: Path) -> str | None:
    """Return the delimiter the standard library detects."""
    return csv.Sniffer().sniff(path.read_text(encoding="utf-8", errors="replace")[:_SNIFFED_CHARS]).delimiter


def sniff_clevercsv(path: Path) -> str | None:
    """Return the delimiter CleverCSV detects."""
    found = clevercsv.Detector().detect(path.read_text(encoding="utf-8", errors="replace")[:_SNIFFED_CHARS])
    return found.delimiter if found else None


SNIFFERS: dict[str, Callable[[Path], str | None]] = {
    "DuckDB": sniff_duckdb,
    "Python csv": sniff_python,
    "CleverCSV": sniff_clevercsv,
}
