"""An OpenDocument spreadsheet: its sheets, and the rows of a sheet as a stream.

Used by the spreadsheet reader. The file says what each cell is (number, day, time, truth, text), so nothing is
concluded from formats. Rows and cells that say how often they are repeated are counted, not laid out while empty.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from analysis.readings.records.kinds import Cell, DateTimeText, IntText, TimeText
from analysis.readings.records.ods_stream import Outline, cut_rows, outline
from analysis.readings.records.xlsx_package import Attributes, Handlers, Package, refuse_protected
from analysis.readings.records.xlsx_values import iso_cell, number_cell, reference
from analysis.readings.records.xlsx_workbook import Row, Sheet
from core.errors import DamagedFileError, FileTooLargeError
from core.i18n import _, number
from core.types import FileFormat

_CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
_MOST_REPEATED: Final = 10_000_000
"""Cells that are there only because the file says so often, in all."""
_NUMBERS: Final = frozenset({"float", "percentage", "currency"})
_SPAN: Final = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,9}))?S)?)?")
_ERROR: Final = re.compile(r"#[A-Z][A-Z0-9/_]*[!?]?|Err:\d{3}")
_ASIDE: Final = ("annotation", "shape", "frame")
_TEXTS: Final = frozenset({"", "string"})
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]*")
_REPEATED_ROWS: Final = re.compile(r'table:number-rows-repeated="([0-9]{1,9})"')
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)[.,](\d+)")


class OdsWorkbook:
    """An open spreadsheet; a context manager."""

    format = FileFormat.ODS

    def __init__(self, path: Path, file_name: str, *, unpacked_limit_mib: int) -> None:
        self._file_name = file_name
        self._package = Package(path, file_name, unpacked_limit_mib=unpacked_limit_mib)
        self.sheets: list[Sheet] = []
        self._outline = Outline()

    def __enter__(self) -> Self:
        self._package.__enter__()
        try:
            self._check_protection()
            self._list()
        except BaseException:
            self._package.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._package.__exit__()

    def rows(self, sheet: Sheet, *, merged: list[str] | None = None) -> Iterator[tuple[Row, float]]:
        """Yield the rows of a sheet that hold something; see `xlsx_workbook.Workbook.rows`."""
        reader = _TableReader(self._file_name, int(sheet.part))
        size = max(self._package.size(_CONTENT), 1)
        for done in self._read(reader, int(sheet.part)):
            ready, reader.ready = reader.ready, []
            for row, times in ready:
                yield row, done / size
                for later in range(1, times):
                    yield replace(row, number=row.number + later), done / size
            if reader.finished:
                break
        if merged is not None:
            merged.extend(reader.merged)

    def _list(self) -> None:
        """Find the sheets; element by element where the file is written in an unusual way."""
        self._outline = outline(self._package, _CONTENT)
        listing = _Listing()
        if not self._outline.usual:
            self._package.parse_all(_CONTENT, Handlers(listing.start, listing.end, _ignore))
            self.sheets = listing.sheets
            return
        parser = self._package.partial(_CONTENT, Handlers(listing.start, listing.end, _ignore))
        parser(self._outline.head.removesuffix(b"<office:body"))
        for found in self._outline.sheets:
            listing.start("table", found.attributes)
            listing.end("table")
        self.sheets = listing.sheets

    def _read(self, reader: "_TableReader", at: int) -> Iterator[int]:
        """Hand the sheet to the reader; yields how many bytes were read."""
        if not self._outline.usual:
            yield from self._package.parse(_CONTENT, Handlers(reader.start, reader.end, reader.text))
            return
        reader.begin()
        for rows, done in cut_rows(self._package, _CONTENT, self._outline, at):
            for row in rows:
                if row.cells is None or not reader.take(row.attributes, row.cells):
                    feed = self._package.partial(_CONTENT, Handlers(reader.start, reader.end, reader.text))
                    feed(row.text.encode())
            yield done

    def _check_protection(self) -> None:
        if _MANIFEST not in self._package:
            return
        found: list[str] = []

        def start(name: str, _: Attributes) -> None:
            if name in ("encryption-data", "encrypted-key"):
                found.append(name)

        self._package.parse_all(_MANIFEST, Handlers(start, _ignore, _ignore))
        if found:
            raise refuse_protected(self._file_name)


class _Listing:
    """Finds the sheets and which of them are hidden."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._hidden: set[str] = set()
        self._style = ""
        self._depth = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "style":
            self._style = _get(attributes, "name")
        elif name == "table-properties" and _get(attributes, "display") == "false":
            self._hidden.add(self._style)
        elif name == "table":
            if not self._depth:
                visible = _get(attributes, "style-name") not in self._hidden
                self.sheets.append(Sheet(_get(attributes, "name"), visible, str(len(self.sheets))))
            self._depth += 1

    def end(self, name: str) -> None:
        if name == "table":
            self._depth -= 1


@dataclass(slots=True)
class _CellState:
    """The cell that is being read."""

    attributes: Attributes
    times: int
    paragraphs: int = 0


class _TableReader:
    """Builds rows from the elements of one table of the document."""

    def __init__(self, file_name: str, wanted: int) -> None:
        self._file_name = file_name
        self._wanted = wanted
        self._seen = -1
        self._depth = 0
        self._row = Row(1)
        self._row_times = 1
        self._next_row = 1
        self._column = 0
        self._cell: _CellState | None = None
        self._text: list[str] = []
        self._in_text = 0
        self._aside = 0
        self._repeated = 0
        self.ready: list[tuple[Row, int]] = []
        self.merged: list[str] = []
        self.finished = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "table":
            self._seen += self._depth == 0
            self._depth += 1
        elif self._depth != 1 or self._seen != self._wanted:
            return
        elif name == "table-row":
            self._row = Row(self._next_row)
            self._row_times = _times(attributes, "number-rows-repeated")
            self._column = 0
        elif name in ("table-cell", "covered-table-cell"):
            self._cell = _CellState(attributes, _times(attributes, "number-columns-repeated"))
            self._text = []
        elif self._cell is not None:
            self._start_inside(name, attributes, self._cell)

    def end(self, name: str) -> None:
        if name == "table":
            self._depth -= 1
            self.finished = self.finished or (self._depth == 0 and self._seen == self._wanted)
        elif self._depth != 1 or self._seen != self._wanted:
            return
        elif name in _ASIDE:
            self._aside -= 1
        elif name == "p":
            self._in_text -= 1
        elif name in ("table-cell", "covered-table-cell") and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif name == "table-row":
            self._end_row()

    def text(self, text: str) -> None:
        if self._in_text and not self._aside:
            self._text.append(text)

    def begin(self) -> None:
        """Begin in the middle of the sheet that is wanted: what comes are its rows and nothing else."""
        self._seen, self._depth = self._wanted, 1

    def take(self, attributes: str, cells: Sequence[tuple[str, str, str, str, str]]) -> bool:
        """Take a row of plain cells, in place of its elements one by one; no, if it has to be read by these."""
        times = _REPEATED_ROWS.search(attributes) if attributes else None
        found: dict[int, Cell] = {}
        column = 0
        whole = _WHOLE.fullmatch
        for _all, repeated, kind, stated, text in cells:
            value: Cell
            if kind in _TEXTS:
                value = text
            elif kind in _NUMBERS:
                value = IntText(stated) if whole(stated) else number_cell(stated)
            elif kind == "date":
                value = _day(stated)
            else:
                return False
            if value:
                if repeated:
                    return False
                found[column] = value
            column += (int(repeated) or 1) if repeated else 1
        if column > _MOST_COLUMNS and found and max(found) >= _MOST_COLUMNS:
            return False
        row = Row(self._next_row, found)
        self._row, self._row_times = row, max(int(times[1]), 1) if times else 1
        self._end_row()
        return True

    def _start_inside(self, name: str, attributes: Attributes, cell: _CellState) -> None:
        if name in _ASIDE:
            self._aside += 1
        elif name == "p":
            self._in_text += 1
            if not self._aside:
                self._text.append("\n" if cell.paragraphs else "")
                cell.paragraphs += 1
        elif self._aside:
            return
        elif name == "s":
            self._text.append(" " * min(_times(attributes, "c"), 10_000))
        elif name == "tab":
            self._text.append("\t")
        elif name == "line-break":
            self._text.append("\n")

    def _end_cell(self, state: _CellState) -> None:
        value = self._value(state.attributes, "".join(self._text))
        columns = range(self._column, self._column + state.times)
        self._column = columns.stop
        if value is not None and value != "":
            if columns.stop > _MOST_COLUMNS:
                raise self._too_wide()
            self._count(state.times - 1)
            for column in columns:
                self._row.cells[column] = value
                if self._is_error(state.attributes, value):
                    self._row.errors.append(column)
        elif _get(state.attributes, "formula") and not _get(state.attributes, "value-type"):
            self._row.uncomputed.append(columns.start)
        self._note_span(state.attributes, columns.start)

    def _end_row(self) -> None:
        first, self._next_row = self._next_row, self._next_row + self._row_times
        if not self._row.cells and not self._row.uncomputed:
            return
        if self._next_row - 1 > _MOST_ROWS:
            raise DamagedFileError(
                self._file_name,
                _("is a damaged spreadsheet: it has more than {count} rows.").format(count=number(_MOST_ROWS)),
            )
        self._count((self._row_times - 1) * max(len(self._row.cells), 1))
        self._row.number = first
        self.ready.append((self._row, self._row_times))

    def _count(self, repeated: int) -> None:
        self._repeated += repeated
        if self._repeated > _MOST_REPEATED:
            raise FileTooLargeError(
                self._file_name,
                _("repeats cells more than {count} times, as no spreadsheet does.").format(
                    count=number(_MOST_REPEATED)
                ),
            )

    def _too_wide(self) -> DamagedFileError:
        return DamagedFileError(
            self._file_name,
            _("is a damaged spreadsheet: row {row} is too wide.").format(row=number(self._row.number)),
        )

    def _note_span(self, attributes: Attributes, column: int) -> None:
        wide, high = _times(attributes, "number-columns-spanned"), _times(attributes, "number-rows-spanned")
        if wide > 1 or high > 1:
            last = reference(self._row.number + high - 1, column + wide - 1)
            self.merged.append(f"{reference(self._row.number, column)}:{last}")

    def _is_error(self, attributes: Attributes, value: Cell) -> bool:
        if attributes.get("calcext:value-type") == "error":
            return True
        return bool(_get(attributes, "formula")) and isinstance(value, str) and bool(_ERROR.fullmatch(value))

    def _value(self, attributes: Attributes, text: str) -> Cell:
        kind = _get(attributes, "value-type")
        if attributes.get("calcext:value-type") == "error":
            return text or "#ERROR"
        if kind in _NUMBERS:
            if _get(attributes, "formula") and _ERROR.fullmatch(text):
                return text  # older programs store an error as the number 0
            return number_cell(attributes.get("office:value", ""))
        if kind == "boolean":
            return attributes.get("office:boolean-value") == "true"
        if kind == "date":
            return _day(attributes.get("office:date-value", ""))
        if kind == "time":
            return _span(attributes.get("office:time-value", ""))
        return attributes.get("office:string-value") or text if kind == "string" else text


@lru_cache(maxsize=4_096)
def _day(text: str) -> Cell:
    found = _MOMENT.fullmatch(text)
    if found:
        return DateTimeText(f"{found[1]} {found[2]}.{found[3][:6].rstrip('0') or '0'}")
    return iso_cell(text)


def _span(text: str) -> Cell:
    """Return a time of day, or hours, minutes and seconds where they are more than a day or less than nothing."""
    found = _SPAN.fullmatch(text)
    if not found or text in ("P", "-P"):
        return text
    sign, days, hours, minutes, seconds, fraction = found.groups()
    total = (int(days or 0) * 24 + int(hours or 0)) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    rest = f".{fraction[:6]}".rstrip("0").rstrip(".") if fraction else ""
    clock = f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}{rest}"
    return TimeText(clock) if total < 86_400 and not sign else f"{sign}{clock}"


def _get(attributes: Attributes, name: str) -> str:
    """Return an attribute by its name without the prefix, as the format's own prefixes have it."""
    for prefix in ("table:", "office:", "style:", "text:"):
        if (value := attributes.get(prefix + name)) is not None:
            return value
    return ""


def _times(attributes: Attributes, name: str) -> int:
    stated = _get(attributes, name)
    return max(int(stated), 1) if stated.isdecimal() and len(stated) < 10 else 1


def _ignore(*_: object) -> None:
    """Take no notice."""
