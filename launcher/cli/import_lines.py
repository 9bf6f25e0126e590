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
from launcher.cli.data_output import show_import, show_parts, show_question
from launcher.cli.failures import ExitCode
from launcher.cli.output import write_json

if TYPE_CHECKING:
    from analysis.choosing import Wish
    from analysis.readings.model import Choice
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
    """Print the line of one input, with what a person has to decide about it; of several files, about each."""
    several = {file: _question(app, file, line, wish) for file in _files(line)}
    question = {} if several else _question(app, str(line["file"]), line, wish)
    if as_json:
        uncertain: list[Json] = [{"file": file, **asked} for file, asked in several.items()]
        write_json(line | question | ({"uncertain": uncertain} if uncertain else {}))
        return
    show_import(line, _list(question.get("candidates")))
    show_parts(_list(question.get("parts")))
    for file, asked in several.items():
        show_question(file, asked)


def _files(line: "dict[str, Json]") -> list[str]:
    """Return the files that are asked about, where several were to become one table."""
    error = line.get("error")
    files = error.get("files") if isinstance(error, dict) else None
    return [str(file) for file in files] if isinstance(files, list) else []


def _list(value: "Json") -> "list[Json]":
    return value if isinstance(value, list) else []


def _code(line: "dict[str, Json]") -> str | None:
    error = line.get("error")
    return str(error.get("code")) if isinstance(error, dict) else None


def _question(app: "AppContext", file: str, line: "dict[str, Json]", wish: "Wish | None") -> "dict[str, Json]":
    """Return what a person has to decide about a file: its candidates and parts, or the drift, if anything."""
    drift = _drift(app, file, line, wish)
    candidates, parts = ([], []) if drift else _candidates(app, file, line, wish.choice if wish else None)
    told: dict[str, Json] = {"candidates": candidates, "parts": parts, "drift": drift}
    return {name: value for name, value in told.items() if value}


def _candidates(
    app: "AppContext", file: str, line: "dict[str, Json]", choice: "Choice | None"
) -> "tuple[list[Json], list[Json]]":
    from app.features.datasets import actions

    if _code(line) != UncertainReadingError.code:
        return [], []
    try:
        judgement = actions.judge(app, Path(file), choice=choice)
    except BestandError:
        return [], []
    return (
        [candidate_facts(found) for found in judgement.candidates],
        [asdict(part) for part in judgement.parts] if len(judgement.parts) > 1 else [],
    )


def _drift(app: "AppContext", file: str, line: "dict[str, Json]", wish: "Wish | None") -> "list[Json]":
    """Return what does not fit the saved reading of a file; of several files, not each has one that does not."""
    from app import readings

    if _code(line) != ReadingDriftError.code and not _files(line):
        return []
    saved = wish.saved if wish else None
    path = Path(file)
    try:
        replay = app.analysis.saved_readings.replay(saved, path) if saved else readings.replay_for(app, path)
    except BestandError:
        return []
    return [one.to_dict() for one in replay.drift] if replay else []
