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
