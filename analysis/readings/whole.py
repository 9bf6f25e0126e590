"""What a whole file says about the types of its columns, once it is loaded; kept as `guesses.json`.

Used by the loaders. The sample has made an offer or a guess; every cell decides, and the first ones that speak
against it are named by line.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from analysis.readings.forms import TEXT, Form
from analysis.readings.guessing import EXAMPLES, Cell, Marks, asked_guess, fallen_guess, report
from analysis.readings.model import Guess
from core.i18n import N_
from storage.duck import Connection, quote_identifier, quote_literal

GUESSES_NAME = "guesses.json"
_COLUMNS_LOOKED_AT: Final = 100
"""In a wider table only so many columns are looked at again as a whole; of the others the sample speaks."""
_VALUES_LOOKED_AT: Final = 5_000
"""Different values of a column that are looked at, the first ones met."""
_ROWS_LOOKED_AT: Final = 500_000
"""Of a longer table only every second, third, … row is looked at, spread over all of it."""
_KEPT: Final = N_(
    "{count} cells are written differently from the others (like 3.5 beside 3.50); their text is kept."
)

LinesOf = Callable[[Sequence[int]], list[int]]
"""From rows of the table, from 1, to the lines in which they begin."""


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written.

    Attributes:
        data: Its Parquet file.
        texts: The file of the kept texts; may not be there.
        names: Of the columns.
        guessed: The forms the sample showed.
        forms: The forms the columns were written in.
        kept: How many texts were kept, by column.
        marks: How fractions are written.
        order: Whether the day or the month comes first, where it was told.
    """

    data: Path
    texts: Path
    names: Sequence[str]
    guessed: Sequence[Form]
    forms: Sequence[Form]
    kept: dict[int, int]
    marks: Marks
    order: str | None = None


def report_whole(
    connection: Connection, written: Written, sampled: Sequence[Guess], lines_of: LinesOf
) -> tuple[Guess, ...]:
    """Return what all cells say, column by column, and keep it beside the table."""
    looked = 0
    guesses = []
    for i, before in enumerate(sampled):
        guess = replace(before, column=written.names[i])
        form, guessed = written.forms[i], written.guessed[i]
        if form.needs:
            guess = _asked(connection, written, i, lines_of)
        elif form is TEXT and (guessed is not TEXT or before.offered) and looked < _COLUMNS_LOOKED_AT:
            looked += 1
            fallen = guessed is not TEXT
            guess = (_fallen if fallen else _offered)(connection, written, i, lines_of)
        elif form is not guessed:
            guess = Guess(written.names[i], form.sql_type, writing=form.key)
        guesses.append(_with_kept(guess, written.kept.get(i, 0)))
    write_guesses(written.data.parent, guesses)
    return tuple(guesses)


def write_guesses(folder: Path, guesses: Sequence[Guess]) -> None:
    """Keep what was said beside the table."""
    told = json.dumps([guess.to_dict() for guess in guesses], ensure_ascii=False, indent=1)
    (folder / GUESSES_NAME).write_text(told, encoding="utf-8", errors="backslashreplace")


def read_guesses(folder: Path) -> tuple[Guess, ...]:
    """Return what was kept with a version; nothing where it is older than this."""
    path = folder / GUESSES_NAME
    if not path.exists():
        return ()
    return tuple(Guess.from_dict(one) for one in json.loads(path.read_text(encoding="utf-8")))


def _with_kept(guess: Guess, kept: int) -> Guess:
    note = _KEPT.format(count=kept) if kept and not guess.note else guess.note
    return replace(guess, kept=kept, note=note)


def _asked(connection: Connection, written: Written, i: int, lines_of: LinesOf) -> Guess:
    """A column whose type a person chose: cells without a value whose text was kept do not fit."""
    name = quote_identifier(written.names[i])
    values = _count(connection, f"select count({name}) from {_parquet(written.data)}")
    strays = 0
    examples: tuple[tuple[int, str], ...] = ()
    if written.texts.exists():
        misfits = (
            f"(select t.row, t.text from {_parquet(written.texts)} t "
            f'join {_rows(written.data, name)} d on d.row = t.row where t."column" = {i} and d.v is null)'
        )
        strays = _count(connection, f"select count(*) from {misfits}")
        examples = _examples(connection, f"select row, text from {misfits}", lines_of)
    return asked_guess(written.names[i], written.forms[i].sql_type, values + strays, strays, examples)


def _fallen(connection: Connection, written: Written, i: int, lines_of: LinesOf) -> Guess:
    """A column that is text, although its beginning looked like something else."""
    form, name = written.guessed[i], quote_identifier(written.names[i])
    fits = f"coalesce({form.faithful_sql('v', form.value_sql('v'))}, false)"
    misfits = f"{_rows(written.data, name)} where v is not null and not {fits}"
    total = _count(connection, f"select count({name}) from {_parquet(written.data)}")
    strays = _count(connection, f"select count(*) from {misfits}")
    if not strays:
        return Guess(written.names[i], TEXT.sql_type)
    examples = _examples(connection, f"select row, v from {misfits}", lines_of)
    return fallen_guess(written.names[i], form.sql_type, total, strays, examples)


def _offered(connection: Connection, written: Written, i: int, lines_of: LinesOf) -> Guess:
    """A column that is text, and of which the sample says that it could be more."""
    name = quote_identifier(written.names[i])
    rows = _count(connection, f"select count(*) from {_parquet(written.data)}")
    step = -(-rows // _ROWS_LOOKED_AT)
    some = f" and row % {step} = 0" if step > 1 else ""
    found = connection.execute(
        f"select min(row) as first, v, count(*) from {_rows(written.data, name)} where v is not null{some} "
        f"group by 2 order by first limit {_VALUES_LOOKED_AT}"
    ).fetchall()
    by_row = report(
        written.names[i], [Cell(int(row), str(text), int(times)) for row, text, times in found], TEXT,
        written.marks, written.order,
    )  # fmt: skip
    lines = lines_of([row for row, _text in by_row.counterexamples])
    examples = tuple((line, text) for line, (_row, text) in zip(lines, by_row.counterexamples, strict=True))
    return replace(by_row, counterexamples=examples)


def _examples(connection: Connection, cells: str, lines_of: LinesOf) -> tuple[tuple[int, str], ...]:
    found = connection.execute(f"{cells} order by row limit {EXAMPLES}").fetchall()
    lines = lines_of([int(row) for row, _text in found])
    return tuple((line, str(text)) for line, (_row, text) in zip(lines, found, strict=True))


def _count(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _parquet(path: Path) -> str:
    return f"read_parquet({quote_literal(str(path))})"


def _rows(path: Path, name: str) -> str:
    """Return SQL for one column, as `v`, with the row's number, as `row`."""
    file = quote_literal(str(path))
    return f"(select file_row_number + 1 as row, {name} as v from read_parquet({file}, file_row_number = true))"
