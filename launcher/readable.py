"""Which files found in a folder look like tables: by their names alone.

Used by the command line and by the engine, for what a person names by its folder.
"""

from pathlib import Path
from typing import Final

READABLE: Final = frozenset(
    (
        ".csv", ".tsv", ".tab", ".psv", ".txt", ".json", ".ndjson", ".jsonl", ".parquet", ".arrow", ".arrows",
        ".feather", ".ipc", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".sqlite", ".sqlite3", ".db", ".duckdb",
    )
)  # fmt: skip
"""Endings taken from a folder or a pattern's folders; a file named directly is always tried."""
PACKED: Final = frozenset((".gz", ".zst", ".bz2", ".xz", ".zip"))
"""Endings around another one."""


def is_readable(name: str) -> bool:
    """Tell whether a file found in a folder looks like one Bestand reads."""
    path = Path(name)
    if path.name.startswith((".", "~$")):
        return False
    ending = path.suffix.lower()
    return (
        ending in READABLE or ending == ".zip" or (ending in PACKED and Path(path.stem).suffix.lower() in READABLE)
    )
