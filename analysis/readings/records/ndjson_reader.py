"""Reads NDJSON (JSON lines): one object in each line.

Used by the registry of readers. The ledger counts physical lines, since a line is a record here: a line that is no
object is left out with its bytes, a blank one is counted. Memory holds one batch of lines.
"""

import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from analysis.readings.model import ANY, NO_CORRECTIONS, Choice, Judgement, Loaded
from analysis.readings.records.intake import Intake
from analysis.readings.records.json_reader import take_with_duplicates
from analysis.readings.records.json_scan import JsonError, Value, scan_document
from analysis.readings.records.sampling import candidate, counted
from analysis.readings.records.text_pieces import encoding_of, raw_lines
from core.config import AppConfig
from core.errors import NotATableError
from core.i18n import N_, _
from core.progress import PartOfProgress, Progress
from core.types import Correction, FileFormat, LineAction, Reading
from storage.duck import DuckEngine

_NAMES: Final = (".ndjson", ".jsonl", ".jsonlines", ".geojsonl", ".ldjson")
_SAMPLE_LINES: Final = 500
_PROBED: Final = 50
_REPORT_EVERY: Final = 2_000


class NdjsonReader:
    """The reader of JSON lines; holds no state, so it is thread-safe."""

    formats: tuple[FileFormat, ...] = (FileFormat.NDJSON,)

    def __init__(self, duck: DuckEngine, config: AppConfig) -> None:
        self._duck = duck
        self._max_columns = config.imports.max_columns

    def recognises(self, path: Path, head: bytes, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell whether the first line that is not blank is a whole JSON object, and more lines follow.

        An object in a single line is JSON as well; then the name decides. With such a name the first line may be
        damaged, if another is whole.
        """
        encoding, mark = encoding_of(head)
        text = head[mark:].decode(encoding, "ignore").lstrip(" \t\r\n")
        first, _, rest = text.partition("\n")
        if name.lower().endswith(_NAMES):
            return any(_is_object(line) for line in text.split("\n", _PROBED)[:_PROBED])
        return bool(rest.strip()) and _is_object(first)

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:  # noqa: ARG002 - one table only
        """Read the first lines; see `model.Reader`."""
        encoding, mark = encoding_of(_head(path))
        sample = list(islice(raw_lines(path, name), _SAMPLE_LINES))
        complete = len(sample) < _SAMPLE_LINES
        records, lines = [], []
        bad = 0
        for line, raw in enumerate(sample, 1):
            found = read_line(raw[mark:] if line == 1 else raw, encoding)
            if isinstance(found, Value) and found.pairs is not None:
                records.append(found.pairs)
                lines.append(line)
            elif found is not None:
                bad += 1
        if not any(records):
            raise NotATableError(name, _("holds no line that is a JSON object with a member."))
        confidence = round(0.99 * len(records) / (len(records) + bad), 3)
        reading = Reading(
            FileFormat.NDJSON, encoding=encoding, newline="lf", header_rows=1, null_words=(), confidence=confidence
        )
        why = f"NDJSON · {N_('one object in each line')}"
        if complete:
            why += f" · {counted(len(records), 'object')}"
        return Judgement((candidate(records, reading, why, decimals=True, complete=complete, lines=lines),))

    def load(
        self,
        path: Path,
        reading: Reading,
        out: Path,
        *,
        name: str,
        progress: Progress,
        corrections: Mapping[int, Correction] = NO_CORRECTIONS,
    ) -> Loaded:
        """Write the table and the ledger; see `model.RecordReader`."""
        with self._intake(out, name, corrections) as intake:
            _fill(path, name, intake, PartOfProgress(progress, 0.0, 0.7))
            return intake.finish(self._duck, reading, PartOfProgress(progress, 0.7, 1.0), decimals=True)

    def cells(
        self,
        path: Path,
        reading: Reading,
        *,
        name: str,
        progress: Progress,
        corrections: Mapping[int, Correction] = NO_CORRECTIONS,
    ) -> Iterator[list[str]]:
        """Yield names and records as text; see `model.RecordReader`."""
        with (
            tempfile.TemporaryDirectory(prefix="cells-") as folder,
            self._intake(Path(folder), name, corrections) as intake,
        ):
            _fill(path, name, intake, progress)
            rows = intake.staging.texts()
            names = next(rows)
            if reading.header_rows:
                yield names
            yield from rows

    def raw_records(self, path: Path, reading: Reading, *, name: str) -> Iterator[tuple[int, bytes]]:  # noqa: ARG002 - the protocol's signature
        """Yield number and bytes of each line; see `model.RecordReader`."""
        return ((line, raw) for line, raw, _encoding in _lines(path, name))

    def _intake(self, out: Path, name: str, corrections: Mapping[int, Correction]) -> Intake:
        return Intake(out, file_name=name, unit="line", max_columns=self._max_columns, corrections=corrections)


def read_line(raw: bytes, encoding: str) -> Value | str | None:
    """Return the object in a line, or why it is none, or None for a blank line."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return f"is not {encoding.upper()}"
    if not text.strip(" \t\r\n"):
        return None
    try:
        value = scan_document(text)
    except JsonError as error:
        return f"is no valid JSON, {error.reason} at character {error.position + 1:,}"
    return value if value.pairs is not None else "is valid JSON, but no object"


def _lines(path: Path, name: str) -> Iterator[tuple[int, bytes, str]]:
    """Yield number and bytes of each line, without its end, and the encoding they are in."""
    encoding, mark = encoding_of(_head(path))
    ends = tuple(end.encode(encoding) for end in ("\r\n", "\n"))
    for line, raw in enumerate(raw_lines(path, name), 1):
        text = raw[mark:] if line == 1 else raw
        end = next((end for end in ends if text.endswith(end)), b"")
        yield line, text.removesuffix(end), encoding


def _fill(path: Path, name: str, intake: Intake, progress: Progress) -> None:
    size = path.stat().st_size or 1
    done = 0
    for line, raw, encoding in _lines(path, name):
        done += len(raw) + 1
        _take(intake, raw, encoding, line)
        if line % _REPORT_EVERY == 0:
            progress.report(min(done / size, 1.0), N_("reading line {line}").format(line=f"{line:,}"))


def _take(intake: Intake, raw: bytes, encoding: str, line: int) -> None:
    if line in intake.corrections and (fix := intake.correction(line, raw)) is not None:
        _take_corrected(intake, fix, raw, line)
        return
    found = read_line(raw, encoding)
    if isinstance(found, str):
        intake.reject(line=line, raw=raw, reason=N_("Line {line} {found}.").format(line=f"{line:,}", found=found))
    elif found is None:
        intake.put_aside(LineAction.BLANK, line=line, raw=raw, reason=N_("It is blank."))
    elif found.twice:
        take_with_duplicates(intake, found.pairs or [], found.twice, line=line, raw=raw)
    else:
        intake.load(found.pairs or [], line=line, chars=len(raw))


def _take_corrected(intake: Intake, fix: Correction, raw: bytes, line: int) -> None:
    found = read_line(fix.text.encode(), "utf-8")
    if found is None:
        intake.leave_out(line=line, raw=raw)
    else:
        intake.correct(found.pairs if isinstance(found, Value) else None, line=line, raw=raw)


def _is_object(line: str) -> bool:
    try:
        return scan_document(line).pairs is not None
    except JsonError:
        return False


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)
