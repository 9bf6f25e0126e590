"""Native dialogs the engine asks for: which files to open, where to save.

What was chosen goes back as paths, so the page never needs the bytes in the browser. Used by the shell.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.types import Json

if TYPE_CHECKING:
    import webview

OPEN_FILES = "open_files"
OPEN_FOLDER = "open_folder"
SAVE_FILE = "save_file"


def ask_person(window: "webview.Window", facts: Mapping[str, Json]) -> Json:
    """Show the dialog that was asked for and return the chosen paths; None if nothing was chosen.

    Args:
        window: The window it belongs to.
        facts: `what` is one of the names above; `name` proposes a file name; `kinds` are pairs such as
            `("Words", "*.csv;*.tsv")`.
    """
    import webview

    kinds = _kinds(facts.get("kinds"))
    what = facts.get("what")
    if what == OPEN_FILES:
        chosen = window.create_file_dialog(webview.FileDialog.OPEN, allow_multiple=True, file_types=kinds)
    elif what == OPEN_FOLDER:
        chosen = window.create_file_dialog(webview.FileDialog.FOLDER)
    elif what == SAVE_FILE:
        name = Path(str(facts.get("name") or "")).name
        chosen = window.create_file_dialog(
            webview.FileDialog.SAVE, directory=str(Path.home()), save_filename=name, file_types=kinds
        )
    else:
        return None
    if not chosen:
        return None
    paths: list[Json] = [str(each) for each in ([chosen] if isinstance(chosen, str) else chosen)]
    return paths


def _kinds(given: Json) -> tuple[str, ...]:
    """Return file kinds as pywebview writes them: `Words (*.csv;*.tsv)`."""
    if not isinstance(given, list):
        return ()
    return tuple(f"{pair[0]} ({pair[1]})" for pair in given if isinstance(pair, list) and len(pair) == 2)
