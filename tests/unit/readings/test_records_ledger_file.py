"""The ledger's rows: all of them, in order, with their bytes."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis.readings import ledger_file
from analysis.readings.ledger_file import LEDGER_NAME, SCHEMA, LedgerWriter
from core.types import LedgerLine, LineAction


def test_a_clean_file_has_an_empty_ledger(tmp_path: Path) -> None:
    """The file is there even when nothing was rejected, so a reader needs no special case."""
    with LedgerWriter(tmp_path):
        pass

    table = pq.read_table(tmp_path / LEDGER_NAME)

    assert table.num_rows == 0
    assert table.schema.names == ["line", "action", "reason", "raw"]
    assert table.schema.equals(SCHEMA)


def test_lines_keep_their_order_and_their_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that are no text come back as they were, over any number of row groups."""
    monkeypatch.setattr(ledger_file, "_GROUP_ROWS", 3)
    lines = [LedgerLine(n, LineAction.REJECTED, f"reason {n}", bytes([n, 0, 255])) for n in range(1, 11)]

    with LedgerWriter(tmp_path) as ledger:
        ledger.append(lines[:4])
        ledger.append(lines[4:])

    rows = pq.read_table(tmp_path / LEDGER_NAME).to_pylist()
    assert [LedgerLine(r["line"], LineAction(r["action"]), r["reason"], r["raw"]) for r in rows] == lines
    assert ledger.count == 10


def test_long_lines_do_not_pile_up_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group ends by its bytes as well as by its rows."""
    monkeypatch.setattr(ledger_file, "_GROUP_BYTES", 100)

    with LedgerWriter(tmp_path) as ledger:
        ledger.append(LedgerLine(n, LineAction.BLANK, "", b"x" * 60) for n in range(4))

    assert pq.ParquetFile(tmp_path / LEDGER_NAME).num_row_groups == 2
