"""What the Export control says."""

from typing import Final

EXPORT: Final = "Export"
FORMAT: Final = "Format"
FORMATS: Final = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet", "json": "JSON", "ndjson": "NDJSON"}
WRITE: Final = "Write the file"
WHAT: Final = "All rows and columns are written, not only those on the screen."
WRITING: Final = "Writing the file"
CANCEL: Final = "Cancel"
CANCELLED: Final = "The export was stopped; no file was left behind."
FAILED: Final = "The export failed."
SAVE: Final = "Save a copy"
ALSO: Final = "It lies in {folder}"
