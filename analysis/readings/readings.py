"""The door to all readers: which format a file has, and who reads it.

Used by the importer, the page and the command line. Keeps no state.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from analysis.readings.detect import detect_format
from analysis.readings.facts import Facts
from analysis.readings.model import Judgement, Loaded, Reader
from analysis.readings.text import TextReader
from core.errors import FileMissingError, FileUnreadableError, NotATableError
from core.progress import Progress
from core.types import FileFormat, Reading

if TYPE_CHECKING:
    from storage.open import Storage


class Readings:
    """Judges, loads and cleans files of all formats; safe to use from several threads."""

    def __init__(self, storage: "Storage") -> None:
        self._text = TextReader(storage.duck, storage.config)

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
        return self._reader(detect_format(path, called), called).judge(path, name=called)

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
        return self._reader(reading.format, name).load(path, reading, out, name=name, progress=progress)

    def write_clean(
        self, path: Path, reading: Reading, out_file: Path, *, name: str, progress: Progress
    ) -> Loaded:
        """Write a file's cells as found, as RFC 4180 in UTF-8; raises as `load`."""
        _check_readable(path)
        if reading.format is FileFormat.DELIMITED:
            return self._text.write_clean(path, reading, out_file, name=name, progress=progress)
        raise NotATableError(name, "is not read yet.")

    def _reader(self, kind: FileFormat, name: str) -> Reader:
        if kind is FileFormat.DELIMITED:
            return self._text
        raise NotATableError(name, f"is a {kind} file, which is not read yet.")


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise FileMissingError(path) from error
    except OSError as error:
        raise FileUnreadableError(path, f"cannot be read ({error.strerror}).") from error
