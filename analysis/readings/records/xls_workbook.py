"""An old Excel workbook (.xls, Excel 5 to 2003): its sheets, and the rows of a sheet.

Used by the spreadsheet reader. Written here because the usual parsers lose what a cell holds if that is an error.

Source:
    [MS-XLS] Excel Binary File Format, 2.4 (the records used here, by number); "BIFF5" is the form before Excel 97.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import olefile

from analysis.readings.records.kinds import Cell
from analysis.readings.records.xls_records import (
    BIFF8,
    Record,
    SharedTexts,
    code_page,
    long_text,
    records,
    short_text,
)
from analysis.readings.records.xlsx_package import refuse_protected
from analysis.readings.records.xlsx_values import (
    ERRORS,
    NumberFormat,
    double_cell,
    format_of,
    reference,
    rk_number,
)
from analysis.readings.records.xlsx_workbook import Row, Sheet
from core.errors import DamagedFileError, FileTooLargeError, NotATableError
from core.i18n import _
from core.types import FileFormat

_STREAMS: Final = ("workbook", "book")
_MOST_BYTES: Final = 1024 * 1024 * 1024
_MOST_UNORDERED: Final = 2_000_000

_FORMULA, _EOF, _DATES_1904, _CODE_PAGE, _LOCKED = 0x06, 0x0A, 0x22, 0x42, 0x2F
_SHEET, _MANY_RK, _RICH_TEXT, _XF, _MERGED = 0x85, 0xBD, 0xD6, 0xE0, 0xE5
_TEXTS, _TEXT_AT, _NUMBER, _TEXT, _BOOL_OR_ERROR = 0xFC, 0xFD, 0x203, 0x204, 0x205
_FORMULA_TEXT, _RK, _FORMAT, _BEGIN = 0x207, 0x27E, 0x41E, 0x809
_CELLS: Final = frozenset({_FORMULA, _MANY_RK, _RICH_TEXT, _TEXT_AT, _NUMBER, _TEXT, _BOOL_OR_ERROR, _RK})
_WORKSHEET: Final = 0
_BROKEN: Final = (struct.error, IndexError, ValueError, UnicodeDecodeError)


class XlsWorkbook:
    """An open workbook; a context manager. The stream with the workbook is held in memory."""

    format = FileFormat.XLS

    def __init__(self, path: Path, file_name: str) -> None:
        self._path = path
        self._file_name = file_name
        self._data = b""
        self._biff8 = True
        self._encoding = "cp1252"
        self._from_1904 = False
        self._formats: list[NumberFormat] = []
        self._texts: list[str] = []
        self.sheets: list[Sheet] = []

    def __enter__(self) -> Self:
        self._data = self._stream()
        try:
            self._open()
        except _BROKEN as error:
            raise self._damaged() from error
        return self

    def __exit__(self, *_: object) -> None:
        self._data = b""

    def rows(self, sheet: Sheet, *, merged: list[str] | None = None) -> Iterator[tuple[Row, float]]:
        """Yield the rows of a sheet that hold something; see `xlsx_workbook.Workbook.rows`."""
        start = int(sheet.part)
        try:
            found = self._rows(start, merged) if self._in_order(start) else self._sorted(start, merged)
            yield from found
        except _BROKEN as error:
            raise self._damaged() from error

    def _rows(self, start: int, merged: list[str] | None) -> Iterator[tuple[Row, float]]:
        row = Row(0)
        waiting: tuple[int, int] | None = None
        for record in self._sheet_records(start):
            if record.kind == _MERGED and merged is not None:
                merged.extend(_ranges(record.data))
            elif record.kind == _FORMULA_TEXT and waiting:
                self._put(row, waiting[1], self._text_of(record))
                waiting = None
            elif record.kind in _CELLS:
                number = int.from_bytes(record.data[:2], "little") + 1
                if number != row.number:
                    if row.cells or row.uncomputed:
                        yield row, record.end / len(self._data)
                    row = Row(number)
                waiting = self._take(row, record)
        if row.cells or row.uncomputed:
            yield row, 1.0

    def _sorted(self, start: int, merged: list[str] | None) -> Iterator[tuple[Row, float]]:
        """Return the rows of a sheet whose cells are in any order, as some programs write them."""
        rows: dict[int, Row] = {}
        cells = 0
        for part, _done in self._rows(start, merged):
            row = rows.setdefault(part.number, Row(part.number))
            row.cells.update(part.cells)
            row.errors.extend(part.errors)
            cells += len(part.cells)
            if cells > _MOST_UNORDERED:
                raise FileTooLargeError(
                    self._file_name,
                    _("has its cells in no order, and too many of them to sort."),
                    hint=_("Open it and save it as .xlsx, then import that."),
                )
        for number in sorted(rows):
            yield rows[number], 1.0

    def _in_order(self, start: int) -> bool:
        last = -1
        for record in self._sheet_records(start):
            if record.kind in _CELLS:
                row = int.from_bytes(record.data[:2], "little")
                if row < last:
                    return False
                last = row
        return True

    def _sheet_records(self, start: int) -> Iterator[Record]:
        """Yield the records of one sheet, without those of charts inside it."""
        depth = 0
        for record in records(self._data, start):
            if record.kind == _BEGIN:
                depth += 1
            elif record.kind == _EOF:
                depth -= 1
                if depth <= 0:
                    return
            elif depth == 1:
                yield record

    def _take(self, row: Row, record: Record) -> tuple[int, int] | None:
        """Put the cells of a record into a row; return where a text goes that the next record holds."""
        data = record.data
        row_at, column, style = struct.unpack_from("<HHH", data)
        if record.kind == _MANY_RK:
            for at in range(4, len(data) - 7, 6):
                style = int.from_bytes(data[at : at + 2], "little")
                self._put(row, column, self._number(rk_number(data[at + 2 : at + 6]), style))
                column += 1
            return None
        if record.kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 0:
            return row_at, column
        if record.kind == _TEXT_AT:
            self._put(row, column, self._texts[int.from_bytes(data[6:10], "little")])
        elif record.kind in (_TEXT, _RICH_TEXT):
            self._put(row, column, long_text(data, 6, self._encoding, wide=self._biff8))
        elif record.kind == _BOOL_OR_ERROR:
            self._put_flag(row, column, data[6], error=bool(data[7]))
        elif record.kind == _FORMULA and data[12:14] == b"\xff\xff":
            if data[6] in (1, 2):
                self._put_flag(row, column, data[8], error=data[6] == 2)
        elif record.kind == _RK:
            self._put(row, column, self._number(rk_number(data[6:10]), style))
        else:
            self._put(row, column, self._number(float(struct.unpack_from("<d", data, 6)[0]), style))
        return None

    def _put(self, row: Row, column: int, cell: Cell) -> None:
        if cell is not None and cell != "":
            row.cells[column] = cell

    def _put_flag(self, row: Row, column: int, value: int, *, error: bool) -> None:
        row.cells[column] = ERRORS.get(value, f"#ERROR {value}") if error else bool(value)
        if error:
            row.errors.append(column)

    def _number(self, value: float, style: int) -> Cell:
        meaning = self._formats[style] if style < len(self._formats) else NumberFormat.PLAIN
        return double_cell(value, meaning, from_1904=self._from_1904)

    def _text_of(self, record: Record) -> str:
        if self._biff8 and record.more:
            return SharedTexts([record.data, *record.more]).text_after(0)
        return long_text(record.data, 0, self._encoding, wide=self._biff8)

    def _open(self) -> None:
        """Read what stands before the sheets."""
        custom: dict[int, str] = {}
        used: list[int] = []
        for record in records(self._data, 0):
            if record.kind == _EOF:
                break
            if record.kind == _LOCKED:
                raise refuse_protected(self._file_name)
            if record.kind == _FORMAT:
                custom[int.from_bytes(record.data[:2], "little")] = self._format_code(record.data)
            elif record.kind == _XF:
                used.append(int.from_bytes(record.data[2:4], "little"))
            else:
                self._note(record)
        self._formats = [format_of(one, custom) for one in used]

    def _note(self, record: Record) -> None:
        data = record.data
        if record.kind == _BEGIN:
            self._biff8 = int.from_bytes(data[:2], "little") == BIFF8
        elif record.kind == _CODE_PAGE:
            self._encoding = code_page(int.from_bytes(data[:2], "little"))
        elif record.kind == _DATES_1904:
            self._from_1904 = data[:1] == b"\x01"
        elif record.kind == _SHEET:
            self._add_sheet(data)
        elif record.kind == _TEXTS:
            self._texts = SharedTexts([data, *record.more]).all()

    def _format_code(self, data: bytes) -> str:
        if self._biff8:
            return long_text(data, 2, self._encoding, wide=True)
        return short_text(data, 2, self._encoding, wide=False)

    def _add_sheet(self, data: bytes) -> None:
        start, visibility, kind = struct.unpack_from("<IBB", data)
        name = short_text(data, 6, self._encoding, wide=self._biff8)
        if kind & 0x0F == _WORKSHEET and start < len(self._data):
            self.sheets.append(Sheet(name, visibility & 3 == 0, str(start)))

    def _stream(self) -> bytes:
        """Return the stream with the workbook out of the container.

        Raises:
            DamagedFileError: the container is broken.
            NotATableError: there is no such stream.
        """
        try:
            with olefile.OleFileIO(str(self._path)) as container:
                names = {"/".join(entry).lower(): entry for entry in container.listdir()}
                entry = next((names[name] for name in _STREAMS if name in names), None)
                if entry is None:
                    raise NotATableError(self._file_name, _("is an old Office file without a spreadsheet."))
                if container.get_size(entry) > _MOST_BYTES:
                    raise FileTooLargeError(self._file_name, _("is larger than an old Excel file can be."))
                data: bytes = container.openstream(entry).read()
        except (OSError, ValueError, IndexError, TypeError, struct.error, RecursionError, AttributeError) as error:
            raise self._damaged() from error
        return data

    def _damaged(self) -> DamagedFileError:
        return DamagedFileError(
            self._file_name, _("is a damaged spreadsheet; it was probably not written or copied to its end.")
        )


def _ranges(data: bytes) -> list[str]:
    found = []
    for at in range(2, len(data) - 7, 8):
        first_row, last_row, first, last = struct.unpack_from("<HHHH", data, at)
        found.append(f"{reference(first_row + 1, first)}:{reference(last_row + 1, last)}")
    return found
