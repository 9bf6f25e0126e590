"""Measurements as a table for people and as a file for later comparison.

Used by `tests/performance/run.py`. Judges each number against its target, and never fails: on a shared machine a
missed target is something to look at, not a broken build.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil


def verdict(row: Mapping[str, Any]) -> str:
    """Return "ok", "MISSED", or "" for a row without a target.

    The target is the highest allowed ratio where the row has one, otherwise the highest allowed own number.
    """
    target = row.get("target")
    measured = row["ours"] if row.get("ratio") is None else row["ratio"]
    if target is None or measured is None:
        return ""
    return "ok" if measured <= target else "MISSED"


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as aligned columns."""
    head = ("measurement", "ours", "peer", "unit", "ratio", "target", "")
    body = [
        (
            str(row["name"]),
            _number(row["ours"]),
            _number(row.get("peer")),
            str(row.get("unit", "")),
            _number(row.get("ratio")),
            _number(row.get("target")),
            verdict(row),
        )
        for row in rows
    ]
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
    lines = ["  ".join(_aligned(cell, width, i) for i, (cell, width) in enumerate(zip(line, widths, strict=True)))
             for line in [head, *body]]  # fmt: skip
    lines.insert(1, "  ".join("-" * width for width in widths).rstrip())
    return "\n".join(line.rstrip() for line in lines)


def write(rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """Write the rows with the machine they were measured on; return the file, of which latest.json is a copy."""
    now = datetime.now(UTC)
    text = json.dumps(
        {
            "at": now.isoformat(timespec="seconds"),
            "machine": {
                "system": platform.platform(),
                "python": platform.python_version(),
                "cores": os.cpu_count(),
                "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
                "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            },
            "rows": [{**row, "verdict": verdict(row)} for row in rows],
        },
        indent=1,
    )
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    for path in (target, folder / "latest.json"):
        path.write_text(text + "\n", encoding="utf-8")
    return target


def _number(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | str):
        return str(value)
    number = float(str(value))
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if column in (1, 2, 4, 5) else cell.ljust(width)
