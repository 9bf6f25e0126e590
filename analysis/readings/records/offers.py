"""What the sampled records of a file that is no text say about its types, and what a person wants them to be.

Used by `ByFormat` around all readers of records. Such a file says itself which values are numbers and which are
text; what it calls text stays text, and what the texts could be is offered. Looks at a sample only; see `retyping`
for the whole table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from analysis.readings.asked import Asked
from analysis.readings.columns import asked_column
from analysis.readings.forms import TEXT, TEXT_TYPE, Form, form
from analysis.readings.guessing import Cell, Marks, marks_of, report, report_asked
from analysis.readings.model import Candidate, Guess
from core.types import Column, Reading

COLUMNS_LOOKED_AT: Final = 500
"""Of a wider table the other columns are what the file says, and nothing more is said of them."""
PLAIN: Final = "plain"
"""How values are written down that the file itself holds as such."""


def plain_form(sql_type: str) -> Form:
    """Return the form of a column whose type the file says itself; its values are written down plainly."""
    return form(PLAIN, sql_type, r"(?s:.*)", "{c}", "true", "{v}::varchar")


@dataclass(frozen=True, slots=True)
class Sampled:
    """The sampled cells of a table, by column; `marks` tell how its texts write fractions."""

    cells: tuple[tuple[Cell, ...], ...]
    marks: Marks

    @classmethod
    def of(cls, found: Candidate, reading: Reading) -> "Sampled":
        """Return what a candidate was made from.

        Args:
            found: Columns and records.
            reading: Says how fractions are written, where a person said so.
        """
        looked = range(min(len(found.columns), COLUMNS_LOOKED_AT))
        cells = tuple(tuple(Cell(line, text) for line, row in found.sampled if (text := row[at])) for at in looked)
        texts = [
            [cell.text for cell in cells[at]] for at in looked if found.columns[at].type == TEXT_TYPE
        ]  # fmt: skip
        told = Marks(reading.decimal, reading.thousands) if reading.decimal else None
        return cls(cells, marks_of(texts, told))

    def of_column(self, at: int) -> Sequence[Cell]:
        """Return the filled cells of a column; nothing for one that was not looked at."""
        return self.cells[at] if at < len(self.cells) else ()

    def asked(self, at: int, column: Column, told: str, reading: Reading) -> Asked | None:
        """Return a column whose type a person chose; None where that is text, or no type there is."""
        texts = [cell.text for cell in self.of_column(at)] if column.type == TEXT_TYPE else []
        marks = self.marks if column.type == TEXT_TYPE else Marks()
        return asked_column(at, column.name, told, texts, marks, replace(reading, null_words=()))


def explained(found: Candidate, told: Reading | None = None) -> Candidate:
    """Return a candidate with what its sample says of the types.

    Args:
        found: As a reader made it.
        told: A reading whose types a person wants, where they are not those of the file.
    """
    reading = told or found.reading
    sampled = Sampled.of(found, reading)
    columns, guesses = [], []
    for at, column in enumerate(found.columns):
        wanted = told.column_types[at] if told is not None and at < len(told.column_types) else ""
        made, guess = _column(at, column, wanted, sampled, reading)
        columns.append(made)
        guesses.append(guess)
    kept = found.reading
    if told is not None:
        types = tuple(column.type for column in columns) if told.column_types else kept.column_types
        kept = replace(kept, column_types=types, date_order=told.date_order)
    return replace(found, reading=kept, columns=tuple(columns), guesses=tuple(guesses), sampled=())


def _column(at: int, column: Column, wanted: str, sampled: Sampled, reading: Reading) -> tuple[Column, Guess]:
    cells = sampled.of_column(at)
    other = wanted not in ("", column.type)
    asked = sampled.asked(at, column, wanted, reading) if other else None
    if asked is not None:
        made = replace(column, type=asked.sql_type, confidence=1.0)
        return made, report_asked(column.name, cells, asked.sql_type, asked.convert)
    if other and wanted == TEXT_TYPE:
        column = replace(column, type=TEXT_TYPE, confidence=1.0)
    if column.type == TEXT_TYPE:
        return column, report(column.name, cells, TEXT, sampled.marks, reading.date_order)
    return column, Guess(column.name, column.type, writing=PLAIN)


def with_texts_only(reading: Reading) -> Reading:
    """Return a reading that asks its reader for nothing but the text of the columns that shall be text."""
    types = tuple(TEXT_TYPE if told == TEXT_TYPE else "" for told in reading.column_types)
    return replace(reading, column_types=types if any(types) else ())
