"""The members of a zip archive: which of them may be tables, and one of them as a file.

Used by `opening`. A member is only ever written under a name of our own, so it does not matter what path the
archive gives it.
"""

import fnmatch
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from analysis.readings.containers import ZIP_ERRORS, ZIP_MAGIC, ZIP_UNKNOWN
from analysis.readings.model import Part
from analysis.readings.packed.streams import Limits, write_all
from analysis.readings.words import some_names
from core.errors import DamagedFileError, FileTooLargeError, NotATableError, ProtectedFileError
from core.i18n import _, number
from core.progress import Progress

_MOST_MEMBERS: Final = 20_000
_OFFICE: Final = ("[content_types].xml", "xl/workbook.xml", "xl/workbook.bin", "content.xml")
_NO_TABLES: Final = ("word/", "ppt/", "meta-inf/")
_ASIDE: Final = ("__macosx/",)
_ENCRYPTED: Final = 1


def is_archive(path: Path, head: bytes) -> bool:
    """Tell whether a file is a zip archive of files, and no document that is only packed as one."""
    if not head.startswith(ZIP_MAGIC):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()[:_MOST_MEMBERS]}
    except ZIP_ERRORS:
        return False
    if any(name in names for name in _OFFICE):
        return False
    return not any(name.startswith(_NO_TABLES) for name in names)


def members(path: Path, name: str, *, limit_mib: int) -> list[Part]:
    """Return the files in an archive, in its order; what a system put beside them is hidden.

    Raises:
        DamagedFileError: it is broken.
        FileTooLargeError: it says it unpacks to more than allowed, or has very many members.
        NotATableError: there is no file in it.
    """
    limits = Limits(name, path.stat().st_size, limit_mib)
    with _archive(path, name) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > _MOST_MEMBERS:
        raise FileTooLargeError(
            name, _("holds {count} files, which is too many.").format(count=number(len(infos)))
        )
    if not infos:
        raise NotATableError(name, _("is a zip archive without a file in it."))
    for info in infos:
        limits.check(info.file_size)
    return [
        Part(info.filename, "member", hidden=_is_aside(info.filename), size_bytes=info.file_size) for info in infos
    ]


def unpack_member(path: Path, member: str, target: Path, *, name: str, limit_mib: int, progress: Progress) -> None:
    """Write one member as a file.

    Raises:
        NotATableError: there is no such member, or it is packed in a way nobody here knows.
        ProtectedFileError: it is protected by a password.
        DamagedFileError: it is broken.
        FileTooLargeError: too much comes out of it.
    """
    with _archive(path, name) as archive:
        try:
            info = archive.getinfo(member)
        except KeyError:
            raise NotATableError(
                name,
                _("has no file '{member}' in it.").format(member=member),
                hint=_("Choose one of: {names}.").format(names=some_names(archive.namelist())),
            ) from None
        if info.flag_bits & _ENCRYPTED:
            raise ProtectedFileError(name, _("holds '{member}' protected by a password.").format(member=member))
        limits = Limits(name, max(info.compress_size, 1), limit_mib)
        with archive.open(info) as stream:
            write_all(stream, target, limits, lambda: progress.report(0.0))


def matching(parts: list[Part], wanted: str) -> list[Part]:
    """Return the members a name or pattern means."""
    exact = [part for part in parts if part.name == wanted]
    return exact or [part for part in parts if fnmatch.fnmatchcase(part.name, wanted)]


@contextmanager
def _archive(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except ZIP_UNKNOWN as error:
        raise NotATableError(
            name,
            _("is a zip archive packed in a way that Bestand cannot open."),
            hint=_("Unpack it with the program that made it, and import what comes out."),
        ) from error
    except ZIP_ERRORS as error:
        raise DamagedFileError(name, _("is a broken zip archive.")) from error


def _is_aside(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.lower().startswith(_ASIDE) or path.rpartition("/")[2].startswith(".")
