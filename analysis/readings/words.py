"""A reading in words, as the Import page and the command line show it.

In English, since it is part of `--json` too; whoever shows it to a person says it again by `core.i18n.retold`.
"""

from collections.abc import Sequence

from core.i18n import N_
from core.types import FileFormat, Reading

_DELIMITERS = {
    ",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("vertical bar"), ":": N_("colon"),
    " ": N_("space"), "^": N_("caret"), "~": N_("tilde"),
}  # fmt: skip
_ENCODINGS = {"utf-8": "UTF-8", "windows-1252": "Windows-1252"}
_FORMATS = {
    FileFormat.JSON: "JSON", FileFormat.NDJSON: N_("JSON lines"), FileFormat.PARQUET: "Parquet",
    FileFormat.XLSX: N_("Spreadsheet"), FileFormat.XLS: N_("Spreadsheet"), FileFormat.XLSB: N_("Spreadsheet"),
    FileFormat.ODS: N_("Spreadsheet"), FileFormat.DELIMITED: N_("Text"), FileFormat.ARROW: "Arrow",
    FileFormat.SQLITE: N_("SQLite database"), FileFormat.DUCKDB: N_("DuckDB database"),
    FileFormat.FILES: N_("Several files"),
}  # fmt: skip

_ORDERS = {"dmy": N_("the day before the month"), "mdy": N_("the month before the day")}
_BEFORE = N_("{count} lines before it")
_HEADER_LINES = N_("header in lines {first} to {last}")


def describe(reading: Reading, *, width: int) -> str:
    """Return the reading as one line in English, most important first; `core.i18n.retold` says it to a person."""
    if reading.format is not FileFormat.DELIMITED:
        parts = [_FORMATS[reading.format]]
        if reading.sheet is not None:
            parts.append(N_("sheet '{name}'").format(name=reading.sheet))
        return " · ".join([*parts, *_header_words(reading)])
    encoding = reading.encoding or "utf-8"
    parts = [_ENCODINGS.get(encoding, encoding.upper())]
    if width == 1:
        parts.append(N_("one column"))
    elif reading.widths:
        parts.append(N_("columns of fixed width"))
    else:
        delimiter = reading.delimiter or ","
        name = _DELIMITERS.get(delimiter, f"'{delimiter}'" if delimiter.isprintable() else repr(delimiter))
        parts.append(N_("{sign} and space").format(sign=name) if reading.skip_blank else name)
    if not reading.widths:
        parts.append(N_("quoted by {quote}").format(quote=reading.quote) if reading.quote else N_("no quotes"))
    if reading.escape:
        parts.append(N_("escaped by {sign}").format(sign=reading.escape))
    parts.extend(_header_words(reading))
    if reading.first_line > 1:
        parts.append(
            _BEFORE.format(count=reading.first_line - 1) if reading.first_line > 2 else N_("1 line before it")
        )
    if reading.comment:
        parts.append(N_("comments begin with {sign}").format(sign=reading.comment))
    return " · ".join([*parts, *_value_words(reading)])


def _value_words(reading: Reading) -> list[str]:
    words = [N_("decimal comma")] if reading.decimal == "," else []
    return [*words, _ORDERS[reading.date_order]] if reading.date_order in _ORDERS else words


def _header_words(reading: Reading) -> list[str]:
    if reading.format in (FileFormat.JSON, FileFormat.NDJSON, FileFormat.PARQUET):
        return []
    if reading.header_rows == 0:
        return [N_("no header")]
    if reading.header_rows == 1:
        return [N_("header in line {line}").format(line=reading.first_line)]
    return [_HEADER_LINES.format(first=reading.first_line, last=reading.first_line + reading.header_rows - 1)]


def some_names(names: Sequence[str]) -> str:
    """Return the first names, quoted, for a message."""
    return ", ".join(f"'{name}'" for name in names[:5]) + (", …" if len(names) > 5 else "")
