"""What goes between a reader's own process and this one: plain JSON, one object per line.

Used by both ends. Nothing here is ever executed or unpickled, so a reader that fell to a hostile file can say
something wrong, but do nothing here.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from analysis.readings.model import Candidate, Guess, Judgement, Loaded, Part, Score
from core import errors
from core.errors import BestandError, SourceError
from core.i18n.texts import Text
from core.types import Column, Correction, Flag, Ledger, Reading

Message = dict[str, Any]


def judgement_to(judgement: Judgement) -> Message:
    """Return the JSON form of a judgement."""
    return {
        "candidates": [candidate_to(found) for found in judgement.candidates],
        "parts": [asdict(part) for part in judgement.parts],
    }


def judgement_from(told: Mapping[str, Any]) -> Judgement:
    """Build the judgement that `judgement_to` described."""
    return Judgement(
        tuple(candidate_from(found) for found in told["candidates"]),
        tuple(Part(**part) for part in told["parts"]),
    )


def candidate_to(found: Candidate) -> Message:
    """Return the JSON form of a candidate."""
    return {
        "reading": found.reading.to_manifest(),
        "columns": [asdict(column) for column in found.columns],
        "preview": found.preview,
        "why": _text_to(found.why),
        "score": asdict(found.score) if found.score else None,
        "reasons": [_text_to(reason) for reason in found.reasons],
        "differs": found.differs,
        "guesses": [guess.to_dict() for guess in found.guesses],
        "sampled": found.sampled,
    }


def candidate_from(told: Mapping[str, Any]) -> Candidate:
    """Build the candidate that `candidate_to` described."""
    return Candidate(
        Reading.from_manifest(told["reading"]),
        tuple(Column(**column) for column in told["columns"]),
        tuple(tuple(row) for row in told["preview"]),
        _text_from(told["why"]),
        Score(**told["score"]) if told["score"] else None,
        tuple(_text_from(reason) for reason in told["reasons"]),
        int(told["differs"]),
        tuple(Guess.from_dict(guess) for guess in told["guesses"]),
        sampled=tuple((int(line), tuple(row)) for line, row in told["sampled"]),
    )


def loaded_to(loaded: Loaded) -> Message:
    """Return the JSON form of what was loaded."""
    return {
        "rows": loaded.rows,
        "columns": [asdict(column) for column in loaded.columns],
        "reading": loaded.reading.to_manifest(),
        "ledger": loaded.ledger.to_dict(),
        "flags": [asdict(flag) for flag in loaded.flags],
        "guesses": [guess.to_dict() for guess in loaded.guesses],
        "corrections": [one.to_dict() for one in loaded.corrections],
        "places": loaded.places,
    }


def loaded_from(told: Mapping[str, Any]) -> Loaded:
    """Build what `loaded_to` described."""
    return Loaded(
        told["rows"],
        tuple(Column(**column) for column in told["columns"]),
        Reading.from_manifest(told["reading"]),
        Ledger(**told["ledger"]),
        tuple(Flag(**flag) for flag in told["flags"]),
        tuple(Guess.from_dict(guess) for guess in told["guesses"]),
        tuple(Correction.from_dict(one) for one in told["corrections"]),
        places=tuple((int(row), int(shift)) for row, shift in told["places"]),
    )


def error_to(error: BestandError) -> Message:
    """Return the JSON form of an expected error, in the person's language and in English."""
    return {
        "kind": type(error).__name__,
        "name": getattr(error, "file_name", ""),
        "shown": str(error),
        "hint_shown": error.hint,
        **error.to_dict(),
    }


def error_from(told: Mapping[str, Any]) -> BestandError:
    """Build the error that `error_to` described; an unknown kind is a plain one."""
    kind = getattr(errors, str(told["kind"]), BestandError)
    if not (isinstance(kind, type) and issubclass(kind, BestandError)):
        kind = BestandError
    error: BestandError = kind.__new__(kind)
    message, hint = Text(told["shown"], told["message"]), Text(told["hint_shown"], told["hint"])
    BestandError.__init__(error, message, hint=hint)
    if isinstance(error, SourceError):
        error.file_name = str(told["name"])
    return error


def _text_to(text: str) -> list[str]:
    """Return a text as it is shown, and in English where that is something else."""
    return [str(text), text.english] if isinstance(text, Text) else [text]


def _text_from(forms: list[str]) -> str:
    return Text(*forms) if len(forms) > 1 else forms[0]
