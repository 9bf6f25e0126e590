"""A binary Excel workbook (.xlsb): its sheets, and the rows of a sheet as a stream.

Used by the spreadsheet reader. The same package as .xlsx, but its parts are records instead of XML.

Source:
    [MS-XLSB] Excel Binary File Format, 2.1.4 (records) and 2.4 (the records used here, by number).
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from analysis.readings.records.kinds import Cell
from analysis.readings.records.xlsx_package import Attributes, Handlers, resolve
from analysis.readings.records.xlsx_values import (
    ERRORS,
    NumberFormat,
    double_cell,
    format_of,
    reference,
    rk_number,
)
from analysis.readings.records.xlsx_workbook import PackagedWorkbook, Row, Sheet
from core.errors import DamagedFileError, FileTooLargeError
from core.i18n import _, number
from core.types import FileFormat

_WORKBOOK: Final = "xl/workbook.bin"
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
_MOST_TEXT: Final = 512 * 1024 * 1024
_MOST_BYTES: Final = 64 * 1024 * 1024
"""The longest record there may be."""

_ROW, _BLANK, _RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = range(8)
_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOL, _FORMULA_ERROR = range(8, 12)
_SHARED_ITEM, _FORMAT, _XF, _RICH_TEXT = 19, 44, 47, 62
_SETTINGS, _BUNDLE, _MERGED = 153, 156, 176
_XFS, _XFS_END, _DATA, _DATA_END = 617, 618, 145, 146


class XlsbWorkbook(PackagedWorkbook):
    """An open workbook; a context manager."""

    format = FileFormat.XLSB

    def __init__(self, path: Path, file_name: str, *, unpacked_limit_mib: int) -> None:
        super().__init__(path, file_name, unpacked_limit_mib=unpacked_limit_mib)
        self._texts: list[str] | None = None
        self._texts_part = ""

    def rows(self, sheet: Sheet, *, merged: list[str] | None = None) -> Iterator[tuple[Row, float]]:
        """Yield the rows of a sheet that are in the file; see `xlsx_workbook.Workbook.rows`."""
        size = max(self._package.size(sheet.part), 1)
        row, inside = Row(0), False
        for kind, data, done in self._records(sheet.part):
            if kind in (_DATA, _DATA_END):
                inside = kind == _DATA
            elif kind == _MERGED and merged is not None:
                merged.append(_range(data))
            elif inside and kind == _ROW:
                if row.number:
                    yield row, done / size
                row = Row(self._row_number(data, row.number))
            elif inside and (kind <= _FORMULA_ERROR or kind == _RICH_TEXT):
                self._take(row, kind, data)
        if row.number:
            yield row, 1.0

    def _take(self, row: Row, kind: int, data: bytes) -> None:
        try:
            column, style = struct.unpack_from("<II", data)
            if column >= _MOST_COLUMNS:
                raise self._damaged()
            cell = self._cell(kind, data, style & 0xFFFFFF)
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise self._damaged() from error
        if kind in (_ERROR, _FORMULA_ERROR):
            row.errors.append(column)
        if cell is not None and cell != "":
            row.cells[column] = cell

    def _cell(self, kind: int, data: bytes, style: int) -> Cell:
        if kind == _BLANK:
            return None
        if kind in (_ERROR, _FORMULA_ERROR):
            return ERRORS.get(data[8], f"#ERROR {data[8]}")
        if kind in (_BOOL, _FORMULA_BOOL):
            return bool(data[8])
        if kind == _SHARED:
            return self._shared(int.from_bytes(data[8:12], "little"))
        if kind in (_TEXT, _FORMULA_TEXT):
            return _wide_text(data, 8)[0]
        if kind == _RICH_TEXT:
            return _wide_text(data, 9)[0]
        value = rk_number(data[8:12]) if kind == _RK else float(struct.unpack_from("<d", data, 8)[0])
        return double_cell(value, self._meaning(style), from_1904=self._from_1904)

    def _meaning(self, style: int) -> NumberFormat:
        return self._formats[style] if style < len(self._formats) else NumberFormat.PLAIN

    def _shared(self, at: int) -> str:
        if self._texts is None:
            self._texts = list(self._read_texts()) if self._texts_part else []
        return self._texts[at]

    def _read_texts(self) -> Iterator[str]:
        chars = 0
        for kind, data, _done in self._records(self._texts_part):
            if kind == _SHARED_ITEM:
                text = _wide_text(data, 1)[0]
                chars += len(text)
                if chars > _MOST_TEXT:
                    raise FileTooLargeError(self._file_name, _("holds more text than fits into memory."))
                yield text

    def _row_number(self, data: bytes, before: int) -> int:
        row = int.from_bytes(data[:4], "little") + 1
        if not before < row <= _MOST_ROWS:
            raise DamagedFileError(
                self._file_name,
                _("is a damaged spreadsheet: row {row} follows row {before}.").format(
                    row=number(row), before=number(before)
                ),
            )
        return row

    def _open(self) -> None:
        relations = self._relations()
        for kind, data, _done in self._records(_WORKBOOK):
            try:
                if kind == _SETTINGS:
                    self._from_1904 = bool(data[0] & 1)
                elif kind == _BUNDLE:
                    relation, at = _wide_text(data, 8)
                    name, _end = _wide_text(data, at)
                    meant, part = relations.get(relation, ("", ""))
                    if meant == "worksheet" and part in self._package:
                        self.sheets.append(Sheet(name, data[0] == 0, part))
            except (struct.error, IndexError, UnicodeDecodeError) as error:
                raise self._damaged() from error
        by_kind = dict(relations.values())
        if (styles := by_kind.get("styles")) and styles in self._package:
            self._formats = self._read_formats(styles)
        if (texts := by_kind.get("sharedStrings")) and texts in self._package:
            self._texts_part = texts

    def _read_formats(self, part: str) -> list[NumberFormat]:
        custom: dict[int, str] = {}
        used: list[int] = []
        inside = False
        for kind, data, _done in self._records(part):
            if kind in (_XFS, _XFS_END):
                inside = kind == _XFS
            elif kind == _FORMAT:
                custom[int.from_bytes(data[:2], "little")] = _wide_text(data, 2)[0]
            elif kind == _XF and inside:
                used.append(int.from_bytes(data[2:4], "little"))
        return [format_of(one, custom) for one in used]

    def _relations(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}

        def start(name: str, attributes: Attributes) -> None:
            if name == "Relationship":
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = (kind, resolve(_WORKBOOK, attributes.get("Target", "")))

        self._package.parse_all("xl/_rels/workbook.bin.rels", Handlers(start, _ignore, _ignore))
        return found

    def _records(self, part: str) -> Iterator[tuple[int, bytes, int]]:
        """Yield kind and content of each record of a part, and how many bytes were read."""
        held, at, done = b"", 0, 0
        for chunk in self._package.chunks(part):
            held, at, done = held[at:] + chunk, 0, done + len(chunk)
            while (found := self._header(held, at)) is not None:
                kind, start, end = found
                if end > len(held):
                    break
                yield kind, held[start:end], done
                at = end
        if at < len(held):
            raise self._damaged()

    def _header(self, data: bytes, at: int) -> tuple[int, int, int] | None:
        """Return kind, begin and end of the record at a place; None if its header is not complete."""
        kind, at = _varint(data, at, 2)
        length, start = _varint(data, at, 4) if at else (0, 0)
        if not start:
            return None
        if length > _MOST_BYTES:
            raise self._damaged()
        return kind, start, start + length

    def _damaged(self) -> DamagedFileError:
        return DamagedFileError(self._file_name, _("is a damaged spreadsheet: a record in it is broken."))


def _varint(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of at most so many bytes, seven bits each, and where it ends; (0, 0) if it is cut off."""
    value = 0
    for place in range(most):
        if at + place >= len(data):
            return 0, 0
        byte = data[at + place]
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    return value, at + most


def _wide_text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text, and where it ends; one that is not there is empty."""
    (length,) = struct.unpack_from("<I", data, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(data):
        raise IndexError(end)
    return data[at + 4 : end].decode("utf-16-le", "surrogatepass"), end


def _range(data: bytes) -> str:
    first_row, last_row, first, last = struct.unpack_from("<IIII", data) if len(data) >= 16 else (0, 0, 0, 0)
    return f"{reference(first_row + 1, first)}:{reference(last_row + 1, last)}"


def _ignore(*_: object) -> None:
    """Take no notice."""
