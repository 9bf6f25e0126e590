"""The line each imported or read file gets, and the exit code of them all.

Used by the commands that import, read and correct files. What a person has to decide is looked up here: the
candidate readings where none was certain enough, the drift where a saved reading does not fit.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from core.errors import BestandError, ReadingDriftError, UncertainReadingError
from launcher.cli.candidates import candidate_facts
from launcher.cli.data_output import show_import, show_parts
from launcher.cli.failures import ExitCode
from launcher.cli.output import write_json

if TYPE_CHECKING:
    from analysis.choosing import Wish
    from analysis.readings.model import Choice
    from analysis.readings.saved import SavedReading
    from app.context import AppContext
    from core.types import Json

_ASKS: Final = (UncertainReadingError.code, ReadingDriftError.code)


class Outcome:
    """What became of several inputs, as one exit code."""

    def __init__(self) -> None:
        self._failed = self._uncertain = False

    def add(self, line: "dict[str, Json]") -> None:
        """Count one input's line."""
        error = line.get("error")
        if isinstance(error, dict):
            uncertain = error.get("code") in _ASKS
            self._uncertain |= uncertain
            self._failed |= not uncertain

    def leave(self) -> None:
        """End the command, unless all was fine."""
        if self._failed:
            raise typer.Exit(ExitCode.FAILED)
        if self._uncertain:
            raise typer.Exit(ExitCode.UNCERTAIN)


def write_line_of(
    app: "AppContext",
    line: "dict[str, Json]",
    wish: "Wish | None" = None,
    *,
    as_json: bool,
) -> None:
    """Print the line of one input, with what a person has to decide about it."""
    candidates, parts = _candidates(app, line, wish.choice if wish else None)
    drift = _drift(app, line, wish.saved if wish else None)
    if as_json:
        more: dict[str, Json] = {"candidates": candidates, "parts": parts, "drift": drift}
        write_json(line | {name: value for name, value in more.items() if value})
    else:
        show_import(line, candidates)
        show_parts(parts)


def _code(line: "dict[str, Json]") -> str | None:
    error = line.get("error")
    return str(error.get("code")) if isinstance(error, dict) else None


def _candidates(
    app: "AppContext", line: "dict[str, Json]", choice: "Choice | None"
) -> "tuple[list[Json], list[Json]]":
    from app.features.datasets import actions

    if _code(line) != UncertainReadingError.code:
        return [], []
    try:
        judgement = actions.judge(app, Path(str(line["file"])), choice=choice)
    except BestandError:
        return [], []
    return (
        [candidate_facts(found) for found in judgement.candidates],
        [asdict(part) for part in judgement.parts] if len(judgement.parts) > 1 else [],
    )


def _drift(app: "AppContext", line: "dict[str, Json]", saved: "SavedReading | None") -> "list[Json]":
    from app import readings

    if _code(line) != ReadingDriftError.code:
        return []
    path = Path(str(line["file"]))
    try:
        replay = app.analysis.saved_readings.replay(saved, path) if saved else readings.replay_for(app, path)
    except BestandError:
        return []
    return [one.to_dict() for one in replay.drift] if replay else []
