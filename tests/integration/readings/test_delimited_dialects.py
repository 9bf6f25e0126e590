"""Any table, written in any dialect the judge claims, comes back cell by cell; damage to it is never silent."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analysis.readings import Loaded, Readings
from core.progress import SilentProgress
from core.types import FileFormat, Reading
from storage.open import Storage

Table = list[list[str]]

NEWLINES = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
DELIMITERS = (",", ";", "\t", "|", "||", "|~|", "::", ";;")
FIRST = ("Anna", "Bernd", "Carla", "Dirk", "Müller", "José")
WORDS = ("red chair", "blue table", "lamp", "garden bench", "old clock")
ODD = ("a, b", "c; d", 'a "quoted" word', "it's", "two\nlines", "e|f")
REGIONS = ("north", "south", "", "west")
MANY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is written; with `escape`, a quote within quotes has it before it instead of being doubled."""

    delimiter: str
    quote: str
    escape: str | None
    newline: str
    encoding: str
    everything: bool
    """Whether cells that need no quotes have them."""

    def text(self, table: Table) -> str:
        """Return the table as text."""
        end = NEWLINES[self.newline]
        return "".join(self.delimiter.join(map(self._cell, row)) + end for row in table)

    def write(self, table: Table, path: Path) -> None:
        """Write the table as a file."""
        path.write_bytes(self.text(table).encode(self.encoding))

    def _cell(self, cell: str) -> str:
        marks = (self.delimiter, self.delimiter[0], self.quote, "\n", "\r", self.escape or self.quote)
        if not self.everything and not any(mark in cell for mark in marks):
            return cell
        if self.escape:
            inner = cell.replace(self.escape, self.escape * 2).replace(self.quote, self.escape + self.quote)
        else:
            inner = cell.replace(self.quote, self.quote * 2)
        return f"{self.quote}{inner}{self.quote}"


def styles(quotes: str = "\"'") -> st.SearchStrategy[Style]:
    """Return the ways to write a table that the judge claims to know."""
    return st.builds(
        Style,
        st.sampled_from(DELIMITERS),
        st.sampled_from(quotes),
        st.sampled_from((None, "\\")),
        st.sampled_from(tuple(NEWLINES)),
        st.sampled_from(ENCODINGS),
        st.booleans(),
    )


@st.composite
def any_tables(draw: st.DrawFn) -> Table:
    """Draw a table of arbitrary cells; its last record has more than one filled, or it might be a note below."""
    letters = st.characters(codec="cp1252", exclude_categories=("Cc", "Cs"))
    cells = st.text(st.one_of(letters, st.sampled_from(",;|\"'\n\\~: ")), max_size=12)
    width = draw(st.integers(2, 5))
    table = draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=8))
    assume(sum(bool(cell.strip()) for cell in table[-1]) > 1)
    return table


@st.composite
def usual_tables(draw: st.DrawFn, odd: tuple[str, ...] = ODD) -> Table:
    """Draw a table as people have them: a header, numbers, names, dates, now and then a cell that needs quotes."""
    count = draw(st.integers(6, 25))
    texts = st.sampled_from((*WORDS, *WORDS, *odd))
    rows = [
        [
            str(number),
            draw(st.sampled_from(FIRST)),
            f"{draw(st.integers(0, 99_999)) / 100:.2f}",
            f"20{draw(st.integers(10, 29))}-0{draw(st.integers(1, 9))}-1{draw(st.integers(0, 9))}",
            draw(texts),
            draw(st.sampled_from(REGIONS)),
        ]
        for number in range(1, count + 1)
    ]
    return [["id", "name", "amount", "day", "thing", "region"], *rows]


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


def read(readings: Readings, path: Path, reading: Reading) -> tuple[Table, Loaded]:
    """Return the cells of a file in one reading, and what is told of it."""
    target = path.with_suffix(".clean")
    loaded = readings.write_clean(path, reading, target, name=path.name, progress=SilentProgress())
    assert loaded.ledger.adds_up()
    with target.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file)), loaded


def same(cell: str, style: Style) -> str:
    """Return the cell as the file has it: in a file of carriage returns, a line feed is an ordinary character."""
    return cell if style.newline != "cr" else cell.replace("\n", "\r")


@MANY
@given(style=styles(), table=any_tables())
def test_any_table_in_a_known_dialect_comes_back(
    style: Style, table: Table, readings: Readings, tmp_path: Path
) -> None:
    """Whatever the cells hold, the reading they were written in gives them back."""
    table = [[same(cell, style) for cell in row] for row in table]
    path = tmp_path / "any.csv"
    style.write(table, path)
    reading = Reading(
        FileFormat.DELIMITED,
        encoding={"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "cp1252": "windows-1252"}.get(
            style.encoding, style.encoding
        ),
        newline=style.newline,
        delimiter=style.delimiter,
        quote=style.quote,
        escape=style.escape,
        column_types=("VARCHAR",) * len(table[0]),
    )

    rows, _ = read(readings, path, reading)

    assert rows == table


@MANY
@given(style=styles(), table=usual_tables())
def test_a_table_people_have_is_recognised_in_any_dialect(
    style: Style, table: Table, readings: Readings, tmp_path: Path
) -> None:
    """Nobody has to say how it was written, and nothing is flagged.

    A file whose quote encloses no cell does not tell it: the other one within a cell would rightly be flagged.
    """
    assume(style.quote == '"' or style.everything or not any('"' in row[4] for row in table))
    table = [[same(cell, style) for cell in row] for row in table]
    path = tmp_path / "usual.csv"
    style.write(table, path)

    rows, loaded = read(readings, path, readings.judge(path).best.reading)

    assert rows == table
    assert loaded.flags == ()


@MANY
@given(data=st.data(), style=styles('"'), table=usual_tables(odd=ODD[:2]))
def test_damage_is_never_silent(
    data: st.DataObject, style: Style, table: Table, readings: Readings, tmp_path: Path
) -> None:
    """One character lost, one too many, or a line cut short: the table is still the true one, or it is flagged."""
    lines = style.text(table).split(NEWLINES[style.newline])[:-1]
    assume(len(lines) == len(table))
    at = data.draw(st.integers(2, len(lines) - 1), label="line")
    lines[at] = data.draw(st.sampled_from(damaged(lines[at], style)), label="damage")
    path = tmp_path / "damaged.csv"
    path.write_bytes((NEWLINES[style.newline].join(lines) + NEWLINES[style.newline]).encode(style.encoding))

    rows, loaded = read(readings, path, readings.judge(path).best.reading)

    assert rows == table or loaded.flags


def damaged(line: str, style: Style) -> list[str]:
    """Return what may happen to a line that changes where its cells are.

    A delimiter within quotes is none: without it, or with another one, the file is one somebody may have written.
    """
    found = []
    cut = line.find(style.delimiter)
    while cut >= 0:
        if line[:cut].count(style.quote) % 2 == 0:
            found.append(line[:cut] + line[cut + len(style.delimiter) :])  # a delimiter lost
            found.append(line[:cut] + style.delimiter + line[cut:])  # one too many
        found.append(line[:cut] + style.quote + line[cut:])  # a quote too many
        found.append(line[:cut])  # the rest lost
        cut = line.find(style.delimiter, cut + len(style.delimiter))
    quote = line.find(style.quote)
    if quote >= 0:
        found.append(line[:quote] + line[quote + 1 :])  # a quote lost
    return found


@pytest.mark.parametrize("trimmed", [False, True], ids=["padded", "trimmed"])
@given(table=usual_tables(odd=()))
@MANY
def test_columns_of_fixed_width_are_recognised(
    table: Table, trimmed: bool, readings: Readings, tmp_path: Path
) -> None:
    """A table whose cells only stand below each other is read as one, whether its lines end in blanks or not."""
    widths = [max(len(row[i]) for row in table) + 2 for i in range(len(table[0]))]
    lines = ["".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    path = tmp_path / "fixed.txt"
    path.write_text("\n".join(line.rstrip() if trimmed else line for line in lines) + "\n", encoding="utf-8")

    rows, loaded = read(readings, path, readings.judge(path).best.reading)

    assert rows == table
    assert loaded.flags == ()
    assert loaded.reading.widths is not None
