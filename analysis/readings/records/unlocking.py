"""Opens a protected file with its password: Excel's, and by `unlock_archives` OpenDocument's and zip archives.

Used in a process of its own: how long it takes is up to the file. The password is in no file, no log and no
command line; the opened copy is a workbook like any other.
"""

from pathlib import Path
from typing import Final

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from analysis.readings.containers import ZIP_MAGIC
from analysis.readings.records.unlock_archives import WrongPasswordError, unlock_archive
from core.errors import DamagedFileError, ProtectedFileError
from core.i18n import _
from core.paths import translate_os_error

EVERYBODYS: Final = "VelvetSweatshop"
"""What Excel itself protects a file with that everybody may read but nobody shall change."""
_ERRORS: Final = (ParseError, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
"""What the library raises over a broken file, or one protected in a way it does not know."""


def unlock(path: Path, target: Path, password: str, name: str, *, limit_mib: int) -> None:
    """Write the file without its protection.

    Args:
        path: The file.
        target: Written anew; nothing of it stays after an error.
        password: What the person gave.
        name: What the file is called.
        limit_mib: Most that may come out of an archive.

    Raises:
        ProtectedFileError: the password is wrong, or the protection is of another kind.
        DamagedFileError: the file is broken.
    """
    archive = _is_archive(path)
    for one in (password,) if archive else (password, EVERYBODYS):
        try:
            if archive:
                unlock_archive(path, target, one, name=name, limit_mib=limit_mib)
                return
            if _opened(path, target, one, name):
                return
        except WrongPasswordError:
            continue
        except OSError as error:
            target.unlink(missing_ok=True)
            raise translate_os_error(error, target) from error
    target.unlink(missing_ok=True)
    raise ProtectedFileError(
        name,
        _("cannot be opened with this password."),
        hint=_("Check capital letters and the keyboard's language."),
    )


def _is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in ZIP_MAGIC


def _opened(path: Path, target: Path, password: str, name: str) -> bool:
    with path.open("rb") as source, target.open("wb") as out:
        try:
            office = msoffcrypto.OfficeFile(source)
            if not office.is_encrypted():
                raise DamagedFileError(name, _("is not protected by a password."))
            _load(office, password)
            office.decrypt(out)
        except (InvalidKeyError, DecryptionError):
            return False
        except FileFormatError as error:
            raise ProtectedFileError(
                name,
                _("is protected in a way that Bestand cannot open."),
                hint=_("Open it where it was written, save a copy without the password, and import that."),
            ) from error
        except _ERRORS as error:
            raise DamagedFileError(name, _("is protected by a password, and broken.")) from error
    return True


def _load(office: "msoffcrypto.format.base.BaseOfficeFile", password: str) -> None:
    try:
        office.load_key(password=password, verify_password=True)
    except TypeError:  # the older formats always verify
        office.load_key(password=password)
