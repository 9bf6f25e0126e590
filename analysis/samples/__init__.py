"""A small messy file that comes with the app, to try an import with.

Our own and synthetic; `scripts/make_sample.py` makes the same bytes each time. `FAULTS` says what is wrong with
it, line by line, so that a person, a tour and a test can compare what an import says with what is true.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

SAMPLE_NAME: Final = "kassenbuch.csv"


@dataclass(frozen=True, slots=True)
class Faults:
    """What a reader has to find out about the sample. Lines count from 1.

    The file is windows-1252 with the line ends of Windows; fields are separated by semicolons, some are quoted
    because they hold one. Numbers have a decimal comma and points between thousands, receipt numbers have leading
    zeros that belong to them, dates are written day first.
    """

    lines: int
    records: int
    preamble_lines: tuple[int, ...]
    header_line: int
    extra_field_line: int
    blank_line: int
    footer_line: int


FAULTS: Final = Faults(
    lines=206,
    records=200,
    preamble_lines=(1, 2, 3),
    header_line=4,
    extra_field_line=57,
    blank_line=131,
    footer_line=206,
)
"""The truth about the file as it is shipped."""


def sample_file() -> Path:
    """Return where the sample lies."""
    return Path(str(files(__name__) / SAMPLE_NAME))
