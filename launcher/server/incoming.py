"""What a person hands in by its place: files, and the files of a folder.

Used by the engine for what a start, a second start or a drop brings.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.telemetry import track
from launcher.readable import is_readable

if TYPE_CHECKING:
    from app.context import AppContext

MOST_OF_A_FOLDER: Final = 500
"""A folder with more files than this was hardly meant as a whole."""


def hand_in(context: "AppContext", places: Sequence[Path]) -> None:
    """Let a window open files on its Import page; of a folder, those in it that look like tables."""
    if not places:
        return
    files = list(files_of(places))
    track("files_handed_in", {"places": len(places), "files": len(files)})
    context.handed.put([file.absolute() for file in files])


def files_of(places: Sequence[Path]) -> Iterator[Path]:
    """Yield each file once, in the order given, a folder's by name; hidden ones and links out of it are left."""
    seen: set[Path] = set()
    for place in places:
        for file in _below(place) if place.is_dir() else (place,):
            if file not in seen:
                seen.add(file)
                yield file


def _below(folder: Path) -> list[Path]:
    found: list[Path] = []
    for file in sorted(folder.rglob("*")):
        inner = file.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in inner)
        if is_readable(file.name) and not hidden and not file.is_symlink() and file.is_file():
            found.append(file)
        if len(found) >= MOST_OF_A_FOLDER:
            break
    return found
