"""Opens a workbook of any format, by what its bytes are.

Used by the spreadsheet reader and by what opens protected files.
"""

from pathlib import Path

from analysis.readings.containers import OLE_MAGIC
from analysis.readings.records.ods_workbook import OdsWorkbook
from analysis.readings.records.xls_workbook import XlsWorkbook
from analysis.readings.records.xlsb_workbook import XlsbWorkbook
from analysis.readings.records.xlsx_package import (
    is_protected_container,
    kind_of_package,
    refuse_protected,
)
from analysis.readings.records.xlsx_workbook import AnyWorkbook, Workbook
from core.errors import NotATableError
from core.i18n import _


def open_workbook(path: Path, name: str, *, unpacked_limit_mib: int) -> AnyWorkbook:
    """Return the workbook, to be used as a context manager.

    Args:
        path: The file.
        name: What it is called.
        unpacked_limit_mib: Most bytes its parts may unpack to.

    Raises:
        ProtectedFileError: it is behind a password.
        NotATableError: it is no spreadsheet.
        DamagedFileError, FileTooLargeError: it is broken or made to do harm.
    """
    with path.open("rb") as file:
        head = file.read(len(OLE_MAGIC))
    if head == OLE_MAGIC:
        if is_protected_container(path):
            raise refuse_protected(name)
        return XlsWorkbook(path, name)
    kind = kind_of_package(path)
    if kind == "xlsb":
        return XlsbWorkbook(path, name, unpacked_limit_mib=unpacked_limit_mib)
    if kind == "ods":
        return OdsWorkbook(path, name, unpacked_limit_mib=unpacked_limit_mib)
    if kind == "xlsx":
        return Workbook(path, name, unpacked_limit_mib=unpacked_limit_mib)
    raise NotATableError(name, _("is a zip archive and no spreadsheet."))
