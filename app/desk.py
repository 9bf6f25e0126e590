"""What the shell lends to pages, so that features need not know each other.

A page belongs to one feature; some of its parts belong to another (the Export of a dataset). The shell knows all
features and hands those parts in.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be exported: a dataset, or the whole answer of a question. `name` proposes a file name.

    `parameters` are the names and values of the question's `$name`s, as typed; `run` is the run whose answer is on
    the screen, and `answer` the mark of what that was made from.
    """

    name: str
    dataset: str | None = None
    sql: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    run: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Parts of other features. `export(view, subject)` draws an Export control where it is called."""

    export: Callable[[str, Subject | None], None]
