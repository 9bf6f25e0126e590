"""The reader of delimited text: judges by samples, loads fast where that is exact, and exactly where it is not.

Used by `Readings`. The fast way lets the engine read the file strictly and accounts for every line; whenever the
engine objects or a line is missing, the whole file goes through the exact parser instead.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from analysis.readings.clean import write_rows
from analysis.readings.closer import better_reading
from analysis.readings.corrections import Located, correct, locate, lost_flag
from analysis.readings.detect import is_text
from analysis.readings.encodings import DIRECT, UTF8, transcode
from analysis.readings.events import LedgerBook, Note
from analysis.readings.facts import Facts, count_file
from analysis.readings.fast import Misfit, can_be_fast, load_fast
from analysis.readings.forms import Form
from analysis.readings.judge import judge_sample
from analysis.readings.kept import TEXTS_NAME
from analysis.readings.lines import Lines, read_lines
from analysis.readings.model import Candidate, Guess, Judgement, Loaded
from analysis.readings.parse import Parser, header_names
from analysis.readings.sample import take_sample
from analysis.readings.showing import shown
from analysis.readings.source import Source
from analysis.readings.structure import unique_names
from analysis.readings.text_parts import TextParts
from analysis.readings.typed import in_steps, with_types
from analysis.readings.understand import Understanding, understand_reading
from analysis.readings.whole import Written, report_whole
from core.config import AppConfig
from core.errors import EmptyFileError, FileTooLargeError
from core.i18n import N_, _, number
from core.ids import new_id
from core.paths import translate_os_error
from core.progress import PartOfProgress, Progress, SilentProgress
from core.types import Column, Correction, FileFormat, Reading
from storage.duck import DuckEngine

FAST_ABOVE_BYTES = 8 << 20
"""Smaller files are read by the exact parser at once: it is as fast, and tells more."""
_BATCH_CELLS = 1 << 20


class TextReader:
    """Reads csv, tsv and other delimited text; the reader of everything that is text and nothing else."""

    formats: tuple[FileFormat, ...] = (FileFormat.DELIMITED,)

    def __init__(self, duck: DuckEngine, config: AppConfig) -> None:
        self._duck, self._limits = duck, config.imports

    def recognises(self, path: Path, head: bytes, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell whether the bytes are text."""
        return is_text(head)

    def judge(self, path: Path, *, name: str) -> Judgement:
        """Return the candidates, best first; see `Reader`."""
        sample = take_sample(path, name)
        return Judgement(judge_sample(sample, name, self._duck, lambda found: self._check(found, name)))

    def try_reading(self, path: Path, reading: Reading, *, name: str) -> Candidate:
        """Return what a given reading shows of a file; believed as it is."""
        understanding = self._understand(Source(path, name), reading)
        return shown(understanding, take_sample(path, name, encoding=reading.encoding))

    def closer_look(self, path: Path, loaded: Loaded, *, name: str) -> Reading | None:
        """Return a reading that explains the lines that were repaired; None if there is none."""
        reading = loaded.reading
        sample = take_sample(path, name, encoding=reading.encoding)
        return better_reading(lambda: self._lines(path, reading, name), sample, loaded, self._duck)

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
        """Write the table and its ledger; see `Reader`.

        Args:
            path: The file.
            reading: How to read it.
            out: Folder to write to.
            name: What the file is called.
            progress: Told how far it is.
            facts: What the whole file's bytes tell, if somebody has read them already.
            corrections: Lines that were set right by hand; one whose line is not there is flagged.
        """
        source = Source(path, name, self.locate(path, reading, corrections, name=name))
        understanding = self._understand(source, reading)
        try:
            with _as_direct(source, reading, out, PartOfProgress(progress, 0.0, 0.2)) as (direct, encoding):
                rest = PartOfProgress(progress, 0.2, 1.0)
                fast = path.stat().st_size >= FAST_ABOVE_BYTES and not corrections
                if fast and can_be_fast(understanding):
                    try:
                        return self._load_fast(direct, encoding, understanding, out, rest, facts)
                    except Misfit:
                        progress.report(0.2, N_("Looking closer"))
                return self._load_exactly(direct, encoding, understanding, out, rest)
        except OSError as error:
            raise translate_os_error(error, out) from error

    def locate(self, path: Path, reading: Reading, corrections: Sequence[Correction], *, name: str) -> Located:
        """Return where the lines are that were set right by hand; reads the file to its end if it must."""
        return locate(self._lines(path, reading, name), corrections)

    def line_bytes(self, path: Path, reading: Reading, line: int, *, name: str) -> bytes | None:
        """Return the bytes of one line, without its end; None if the file is shorter."""
        for batch in self._lines(path, reading, name):
            if line < batch.first + len(batch.texts):
                return batch.raw(line - batch.first) if line >= batch.first else None
        return None

    def _lines(self, path: Path, reading: Reading, name: str) -> Iterator[Lines]:
        """Yield all lines of a file, each knowing its bytes as they are in the file."""
        with (
            tempfile.TemporaryDirectory() as folder,
            _as_direct(Source(path, name), reading, Path(folder), SilentProgress()) as (direct, encoding),
        ):
            newline = reading.newline or take_sample(path, name, encoding=reading.encoding).newlines[0]
            for lines in read_lines(direct.path, name, encoding, newline):
                yield _with_raw_encoding(lines, reading.encoding)

    def cells(self, path: Path, reading: Reading, *, name: str, progress: Progress) -> Iterator[list[str]]:
        """Yield the header, if there is one, and the records, as found; see `Reader`."""
        with LedgerBook(None, "line") as book, tempfile.TemporaryDirectory() as folder:
            yield from self._cells(Source(path, name), reading, Path(folder), book, progress, [])

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
        """Write the cells as found, as RFC 4180 in UTF-8, and tell what was found on the way."""
        told: list[Loaded] = []
        source = Source(path, name, self.locate(path, reading, corrections, name=name))
        with (
            LedgerBook(None, "line") as book,
            out_file.open("w", encoding=UTF8, errors="surrogatepass", newline="") as file,
        ):
            write_rows(file, self._cells(source, reading, out_file.parent, book, progress, told))
        return told[0]

    def _cells(
        self,
        source: Source,
        reading: Reading,
        folder: Path,
        book: LedgerBook,
        progress: Progress,
        told: list[Loaded],
    ) -> Iterator[list[str]]:
        """Yield header and records; at the end, what there is to tell is put into `told`."""
        understanding = self._understand(source, reading)
        width, headed = understanding.plan.width, reading.header_rows == 0
        with _as_direct(source, reading, folder, PartOfProgress(progress, 0.0, 0.2)) as (direct, encoding):
            parser = Parser(understanding.plan, book)
            for records in _records(parser, direct, encoding, understanding, PartOfProgress(progress, 0.2, 1.0)):
                if not headed and parser.header and (records or parser.finished):
                    yield header_names(parser.header, width)
                    headed = True
                yield from records
        told.append(_told(source, understanding, parser, book))

    # ---- understanding ------------------------------------------------------------------------------------

    def _understand(self, source: Source, reading: Reading) -> Understanding:
        sample = take_sample(source.path, source.name, encoding=reading.encoding)
        if not any(text.strip() for text in sample.head(reading.newline or sample.newlines[0]).texts):
            raise EmptyFileError(source.name)
        understanding = understand_reading(sample, reading)
        self._check(understanding, source.name)
        return understanding

    def _check(self, understanding: Understanding, name: str) -> None:
        width = understanding.plan.width
        if width > self._limits.max_columns:
            raise FileTooLargeError(
                name,
                _("would have {width} columns; at most {max_columns} are a table.").format(
                    width=number(width), max_columns=number(self._limits.max_columns)
                ),
                hint=_("Check the delimiter, or raise imports.max_columns in the settings."),
            )

    # ---- exact --------------------------------------------------------------------------------------------

    def _load_fast(
        self,
        source: Source,
        encoding: str,
        understanding: Understanding,
        out: Path,
        progress: Progress,
        facts: Facts | None,
    ) -> Loaded:
        """Let the engine read the file, or a copy in UTF-8 where it is in one of the old encodings."""
        with _in_utf8(source, encoding, out, PartOfProgress(progress, 0.0, 0.2)) as readable:
            known = facts if facts is not None and encoding == understanding.reading.encoding == UTF8 else None
            return load_fast(
                self._duck,
                readable,
                understanding,
                known or count_file(readable.path),
                out,
                PartOfProgress(progress, 0.2, 1.0),
            )

    def _load_exactly(
        self, source: Source, encoding: str, understanding: Understanding, out: Path, progress: Progress
    ) -> Loaded:
        reading_progress = PartOfProgress(progress, 0.0, 0.6)
        asked, null_words = understanding.plan.asked, understanding.reading.null_words
        with TextParts(out, understanding.plan.width, asked=asked, null_words=null_words) as parts:
            with LedgerBook(out, "line") as book:
                parser = Parser(understanding.plan, book)
                for records in _records(parser, source, encoding, understanding, reading_progress):
                    parts.write(records, parser.taken_lines)
                loaded = _told(source, understanding, parser, book)
            parts.finish()
            return self._type(source, parts, loaded, understanding, out, PartOfProgress(progress, 0.6, 1.0))

    def _type(
        self,
        source: Source,
        parts: TextParts,
        loaded: Loaded,
        understanding: Understanding,
        out: Path,
        progress: Progress,
    ) -> Loaded:
        """Give the text columns their types; a cell is kept as text too where its value is not all it says."""
        names = [column.name for column in loaded.columns]
        target, texts = out / "data.parquet", out / TEXTS_NAME
        with self._duck.trusted() as connection:

            def work() -> tuple[int, Sequence[Form], tuple[Guess, ...]]:
                forms, marks = understanding.forms, understanding.marks
                rows, written = parts.write_typed(connection, forms, marks, names, target, rows=loaded.rows)
                kept = parts.write_kept(connection, written, texts)
                table = Written(
                    target, texts, names, forms, written, kept, marks, understanding.reading.date_order
                )
                lines_of = partial(parts.lines_of, connection)
                return rows, written, report_whole(connection, table, understanding.known.guesses, lines_of)

            rows, written, guesses = in_steps(
                connection,
                work,
                progress,
                _("Importing '{name}'").format(name=source.name),
                N_("Writing the table"),
                source.name,
            )
        if rows != loaded.rows:
            raise AssertionError(f"{loaded.rows} records became {rows} rows")
        return replace(with_types(loaded, written), guesses=guesses)


def _records(
    parser: Parser, source: Source, encoding: str, understanding: Understanding, progress: Progress
) -> Iterator[list[list[str]]]:
    size_bytes = max(source.path.stat().st_size, 1)

    def report(done: int) -> None:
        progress.report(done / size_bytes, N_("Reading line by line"))

    for lines in read_lines(
        source.path, source.name, encoding, understanding.reading.newline or "lf", report=report
    ):
        whole = _with_raw_encoding(lines, understanding.reading.encoding)
        yield parser.push(correct(whole, source.located.found))
    yield parser.finish()


@contextmanager
def _as_direct(source: Source, reading: Reading, folder: Path, progress: Progress) -> Iterator[tuple[Source, str]]:
    """Give the file in an encoding whose line ends are plain bytes: itself, or a copy in UTF-8 in a folder."""
    encoding = reading.encoding or UTF8
    if encoding in DIRECT:
        yield source, encoding
    else:
        with _in_utf8(source, encoding, folder, progress) as copy:
            yield copy, UTF8


@contextmanager
def _in_utf8(source: Source, encoding: str, folder: Path, progress: Progress) -> Iterator[Source]:
    """Give the file itself if it is UTF-8, else a copy that is, which is gone after the block."""
    if encoding == UTF8:
        yield source
        return
    copy = folder / f"utf8-{new_id()}.txt"
    size_bytes = max(source.path.stat().st_size, 1)

    def report(done: int) -> None:
        progress.report(done / size_bytes, N_("Converting the characters"))

    try:
        try:
            transcode(source.path, source.name, encoding, copy, report)
        except OSError as error:
            raise translate_os_error(error, copy) from error
        yield replace(source, path=copy)
    finally:
        copy.unlink(missing_ok=True)


def _told(source: Source, understanding: Understanding, parser: Parser, book: LedgerBook) -> Loaded:
    """Return what the parser found, before the types."""
    for one in source.located.lost:
        told = lost_flag(one)
        book.flag(Note(told.code, told.message), told.action, told.line)
    if len(parser.header) > 1:
        message = N_("The header spans {count} lines; the names were joined.").format(count=len(parser.header))
        book.flag(Note("header_joined", message), "repaired", understanding.plan.first_line + 1)
    names = header_names(parser.header, understanding.plan.width)
    columns = tuple(
        Column(name, source, column.type, column.confidence)
        for name, source, column in zip(unique_names(names), names, understanding.columns, strict=True)
    )
    found = source.located.found
    return Loaded(
        parser.rows,
        columns,
        understanding.reading,
        book.ledger(parser.lines),
        book.flags(),
        corrections=tuple(found[line] for line in sorted(found)),
    )


def _with_raw_encoding(lines: Lines, encoding: str | None) -> Lines:
    """Let the ledger keep a line's bytes as they were before the file was rewritten as UTF-8."""
    if encoding in (None, *DIRECT) or lines.damaged:
        return lines
    lines.encoding = encoding or UTF8
    return lines
