"""What the Export control says."""

from typing import Final

from core.i18n import N_

EXPORT: Final = N_("Export")
FORMAT: Final = N_("Format")
FORMATS: Final = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet", "json": "JSON", "ndjson": "NDJSON"}
WRITE: Final = N_("Write the file")
WHAT: Final = N_("All rows and columns are written, not only those on the screen.")
WRITING: Final = N_("Writing the file")
CANCEL: Final = N_("Cancel")
CANCELLED: Final = N_("The export was stopped; no file was left behind.")
FAILED: Final = N_("The export failed.")
SAVE: Final = N_("Save a copy")
ALSO: Final = N_("It lies in {folder}")
ASKED_AGAIN: Final = N_(
    "The rows on the screen are no longer kept, so the question was asked again; the file has the rows of now."
)
