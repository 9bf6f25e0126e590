"""What the Jobs page says."""

from typing import Final

from core.i18n import N_, _

TITLE: Final = N_("Jobs")
EMPTY: Final = N_("No jobs yet. Imports and exports run here; leaving a page does not stop them.")
TO_IMPORT: Final = N_("Import a file")
NONE_SUCH: Final = N_("No jobs in this state.")
SHOW: Final = N_("Show")
ALL: Final = N_("All")
RUNNING: Final = N_("Running")
FAILED: Final = N_("Failed")
FAILED_JOB: Final = N_("The job failed.")
DONE: Final = N_("Done")
LIST: Final = N_("Jobs, newest first; click one for its details")
STATE: Final = N_("State")
JOB: Final = N_("Job")
PROGRESS: Final = N_("Progress")
STEP: Final = N_("Step")
STARTED: Final = N_("Started")
TOOK: Final = N_("Took")
BY: Final = N_("Who")
CANCEL: Final = N_("Cancel")
RETRY: Final = N_("Try again")
CHOOSE: Final = N_("Choose a job to see its details.")
ALL_JOBS: Final = N_("All jobs")
LAST_FAILED: Final = N_("Failed last")
RESULT: Final = N_("What came of it")
INPUTS: Final = N_("Inputs")
INPUT_NAMES: Final = {
    "path": N_("File"),
    "paths": N_("Files"),
    "name": N_("Dataset"),
    "dataset": N_("Dataset"),
    "target": N_("File"),
    "format": N_("Format"),
    "sql": N_("Question"),
    "replace": N_("As the next version"),
    "reading": N_("How it is read"),
    "auto": N_("Without asking"),
    "reference": N_("Original stays where it is"),
    "overwrite": N_("Over an existing file"),
}
"""What the inputs of jobs are called; others are told by their own names."""
RESULT_NAMES: Final = {
    "dataset": N_("Dataset"),
    "version": N_("Version"),
    "rows": N_("Rows"),
    "path": N_("File"),
    "bytes": N_("Size"),
}
LEDGER: Final = N_("Lines")
FLAGS: Final = N_("Remarks")
STATES: Final = {
    "queued": N_("○ waiting"),
    "running": N_("◐ running"),
    "retry": N_("◌ waits to try again"),
    "done": N_("✓ done"),
    "failed": N_("✕ failed"),
    "cancelled": N_("– stopped"),
    "interrupted": N_("◌ interrupted"),
    "dead": N_("✕ given up"),
}
"""A sign and a word for each state, so that colour carries nothing alone."""


def state(name: str) -> str:
    """Return a job's state as a sign and a word."""
    known = STATES.get(name)
    return _(known) if known else name
