"""The door to all readers: which format a file has, and who reads it.

Used by the importer, the page and the command line. Keeps no state.
"""

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.readings.detect import read_head, refuse_foreign
from analysis.readings.facts import Facts
from analysis.readings.model import Candidate, Judgement, Loaded, Reader
from analysis.readings.records.json_reader import JsonReader
from analysis.readings.records.ndjson_reader import NdjsonReader
from analysis.readings.records.parquet_reader import ParquetReader
from analysis.readings.records.xlsx_reader import XlsxReader
from analysis.readings.text import TextReader
from core.errors import FileMissingError, FileUnreadableError
from core.i18n import _
from core.progress import PartOfProgress, Progress
from core.types import FileFormat, Reading

if TYPE_CHECKING:
    from storage.open import Storage


class Readings:
    """Judges, loads and cleans files of all formats; safe to use from several threads."""

    def __init__(self, storage: "Storage") -> None:
        self._text = TextReader(storage.duck, storage.config)
        self._others: tuple[Reader, ...] = tuple(
            kind(storage.duck, storage.config) for kind in (ParquetReader, XlsxReader, NdjsonReader, JsonReader)
        )

    def judge(self, path: Path, *, name: str | None = None) -> Judgement:
        """Return the candidate readings of a file, best first; a huge file is only sampled.

        Args:
            path: The file; only read.
            name: What it is called, if not by its path.

        Raises:
            FileMissingError, FileUnreadableError: its bytes cannot be read.
            NotATableError, DamagedFileError, FileTooLargeError, EmptyFileError: they are no table.
        """
        called = name or path.name
        _check_readable(path)
        head = read_head(path, called)
        for reader in self._others:
            if reader.recognises(path, head, called):
                return reader.judge(path, name=called)
        refuse_foreign(path, head, called)
        return self._text.judge(path, name=called)

    def try_reading(self, path: Path, reading: Reading, *, name: str | None = None) -> Candidate:
        """Return what a reading somebody made or changed shows of a file; as quick as `judge`, and raises as it.

        Args:
            path: The file; only read.
            reading: Believed as it is; types it does not name are guessed.
            name: What the file is called, if not by its path.
        """
        called = name or path.name
        _check_readable(path)
        if reading.format is FileFormat.DELIMITED:
            return self._text.try_reading(path, reading, name=called)
        candidates = self._reader(reading.format).judge(path, name=called).candidates
        same = [found for found in candidates if found.reading.sheet == reading.sheet]
        return (same or candidates)[0]

    def load(
        self, path: Path, reading: Reading, out: Path, *, name: str, progress: Progress, facts: Facts | None = None
    ) -> Loaded:
        """Write a file's table as `out/data.parquet` and its ledger as `out/ledger.parquet`.

        Args:
            path: The file.
            reading: How to read it; its types are those of the sample, and text where a person wants text.
            out: A folder; holds parts after an error.
            name: What the file is called.
            progress: Told how far it is; may stop it.
            facts: What the file's bytes tell, if they were counted already.

        Raises:
            SourceError: the file cannot be read in this way.
            CancelledError, DiskFullError, MemoryLimitError: the work was stopped.
        """
        _check_readable(path)
        if reading.format is FileFormat.DELIMITED:
            return self._text.load(path, reading, out, name=name, progress=progress, facts=facts)
        return self._reader(reading.format).load(path, reading, out, name=name, progress=progress)

    def write_clean(
        self, path: Path, reading: Reading, out_file: Path, *, name: str, progress: Progress
    ) -> Loaded:
        """Write a file's cells as found, as RFC 4180 in UTF-8; raises as `load`."""
        _check_readable(path)
        if reading.format is FileFormat.DELIMITED:
            return self._text.write_clean(path, reading, out_file, name=name, progress=progress)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=out_file.parent) as folder:
            loaded = self._reader(reading.format).load(
                path, reading, Path(folder), name=name, progress=PartOfProgress(progress, 0.0, 0.6)
            )
        rows = self._reader(reading.format).cells(
            path, reading, name=name, progress=PartOfProgress(progress, 0.6, 1.0)
        )
        with out_file.open("w", encoding="utf-8", errors="replace", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        return loaded

    def _reader(self, kind: FileFormat) -> Reader:
        return next(reader for reader in (self._text, *self._others) if kind in reader.formats)


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise FileMissingError(path) from error
    except OSError as error:
        raise FileUnreadableError(
            path, _("cannot be read ({strerror}).").format(strerror=error.strerror)
        ) from error
