"""How a file is going to be read: as a person said, as a saved reading says, or as the judge finds.

The wish is what pages, commands and jobs hand on; the rest is the importer's. Asks nobody; where a person should
decide, it says so by an error.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from analysis.readings import Candidate, Loaded, Readings
from analysis.readings.drift import Drift, changed_types
from analysis.readings.model import ANY, Choice
from analysis.readings.saved import SavedReading, from_toml, to_toml
from analysis.saved_readings import Replay, SavedReadings
from core.errors import ColumnNotFoundError, ReadingDriftError, UncertainReadingError
from core.i18n import _, retold
from core.types import Correction, Json, Reading


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person said about reading a file.

    Attributes:
        reading: Read it so; nothing is judged.
        choice: The sheet, table or member to judge.
        corrections: Lines set right by hand.
        saved: The saved reading to replay; without one it is looked for.
        fresh: Look for no saved reading.
        auto: Ask nobody, however uncertain a reading is and whatever is different.
        types: Name and SQL type of columns that shall have another type than would be guessed.
    """

    reading: Reading | None = None
    choice: Choice = ANY
    corrections: tuple[Correction, ...] = ()
    saved: SavedReading | None = None
    fresh: bool = False
    auto: bool = False
    types: tuple[tuple[str, str], ...] = ()

    def to_args(self) -> dict[str, Json]:
        """Return the wish as arguments of a job."""
        return {
            "auto": self.auto,
            "reading": self.reading.to_manifest() if self.reading else None,
            "choice": dict(self.choice.to_args()),
            "saved": to_toml(self.saved) if self.saved else None,
            "fresh": self.fresh,
            "corrections": [one.to_dict() for one in self.corrections],
            "types": dict(self.types),
        }

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> Self:
        """Return what `to_args` described; what is left out is as by default.

        Raises:
            SavedReadingError: the text of the saved reading cannot be understood.
        """
        reading, saved = args.get("reading"), args.get("saved")
        return cls(
            reading=Reading.from_manifest(reading) if reading else None,
            choice=Choice.from_args(args.get("choice")),
            corrections=tuple(map(Correction.from_dict, args.get("corrections") or ())),
            saved=from_toml(saved, file_name=_("the saved reading")) if saved else None,
            fresh=bool(args.get("fresh")),
            auto=bool(args.get("auto")),
            types=tuple((str(column), str(kind)) for column, kind in (args.get("types") or {}).items()),
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a file is read. `saved` names the saved reading that was replayed."""

    reading: Reading
    corrections: tuple[Correction, ...] = ()
    saved: str | None = None
    drift: tuple[Drift, ...] = ()


def choose(
    readings: Readings,
    saved_readings: SavedReadings,
    path: Path,
    name: str,
    wish: Wish,
    *,
    min_confidence: float,
) -> Chosen:
    """Return how to read a file.

    Raises:
        ReadingDriftError: a saved reading does not fit any more, and nobody said to go on.
        UncertainReadingError: no reading is sure enough, and nobody said to go on.
        SourceError: the file is no table.
        ColumnNotFoundError: a type is asked for of a column that is not there.
    """
    chosen = _chosen(readings, saved_readings, path, name, wish, min_confidence)
    if not wish.types:
        return chosen
    candidate = readings.try_reading(path, chosen.reading, name=name)
    return replace(chosen, reading=with_types(candidate, wish.types, name))


def with_types(candidate: Candidate, wanted: Sequence[tuple[str, str]], name: str) -> Reading:
    """Return the candidate's reading with other types for some columns, named as in the table or in the file.

    Raises:
        ColumnNotFoundError: there is no such column.
    """
    types = [column.type for column in candidate.columns]
    known = {column.source_name: at for at, column in enumerate(candidate.columns)}
    known |= {column.name: at for at, column in enumerate(candidate.columns)}
    for column, sql_type in wanted:
        if column not in known:
            nearest = difflib.get_close_matches(column, known, n=1, cutoff=0.5)
            raise ColumnNotFoundError(name, column, nearest=nearest[0] if nearest else None)
        types[known[column]] = sql_type
    return replace(candidate.reading, column_types=tuple(types))


def _chosen(
    readings: Readings,
    saved_readings: SavedReadings,
    path: Path,
    name: str,
    wish: Wish,
    min_confidence: float,
) -> Chosen:
    if wish.reading is not None:
        return Chosen(wish.reading, wish.corrections)
    judgement = readings.judge(path, name=name, choice=wish.choice)
    saved = wish.saved
    if saved is None and not wish.fresh and wish.choice == ANY:
        saved = saved_readings.find_for(path, name=name, judged=judgement)
    if saved is not None:
        replay = saved_readings.replay(saved, path, name=name, judged=judgement)
        if replay.drift and not wish.auto:
            raise drift_error(name, replay.saved.name, replay.drift)
        return _replayed(replay, wish.corrections)
    best = judgement.best.reading
    if best.confidence < min_confidence and not wish.auto:
        raise UncertainReadingError(name, confidence=best.confidence, candidates=judgement.candidates)
    return Chosen(best, wish.corrections)


def check_loaded(name: str, chosen: Chosen, loaded: Loaded, *, auto: bool) -> None:
    """Compare what the whole file was with what its beginning promised.

    Raises:
        ReadingDriftError: a column is not what the saved reading says, further down than the sample showed.
    """
    if chosen.saved is None or auto:
        return
    changed = changed_types(chosen.reading, loaded)
    if changed:
        raise drift_error(name, chosen.saved, changed)


def drift_error(name: str, saved: str, drift: Sequence[Drift]) -> ReadingDriftError:
    """Return the error that tells a person what is different."""
    return ReadingDriftError(name, saved=saved, words=[retold(one.message) for one in drift], drift=drift)


def _replayed(replay: Replay, more: Sequence[Correction]) -> Chosen:
    by_line = {one.line: one for one in (*replay.corrections, *more)}
    corrections = tuple(by_line[line] for line in sorted(by_line))
    return Chosen(replay.reading, corrections, replay.saved.name or None, replay.drift)
