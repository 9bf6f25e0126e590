"""Background work: look, wait, stop, start again.

Called by the Jobs page and by `bestand jobs`. Nothing here knows Streamlit.
"""

from app.work import ENDED, UNFINISHED, WANTS_ATTENTION, cancel, list_jobs, poll, retry

__all__ = ["ENDED", "UNFINISHED", "WANTS_ATTENTION", "cancel", "list_jobs", "poll", "retry"]
