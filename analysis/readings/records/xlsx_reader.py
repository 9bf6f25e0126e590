"""Reads workbooks (.xlsx, .xlsb, .xls, .ods): one sheet, as a stream of rows.

Used by the registry of readers. A record is a row of the spreadsheet, and line numbers are those Excel shows. Rows
above the table and empty rows before its end are in the ledger; merged cells, errors and formulas without a
value are told.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from analysis.readings.containers import OLE_MAGIC, ZIP_MAGIC
from analysis.readings.model import ANY, NO_CORRECTIONS, Candidate, Choice, Judgement, Loaded, Part
from analysis.readings.parse import header_names
from analysis.readings.records.headings import titles
from analysis.readings.records.intake import Intake
from analysis.readings.records.kinds import Cell
from analysis.readings.records.names import column_names
from analysis.readings.records.row_texts import corrected_row, row_text
from analysis.readings.records.sampling import candidate, counted
from analysis.readings.records.workbooks import open_workbook
from analysis.readings.records.xlsx_layout import SAMPLE_ROWS, SheetLayout, header_texts, layouts
from analysis.readings.records.xlsx_values import range_of, shown
from analysis.readings.records.xlsx_workbook import AnyWorkbook, Row, Sheet
from analysis.readings.words import some_names
from core.config import AppConfig
from core.errors import NotATableError
from core.i18n import N_, _, number
from core.progress import PartOfProgress, Progress
from core.types import Correction, FileFormat, Flag, LineAction, Reading
from storage.duck import DuckEngine

_MOST_CANDIDATES: Final = 3
_MOST_SHEETS: Final = 50
"""Sheets looked into; a workbook with more has no more tables to offer."""
_REPORT_EVERY: Final = 2_000
_JOINED: Final = N_("The names of the columns are joined from the rows {first} to {last}.")


class XlsxReader:
    """The reader of spreadsheets; holds no state, so it is thread-safe."""

    formats: tuple[FileFormat, ...] = (FileFormat.XLSX, FileFormat.XLSB, FileFormat.XLS, FileFormat.ODS)

    def __init__(self, duck: DuckEngine, config: AppConfig) -> None:
        self._duck = duck
        self._max_columns = config.imports.max_columns
        self._limit_mib = config.imports.unpacked_limit_mib

    def recognises(self, path: Path, head: bytes, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell whether it is a zip archive or an old Office file; `judge` says which of them it reads."""
        return head.startswith((*ZIP_MAGIC, OLE_MAGIC))

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:
        """Look at the first rows of the sheets; see `model.Reader`."""
        with self._open(path, name) as workbook:
            samples = _samples(workbook, choice, name)
            kind = workbook.format
            parts = tuple(Part(sheet.name, "sheet", hidden=not sheet.visible) for sheet in workbook.sheets)
        if not samples:
            raise NotATableError(name, _("has no sheet with a value in it."))
        found: list[Candidate] = []
        for sample in samples[:_MOST_CANDIDATES]:
            others = [other.sheet.name for other in samples if other is not sample]
            found += [_candidate(sample, layout, others, kind, first=not found) for layout in layouts(sample.rows)]
        found.sort(key=lambda each: -each.reading.confidence)
        return Judgement(tuple(found[:_MOST_CANDIDATES]), parts)

    def try_reading(self, path: Path, reading: Reading, *, name: str) -> Candidate:
        """Return what a reading shows whose sheet, first row or header a person chose; raises as `judge`."""
        with self._open(path, name) as workbook:
            sheet = _named(workbook, reading.sheet, name) if reading.sheet is not None else workbook.sheets[0]
            sample = _sample(workbook, sheet, first=reading.first_line)
            kind = workbook.format
        if not sample.rows:
            raise NotATableError(name, _nothing_from(reading.first_line))
        first = sample.rows[0].number
        layout = SheetLayout(first, header=reading.header_rows, confidence=reading.confidence)
        return _candidate(sample, layout, (), kind, first=True)

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
        with (
            self._open(path, name) as workbook,
            self._intake(out, name, corrections) as intake,
        ):
            names = _Filling(workbook, reading, intake, name).run(PartOfProgress(progress, 0.0, 0.8))
            rest = PartOfProgress(progress, 0.8, 1.0)
            return intake.finish(self._duck, reading, rest, decimals=False, names=names)

    def cells(
        self,
        path: Path,
        reading: Reading,
        *,
        name: str,
        progress: Progress,
        corrections: Mapping[int, Correction] = NO_CORRECTIONS,
    ) -> Iterator[list[str]]:
        """Yield header and rows as text; see `model.RecordReader`."""
        with (
            tempfile.TemporaryDirectory(prefix="cells-") as folder,
            self._open(path, name) as workbook,
            self._intake(Path(folder), name, corrections) as intake,
        ):
            names = _Filling(workbook, reading, intake, name).run(progress)
            rows = intake.staging.texts()
            next(rows)
            if reading.header_rows:
                yield names
            yield from rows

    def raw_records(self, path: Path, reading: Reading, *, name: str) -> Iterator[tuple[int, bytes]]:
        """Yield number and texts of each row that is no header; see `model.RecordReader`."""
        with self._open(path, name) as workbook:
            sheet = _named(workbook, reading.sheet or "", name)
            table = _table(workbook, sheet, reading, name)
            first = reading.first_line + reading.header_rows
            for row, _done in workbook.rows(sheet):
                if row.cells and row.number >= first:
                    yield row.number, row_text(row, table.columns)

    def _intake(self, out: Path, name: str, corrections: Mapping[int, Correction]) -> Intake:
        return Intake(out, file_name=name, unit="record", max_columns=self._max_columns, corrections=corrections)

    def _open(self, path: Path, name: str) -> AnyWorkbook:
        return open_workbook(path, name, unpacked_limit_mib=self._limit_mib)


@dataclass(frozen=True, slots=True)
class _Sample:
    """The first rows of a sheet that hold something; `complete` if there are no others."""

    sheet: Sheet
    rows: list[Row]
    complete: bool


def _samples(workbook: AnyWorkbook, choice: Choice, name: str) -> list[_Sample]:
    """Return the sheets that are not empty, the visible ones; hidden ones only if there is no other."""
    if choice.sheet is not None:
        sample = _sample(workbook, _named(workbook, choice.sheet, name))
        return [sample] if sample.rows else []
    for visible in (True, False):
        sheets = [sheet for sheet in workbook.sheets if sheet.visible is visible][:_MOST_SHEETS]
        samples = [sample for sheet in sheets if (sample := _sample(workbook, sheet)).rows]
        if samples:
            return samples
    return []


def _named(workbook: AnyWorkbook, wanted: str, name: str) -> Sheet:
    found = [sheet for sheet in workbook.sheets if sheet.name == wanted]
    if found:
        return found[0]
    raise NotATableError(
        name,
        _("has no sheet '{sheet}'.").format(sheet=wanted),
        hint=_("Choose one of: {names}.").format(names=some_names([sheet.name for sheet in workbook.sheets])),
    )


def _sample(workbook: AnyWorkbook, sheet: Sheet, *, first: int = 1) -> _Sample:
    rows: list[Row] = []
    for row, _done in workbook.rows(sheet):
        if row.cells and row.number >= first:
            rows.append(row)
        if len(rows) == SAMPLE_ROWS:
            return _Sample(sheet, rows, complete=False)
    return _Sample(sheet, rows, complete=True)


def _nothing_from(first_line: int) -> str:
    return _("has nothing from row {first_line} on.").format(first_line=number(first_line))


def _candidate(
    sample: _Sample, layout: SheetLayout, others: Sequence[str], kind: FileFormat, *, first: bool
) -> Candidate:
    reading = Reading(
        kind,
        header_rows=layout.header,
        confidence=round(layout.confidence if first else min(layout.confidence, 0.3), 3),
        first_line=layout.first_row,
        sheet=sample.sheet.name,
    )
    rows = [row for row in sample.rows if row.number >= layout.first_row]
    table = _Table.of(rows, header=layout.header)
    body = [row for row in rows if row.number >= layout.first_row + layout.header]
    records = [table.members(row) for row in body]
    lines = [row.number for row in body]
    sheet = N_("OpenDocument sheet '{name}'") if kind is FileFormat.ODS else N_("Excel sheet '{name}'")
    why = sheet.format(name=sample.sheet.name)
    why += f" · {_header_words(layout)}"
    if others:
        named = ", ".join(f"'{other}'" for other in others[:3]) + (", …" if len(others) > 3 else "")
        why += f" · {counted(len(others), 'more sheet')} ({named})"
    return candidate(
        records, reading, why, decimals=False, complete=sample.complete, titles=table.titles, lines=lines
    )


def _header_words(layout: SheetLayout) -> str:
    if not layout.header:
        return N_("no header")
    if layout.header == 1:
        return N_("header in row {number}").format(number=f"{layout.first_row:,}")
    return N_("header in rows {first} to {last}").format(
        first=f"{layout.first_row:,}", last=f"{layout.first_row + layout.header - 1:,}"
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """The columns of the table: from which column of the sheet on, and what they are called."""

    left: int
    titles: list[str]
    names: tuple[str, ...]
    keys: dict[int, str]

    @classmethod
    def of(cls, rows: Sequence[Row], *, header: int) -> "_Table":
        """Find the columns the first rows use, and their names: of several rows of header, the joined ones."""
        used = {column for row in rows for column in row.cells}
        left, right = min(used), max(used)
        columns = range(left, right + 1)
        if header > 1:
            above = [row for row in rows if row.number < rows[0].number + header]
            found = header_names(header_texts(above, columns), len(columns))
        else:
            first = [rows[0].cells.get(column) for column in columns] if header else None
            found = titles(first, len(columns))
        keys = {column: str(column - left) for column in columns}
        return cls(left, found, column_names(found), keys)

    @property
    def columns(self) -> range:
        """The columns of the sheet that are columns of the table."""
        return range(self.left, self.left + len(self.titles))

    def members(self, row: Row) -> list[tuple[str, Cell]]:
        """Return the cells of a row by position in the table."""
        keys, left = self.keys, self.left  # a row further down may reach beyond the columns of the first ones
        return [(keys.get(column) or str(column - left), cell) for column, cell in row.cells.items()]

    def name(self, column: int) -> str:
        """Return what a column of the sheet is called in messages."""
        position = column - self.left
        return self.names[position] if 0 <= position < len(self.names) else f"column_{position + 1}"


def _table(workbook: AnyWorkbook, sheet: Sheet, reading: Reading, name: str) -> _Table:
    """Return the columns of the table a reading means."""
    rows = _sample(workbook, sheet, first=reading.first_line).rows
    if not rows:
        raise NotATableError(name, _nothing_from(reading.first_line))
    return _Table.of(rows, header=reading.header_rows)


@dataclass(slots=True)
class _Filling:
    """Passes once through a sheet and hands every row to the intake."""

    workbook: AnyWorkbook
    reading: Reading
    intake: Intake
    name: str
    last: int = 0
    merged: list[str] = field(default_factory=list)

    def run(self, progress: Progress) -> list[str]:
        """Return what the file calls the columns."""
        sheet = _named(self.workbook, self.reading.sheet or "", self.name)
        table = _table(self.workbook, sheet, self.reading, self.name)
        self.intake.staging.declare(str(position) for position in range(len(table.titles)))
        for row, done in self.workbook.rows(sheet, merged=self.merged):
            self._take(row, table)
            if row.number % _REPORT_EVERY == 0:
                progress.report(done, N_("reading row {number}").format(number=f"{row.number:,}"))
        self._flag_joined()
        self._flag_merged()
        return table.titles + [""] * (len(self.intake.staging.keys) - len(table.titles))

    def _take(self, row: Row, table: _Table) -> None:
        if not row.cells and not row.uncomputed:
            return  # counted when something follows; a sheet may be formatted far below its end
        for blank in range(self.last + 1, row.number):
            self.intake.put_aside(LineAction.BLANK, line=blank, raw=b"", reason=N_("It is empty."))
        self.last = row.number
        if row.number < self.reading.first_line:
            self._aside(row, LineAction.PREAMBLE, N_("It stands above the table."))
        elif row.number < self.first:
            self._aside(row, LineAction.HEADER, N_("It names the columns."))
        else:
            self._record(row, table)

    def _record(self, row: Row, table: _Table) -> None:
        """Take a row of the table; what a person made of it, where they did."""
        if row.number in self.intake.corrections:
            raw = row_text(row, table.columns)
            fix = self.intake.correction(row.number, raw)
            if fix is not None and not fix.text.strip():
                self.intake.leave_out(line=row.number, raw=raw)
                return
            if fix is not None:
                row = corrected_row(row, table.columns, fix.text)
                self.intake.correct(table.members(row), line=row.number, raw=raw)
                for flag in _odd_cells(row, table):
                    self.intake.flag(flag)
                return
        flags = list(_odd_cells(row, table))
        if flags:
            raw = row_text(row, table.columns)
            self.intake.repair(table.members(row), line=row.number, raw=raw, flag=flags[0])
            for flag in flags[1:]:
                self.intake.flag(flag)
        else:
            chars = sum(len(cell) for cell in row.cells.values() if isinstance(cell, str))
            self.intake.load(table.members(row), line=row.number, chars=chars)

    def _aside(self, row: Row, action: LineAction, reason: str) -> None:
        self.intake.put_aside(action, line=row.number, raw=shown(list(row.cells.values())), reason=reason)

    @property
    def first(self) -> int:
        """The number of the first row below the header."""
        return self.reading.first_line + self.reading.header_rows

    def _flag_joined(self) -> None:
        """Tell that no single row of the file names the columns as the table does."""
        if self.reading.header_rows > 1:
            message = _JOINED.format(first=f"{self.reading.first_line:,}", last=f"{self.first - 1:,}")
            self.intake.flag(Flag("header_joined", "renamed", message, self.reading.first_line))

    def _flag_merged(self) -> None:
        joined = self.reading.header_rows > 1  # there, cells are merged over the columns of a group
        for reference in self.merged:
            first, last = range_of(reference)
            if last >= (self.first if joined else self.reading.first_line):
                message = N_("The cells {reference} are merged; only the first of them holds the value.").format(
                    reference=reference
                )
                self.intake.flag(Flag("merged_cells", "left_empty", message, max(first, self.reading.first_line)))


def _odd_cells(row: Row, table: _Table) -> Iterator[Flag]:
    """Yield what there is to tell of a row's cells."""
    for column in row.errors:
        message = N_("Row {number} has the error {error} in place of a value.").format(
            number=f"{row.number:,}", error=row.cells.get(column)
        )
        yield Flag("error_cell", "kept_as_text", message, row.number, table.name(column))
    for column in row.uncomputed:
        message = N_("Row {number} has a formula whose value is not stored in the file; it is empty.").format(
            number=f"{row.number:,}"
        )
        yield Flag("formula_without_value", "left_empty", message, row.number, table.name(column))
