"""Accepted readings kept under a name, and replayed on the next file of the same kind.

Used by the importer, the Import page and `bestand data readings`. A reading is found for a file by its columns and
its name; what does not fit any more is told as drift, never passed over. What the text of a reading looks like is
`readings.saved`'s business.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.readings import Candidate, Judgement, Readings
from analysis.readings.corrections import Located
from analysis.readings.drift import (
    Drift,
    adapted,
    base_of,
    drift,
    leaving_out,
    lost_corrections,
    same_kind,
    settled,
)
from analysis.readings.saved import SavedReading, from_toml, pattern_of, source_names, to_toml
from core.errors import FileMissingError, FileUnreadableError, ReadingFileError, SourceError
from core.i18n import _
from core.types import Column, Correction, Manifest, Reading

if TYPE_CHECKING:
    from storage.database.models import SavedReadingRow
    from storage.database.unit_of_work import UnitOfWork
    from storage.open import Storage

MOST: Final = 1_000
"""More readings than this are not looked through for a file."""
_MAX_BYTES: Final = 8 << 20
"""A larger file is no saved reading."""


@dataclass(frozen=True, slots=True)
class SavedLine:
    """One line of the list of saved readings. `changed_at` is ISO 8601 UTC."""

    id: str
    name: str
    files: str
    columns: int
    corrections: int
    changed_at: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A saved reading and a file.

    Attributes:
        saved: The reading that was saved.
        reading: How to read the file by it, as well as it can be read.
        corrections: Those that are found in the file, at the lines where they are.
        moved: Those of them that stood in another line before.
        drift: What is different; empty if the file fits.
        candidate: What the reading makes of the file, for a look.
        judged: What the judge makes of it.
    """

    saved: SavedReading
    reading: Reading
    corrections: tuple[Correction, ...]
    moved: tuple[Correction, ...]
    drift: tuple[Drift, ...]
    candidate: Candidate
    judged: Judgement

    @property
    def fits(self) -> bool:
        """Whether nothing is different."""
        return not self.drift


class SavedReadings:
    """The saved readings of a profile; safe to use from several threads."""

    def __init__(self, storage: "Storage", readings: Readings) -> None:
        self._storage, self._readings = storage, readings

    # ---- keeping ------------------------------------------------------------------------------------------

    def save(self, saved: SavedReading, *, replace_it: bool = False) -> str:
        """Keep a reading under its name and return its id.

        Args:
            saved: The reading.
            replace_it: Take the place of the reading of that name, if there is one.

        Raises:
            RevisionConflictError: the name is taken.
        """
        from storage.database.models import SavedReadingRow

        files, signature, document = saved.files, saved.signature, to_toml(saved)

        def work(uow: "UnitOfWork") -> str:
            row = uow.saved_readings.by_name(saved.name) if replace_it else None
            if row is not None:
                return uow.saved_readings.update(row, files=files, signature=signature, document=document).id
            new = SavedReadingRow(name=saved.name, files=files, signature=signature, document=document)
            return uow.saved_readings.add(new).id

        return self._storage.database.run_tx(work, label="save reading")

    def get(self, name: str) -> SavedReading:
        """Return the reading of this name.

        Raises:
            SavedReadingNotFoundError: there is none; the nearest name is told.
        """
        with self._storage.database.read() as uow:
            row = uow.saved_readings.require_name(name)
            return _saved(row)

    def delete(self, name: str) -> str:
        """Take a reading out of the list and return its id, with which `restore` brings it back.

        Raises:
            SavedReadingNotFoundError: there is none of this name.
        """

        def work(uow: "UnitOfWork") -> str:
            return uow.saved_readings.delete(uow.saved_readings.require_name(name)).id

        return self._storage.database.run_tx(work, label="delete reading")

    def restore(self, reading_id: str) -> str:
        """Bring a deleted reading back and return its name.

        Raises:
            SavedReadingNotFoundError: nothing was ever saved under this id.
            RevisionConflictError: another reading has taken the name meanwhile.
        """
        restored = self._storage.database.run_tx(
            lambda uow: uow.saved_readings.restore(reading_id).name, label="restore reading"
        )
        return str(restored)

    def list_by_name(self, *, limit: int = MOST, offset: int = 0) -> list[SavedLine]:
        """Return the saved readings in order of their names."""
        with self._storage.database.read() as uow:
            rows = uow.saved_readings.list_by_name(limit=limit, offset=offset)
            return [_line(row) for row in rows]

    # ---- replaying ----------------------------------------------------------------------------------------

    def find_for(
        self, path: Path, *, name: str | None = None, judged: Judgement | None = None
    ) -> SavedReading | None:
        """Return the reading that was saved for files like this one, or None.

        The columns decide; among readings for the same columns the file's name, then the one changed last. Where
        no columns agree, a file called like those of a reading and with most of its columns is of its kind.

        Args:
            path: The file; only looked at.
            name: What it is called, if not by its path.
            judged: What the judge made of it, if it was asked already.

        Raises:
            SourceError: the file is no table.
        """
        called = name or path.name
        with self._storage.database.read() as uow:
            rows = uow.saved_readings.list_by_name(limit=MOST)
            known = sorted(rows, key=lambda row: row.updated_at, reverse=True)
            kept = [_saved(row) for row in known]
        if not kept:
            return None
        best = (judged or self._readings.judge(path, name=called)).best
        alike = [saved for saved in kept if same_kind(saved, best, called)]
        names = SavedReading("", best.reading, source_names(best.columns)).signature
        return min(alike, key=lambda saved: (saved.signature != names, not saved.fits_name(called)), default=None)

    def replay(
        self, saved: SavedReading, path: Path, *, name: str | None = None, judged: Judgement | None = None
    ) -> Replay:
        """Return how a file is read by a saved reading, and what is different about it.

        Args:
            saved: The reading.
            path: The file; only looked at, but read to its end when the reading has corrections.
            name: What it is called, if not by its path.
            judged: What the judge made of it, if it was asked already.

        Raises:
            SourceError: the file is no table.
        """
        called = name or path.name
        judgement = judged or self._readings.judge(path, name=called)
        best = judgement.best
        replayed = self._tried(path, replace(saved.reading, column_types=()), called)
        base = base_of(replayed, best) if saved.reading.format is best.reading.format else best
        fitted = self._readings.try_reading(path, adapted(saved, base), name=called)
        located = self._located(path, saved, fitted.reading, called)
        fitted = leaving_out(fitted, located.found)
        different = (*drift(saved, base, best, fitted), *lost_corrections(located.lost))
        reading = settled(base, fitted) if different else fitted.reading
        corrections = tuple(located.found[line] for line in sorted(located.found))
        return Replay(saved, reading, corrections, located.moved, different, fitted, judgement)

    def _tried(self, path: Path, reading: Reading, called: str) -> Candidate | None:
        try:
            return self._readings.try_reading(path, reading, name=called)
        except SourceError:
            return None

    def _located(self, path: Path, saved: SavedReading, reading: Reading, called: str) -> Located:
        if not saved.corrections:
            return Located({})
        return self._readings.locate(path, reading, saved.corrections, name=called)


def reading_of_manifest(manifest: Manifest, name: str) -> SavedReading:
    """Return the reading of a dataset version as one to be saved."""
    return SavedReading(
        name=name,
        reading=manifest.reading,
        columns=source_names(manifest.columns),
        files=pattern_of(manifest.source.name),
        corrections=manifest.corrections,
    )


def reading_to_save(
    name: str,
    reading: Reading,
    columns: Sequence[Column],
    *,
    file_name: str,
    corrections: Sequence[Correction] = (),
) -> SavedReading:
    """Return an accepted reading as one to be saved: as the Import page has it before anything is imported."""
    types = reading.column_types or tuple(column.type for column in columns)
    complete = replace(reading, column_types=types)
    return SavedReading(name, complete, source_names(columns), pattern_of(file_name), tuple(corrections))


def read_reading_file(path: Path) -> SavedReading:
    """Return the saved reading a file holds.

    Raises:
        FileMissingError, FileUnreadableError: its text cannot be read.
        ReadingFileError: it holds something else.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ReadingFileError(path, _("is too large for a saved reading."))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FileMissingError(path) from error
    except OSError as error:
        raise FileUnreadableError(
            path, _("cannot be read ({strerror}).").format(strerror=error.strerror)
        ) from error
    except UnicodeError as error:
        raise ReadingFileError(path, _("is no text in UTF-8.")) from error
    return from_toml(text, file_name=path.name)


def _saved(row: "SavedReadingRow") -> SavedReading:
    return replace(from_toml(row.document, file_name=f"{row.name}.toml"), name=row.name)


def _line(row: "SavedReadingRow") -> SavedLine:
    saved = _saved(row)
    return SavedLine(row.id, row.name, row.files, len(saved.columns), len(saved.corrections), row.updated_at)
