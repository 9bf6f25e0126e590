"""The parts of an .xlsx file, unpacked with care.

Used by the spreadsheet reader. A file is a zip archive from anywhere: its declared sizes are checked before a byte
is unpacked (and kept to while unpacking), document types and entities are refused, and what belongs to another
format gets a sentence of its own. Parts are read as streams.
"""

import mmap
import posixpath
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self
from xml.parsers import expat

from analysis.readings.containers import ZIP_ERRORS
from core.errors import DamagedFileError, FileTooLargeError, ProtectedFileError
from core.i18n import _, number

_MIB: Final = 1024 * 1024
_MOST_PARTS: Final = 20_000
_SUSPECT_RATIO: Final = 300
_SUSPECT_BYTES: Final = 256 * _MIB
"""A part that unpacks to more than so many times its size, and to more than so many bytes, is no sheet."""
_CHUNK: Final = 256 * 1024
_MOST_STATED: Final = 100
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument."
Attributes = dict[str, str]
StartHandler = Callable[[str, Attributes], None]
EndHandler = Callable[[str], None]
TextHandler = Callable[[str], None]


@dataclass(slots=True)
class Handlers:
    """What is called for each element, by its name without a prefix, and for the text in it."""

    start: StartHandler
    end: EndHandler
    text: TextHandler


class _LocalNames(dict[str, str]):
    """The name of an element without its prefix, worked out once for each name."""

    def __missing__(self, name: str) -> str:
        self[name] = local = name.rpartition(":")[2]
        return local


class Package:
    """An open .xlsx file; a context manager."""

    def __init__(self, path: Path, file_name: str, *, unpacked_limit_mib: int) -> None:
        """Open the archive and check what it says of itself.

        Raises:
            DamagedFileError: it is no sound archive.
            FileTooLargeError: it would unpack to more than allowed.
            ProtectedFileError: it is protected by a password.
        """
        self._file_name = file_name
        self._streams: list[IO[bytes]] = []
        try:
            self._zip = zipfile.ZipFile(path)
        except ZIP_ERRORS as error:
            raise DamagedFileError(
                file_name, _("is a damaged spreadsheet; it was probably not written or copied to its end.")
            ) from error
        try:
            self._check(unpacked_limit_mib)
        except BaseException:
            self._zip.close()
            raise
        self._parts = {_normal(info.filename): info for info in self._zip.infolist()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._streams:
            stream.close()
        self._zip.close()

    def __contains__(self, part: str) -> bool:
        return _normal(part) in self._parts

    def size(self, part: str) -> int:
        """Return how many bytes a part has, unpacked."""
        return self._parts[_normal(part)].file_size

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of a part.

        Raises:
            DamagedFileError: it is not there or cannot be unpacked.
        """
        info = self._parts.get(_normal(part))
        if info is None:
            raise DamagedFileError(
                self._file_name, _("is a damaged spreadsheet: '{part}' is missing in it.").format(part=part)
            )
        with self._damage(part), self._zip.open(info) as stream:
            # A part that is not read to its end would keep the file open after the archive is closed.
            self._streams.append(stream)
            while chunk := stream.read(_CHUNK):
                yield chunk

    def checked(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of a part that is XML, each piece after it was found to be sound.

        Raises:
            DamagedFileError: it is no XML, or XML that defines entities.
        """
        parser = self._parser(part)
        for chunk in self.chunks(part):
            with self._damage(part):
                parser.Parse(chunk, False)  # noqa: FBT003 - the library takes no name here
            yield chunk
        with self._damage(part):
            parser.Parse(b"", True)  # noqa: FBT003

    def parse(self, part: str, handlers: Handlers) -> Iterator[int]:
        """Read a part as XML; yields the number of bytes read after each piece, so that a caller may stop early.

        Raises:
            DamagedFileError: it is no XML, or XML that defines entities.
        """
        parser = self._parser(part)
        names = _LocalNames()
        parser.StartElementHandler = lambda name, attributes: handlers.start(names[name], attributes)
        parser.EndElementHandler = lambda name: handlers.end(names[name])
        parser.CharacterDataHandler = handlers.text
        done = 0
        for chunk in self.chunks(part):
            with self._damage(part):
                parser.Parse(chunk, False)  # noqa: FBT003 - the library takes no name here
            done += len(chunk)
            yield done
        with self._damage(part):
            parser.Parse(b"", True)  # noqa: FBT003

    def partial(self, part: str, handlers: Handlers) -> Callable[[bytes], None]:
        """Return what parses the beginning of a part, which stops in the middle."""
        parser, names = self._parser(part), _LocalNames()
        parser.StartElementHandler = lambda name, attributes: handlers.start(names[name], attributes)
        parser.EndElementHandler = lambda name: handlers.end(names[name])
        parser.CharacterDataHandler = handlers.text

        def feed(data: bytes) -> None:
            with self._damage(part):
                parser.Parse(data, False)  # noqa: FBT003 - the library takes no name here

        return feed

    def parse_all(self, part: str, handlers: Handlers) -> None:
        """Read a whole part as XML; raises as `parse`."""
        for _done in self.parse(part, handlers):
            pass

    def _parser(self, part: str) -> expat.XMLParserType:
        """Return a parser that refuses what a spreadsheet has no use for."""

        def refuse(*_given: object) -> None:
            raise DamagedFileError(
                self._file_name, _("is no proper spreadsheet: '{part}' defines entities.").format(part=part)
            )

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = refuse
        return parser

    @contextmanager
    def _damage(self, part: str) -> Iterator[None]:
        try:
            yield
        except ZIP_ERRORS as error:
            raise DamagedFileError(
                self._file_name,
                _("is a damaged spreadsheet: '{part}' in it cannot be unpacked.").format(part=part),
            ) from error
        except expat.ExpatError as error:
            raise DamagedFileError(
                self._file_name,
                _("is a damaged spreadsheet: '{part}' in it is broken in line {line}.").format(
                    part=part, line=number(error.lineno)
                ),
            ) from error

    def _check(self, limit_mib: int) -> None:
        infos = self._zip.infolist()
        if any(info.flag_bits & 1 for info in infos):
            raise refuse_protected(self._file_name)
        if len(infos) > _MOST_PARTS:
            raise FileTooLargeError(
                self._file_name, _("has {count} parts, which no spreadsheet has.").format(count=number(len(infos)))
            )
        total = sum(info.file_size for info in infos)
        if total > limit_mib * _MIB:
            raise FileTooLargeError(
                self._file_name,
                _("would unpack to {total} MiB; the limit is {limit_mib} MiB.").format(
                    total=number(total // _MIB), limit_mib=number(limit_mib)
                ),
                hint=_("Raise imports.unpacked_limit_mib in the settings if you trust the file."),
            )
        for info in infos:
            if info.file_size > max(_SUSPECT_BYTES, _SUSPECT_RATIO * info.compress_size):
                raise FileTooLargeError(
                    self._file_name,
                    _("would unpack to more than {ratio} times its size, as no spreadsheet does.").format(
                        ratio=_SUSPECT_RATIO
                    ),
                    hint=_("Do not import it unless you know where it comes from; save it anew in Excel first."),
                )


def kind_of_package(path: Path) -> str:
    """Return which spreadsheet a zip archive is: "xlsx", "xlsb", "ods", or "" for something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {_normal(name) for name in archive.namelist()[:_MOST_PARTS]}
            stated = archive.open("mimetype").read(_MOST_STATED) if "mimetype" in names else b""
    except (*ZIP_ERRORS, KeyError):
        return "xlsx"  # told by Package
    if stated.startswith(_OPEN_DOCUMENT) and not stated.startswith(_OPEN_DOCUMENT + b"spreadsheet"):
        return ""
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names or "encrypted-package" in names:
        return "ods"
    return "xlsx" if "[content_types].xml" in names or "xl/workbook.xml" in names else ""


def is_protected_container(path: Path) -> bool:
    """Tell whether an old Office file is a newer one behind a password."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find("EncryptedPackage".encode("utf-16-le")) >= 0


def refuse_protected(file_name: str) -> ProtectedFileError:
    """Return the error for a file behind a password."""
    return ProtectedFileError(file_name, _("is protected by a password."))


def resolve(base: str, target: str) -> str:
    """Return the part a relationship of the part `base` points to."""
    target = target.replace("\\", "/")
    joined = target if target.startswith("/") else posixpath.join(posixpath.dirname(base), target)
    return posixpath.normpath(joined.lstrip("/"))


def _normal(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()
