"""A reading in words, as the Import page and the command line show it."""

from core.types import FileFormat, Reading

_DELIMITERS = {
    ",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", ":": "colon", " ": "space", "^": "caret",
    "~": "tilde",
}  # fmt: skip
_ENCODINGS = {"utf-8": "UTF-8", "windows-1252": "Windows-1252"}
_FORMATS = {
    FileFormat.JSON: "JSON", FileFormat.NDJSON: "JSON lines", FileFormat.PARQUET: "Parquet",
    FileFormat.XLSX: "Spreadsheet", FileFormat.DELIMITED: "Text",
}  # fmt: skip


def describe(reading: Reading, *, width: int) -> str:
    """Return the reading as one line, most important first."""
    if reading.format is not FileFormat.DELIMITED:
        parts = [_FORMATS[reading.format]]
        if reading.sheet is not None:
            parts.append(f"sheet '{reading.sheet}'")
        return " · ".join([*parts, *_header_words(reading)])
    encoding = reading.encoding or "utf-8"
    parts = [_ENCODINGS.get(encoding, encoding.upper())]
    if width == 1:
        parts.append("one column")
    else:
        delimiter = reading.delimiter or ","
        name = _DELIMITERS.get(delimiter, f"'{delimiter}'" if delimiter.isprintable() else repr(delimiter))
        parts.append(f"{name} and space" if reading.skip_blank else name)
    parts.append(f"quoted by {reading.quote}" if reading.quote else "no quotes")
    if reading.escape:
        parts.append(f"escaped by {reading.escape}")
    parts.extend(_header_words(reading))
    if reading.first_line > 1:
        parts.append(f"{reading.first_line - 1} lines before it" if reading.first_line > 2 else "1 line before it")
    if reading.comment:
        parts.append(f"comments begin with {reading.comment}")
    if reading.decimal == ",":
        parts.append("decimal comma")
    return " · ".join(parts)


def _header_words(reading: Reading) -> list[str]:
    if reading.format in (FileFormat.JSON, FileFormat.NDJSON, FileFormat.PARQUET):
        return []
    if reading.header_rows == 0:
        return ["no header"]
    if reading.header_rows == 1:
        return [f"header in line {reading.first_line}"]
    return [f"header in lines {reading.first_line} to {reading.first_line + reading.header_rows - 1}"]
