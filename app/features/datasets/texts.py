"""What the Import page says."""

from typing import Final

TITLE: Final = "Import"
EMPTY: Final = "Drop a file here, type where it is, or try the sample. The file itself is never changed."
DROP: Final = "Files to import"
PATH: Final = "Path of a file or folder"
PATH_EXAMPLE: Final = "/home/me/Downloads/umsatz.csv"
OPEN: Final = "Open"
SAMPLE: Final = "Try the sample"
ANOTHER: Final = "Another file"
OPEN_ROWS: Final = "Open the rows"
NAME: Final = "Name of the dataset"
NAME_HINT: Final = "Name, or leave it to the file"
IMPORT: Final = "Import"
CANCEL: Final = "Cancel"
FILE: Final = "File"
REFUSED: Final = "no table"
IMPORTING: Final = "importing"
IMPORTING_FILE: Final = "Importing {name}"
CANCELLED: Final = "The import was stopped; nothing half-done was kept. Import it again when you want it."
FAILED: Final = "The import failed."
UNCERTAIN: Final = "This file can be read in several ways. Choose the one whose table looks right."
UNCERTAIN_ONE: Final = "It is not certain how this file is meant. Use this reading if its table looks right."
COMPARE: Final = "Compare with {others}"
ONE_ONLY: Final = "Show only this reading"
USE: Final = "Use this reading"
USED: Final = "Chosen"
SURE: Final = "{share:.0%} sure"
PREVIEW: Final = "First {rows} as read"
LEDGER: Final = "What became of each line"
CLEAN: Final = "Every line was read as it is: nothing was repaired and nothing was left out."
TOLD: Final = "Lines and columns to know about"
MORE_TOLD: Final = "Only the first {shown} of {all} are shown; all are kept with the dataset."
STATES: Final = {"done": "imported", "failed": "failed", "cancelled": "stopped", "dead": "failed"}


def file_line(number: int, of: int, name: str, state: str) -> str:
    """Return one file of several: `2 of 5 · umsatz.csv · imported`."""
    return f"{number} of {of} · {name}" + (f" · {state}" if state else "")
