"""What a file is that no reader recognised: text, or something to be refused by its name.

Used by `Readings`, so that a photograph called `umsatz.csv` is told to be one.
"""

import re
import zipfile
from pathlib import Path

from analysis.readings.containers import OLE_MAGIC, ZIP_ERRORS, ZIP_MAGIC
from core.errors import DamagedFileError, EmptyFileError, NotATableError
from core.i18n import N_, _, retold

HEAD_BYTES = 1 << 16

_PACKED = N_("is compressed ({kind})")
_UNPACK_HINT = N_("Unpack it first and import the file inside.")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", N_("is a PDF document")),
    (b"\x89PNG\r\n", N_("is a picture (PNG)")),
    (b"\xff\xd8\xff", N_("is a picture (JPEG)")),
    (b"GIF87a", N_("is a picture (GIF)")),
    (b"GIF89a", N_("is a picture (GIF)")),
    (b"II*\0", N_("is a picture (TIFF)")),
    (b"MM\0*", N_("is a picture (TIFF)")),
    (b"SQLite format 3\0", N_("is a SQLite database")),
    (b"MZ", N_("is a Windows program")),
    (b"\x7fELF", N_("is a Linux program")),
    (b"\xca\xfe\xba\xbe", N_("is a program (Java class or macOS)")),
    (b"\xcf\xfa\xed\xfe", N_("is a macOS program")),
    (b"\x1f\x8b", _PACKED.format(kind="gzip")),
    (b"\x28\xb5\x2f\xfd", _PACKED.format(kind="zstd")),
    (b"BZh", _PACKED.format(kind="bzip2")),
    (b"\xfd7zXZ\0", _PACKED.format(kind="xz")),
    (b"7z\xbc\xaf\x27\x1c", _PACKED.format(kind="7z")),
    (b"Rar!\x1a\x07", _PACKED.format(kind="rar")),
    (b"ARROW1", N_("is an Arrow file")),
    (b"FEA1", N_("is a Feather file")),
    (b"ORC", N_("is an ORC file")),
    (b"Obj\x01", N_("is an Avro file")),
    (b"\x89HDF\r\n", N_("is an HDF5 file")),
    (b"{\\rtf", N_("is a rich text document")),
    (b"ID3", N_("is a sound recording")),
    (b"OggS", N_("is a sound recording")),
    (b"\0asm", N_("is a WebAssembly program")),
    (b"PARE", N_("is an encrypted Parquet file")),
)
_ADDRESS = re.compile(
    r"(?:^|[/\\\\])(?P<kind>https?|ftps?|sftp|s3|gs|gcs|az|abfss?|hdfs|hf|file):[/\\\\]+(?P<rest>.*)",
    re.IGNORECASE,
)
"""Paths join two slashes to one, so one is enough."""
_MARKUP = (
    (b"<!doctype html", N_("is a web page")),
    (b"<html", N_("is a web page")),
    (b"<?xml", N_("is an XML document")),
)
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b\x00\x01\x1c\x1d\x1e\x1f\x1a")
_MAX_CONTROL_SHARE = 0.02
_MAX_NUL_SHARE = 0.1
_PARTS_OF = (
    ("word/", N_("a Word document")),
    ("ppt/", N_("a presentation")),
    ("META-INF/", N_("a program or a document")),
)


def refuse_address(path: Path) -> None:
    """Let a path pass that stands for a file; of an address on the network, say that it is not opened.

    Raises:
        NotATableError: it is one.
    """
    found = _ADDRESS.search(str(path))
    if found:
        address = f"{found['kind']}://{found['rest']}".replace("\\", "/")
        raise NotATableError(
            path,
            _("stands for the address {address}, and Bestand opens no connections.").format(address=address),
            hint=_("Save the file on this machine, then import it."),
        )


def read_head(path: Path, name: str) -> bytes:
    """Return the first bytes of a file.

    Raises:
        EmptyFileError: there are none, or only blanks.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise EmptyFileError(name)
    return head


def refuse_foreign(path: Path, head: bytes, name: str) -> None:
    """Let text pass; of anything else, which no reader recognised, say what it is.

    Raises:
        NotATableError: always, unless it is text.
        DamagedFileError: it claims to be a spreadsheet or an archive, but is broken.
    """
    if head.startswith(ZIP_MAGIC):
        _refuse_zip(path, name)
    if head.startswith(b"PAR1"):
        raise DamagedFileError(name, _("begins as a Parquet file, but is broken."))
    if head.startswith(OLE_MAGIC):
        raise NotATableError(name, _("is an old Office document without a sheet in it."))
    _refuse_known(head, name)
    if not is_text(head):
        raise NotATableError(name, _("holds binary data of an unknown kind."))


def _refuse_known(head: bytes, name: str) -> None:
    for magic, what in _MAGIC:
        # Two letters alone may begin a text as well.
        if head.startswith(magic) and (len(magic) > 3 or not head[:512].isascii() or b"\0" in head[:512]):
            raise NotATableError(
                name,
                _("{what}, not a table.").format(what=retold(what)),
                hint=_(_UNPACK_HINT) if "compressed" in what else None,
            )
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, what in _MARKUP:
        if start.startswith(mark):
            raise NotATableError(name, _("{what}, not a table.").format(what=retold(what)))


def _refuse_zip(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except ZIP_ERRORS as error:
        raise DamagedFileError(name, _("begins as a spreadsheet or an archive, but is broken.")) from error
    for folder, what in _PARTS_OF:
        if any(entry.startswith(folder) for entry in names):
            raise NotATableError(name, _("is {what}, not a table.").format(what=_(what)))
    raise NotATableError(name, _("is a zip archive."), hint=_(_UNPACK_HINT))


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
