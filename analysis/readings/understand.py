"""A sample under one dialect: the table it shows, and how sure that is.

Used by the judge, for each dialect worth showing, and by the loader, for the one that was chosen. From here on a
reading has a width, names, forms of values and a confidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.readings.columns import Columns, columns_of
from analysis.readings.dialect import Dialect
from analysis.readings.encodings import UTF8, WINDOWS
from analysis.readings.fixed import open_borders
from analysis.readings.footers import without_footer
from analysis.readings.forms import Form
from analysis.readings.guessing import Marks
from analysis.readings.lines import Lines
from analysis.readings.parse import Plan, header_names
from analysis.readings.sample import Sample
from analysis.readings.shapes import RecordLook, Shape, shape_of
from analysis.readings.sniff import Explanation, SampleRecord, records_of
from analysis.readings.structure import Structure, outline
from core.types import Column, FileFormat, Reading

MAX_RECORDS = 2_000
_LOOK_RECORDS = 300
_MAX_TYPED_CELLS = 400_000
"""Sampled cells whose form is guessed; a wide table is guessed from fewer records."""
_PREVIEWED = 50
_NARROW = 3


@dataclass(frozen=True, slots=True)
class Understanding:
    """A reading, and what it makes of the sample.

    Attributes:
        reading: With types as far as the sample shows them.
        plan: For the exact parser.
        known: What the sample says of the columns.
        preview: The first records.
        table_line: Line of the first record that is not header, as far as the sample shows it.
    """

    reading: Reading
    plan: Plan
    known: Columns
    preview: tuple[tuple[str | None, ...], ...]
    table_line: int

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, with unique names."""
        return self.known.columns

    @property
    def forms(self) -> tuple[Form, ...]:
        """How the values are written, by column."""
        return self.known.forms

    @property
    def marks(self) -> Marks:
        """How fractions are written."""
        return self.known.marks


def understand(sample: Sample, newline: str, explanation: Explanation, runner_up: float) -> Understanding:
    """Return what a dialect makes of the sample.

    Args:
        sample: Of the file.
        newline: How lines end in this reading.
        explanation: The dialect, with how well it explains the sample.
        runner_up: Score of the best other way to split, for the confidence.
    """
    head = sample.head(newline)
    records = list(records_of(head, explanation.dialect, MAX_RECORDS))
    structure = outline(records)
    base = Reading(
        format=FileFormat.DELIMITED,
        encoding=sample.encoding,
        newline=newline,
        delimiter=explanation.dialect.delimiter,
        quote=explanation.dialect.quote,
        escape=explanation.dialect.escape,
        header_rows=structure.header_rows,
        first_line=records[structure.first].line + 1,
        comment=structure.comment,
        skip_blank=explanation.dialect.skip_blank,
        widths=explanation.dialect.widths or None,
    )
    table = records[structure.first :]
    confidence = _confidence(sample, structure, explanation, table, runner_up)
    return _complete(replace(base, confidence=confidence), structure, sample, head, table)


def understand_reading(sample: Sample, reading: Reading) -> Understanding:
    """Return what a given reading makes of the sample; its types are believed where it has any."""
    newline = reading.newline or sample.newlines[0]
    head = sample.head(newline)
    records = list(records_of(head, Dialect.of(reading), MAX_RECORDS))
    table = [record for record in records if record.line + 1 >= reading.first_line]
    found = outline(table) if table else Structure(1, 0, 0, None, 1.0)
    width = len(reading.column_types) or found.width
    structure = replace(found, width=width, header_rows=reading.header_rows, comment=reading.comment)
    return _complete(replace(reading, newline=newline), structure, sample, head, table)


def _complete(
    reading: Reading, structure: Structure, sample: Sample, head: Lines, table: Sequence[SampleRecord]
) -> Understanding:
    dialect, width = Dialect.of(reading), structure.width
    rows = structure.header_rows
    source_names = header_names([r.cells for r in table[:rows]], width)
    whole = [r for r in table[rows:] if len(r.cells) == width]
    if sample.whole:
        whole = whole[: len(whole) - without_footer([r.cells for r in whole[-_LOOK_RECORDS:]], width)]
    body = [r.cells for r in whole]
    previewed = tuple(_padded(r.cells, width) for r in table[rows : rows + _PREVIEWED])
    inner = [
        (0, r.cells)
        for lines in sample.probes(reading.newline or "lf")
        for r in records_of(lines, dialect, MAX_RECORDS // 4)
        if r.sound and len(r.cells) == width
    ]
    sampled = [*((r.line + 1, r.cells) for r in whole), *inner][: max(_MAX_TYPED_CELLS // max(width, 1), 20)]
    known = columns_of(source_names, sampled, reading)
    look = RecordLook(body[:_LOOK_RECORDS], width)
    borders = open_borders(head.texts, dialect.starts) if dialect.widths else ()
    plan = Plan(dialect, width, reading.first_line, rows, reading.comment, look, borders, known.asked)
    reading = replace(
        reading,
        decimal=known.marks.decimal,
        thousands=known.marks.thousands,
        column_types=tuple(form.sql_type for form in known.forms),
    )
    first = table[rows].line + 1 if len(table) > rows else len(head.texts) + 1
    return Understanding(reading, plan, known, previewed, first)


def _padded(cells: Sequence[str], width: int) -> tuple[str | None, ...]:
    shown = [cell or None for cell in cells[:width]]
    return (*shown, *[None] * (width - len(shown)))


def _confidence(
    sample: Sample, structure: Structure, explanation: Explanation, table: Sequence[SampleRecord], runner_up: float
) -> float:
    """Return how sure a reading is (0..1): regular, well-formed, telling, and far ahead of any other."""
    sound = sum(record.sound for record in table) / max(len(table), 1)
    sure = (
        min(structure.steady, max(explanation.steady, 0.5)) ** 0.8
        * sound**0.8
        * (0.45 + 0.57 * min(explanation.telling + 0.06, 1.0))
    )
    if explanation.score > 0:
        ahead = max(0.0, 1 - runner_up / explanation.score)
        sure *= 0.8 + 0.2 * min(ahead / 0.2, 1.0)
    if structure.width == 1:
        sure *= _one_column_confidence(sample, table)
    elif structure.width <= _NARROW:
        sure *= _narrow_confidence(table, structure)
    if sample.encoding not in (UTF8, WINDOWS) and not sample.encoding.startswith("utf"):
        sure *= 0.9
    if len(table) < 2:
        sure *= 0.95
    return round(float(max(0.0, min(sure, 0.99))), 2)


def _one_column_confidence(sample: Sample, table: Sequence[SampleRecord]) -> float:
    """Return how much some lines without a delimiter are a list of values, not prose, code or noise."""
    cells = [record.cells[0] for record in table if record.cells]
    plain = sum(shape_of(cell) is not Shape.OTHER for cell in cells) / max(len(cells), 1)
    indented = sum(cell[:1].isspace() for cell in cells) / max(len(cells), 1)
    lines = sample.head(sample.newlines[0]).texts
    gaps = sum(not text for text in lines[: len(cells)]) / max(len(cells), 1)
    words = _words(cells)
    listed = 0.97 if words <= 3 else 0.85 if words <= 5 else 0.5
    return plain * listed * (1 - 0.5 * min(4 * indented, 1)) * (1 - 0.3 * min(10 * gaps, 1))


def _narrow_confidence(table: Sequence[SampleRecord], structure: Structure) -> float:
    """Return how much two or three columns are more than sentences cut at their commas, or one column and air."""
    records = [r.cells for r in table[structure.header_rows :] if len(r.cells) == structure.width]
    columns = [[cells[i] for cells in records if cells[i].strip()] for i in range(structure.width)]
    filled = [cells for cells in columns if cells]
    if len(records) > 1 and len(filled) < 2:
        return 0.6
    if all(_words(cells) > 2 for cells in filled) and not any(_typed(cells) for cells in filled):
        return 0.8
    return 1.0


def _words(cells: Sequence[str]) -> float:
    """Return how many words a cell has on average."""
    return sum(len(cell.split()) for cell in cells) / max(len(cells), 1)


def _typed(cells: Sequence[str]) -> bool:
    shown = cells[:200]
    return sum(shape_of(cell) in (Shape.NUMBER, Shape.MOMENT, Shape.LINK) for cell in shown) > 0.5 * len(shown)
