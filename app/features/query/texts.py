"""What the SQL page says."""

from typing import Final

TITLE: Final = "SQL"
EDITOR: Final = "Question"
EXAMPLE: Final = 'select *\nfrom "{name}"\nlimit 100'
RUN: Final = "Run"
STOP: Final = "Stop"
HISTORY: Final = "History"
HISTORY_EMPTY: Final = "No questions yet. Each one you run is kept here."
HISTORY_SEARCH: Final = "Search earlier questions"
EMPTY: Final = (
    "Ask the datasets on the left by their names. Only reading is possible here; nothing can be changed."
)
EMPTY_NO_DATA: Final = "There is no data to ask yet."
TO_IMPORT: Final = "Import a file"
ASKING: Final = "Asking …"
STOPPED: Final = "The question was stopped."
NO_ROWS: Final = "The answer has no rows."
GO_TO: Final = "Go to row"
RESULT: Final = "Answer"
COUNTING: Final = "first {shown} of …, counting: {rows} so far"
STATES: Final = {"done": "✓", "failed": "✕", "cancelled": "–"}
RESTORE: Final = "Edit again"
