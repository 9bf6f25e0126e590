"""What a history of 1,000 steps costs: taking a step back, and the room it takes.

Two forms: a small one, and one that holds 200 kB of text and 2,000 edited cells; each step changes a few bytes of
it. The room is what the database file grows by per step, with the log folded in: it must follow the change, so
that the large form's history takes about as much as the small one's.
"""

import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.forms.history import FormHistory
from app.forms.tree import Act, Standing
from core.paths import ProfilePaths
from core.types import Json
from storage.database.database import Database
from storage.database.migrate import migrate

STEPS = 1_000
UNDO_MS = 50.0
GROWTH_RATIO = 1.5
"""How much more room a step of the large form may take than one of the small form."""
TEXT_CHARS = 200_000
CELLS = 2_000

State = dict[str, Json]


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    steps = 200 if quick else STEPS
    small: State = {f"field_{n}": n for n in range(20)}
    large: State = {**small, "text": "x" * TEXT_CHARS, "cells": {str(n): {"a": "b"} for n in range(CELLS)}}
    rows = []
    growth = {}
    for name, state in (("small", small), ("large", large)):
        paths = ProfilePaths(out / name)
        paths.create()
        migrate(paths)
        database = Database(paths.state_db)
        try:
            found, growth[name] = measure(database, paths.state_db, state, steps)
        finally:
            database.close()
        rows += [
            {"name": f"{name} form, {what}, p95", "ours": value, "peer": None, "ratio": None, "target": target,
             "unit": "ms"}
            for (what, value), target in zip(found.items(), (None, UNDO_MS, UNDO_MS), strict=True)
        ]  # fmt: skip
    rows.append(
        {"name": "room of a step, large form beside small", "ours": growth["large"], "peer": growth["small"],
         "ratio": growth["large"] / growth["small"], "target": GROWTH_RATIO, "unit": "bytes"}
    )  # fmt: skip
    return rows


def measure(database: Database, file: Path, state: State, steps: int) -> tuple[dict[str, float], float]:
    """Return the p95 of a step, of undo and of redo at the end of a long history, and the bytes of a step."""
    history = FormHistory(database, keep=10 * steps)
    standing = history.step("bench", {**state, "field_0": -1}, Act("first"), seen=0, defaults=state)
    before = size(file)
    made: list[float] = []
    for number in range(steps):
        data = changed(standing.data, number)
        act = Act(f"step {number}")
        standing = timed(made, lambda: history.step("bench", data, act, seen=standing.last))  # noqa: B023 - called at once
    growth = (size(file) - before) / steps
    undone: list[float] = []
    redone: list[float] = []
    for _ in range(min(steps, 200)):
        standing = timed(undone, lambda: history.undo("bench", Act(), seen=standing.last))  # noqa: B023
    for _ in range(min(steps, 200)):
        standing = timed(redone, lambda: history.redo("bench", Act(), seen=standing.last))  # noqa: B023
    assert standing.data["field_1"] == steps - 1
    return {"step": p95(made), "undo": p95(undone), "redo": p95(redone)}, growth


def changed(state: State, number: int) -> State:
    """Return a state with a number, and where there is one a word of the text and a cell, changed."""
    found = {**state, "field_1": number}
    text, cells = state.get("text"), state.get("cells")
    if isinstance(text, str) and number % 2:
        found["text"] = f"{text[:500]}{number % 10}{text[501:]}"
    if isinstance(cells, dict) and not number % 2:
        found["cells"] = {**cells, str(number % CELLS): {"a": str(number)}}
    return found


def timed(into: list[float], act: Callable[[], Standing]) -> Standing:
    """Do something and note how many milliseconds it took."""
    started = time.perf_counter()
    found = act()
    into.append((time.perf_counter() - started) * 1_000)
    return found


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    return statistics.quantiles(values, n=20)[-1]


def size(file: Path) -> int:
    """Return the size of a database with its log folded in."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return file.stat().st_size
