"""The columns of a text as its sample shows them: names, forms of values, and what there is to say about types.

Used by the judge and the loader once it is known where the cells stand. A type somebody chose is taken as it is;
any other is guessed, and only where nothing is lost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.readings.asked import Asked
from analysis.readings.conversions import DMY, MDY, converter
from analysis.readings.forms import TEXT, Form, asked_form, decimal_form
from analysis.readings.guessing import Cell, Marks, decimal_of, guess, marks_of, order_of, report, report_asked
from analysis.readings.model import Guess
from analysis.readings.shapes import Shape, shape_of
from analysis.readings.structure import unique_names
from core.types import Column, Reading

_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a sample says of the columns.

    Attributes:
        columns: With unique names.
        forms: By column.
        marks: How fractions are written.
        guesses: By column.
        asked: Those whose type somebody chose, and it is not the guessed one.
    """

    columns: tuple[Column, ...]
    forms: tuple[Form, ...]
    marks: Marks
    guesses: tuple[Guess, ...]
    asked: tuple[Asked, ...]


def columns_of(
    source_names: Sequence[str], records: Sequence[tuple[int, Sequence[str]]], reading: Reading
) -> Columns:
    """Return what the sampled records say.

    Args:
        source_names: What the header says of each column.
        records: Line (0 where it is not known) and cells of each, all of the table's width.
        reading: Its types are believed where it has any, its marks and words where they say something.
    """
    nothing = frozenset(reading.null_words)
    cells = [
        [Cell(line, texts[i]) for line, texts in records if texts[i] and texts[i] not in nothing]
        for i in range(len(source_names))
    ]
    texts = [[cell.text for cell in column] for column in cells]
    marks = marks_of(texts, Marks(reading.decimal, reading.thousands) if reading.decimal else None)
    names = unique_names(source_names)
    columns, forms, guesses, asked = [], [], [], []
    for i, name in enumerate(names):
        form = guess(texts[i], marks, reading.date_order)
        told = reading.column_types[i] if i < len(reading.column_types) else form.sql_type
        if told != form.sql_type:
            form = _wider(told, form, marks) or form
        wanted = asked_column(i, name, told, texts[i], marks, reading) if told != form.sql_type else None
        if wanted is not None:
            asked.append(wanted)
            form = asked_form(f"k{i}", told)
            guesses.append(report_asked(name, cells[i], told, wanted.convert))
        else:
            form = form if told == form.sql_type else TEXT
            guesses.append(report(name, cells[i], form, marks, reading.date_order))
        forms.append(form)
        sure = 1.0 if wanted else _confidence(texts[i], form)
        columns.append(Column(name, source_names[i], form.sql_type, sure))
    return Columns(tuple(columns), tuple(forms), marks, tuple(guesses), tuple(asked))


def _wider(told: str, form: Form, marks: Marks) -> Form | None:
    """Return the form of a decimal type that holds whatever the guessed number type holds, and more."""
    wanted, guessed = _DECIMAL.fullmatch(told), _DECIMAL.fullmatch(form.sql_type)
    if wanted is None or (guessed is None and form.sql_type != "BIGINT"):
        return None
    precision, scale = int(wanted[1]), int(wanted[2])
    digits, fraction = (int(guessed[1]) - int(guessed[2]), int(guessed[2])) if guessed else (0, 0)
    if fraction > scale or (guessed and guessed[1] != wanted[1] and digits > precision - scale):
        return None
    decimal, thousands = form.marks if guessed else (marks.decimal, marks.thousands)
    found = decimal_form(precision - scale, scale, decimal=decimal, thousands=thousands)
    return found if found is not None and found.sql_type == told else None


def asked_column(
    at: int, name: str, told: str, texts: Sequence[str], marks: Marks, reading: Reading
) -> Asked | None:
    """Return a column whose type was chosen; None where that is text, or no type there is.

    Args:
        at: Its position.
        name: What it is called in the table.
        told: The type.
        texts: Sampled cells.
        marks: How the file writes fractions.
        reading: Says which words stand for nothing, and the order of dates.
    """
    decimal = decimal_of(texts, marks_of([texts]) if marks == Marks() else marks)
    shown = order_of(texts)
    order = reading.date_order or (shown if shown in (DMY, MDY) else DMY)
    convert = converter(told, decimal=decimal, order=order) if told != TEXT.sql_type else None
    return Asked(at, name, told, convert, frozenset(reading.null_words)) if convert is not None else None


def _confidence(cells: Sequence[str], form: Form) -> float:
    """Return how sure the type is: more cells, more sure; text that is nearly numbers less."""
    if not cells:
        return 0.5
    if form is not TEXT:
        return round(min(0.99, 1 - 0.5 / (len(cells) + 1)), 2)
    numbers = sum(shape_of(cell) is Shape.NUMBER for cell in cells[:500]) / min(len(cells), 500)
    return round(1 - 0.4 * (numbers if numbers < 1 else 0.0), 2)
