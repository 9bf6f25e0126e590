"""Opens a protected Excel file with its password.

Used in a process of its own: how long it takes is up to the file. The password is in no file, no log and no
command line; the opened copy is a workbook like any other.
"""

from pathlib import Path
from typing import Final

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

from core.errors import DamagedFileError, ProtectedFileError
from core.i18n import _
from core.paths import translate_os_error

EVERYBODYS: Final = "VelvetSweatshop"
"""What Excel itself protects a file with that everybody may read but nobody shall change."""
_ERRORS: Final = (ParseError, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
"""What the library raises over a broken file, or one protected in a way it does not know."""


def unlock(path: Path, target: Path, password: str, name: str) -> None:
    """Write the file without its protection.

    Args:
        path: The file.
        target: Written anew; nothing of it stays after an error.
        password: What the person gave.
        name: What the file is called.

    Raises:
        ProtectedFileError: the password is wrong, or the protection is of another kind.
        DamagedFileError: the file is broken.
    """
    for one in (password, EVERYBODYS):
        try:
            if _opened(path, target, one, name):
                return
        except OSError as error:
            target.unlink(missing_ok=True)
            raise translate_os_error(error, target) from error
    target.unlink(missing_ok=True)
    raise ProtectedFileError(
        name,
        _("cannot be opened with this password."),
        hint=_("Check capital letters and the keyboard's language."),
    )


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
