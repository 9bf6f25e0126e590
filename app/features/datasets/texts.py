"""What the Import page says."""

from collections.abc import Sequence
from typing import Final

from core.i18n import N_, _, ngettext

TITLE: Final = N_("Import")
EMPTY: Final = N_("Drop a file here, type where it is, or try the sample. The file itself is never changed.")
DROP: Final = N_("Files to import")
PATH: Final = N_("Path of a file or folder")
PATH_EXAMPLE: Final = "/home/me/Downloads/umsatz.csv"
CHOOSE: Final = N_("Choose files…")
OPEN: Final = N_("Open")
SAMPLE: Final = N_("Try the sample")
ANOTHER: Final = N_("Another file")
OPEN_ROWS: Final = N_("Open the rows")
NAME: Final = N_("Name of the dataset")
NAME_HINT: Final = N_("Name, or leave it to the file")
IMPORT: Final = N_("Import")
IMPORT_ALL: Final = N_("Import all")
IMPORTING_ALL: Final = N_("{done} of {all} files imported")
CANCEL: Final = N_("Cancel")
FILE: Final = N_("File")
IMPORTING_FILE: Final = N_("Importing {name}")
CANCELLED: Final = N_("The import was stopped; nothing half-done was kept. Import it again when you want it.")
FAILED: Final = N_("The import failed.")
UNCERTAIN: Final = N_("This file can be read in several ways. Choose the one whose table looks right.")
UNCERTAIN_ONE: Final = N_("It is not certain how this file is meant. Use this reading if its table looks right.")
COMPARE: Final = N_("Compare with {others}")
ONE_ONLY: Final = N_("Show only this reading")
USE: Final = N_("Use this reading")
USED: Final = N_("Chosen")
SURE: Final = N_("{share} sure")
PREVIEW: Final = N_("First {rows} as read")
LEDGER: Final = N_("What became of each line")
CLEAN: Final = N_("Every line was read as it is: nothing was repaired and nothing was left out.")
TOLD: Final = N_("Lines and columns to know about")
MORE_TOLD: Final = N_("Only the first {shown} of {all} are shown; all are kept with the dataset.")


def file_line(number: int, of: int, name: str) -> str:
    """Return one file of several: `2 of 5 · umsatz.csv`."""
    return _("{number} of {of} · {name}").format(number=number, of=of, name=name)


def ended_line(done: int, missed: Sequence[str]) -> str:
    """Return what became of several files: how many were imported, and which were not."""
    told = ngettext("{count} file imported.", "{count} files imported.", done).format(count=done)
    if not missed:
        return told
    return f"{told} " + _("Not imported: {names}.").format(names=", ".join(missed))
