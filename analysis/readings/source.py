"""A file to read: where its bytes lie, what it is called, and which of its lines were set right by hand."""

from dataclasses import dataclass
from pathlib import Path

from analysis.readings.corrections import NOTHING, Located


@dataclass(frozen=True, slots=True)
class Source:
    """`name` is for messages: the copy that is read has another. `located` are the corrections of its lines."""

    path: Path
    name: str
    located: Located = NOTHING
