"""`--candidates`: how files could be read, printed; nothing is imported or written.

Used by the commands that import and read files, and by the line of a file whose reading was too uncertain.
"""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BestandError
from launcher.cli.data_output import show_candidates
from launcher.cli.failures import log_if_open
from launcher.cli.output import write_json

if TYPE_CHECKING:
    from analysis.readings.model import Candidate, Choice
    from app.context import AppContext
    from core.types import Json
    from launcher.cli.import_lines import Outcome


def write_candidates(
    app: "AppContext", files: Iterable[str], choice: "Choice", outcome: "Outcome", *, as_json: bool
) -> None:
    """Print one line for each file that holds its candidates, best first; a file that is none becomes its own."""
    from app.features.datasets import actions

    for file in files:
        try:
            judgement = actions.judge(app, Path(file), choice=choice)
        except BestandError as error:
            log_if_open(error)
            line = actions.failed_line(file, error)
        else:
            parts: list[Json] = [asdict(part) for part in judgement.parts]
            found: list[Json] = [candidate_facts(candidate) for candidate in judgement.candidates]
            line = {"file": file, "ok": True, "candidates": found}
            line |= {"parts": parts} if len(parts) > 1 else {}
        outcome.add(line)
        if as_json:
            write_json(line)
        else:
            show_candidates(line)


def candidate_facts(candidate: "Candidate") -> "dict[str, Json]":
    """Return what is told of one candidate, as JSON."""
    return {
        "why": candidate.why,
        "reading": candidate.reading.to_dict(),
        "columns": [asdict(column) for column in candidate.columns],
        "reasons": list(candidate.reasons),
        "differs": candidate.differs,
        "score": asdict(candidate.score) if candidate.score else None,
        "guesses": [guess.to_dict() for guess in candidate.guesses],
    }
