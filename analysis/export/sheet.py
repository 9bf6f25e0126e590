"""Rows as one Excel worksheet.

Used by `Exporter`. Row by row in constant memory. Texts are written as texts, never as formulas or links; numbers,
dates and truth values keep their kind as far as Excel can hold them exactly, and become texts where it cannot.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyarrow as pa

from core.errors import ExportError
from core.i18n import _, number

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS: Final = 1_048_575
"""Rows of a worksheet below the header."""

MAX_COLUMNS: Final = 16_384
MAX_CHARACTERS: Final = 32_767
"""Most characters in one cell."""

_EXACT: Final = 10**15
"""Excel keeps 15 digits."""
_FIRST_DAY: Final = date(1900, 3, 1)
"""Excel believes in a 29th of February 1900; dates before that would be shown a day off."""
_LAST_DAY: Final = date(9999, 12, 31)


def check_size(rows: int) -> None:
    """Refuse more rows than a worksheet has.

    Raises:
        ExportError: there are too many.
    """
    if rows > MAX_ROWS:
        raise ExportError(
            _("An Excel sheet holds {max_rows} rows below its header, and there are {rows}.").format(
                max_rows=number(MAX_ROWS), rows=number(rows)
            ),
            hint=_("Export as csv or parquet, or narrow the rows first."),
        )


def write_sheet(
    sink: BinaryIO,
    names: Sequence[str],
    batches: Iterator[pa.RecordBatch],
    *,
    folder: Path,
    each: Callable[[int], None],
) -> int:
    """Write a workbook with one sheet and return the number of rows below its header.

    Args:
        sink: Gets the bytes at the end.
        names: Names of the columns.
        batches: The rows.
        folder: For temporary files.
        each: Called with the number of rows so far, after each batch; may raise to stop.

    Raises:
        ExportError: there are more rows or columns than a sheet has, or a text is longer than a cell.
    """
    if len(names) > MAX_COLUMNS:
        raise ExportError(
            _("An Excel sheet holds {max_columns} columns, and there are {count}.").format(
                max_columns=number(MAX_COLUMNS), count=number(len(names))
            )
        )
    import xlsxwriter  # a tenth of a second, which a start need not pay

    options = {"constant_memory": True, "tmpdir": str(folder)}
    stream = _Remembering(sink)
    book = xlsxwriter.Workbook(stream, options)
    try:
        sheet = _Sheet(book, names)
        for batch in batches:
            sheet.add(batch)
            each(sheet.rows)
    except BaseException:
        _abandon(book)
        raise
    book.close()
    if stream.error is not None:
        raise stream.error
    return sheet.rows


def _abandon(book: "xlsxwriter.Workbook") -> None:
    """Remove the library's temporary files without writing the workbook."""
    for worksheet in book.worksheets():
        worksheet._opt_close()
        Path(worksheet.row_data_filename).unlink(missing_ok=True)
    book.fileclosed = 1


class _Remembering:
    """A stream that notes a refusal of the disk instead of raising it.

    The library packs the workbook in one go and cannot be interrupted there without leaving things half closed; so
    it writes on, into nothing, and the refusal is raised afterwards.
    """

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._place = 0
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write, or pretend to."""
        self._try(lambda: self._sink.write(data))
        self._place += len(data)
        return len(data)

    def tell(self) -> int:
        """Return where the next byte goes."""
        return self._place

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place counted from the beginning."""
        if whence:
            raise ValueError("only places from the beginning are known")
        self._try(lambda: self._sink.seek(place))
        self._place = place
        return place

    def flush(self) -> None:
        """Hand on what is buffered."""
        self._try(self._sink.flush)

    def _try(self, work: Callable[[], object]) -> None:
        if self.error is None:
            try:
                work()
            except OSError as error:
                self.error = error


class _Exact(float):
    """A number that is written with all its digits: the library would round to 16, and a double may need 17."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


class _Sheet:
    """The one sheet, being filled."""

    def __init__(self, book: "xlsxwriter.Workbook", names: Sequence[str]) -> None:
        self._names = names
        self._sheet: Worksheet = book.add_worksheet()
        self._formats: dict[type, Format] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm:ss"}),
        }
        self.rows = 0
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._names):
            self._put(0, column, name)

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows."""
        check_size(self.rows + batch.num_rows)
        columns = [column.to_pylist() for column in batch.columns]
        for row in zip(*columns, strict=True):
            self.rows += 1
            for column, value in enumerate(row):
                if value is not None:
                    self._put(self.rows, column, value)

    def _put(self, row: int, column: int, value: Any) -> None:  # noqa: ANN401 - any cell
        fits = _fitting(value)
        if isinstance(fits, bool):
            self._sheet.write_boolean(row, column, fits)
        elif isinstance(fits, int | float | Decimal):
            self._sheet.write_number(row, column, _Exact(fits))
        elif isinstance(fits, datetime | date | time):
            self._sheet.write_datetime(row, column, fits, self._formats[type(fits)])
        else:
            self._put_text(row, column, fits)

    def _put_text(self, row: int, column: int, text: str) -> None:
        # Excel counts in units of UTF-16, so an emoji is two; the exact count is only made when it may matter.
        length = len(text) if len(text) <= MAX_CHARACTERS // 2 else len(text.encode("utf-16-le")) // 2
        if length > MAX_CHARACTERS:
            raise ExportError(
                _(
                    "An Excel cell holds {max_characters} characters, and column '{column}' has {length} "
                    "in row {row}."
                ).format(
                    max_characters=number(MAX_CHARACTERS),
                    column=self._names[column],
                    length=number(length),
                    row=number(row),
                ),
                hint=_("Export as csv or parquet, or shorten the text first."),
            )
        self._sheet.write_string(row, column, text)


def _fitting(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Return the value in a kind Excel holds exactly, or its text."""
    match value:
        case bool():
            return value
        case int():
            return value if abs(value) < _EXACT else str(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return value if len(value.normalize().as_tuple().digits) <= 15 else f"{value:f}"
        case datetime():
            return _moment(value)
        case date():
            return value if _FIRST_DAY <= value <= _LAST_DAY else value.isoformat()
        case time():
            return value if value.microsecond % 1000 == 0 and value.tzinfo is None else value.isoformat()
    return str(value)


def _moment(value: datetime) -> datetime | str:
    """Excel knows no zones and three digits of a second."""
    if value.tzinfo is None and value.date() >= _FIRST_DAY and value.microsecond % 1000 == 0:
        return value
    return value.isoformat(sep=" ")
