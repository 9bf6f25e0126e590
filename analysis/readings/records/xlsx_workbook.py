"""A workbook: its sheets, its formats, its texts, and the rows of a sheet as a stream.

Used by the spreadsheet reader. Written for this project because the usual parser (calamine) gives neither error
cells nor formulas without a value (both come as nothing), holds a whole sheet, and pads a sheet with two far cells
to gigabytes. It is what the tests compare with.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, Self

from analysis.readings.records.kinds import Cell
from analysis.readings.records.xlsx_package import Attributes, Handlers, Package, resolve
from analysis.readings.records.xlsx_values import (
    NumberFormat,
    column_of,
    format_of,
    iso_cell,
    moment_cell,
    number_cell,
    unescape,
)
from core.errors import DamagedFileError, FileTooLargeError
from core.i18n import _
from core.i18n import number as written
from core.types import FileFormat

_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
_MOST_TEXT: Final = 512 * 1024 * 1024
"""Characters of all shared texts of a workbook, which stay in memory."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: its name, whether it is shown, and the part it is in."""

    name: str
    visible: bool
    part: str


@dataclass(slots=True)
class Row:
    """One row: its number (from 1), its cells by column (from 0), and what is special about some of them.

    `errors` are columns with an error value, `uncomputed` those whose formula has no stored value.
    """

    number: int
    cells: dict[int, Cell] = field(default_factory=dict)
    errors: list[int] = field(default_factory=list)
    uncomputed: list[int] = field(default_factory=list)


class AnyWorkbook(Protocol):
    """An open workbook of any format; `Workbook` is the one for .xlsx."""

    format: FileFormat
    sheets: list[Sheet]

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def rows(self, sheet: Sheet, *, merged: list[str] | None = None) -> Iterator[tuple[Row, float]]:
        """Yield the rows of a sheet that are in the file; see `Workbook.rows`."""


class PackagedWorkbook(ABC):
    """A workbook that is a package of parts; a context manager. What the parts say each format knows."""

    def __init__(self, path: Path, file_name: str, *, unpacked_limit_mib: int) -> None:
        self._file_name = file_name
        self._package = Package(path, file_name, unpacked_limit_mib=unpacked_limit_mib)
        self._from_1904 = False
        self._formats: list[NumberFormat] = []
        self.sheets: list[Sheet] = []

    def __enter__(self) -> Self:
        self._package.__enter__()
        try:
            self._open()
        except BaseException:
            self._package.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._package.__exit__()

    @abstractmethod
    def _open(self) -> None:
        """Find the sheets, the formats and the texts, once the package is open."""


class Workbook(PackagedWorkbook):
    """An open workbook; a context manager."""

    format = FileFormat.XLSX

    def __init__(self, path: Path, file_name: str, *, unpacked_limit_mib: int) -> None:
        super().__init__(path, file_name, unpacked_limit_mib=unpacked_limit_mib)
        self._texts: _SharedTexts | None = None

    def rows(self, sheet: Sheet, *, merged: list[str] | None = None) -> Iterator[tuple[Row, float]]:
        """Yield the rows of a sheet that are in the file, each with the share of the sheet read so far.

        Args:
            sheet: One of `sheets`.
            merged: Gets the references of merged cells, which stand behind the rows.

        Raises:
            DamagedFileError: the sheet is broken.
        """
        reader = _SheetReader(self._file_name, self._formats, self._texts, from_1904=self._from_1904)
        size = max(self._package.size(sheet.part), 1) if sheet.part in self._package else 1
        handlers = Handlers(reader.start, reader.end, reader.text)
        for done in self._package.parse(sheet.part, handlers):
            ready, reader.ready = reader.ready, []
            for row in ready:
                yield row, done / size
        for row in reader.ready:
            yield row, 1.0
        if merged is not None:
            merged.extend(reader.merged)

    def _open(self) -> None:
        main = self._main_part()
        relations = self._relations(main)
        found: list[Attributes] = []

        def start(name: str, attributes: Attributes) -> None:
            if name == "sheet":
                found.append(attributes)
            elif name == "workbookPr":
                self._from_1904 = attributes.get("date1904") in ("1", "true", "on")

        self._package.parse_all(main, Handlers(start, _ignore, _ignore))
        for attributes in found:
            key = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            kind, part = relations.get(key, ("", ""))
            if kind == "worksheet" and part in self._package:
                visible = attributes.get("state", "visible") == "visible"
                self.sheets.append(Sheet(unescape(attributes.get("name", "")), visible, part))
        by_kind = dict(relations.values())
        if (styles := by_kind.get("styles")) and styles in self._package:
            self._formats = _read_formats(self._package, styles)
        if (texts := by_kind.get("sharedStrings")) and texts in self._package:
            self._texts = _SharedTexts(self._package, texts, self._file_name)

    def _main_part(self) -> str:
        roots = self._relations("").values() if "_rels/.rels" in self._package else ()
        main = next((part for kind, part in roots if kind == "officeDocument"), "xl/workbook.xml")
        if main not in self._package or not main.endswith(".xml"):
            raise DamagedFileError(self._file_name, _("is an Office file, but holds no workbook."))
        return main

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return kind and target of a part's relationships by their id."""
        folder, _, name = part.rpartition("/")
        listing = f"{folder}/_rels/{name}.rels".lstrip("/")
        if listing not in self._package:
            return {}
        found: dict[str, tuple[str, str]] = {}

        def start(name: str, attributes: Attributes) -> None:
            if name == "Relationship":
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = (kind, resolve(part, attributes.get("Target", "")))

        self._package.parse_all(listing, Handlers(start, _ignore, _ignore))
        return found


class _SharedTexts:
    """The texts cells refer to by number; read as far as they are asked for."""

    def __init__(self, package: Package, part: str, file_name: str) -> None:
        self._file_name = file_name
        self._found: list[str] = []
        self._current: list[str] | None = None
        self._on = False
        self._phonetic = 0
        self._chars = 0
        self._more = package.parse(part, Handlers(self._start, self._end, self._text))

    def __getitem__(self, number: int) -> str:
        while number >= len(self._found):
            if next(self._more, None) is None:
                raise IndexError(number)
        if number < 0:
            raise IndexError(number)
        return self._found[number]

    def _start(self, name: str, _: Attributes) -> None:
        if name == "si":
            self._current = []
        elif name == "rPh":
            self._phonetic += 1
        elif name == "t":
            self._on = self._current is not None and not self._phonetic

    def _end(self, name: str) -> None:
        if name == "t":
            self._on = False
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "si" and self._current is not None:
            self._found.append(unescape("".join(self._current)))
            self._chars += len(self._found[-1])
            self._current = None
            if self._chars > _MOST_TEXT:
                raise FileTooLargeError(self._file_name, _("holds more text than fits into memory."))

    def _text(self, text: str) -> None:
        if self._on and self._current is not None:
            self._current.append(text)


class _SheetReader:
    """Builds rows from the elements of a sheet."""

    def __init__(
        self, file_name: str, formats: list[NumberFormat], texts: _SharedTexts | None, *, from_1904: bool
    ) -> None:
        self._file_name = file_name
        self._formats = formats
        self._texts = texts
        self._from_1904 = from_1904
        self._in_data = False
        self._row = Row(0)
        self._column = -1
        self._kind = "n"
        self._style = ""
        self._value: list[str] = []
        self._inline: list[str] = []
        self._into: list[str] | None = None
        self._phonetic = 0
        self._formula = False
        self.ready: list[Row] = []
        self.merged: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if not self._in_data:
            self._start_outside(name, attributes)
        elif name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._into = self._value
        elif name == "t":
            self._into = None if self._phonetic else self._inline
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic += 1

    def end(self, name: str) -> None:
        if not self._in_data:
            return
        if name in ("v", "t"):
            self._into = None
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self.ready.append(self._row)
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "sheetData":
            self._in_data = False

    def text(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _start_outside(self, name: str, attributes: Attributes) -> None:
        if name == "sheetData":
            self._in_data = True
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))

    def _start_row(self, attributes: Attributes) -> None:
        stated = attributes.get("r", "")
        number = int(stated) if stated.isdecimal() and len(stated) < 9 else self._row.number + 1
        if not self._row.number < number <= _MOST_ROWS:
            raise DamagedFileError(
                self._file_name,
                _("is a damaged spreadsheet: row {row} follows row {before}.").format(
                    row=written(number), before=written(self._row.number)
                ),
            )
        self._row = Row(number)
        self._column = -1

    def _start_cell(self, attributes: Attributes) -> None:
        stated = attributes.get("r")
        column = column_of(stated) if stated else -1
        self._column = column if column >= 0 else self._column + 1
        if self._column >= _MOST_COLUMNS:
            raise DamagedFileError(
                self._file_name,
                _("is a damaged spreadsheet: row {row} is too wide.").format(row=written(self._row.number)),
            )
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._value, self._inline = [], []
        self._formula = False

    def _end_cell(self) -> None:
        inside = self._kind == "inlineStr" and self._inline
        text = "".join(self._inline if inside else self._value)
        if not text:
            if self._formula and self._kind != "str":
                self._row.uncomputed.append(self._column)
            return
        cell = self._cell(text)
        if cell is not None and cell != "":
            self._row.cells[self._column] = cell

    def _cell(self, text: str) -> Cell:
        kind = self._kind
        if kind == "n":
            meaning = self._meaning()
            if meaning is NumberFormat.PLAIN:
                return number_cell(text)
            return moment_cell(text, meaning, from_1904=self._from_1904)
        if kind == "s":
            return self._shared(text)
        if kind == "b":
            return text.strip().lower() in ("1", "true")
        if kind == "d":
            return iso_cell(text.strip())
        if kind == "e":
            self._row.errors.append(self._column)
        return unescape(text)

    def _meaning(self) -> NumberFormat:
        style = self._style
        if not style or not style.isdecimal() or len(style) > 6:
            return NumberFormat.PLAIN
        number = int(style)
        return self._formats[number] if number < len(self._formats) else NumberFormat.PLAIN

    def _shared(self, text: str) -> str:
        try:
            if self._texts is None:
                raise IndexError(text)
            return self._texts[int(text)]
        except (IndexError, ValueError) as error:
            raise DamagedFileError(
                self._file_name,
                _("is a damaged spreadsheet: row {row} refers to a text that is missing.").format(
                    row=written(self._row.number)
                ),
            ) from error


def _read_formats(package: Package, part: str) -> list[NumberFormat]:
    """Return what each cell style makes of a number, by the style's position."""
    custom: dict[int, str] = {}
    used: list[int] = []
    inside = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal inside
        number = attributes.get("numFmtId", "0")
        number_id = int(number) if number.isdecimal() and len(number) < 9 else 0
        if name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            used.append(number_id)
        elif name == "numFmt":
            custom[number_id] = attributes.get("formatCode", "")

    def end(name: str) -> None:
        nonlocal inside
        if name == "cellXfs":
            inside = False

    package.parse_all(part, Handlers(start, end, _ignore))
    return [format_of(number, custom) for number in used]


def _ignore(*_: object) -> None:
    """Take no notice."""
