"""What kind of file it is, by its content; the name only decides between kinds of text.

Used by `Readings` before anything else looks at the bytes.
"""

import json
import zipfile
from pathlib import Path

from core.errors import DamagedFileError, EmptyFileError, NotATableError
from core.types import FileFormat

HEAD_BYTES = 1 << 16

_PACKED = "is compressed ({kind})"
_UNPACK_HINT = "Unpack it first and import the file inside."
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "is a PDF document"),
    (b"\x89PNG\r\n", "is a picture (PNG)"),
    (b"\xff\xd8\xff", "is a picture (JPEG)"),
    (b"GIF87a", "is a picture (GIF)"),
    (b"GIF89a", "is a picture (GIF)"),
    (b"II*\0", "is a picture (TIFF)"),
    (b"MM\0*", "is a picture (TIFF)"),
    (b"SQLite format 3\0", "is a SQLite database"),
    (b"MZ", "is a Windows program"),
    (b"\x7fELF", "is a Linux program"),
    (b"\xca\xfe\xba\xbe", "is a program (Java class or macOS)"),
    (b"\xcf\xfa\xed\xfe", "is a macOS program"),
    (b"\x1f\x8b", _PACKED.format(kind="gzip")),
    (b"\x28\xb5\x2f\xfd", _PACKED.format(kind="zstd")),
    (b"BZh", _PACKED.format(kind="bzip2")),
    (b"\xfd7zXZ\0", _PACKED.format(kind="xz")),
    (b"7z\xbc\xaf\x27\x1c", _PACKED.format(kind="7z")),
    (b"Rar!\x1a\x07", _PACKED.format(kind="rar")),
    (b"ARROW1", "is an Arrow file"),
    (b"FEA1", "is a Feather file"),
    (b"ORC", "is an ORC file"),
    (b"Obj\x01", "is an Avro file"),
    (b"\x89HDF\r\n", "is an HDF5 file"),
    (b"{\\rtf", "is a rich text document"),
    (b"ID3", "is a sound recording"),
    (b"OggS", "is a sound recording"),
    (b"\0asm", "is a WebAssembly program"),
    (b"PARE", "is an encrypted Parquet file"),
)
_MARKUP = ((b"<!doctype html", "is a web page"), (b"<html", "is a web page"), (b"<?xml", "is an XML document"))
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b\x00\x01\x1c\x1d\x1e\x1f\x1a")
_MAX_CONTROL_SHARE = 0.02
_MAX_NUL_SHARE = 0.1
_JSON_NAMES = {".json": FileFormat.JSON, ".ndjson": FileFormat.NDJSON, ".jsonl": FileFormat.NDJSON}


def detect_format(path: Path, name: str) -> FileFormat:
    """Return the format of a file.

    Args:
        path: Its bytes.
        name: What the person calls it.

    Raises:
        EmptyFileError: there are no bytes, or only blanks.
        NotATableError: it is something else; the message says what.
        DamagedFileError: it claims to be a spreadsheet, but cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, path.stat().st_size - 4))
        tail = file.read(4)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise EmptyFileError(name)
    if head.startswith(b"PAR1"):
        if tail != b"PAR1":
            raise DamagedFileError(name, "begins as a Parquet file, but its end is missing.")
        return FileFormat.PARQUET
    if head.startswith(_ZIP):
        return _zip_format(path, name)
    if head.startswith(_OLD_OFFICE):
        return FileFormat.XLSX
    _refuse_known(head, name)
    wide = _is_wide(head)
    if not wide and _is_binary(head):
        raise NotATableError(name, "holds binary data of an unknown kind.")
    return FileFormat.DELIMITED if wide else _text_format(head, name)


def _refuse_known(head: bytes, name: str) -> None:
    for magic, what in _MAGIC:
        # Two letters alone may begin a text as well.
        if head.startswith(magic) and (len(magic) > 3 or not head[:512].isascii() or b"\0" in head[:512]):
            raise NotATableError(
                name, f"{what}, not a table.", hint=_UNPACK_HINT if "compressed" in what else None
            )
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, what in _MARKUP:
        if start.startswith(mark):
            raise NotATableError(name, f"{what}, not a table.")


def _zip_format(path: Path, name: str) -> FileFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:80] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise DamagedFileError(name, "begins as a spreadsheet or archive, but is broken.") from error
    if any(entry.lower().startswith("xl/") or entry.startswith("/xl/") for entry in names):
        return FileFormat.XLSX
    if b"opendocument.spreadsheet" in kind:
        return FileFormat.XLSX
    for folder, what in (
        ("word/", "a Word document"),
        ("ppt/", "a presentation"),
        ("META-INF/", "a program or document"),
    ):
        if any(entry.startswith(folder) for entry in names):
            raise NotATableError(name, f"is {what}, not a table.")
    raise NotATableError(name, "is a zip archive.", hint=_UNPACK_HINT)


def _is_wide(head: bytes) -> bool:
    """Tell whether it is text of two or four bytes per character, which is full of zeros."""
    from analysis.readings.encodings import detect

    return detect(head[:4096]).startswith(("utf-16", "utf-32"))


def is_text(head: bytes) -> bool:
    """Tell whether the first bytes of a file are text in some encoding."""
    return bool(head) and (_is_wide(head) or not _is_binary(head))


def _is_binary(head: bytes) -> bool:
    control = len(head) - len(head.translate(None, _CONTROL))
    zeros = head.count(0)
    return control > max(_MAX_CONTROL_SHARE * len(head), 1) or zeros > _MAX_NUL_SHARE * len(head)


def _text_format(head: bytes, name: str) -> FileFormat:
    suffix = Path(name).suffix.lower()
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if suffix in _JSON_NAMES:
        return FileFormat.NDJSON if suffix != ".json" or _is_json_lines(start) else FileFormat.JSON
    if start[:1] == b"{" and _is_json_lines(start):
        return FileFormat.NDJSON
    if start[:1] in (b"[", b"{") and _begins_as_json(start):
        return FileFormat.JSON
    return FileFormat.DELIMITED


def _is_json_lines(start: bytes) -> bool:
    """Tell whether the first two lines are an object each."""
    lines = [line for line in start.splitlines() if line.strip()]
    return (
        len(lines) > 1
        and all(_is_object(line) for line in lines[: min(2, max(len(lines) - 1, 1))])
        and lines[1][:1] == b"{"
    )


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _begins_as_json(start: bytes) -> bool:
    """Tell whether what follows the first bracket can only be JSON."""
    inner = start[1:].lstrip()
    if start[:1] == b"{":
        return inner[:1] in (b'"', b"}")
    if inner[:1] in (b"{", b"["):
        return _begins_as_json(inner) or inner[:1] == b"["
    try:
        return isinstance(json.loads(start), list)
    except (ValueError, RecursionError):
        return False
