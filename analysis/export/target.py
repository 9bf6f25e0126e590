"""A file that is there whole or not at all.

Used by `Exporter`. Writes beside the target under a name of its own, then renames; what fails or is cancelled
leaves nothing. Knows nothing of formats.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.errors import BestandError, DiskFullError, ExportError
from core.i18n import _
from core.ids import new_id
from core.paths import ProfilePaths, translate_os_error
from storage.durable import sync_folder


@contextmanager
def whole_file(target: Path, paths: ProfilePaths, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Open a file that becomes `target` when the block ends well, and vanishes otherwise.

    Args:
        target: The file a person wants.
        paths: The profile, into which nothing is exported but its exports folder.
        overwrite: Replace a file that is there.

    Raises:
        ExportError: the target is there, is a folder, lies in the profile, or cannot be written.
        DiskFullError: there is no room.
    """
    check_target(target, paths, overwrite=overwrite)
    part = target.with_name(f".bestand-{new_id()}.part")
    try:
        with _translated(target):
            try:
                with part.open("xb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                _put(part, target, overwrite=overwrite)
                sync_folder(target.parent)
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)
    except FileExistsError as error:
        raise _taken(target) from error


def check_target(target: Path, paths: ProfilePaths, *, overwrite: bool) -> None:
    """Refuse a target before any work is done for it.

    Raises:
        ExportError: as `whole_file`.
    """
    with _translated(target):
        if target.is_dir():
            raise ExportError(
                _("'{target}' is a folder.").format(target=target), hint=_("Name a file in it."), path=str(target)
            )
        folder = target.parent.resolve()
        if not folder.is_dir():
            raise ExportError(
                _("There is no folder '{parent}'.").format(parent=target.parent),
                hint=_("Make it first."),
                path=str(target),
            )
        if folder.is_relative_to(paths.root.resolve()) and not folder.is_relative_to(paths.exports.resolve()):
            raise ExportError(
                _("'{target}' lies inside the profile, where only Bestand writes.").format(target=target),
                hint=_("Choose another folder, or the profile's exports folder."),
                path=str(target),
            )
        if target.exists():
            if not target.is_file():
                raise ExportError(_("'{target}' is no ordinary file.").format(target=target), path=str(target))
            if not overwrite:
                raise _taken(target)


def _put(part: Path, target: Path, *, overwrite: bool) -> None:
    """Give the finished part its name; without `overwrite` a file that appeared meanwhile stays."""
    if overwrite:
        part.replace(target)
        return
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        # Some disks know no second name for a file; there the check and the rename are two steps.
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        part.replace(target)


def _taken(target: Path) -> ExportError:
    return ExportError(
        _("'{target}' is already there.").format(target=target),
        hint=_("Choose another name, or let it be replaced (--overwrite)."),
        path=str(target),
    )


@contextmanager
def _translated(target: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise _told(error, target) from error


def _told(error: OSError, target: Path) -> BestandError:
    known = translate_os_error(error, target)
    if isinstance(known, DiskFullError):
        return known
    reason = (error.strerror or str(error)).lower()
    return ExportError(
        _("'{target}' cannot be written: {reason}.").format(target=target, reason=reason), path=str(target)
    )
