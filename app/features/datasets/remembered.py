"""The open files of the Import page over a restart: which they are, and which of them is shown.

What a person chose about how they are read is in their forms.
"""

from typing import Final

from app.features.datasets.state import ImportState, OpenFile
from app.session import kept, persist_input, stored_input
from app.widgets import field_key

VIEW: Final = "import"
_OPEN: Final = field_key(VIEW, "open_files")
_READ: Final = f"{VIEW}_read_back"
MOST: Final = 200


def import_state() -> ImportState:
    """Return what this window remembers of the Import page; at first, what it had before a restart."""
    state = kept(VIEW, ImportState)
    if not kept(_READ, list[bool]):
        kept(_READ, list[bool]).append(True)
        told = stored_input(_OPEN, None)
        files = told.get("files") if isinstance(told, dict) else None
        if files and not state.files:
            state.open([OpenFile.from_json(one) for one in files if isinstance(one, dict)])
            at = told.get("at")
            if isinstance(at, int) and 0 <= at < len(state.files):
                state.show(at)
    return state


def remember() -> None:
    """Within a callback: write down which files are open, and which is shown."""
    state = kept(VIEW, ImportState)
    files = [file for file in state.files if not file.done][:MOST]
    at = next((number for number, one in enumerate(files) if one is state.file), None)
    # Also where none is open: it is this window that has none, others may have some.
    persist_input(_OPEN, {"files": [file.to_json() for file in files], "at": at})
