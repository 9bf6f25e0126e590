"""What the Jobs page says."""

from typing import Final

TITLE: Final = "Jobs"
EMPTY: Final = "No jobs yet. Imports and exports run here; leaving a page does not stop them."
TO_IMPORT: Final = "Import a file"
NONE_SUCH: Final = "No jobs in this state."
SHOW: Final = "Show"
ALL: Final = "All"
RUNNING: Final = "Running"
FAILED: Final = "Failed"
FAILED_JOB: Final = "The job failed."
DONE: Final = "Done"
LIST: Final = "Jobs, newest first; click one for its details"
CANCEL: Final = "Cancel"
RETRY: Final = "Try again"
CHOOSE: Final = "Choose a job to see its details."
STATES: Final = {
    "queued": "○ waiting", "running": "◐ running", "retry": "◌ waits to try again", "done": "✓ done",
    "failed": "✕ failed", "cancelled": "– stopped", "interrupted": "◌ interrupted", "dead": "✕ given up",
}  # fmt: skip
"""A sign and a word for each state, so that colour carries nothing alone."""
