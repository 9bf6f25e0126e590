"""The door to all readers: a file is opened, unpacked where it is packed, and read as what it is.

Used by the importer, the page and the command line. Keeps no state but unpacked copies.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from analysis.readings.clean import write_rows
from analysis.readings.detect import is_text, read_head, refuse_address
from analysis.readings.facts import Facts
from analysis.readings.model import ANY, Candidate, Choice, Judgement, Loaded
from analysis.readings.opening import Opening
from analysis.readings.several import judge_members
from core.errors import FileMissingError, FileUnreadableError
from core.i18n import _
from core.progress import PartOfProgress, Progress
from core.types import Correction, FileFormat, Reading

if TYPE_CHECKING:
    from analysis.readings.by_format import ByFormat
    from analysis.readings.corrections import Located
    from analysis.readings.raw_lines import RawFile
    from storage.open import Storage


_SHOWN = (FileFormat.DELIMITED, FileFormat.JSON, FileFormat.NDJSON)
"""Text, whose lines can be shown."""


class Readings:
    """Judges, loads and cleans files of all formats; safe to use from several threads."""

    def __init__(self, storage: "Storage", *, apart: bool = False) -> None:
        """Make the door to a profile's readers.

        Args:
            storage: The profile.
            apart: Read in another process whatever takes a while, since this one answers people.
        """
        self._storage, self._apart = storage, apart
        self._made: ByFormat | None = None
        self._making = Lock()
        self._tmp = storage.paths.tmp
        self._opening = Opening(storage.paths.tmp, limit_mib=storage.config.imports.unpacked_limit_mib)

    @property
    def _formats(self) -> "ByFormat":
        """The readers, which are imported when the first file is looked at: no page needs them to be drawn."""
        with self._making:
            if self._made is None:
                self._made = _formats_for(self._storage, apart=self._apart)
            return self._made

    def close(self) -> None:
        """Remove what was unpacked, and end what reads."""
        if self._made is not None:
            self._made.close()
        self._opening.close()

    @contextmanager
    def settled(self, path: Path) -> Iterator[Path]:
        """Give a file as it is at one moment: itself, or for a database a copy with all that was written to it.

        Raises:
            LockedFileError: a program is writing it just now; it is named.
        """
        if not path.exists():
            refuse_address(path)
        with tempfile.TemporaryDirectory(prefix="settled-", dir=self._tmp) as folder:
            whole = Path(folder) / "whole"
            written = path.is_file() and self._formats.settle(path, whole, name=path.name)
            yield whole if written else path

    def unlock(self, path: Path, target: Path, password: str) -> None:
        """Write a protected file without its protection.

        Args:
            path: The file.
            target: Written anew.
            password: What the person gave; kept nowhere.

        Raises:
            ProtectedFileError: it is wrong, or the protection is of a kind that cannot be opened here.
            DamagedFileError, FileTooLargeError: the file is broken, or made to do harm.
        """
        _check_readable(path)
        self._formats.unlock(path, target, password, name=path.name)

    def judge(self, path: Path, *, name: str | None = None, choice: Choice = ANY) -> Judgement:
        """Return the candidate readings of a file, best first; a huge file is only sampled.

        Args:
            path: The file; only read.
            name: What it is called, if not by its path.
            choice: Which sheet, table or member is wanted, where the file has several.

        Raises:
            FileMissingError, FileUnreadableError: its bytes cannot be read.
            NotATableError, DamagedFileError, FileTooLargeError, EmptyFileError: they are no table.
            ProtectedFileError, LockedFileError: they cannot be read before something is done about it.
        """
        called = name or path.name
        _check_readable(path)
        members = self._opening.members(path, called)
        if members:

            def judge_one(member: str) -> Judgement:
                return self._judge(path, called, replace(choice, member=member))

            return judge_members(members, choice.member, called, judge_one)
        return self._judge(path, called, choice)

    def try_reading(self, path: Path, reading: Reading, *, name: str | None = None) -> Candidate:
        """Return what a reading somebody made or changed shows of a file; as quick as `judge`, and raises as it.

        Args:
            path: The file; only read.
            reading: Believed as it is; types it does not name are guessed.
            name: What the file is called, if not by its path.
        """
        _check_readable(path)
        with self._opening.opened(path, name or path.name, reading.member) as opened:
            return opened.told_of(self._formats.try_reading(opened.path, reading, name=opened.name))

    def load(
        self,
        path: Path,
        reading: Reading,
        out: Path,
        *,
        name: str,
        progress: Progress,
        facts: Facts | None = None,
        corrections: Sequence[Correction] = (),
    ) -> Loaded:
        """Write a file's table as `out/data.parquet` and its ledger as `out/ledger.parquet`.

        Args:
            path: The file.
            reading: How to read it; its types are those of the sample, and text where a person wants text.
            out: A folder; holds parts after an error.
            name: What the file is called.
            progress: Told how far it is; may stop it.
            facts: What the file's bytes tell, if they were counted already.
            corrections: Lines or records that were set right by hand; one that is not there is flagged.

        Raises:
            SourceError: the file cannot be read in this way.
            CancelledError, DiskFullError, MemoryLimitError: the work was stopped.
        """
        _check_readable(path)
        with self._opening.opened(
            path, name, reading.member, progress=PartOfProgress(progress, 0.0, 0.1)
        ) as opened:
            return self._formats.load(
                opened.path,
                opened.marked(reading),
                out,
                name=opened.name,
                progress=PartOfProgress(progress, 0.1, 1.0) if opened.packing else progress,
                facts=None if opened.packing else facts,
                corrections=corrections,
            )

    def raw(self, path: Path, reading: Reading | None, *, name: str, folder: Path) -> "RawFile | None":
        """Return a text file to be shown line by line; None if it has no lines that people read.

        Args:
            path: The file.
            reading: How it is read; without one it is shown as plain lines.
            name: What it is called.
            folder: For copies; whoever has the file closes it.

        Raises:
            SourceError: it cannot be read in this way.
        """
        from analysis.readings.raw_lines import RawFile

        _check_readable(path)
        if reading is not None and reading.format not in _SHOWN:
            return None
        with ExitStack() as held:
            opened = held.enter_context(self._opening.opened(path, name, reading.member if reading else None))
            if not is_text(read_head(opened.path, opened.name)):
                return None
            coloured = reading is not None and reading.format is FileFormat.DELIMITED
            return RawFile(
                opened.path, reading if coloured else None, name=opened.name, folder=folder, held=held.pop_all()
            )

    def locate(
        self, path: Path, reading: Reading, corrections: Sequence[Correction], *, name: str | None = None
    ) -> "Located":
        """Return where in a file the lines are that were set right by hand; reads all of it if it must."""
        with self._opening.opened(path, name or path.name, reading.member) as opened:
            return self._formats.locate(opened.path, opened.marked(reading), corrections, name=opened.name)

    def line_bytes(self, path: Path, reading: Reading, line: int, *, name: str | None = None) -> bytes | None:
        """Return the bytes of one line or record, from 1 and without its end; None if there is none."""
        with self._opening.opened(path, name or path.name, reading.member) as opened:
            return self._formats.line_bytes(opened.path, opened.marked(reading), line, name=opened.name)

    def closer_look(self, path: Path, loaded: Loaded, *, name: str) -> Reading | None:
        """Return a reading that explains the lines a text file's own reading had to repair; None if there is none.

        Args:
            path: The file.
            loaded: What was made of it, in a reading nobody chose.
            name: What it is called.
        """
        reading = loaded.reading
        if not self._formats.needs_closer_look(loaded):
            return None
        with self._opening.opened(path, name, reading.member) as opened:
            found = self._formats.closer_look(opened.path, loaded, name=opened.name)
        return replace(found, member=reading.member, compression=reading.compression) if found else None

    def write_clean(
        self,
        path: Path,
        reading: Reading,
        out_file: Path,
        *,
        name: str,
        progress: Progress,
        corrections: Sequence[Correction] = (),
    ) -> Loaded:
        """Write a file's cells as found, as RFC 4180 in UTF-8; raises as `load`."""
        _check_readable(path)
        with self._opening.opened(path, name, reading.member) as opened:
            wanted = opened.marked(reading)
            if reading.format is FileFormat.DELIMITED:
                return self._formats.text.write_clean(
                    opened.path, wanted, out_file, name=opened.name, progress=progress, corrections=corrections
                )
            return self._write_cells(opened.path, wanted, out_file, opened.name, progress, corrections)

    def _judge(self, path: Path, name: str, choice: Choice) -> Judgement:
        with self._opening.opened(path, name, choice.member) as opened:
            return opened.told(self._formats.judge(opened.path, name=opened.name, choice=choice))

    def _write_cells(
        self,
        path: Path,
        reading: Reading,
        out_file: Path,
        name: str,
        progress: Progress,
        corrections: Sequence[Correction],
    ) -> Loaded:
        with tempfile.TemporaryDirectory(prefix=".part-", dir=out_file.parent) as folder:
            reads, writes = PartOfProgress(progress, 0.0, 0.6), PartOfProgress(progress, 0.6, 1.0)
            loaded = self._formats.load(
                path, reading, Path(folder), name=name, progress=reads, corrections=corrections
            )  # fmt: skip
        rows = self._formats.cells(path, reading, name=name, progress=writes, corrections=corrections)
        with out_file.open("w", encoding="utf-8", errors="replace", newline="") as file:
            write_rows(file, rows)
        return loaded


def _formats_for(storage: "Storage", *, apart: bool) -> "ByFormat":
    if apart:
        from analysis.readings.apart.formats import ApartFormats

        return ApartFormats(storage.duck, storage.config, storage.paths)
    from analysis.readings.by_format import ByFormat

    return ByFormat(storage.duck, storage.config, storage.paths)


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        refuse_address(path)
        raise FileMissingError(path) from error
    except OSError as error:
        raise FileUnreadableError(
            path, _("cannot be read ({strerror}).").format(strerror=error.strerror)
        ) from error
