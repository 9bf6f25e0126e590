r"""Rows as clean CSV: RFC 4180 with `\n`, every cell such that any reader gives it back.

Used by `data read`. The standard writer of Python before 3.13 leaves a cell with a lone carriage return without
quotes, and readers take that for the end of a line.
"""

import csv
from collections.abc import Iterable
from typing import TextIO


def write_rows(file: TextIO, rows: Iterable[list[str]]) -> None:
    """Write rows of cells to a file that was opened with `newline=""`."""
    writer = csv.writer(file, lineterminator="\n")
    guarded = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        (guarded if any("\r" in cell for cell in row) else writer).writerow(row)
