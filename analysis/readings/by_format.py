"""Which format a file has, and who reads it: the readers, each behind the one protocol.

Used by `Readings`, which has unpacked the file by then. Keeps no state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from analysis.readings.closer import is_worth_it
from analysis.readings.corrections import Located, locate_among, lost_flag
from analysis.readings.detect import HEAD_BYTES, read_head, refuse_foreign
from analysis.readings.facts import Facts
from analysis.readings.isolated.reader import IsolatedReader, isolated_setup, unlock_isolated
from analysis.readings.isolated.registry import isolated_readers
from analysis.readings.isolated.worker import Workers
from analysis.readings.model import ANY, Candidate, Choice, Judgement, Loaded, Reader, RecordReader
from analysis.readings.records.json_reader import JsonReader
from analysis.readings.records.ndjson_reader import NdjsonReader
from analysis.readings.records.offers import explained, with_texts_only
from analysis.readings.records.retyping import retyped
from analysis.readings.records.settling import database_kind
from analysis.readings.records.xlsx_reader import XlsxReader
from analysis.readings.text import TextReader
from core.config import AppConfig
from core.paths import ProfilePaths
from core.progress import PartOfProgress, Progress
from core.types import Correction, FileFormat, Reading
from storage.duck import DuckEngine


class ByFormat:
    """Hands a file to the reader of its format."""

    def __init__(self, duck: DuckEngine, config: AppConfig, paths: ProfilePaths) -> None:
        self._duck = duck
        self.text = TextReader(duck, config)
        self.workers = Workers(
            lambda: isolated_setup(duck.settings, config.imports, paths), most=config.jobs.workers
        )
        self.isolated = tuple(
            IsolatedReader(kind, reader(duck, config), self.workers, duck, paths.tmp)
            for kind, reader in isolated_readers().items()
        )
        self._databases = {reader.formats[0]: reader for reader in self.isolated}
        self._sheets = XlsxReader(duck, config)
        correctable: tuple[RecordReader, ...] = (
            self._sheets,
            NdjsonReader(duck, config),
            JsonReader(duck, config),
        )
        self._correctable = {kind: reader for reader in correctable for kind in reader.formats}
        self._others: tuple[Reader, ...] = (*self.isolated, *correctable)

    def close(self) -> None:
        """End the processes that read for this one."""
        self.workers.close()

    def unlock(self, path: Path, target: Path, password: str, *, name: str) -> None:
        """See `Readings.unlock`."""
        unlock_isolated(self.workers, path, target, password, name=name)

    def settle(self, path: Path, target: Path, *, name: str) -> bool:
        """Write a database as a whole where it is not in one piece; see `settling.settle`."""
        try:
            with path.open("rb") as file:
                kind = database_kind(file.read(HEAD_BYTES))
        except OSError:
            return False  # told by whoever takes its bytes
        return kind is not None and self._databases[kind].settle(path, target, name=name)

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:
        """See `Readings.judge`."""
        head = read_head(path, name)
        for reader in self._others:
            if reader.recognises(path, head, name):
                judgement = reader.judge(path, name=name, choice=choice)
                return replace(judgement, candidates=tuple(map(explained, judgement.candidates)))
        refuse_foreign(path, head, name)
        return self.text.judge(path, name=name)

    def try_reading(self, path: Path, reading: Reading, *, name: str) -> Candidate:
        """See `Readings.try_reading`."""
        if reading.format is FileFormat.DELIMITED:
            return self.text.try_reading(path, reading, name=name)
        return explained(self._native(path, reading, name), reading)

    def _native(self, path: Path, reading: Reading, name: str) -> Candidate:
        """Return what a reading shows of a file that is no text, with the types the file itself has."""
        if reading.format in self._sheets.formats:
            return self._sheets.try_reading(path, reading, name=name)
        chosen = Choice.in_reading(reading)
        candidates = self._reader(reading.format).judge(path, name=name, choice=chosen).candidates
        same = [found for found in candidates if found.reading.header_rows == reading.header_rows]
        return (same or candidates)[0]

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
        """See `Readings.load`."""
        if reading.format is FileFormat.DELIMITED:
            return self.text.load(
                path, reading, out, name=name, progress=progress, facts=facts, corrections=corrections
            )
        return self._load_records(path, reading, out, name=name, progress=progress, corrections=corrections)

    def needs_closer_look(self, loaded: Loaded) -> bool:
        """Tell whether what was made of a file leaves a doubt whether it was read the right way."""
        return loaded.reading.format is FileFormat.DELIMITED and not loaded.corrections and is_worth_it(loaded)

    def closer_look(self, path: Path, loaded: Loaded, *, name: str) -> Reading | None:
        """See `Readings.closer_look`."""
        return self.text.closer_look(path, loaded, name=name) if self.needs_closer_look(loaded) else None

    def locate(self, path: Path, reading: Reading, corrections: Sequence[Correction], *, name: str) -> Located:
        """Return where in a file the lines or records are that were set right by hand; see `Readings.locate`."""
        if reading.format is FileFormat.DELIMITED:
            return self.text.locate(path, reading, corrections, name=name)
        reader = self._correctable.get(reading.format)
        if reader is None or not corrections:
            return Located({}, lost=tuple(corrections))
        return locate_among(reader.raw_records(path, reading, name=name), corrections)

    def line_bytes(self, path: Path, reading: Reading, line: int, *, name: str) -> bytes | None:
        """Return the bytes of a line or record, from 1; None if there is none, or nothing is set right there."""
        if reading.format is FileFormat.DELIMITED:
            return self.text.line_bytes(path, reading, line, name=name)
        return self._raws(path, reading, [line], name).get(line)

    def cells(
        self,
        path: Path,
        reading: Reading,
        *,
        name: str,
        progress: Progress,
        corrections: Sequence[Correction] = (),
    ) -> Iterator[list[str]]:
        """Yield what is in a file that is no delimited text; see `RecordReader.cells`."""
        located = self.locate(path, reading, corrections, name=name)
        reader = self._correctable.get(reading.format)
        if reader is None:
            return self._reader(reading.format).cells(path, reading, name=name, progress=progress)
        return reader.cells(path, reading, name=name, progress=progress, corrections=located.found)

    def _load_records(
        self,
        path: Path,
        reading: Reading,
        out: Path,
        *,
        name: str,
        progress: Progress,
        corrections: Sequence[Correction],
    ) -> Loaded:
        """Load by the reader of the format, then give the columns the types that are wished."""
        located = self.locate(path, reading, corrections, name=name)
        wanted, reads = with_texts_only(reading), PartOfProgress(progress, 0.0, 0.9)
        reader = self._correctable.get(reading.format)
        if reader is None:
            loaded = self._reader(reading.format).load(path, wanted, out, name=name, progress=reads)
        else:
            loaded = reader.load(
                path, wanted, out, name=name, progress=reads, corrections=located.found
            )  # fmt: skip
        lost = tuple(lost_flag(one) for one in located.lost)
        found = tuple(located.found[line] for line in sorted(located.found))
        return retyped(
            self._duck,
            out,
            replace(loaded, corrections=found, flags=(*loaded.flags, *lost)),
            reading,
            name=name,
            native=lambda: self._native(path, reading, name),
            raw_of=(lambda lines: self._raws(path, reading, lines, name)) if reader else None,
            progress=PartOfProgress(progress, 0.9, 1.0),
        )

    def _raws(self, path: Path, reading: Reading, lines: Sequence[int], name: str) -> dict[int, bytes]:
        """Return the bytes of records, by number; reads no further than it must."""
        reader = self._correctable.get(reading.format)
        wanted = frozenset(lines)
        found: dict[int, bytes] = {}
        for number, raw in reader.raw_records(path, reading, name=name) if reader else ():
            if number in wanted:
                found[number] = raw
            if number >= max(wanted):
                break
        return found

    def _reader(self, kind: FileFormat) -> Reader:
        return next(reader for reader in self._others if kind in reader.formats)
