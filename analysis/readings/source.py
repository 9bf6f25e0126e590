"""A file to read: where its bytes lie, and what it is called."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """`name` is for messages: the copy that is read has another one."""

    path: Path
    name: str
