"""From text columns to typed ones, every cell checked.

Used by all readers that have their cells as text in something the engine can scan. The check runs in the same pass
that writes: a row with a cell whose value does not say what its text says is held back, so a row that is missing
in the end means that a guessed form does not hold, and the columns are looked at as a whole.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from analysis.readings.forms import DOUBLE, FIXED, INTEGER, TEXT, Form, decimal_form, mark_pattern
from analysis.readings.guessing import Marks
from analysis.readings.model import Loaded
from core.errors import SourceError
from core.i18n import _
from core.progress import Progress
from storage.duck import Connection, duck_errors, quote_identifier, quote_literal

T = TypeVar("T")
_CELLS_PER_GROUP = 12_000_000
_GROUP_ROWS = 122_880
_TICK_S = 0.1
WIDE = 1_500
"""In a wider table the engine's buffers, some for every column, would need gigabytes; see `wide`."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """Something the engine can scan whose columns `c0`, `c1`, … are all text; an empty cell is null.

    `null_words` are cells that stand for nothing too. `numbered` is the same with the row's number, from 1, as
    `row`.
    """

    sql: str
    width: int
    null_words: tuple[str, ...] = ()
    numbered: str = ""

    def cell(self, i: int) -> str:
        """Return SQL for the text of a column where it stands for something."""
        if not self.null_words:
            return f"c{i}"
        return f"(case when c{i} in ({', '.join(map(quote_literal, self.null_words))}) then null else c{i} end)"


def parquet_options(width: int) -> str:
    """Return how versions are written: small, and fast to write and to read."""
    rows = max(2_048, min(_GROUP_ROWS, _CELLS_PER_GROUP // max(width, 1) // 2_048 * 2_048))
    return (
        f"format parquet, compression zstd, compression_level 1, parquet_version v2, row_group_size {rows}, "
        "dictionary_size_limit 2000, write_bloom_filter false"
    )


def write_typed(
    connection: Connection, table: TextTable, forms: Sequence[Form], names: Sequence[str], target: Path
) -> int:
    """Write the table with its types as Parquet, without the rows that a form does not hold for.

    Returns:
        The number of rows written.
    """
    inner = [f"{form.value_sql(table.cell(i))} as v{i}" for i, form in enumerate(forms)]
    inner += [f"{table.cell(i)} as c{i}" for i, form in enumerate(forms) if form is not TEXT]
    inner += [needed for form in forms for needed in form.needs]
    checks = [form.faithful_sql(f"c{i}", f"v{i}") for i, form in enumerate(forms) if form is not TEXT]
    outer = ", ".join(f"v{i} as {quote_identifier(name)}" for i, name in enumerate(names))
    where = f" where {' and '.join(checks)}" if checks else ""
    query = f"select {outer} from (select {', '.join(inner)} from {table.sql}){where}"
    row = connection.execute(
        f"copy ({query}) to {quote_literal(str(target))} ({parquet_options(table.width)})"
    ).fetchone()
    return int(row[0]) if row else 0


def look_at_all(
    connection: Connection, table: TextTable, forms: Sequence[Form], marks: Marks
) -> tuple[int, list[Form]]:
    """Scan the whole table once; return its rows, and forms that hold for every cell."""
    parts = ["count(*)"]
    for i, form in enumerate(forms):
        if form is not TEXT:
            cell = table.cell(i)
            faithful = form.faithful_sql(cell, form.value_sql(cell))
            parts.append(f"coalesce(bool_and(coalesce({faithful}, false)), true)")
            parts.extend(_number_parts(cell, _marks_of(form, marks)) if _is_number(form) else [])
    row = connection.execute(f"select {', '.join(parts)} from {table.sql}").fetchone() or (0,)
    answers = iter(row[1:])
    return int(row[0]), [TEXT if form is TEXT else _form_by(answers, form, marks) for form in forms]


def _form_by(answers: Iterator[object], form: Form, marks: Marks) -> Form:
    """Return the form itself if it holds, else the best other one its column's facts allow."""
    holds = bool(next(answers))
    facts = [next(answers) for _ in range(_NUMBER_FACTS)] if _is_number(form) else []
    if holds:
        return form
    return _number_by_facts(facts, _marks_of(form, marks)) if facts else TEXT


def in_steps(
    connection: Connection, work: Callable[[], T], progress: Progress, what: str, step: str, name: str
) -> T:
    """Do engine work on another thread while telling how far it is; a cancel interrupts it.

    Args:
        connection: The one the work uses.
        work: Must use nothing else that is not safe to share.
        progress: Told from the calling thread.
        what: For messages: "Reading 'a.csv'".
        step: What a person reads meanwhile.
        name: The file, for errors.
    """
    progress.report(0.0, step)
    with ThreadPoolExecutor(1, thread_name_prefix="engine") as pool, progress.interruptible(connection.interrupt):
        future = pool.submit(work)
        try:
            while True:
                try:
                    with duck_errors(
                        what,
                        otherwise=lambda reason: SourceError(
                            name, _("cannot be read: {reason}").format(reason=reason)
                        ),
                    ):
                        return future.result(timeout=_TICK_S)
                except NotYet:
                    progress.report(max(connection.query_progress(), 0.0) / 100, step)
        except BaseException:
            while not future.done():  # again and again: it may be between two statements
                connection.interrupt()
                wait([future], timeout=_TICK_S)
            raise


def with_types(loaded: Loaded, forms: Sequence[Form]) -> Loaded:
    """Return the same with the types as written."""
    columns = tuple(
        replace(column, type=form.sql_type, confidence=column.confidence if column.type == form.sql_type else 1.0)
        for column, form in zip(loaded.columns, forms, strict=True)
    )
    reading = replace(loaded.reading, column_types=tuple(form.sql_type for form in forms))
    return replace(loaded, columns=columns, reading=reading)


_NUMBER_FACTS = 5


def _number_parts(c: str, marks: Marks) -> list[str]:
    """Return SQL for: are all numbers, digits, scale, any minus zero, do all survive as floating point."""
    pattern = mark_pattern(marks.decimal, marks.thousands).replace("'", "''")
    mark = quote_literal(marks.decimal)
    whole = f"ltrim(split_part({c}, {mark}, 1), '-')"
    if marks.thousands:
        whole = f"replace({whole}, {quote_literal(marks.thousands)}, '')"
    double = DOUBLE.faithful_sql(c, DOUBLE.value_sql(c))
    return [
        f"coalesce(bool_and(regexp_full_match({c}, '{pattern}')), true)",
        f"coalesce(max(strlen({whole})), 0)",
        f"coalesce(max(strlen(split_part({c}, {mark}, 2))), 0)",
        f"coalesce(bool_or(starts_with({c}, '-') and trim({c}, '-0{marks.decimal}') = ''), false)",
        f"coalesce(bool_and(coalesce({double}, false)), true)",
    ]


def _number_by_facts(facts: Sequence[object], marks: Marks) -> Form:
    numbers, digits, scale, minus_zero, double = facts
    before, after = int(str(digits)), int(str(scale))
    if numbers and not minus_zero:
        if after == 0 and not marks.thousands:
            whole = INTEGER if before <= 18 else decimal_form(before, 0, zeros=FIXED)
            return whole or TEXT
        wide = before + after > 18
        if not (wide and double and marks == Marks()):
            form = decimal_form(before, after, decimal=marks.decimal, thousands=marks.thousands)
            if form is not None:
                return form
    return DOUBLE if double and not (numbers and after == 0) else TEXT


def _marks_of(form: Form, marks: Marks) -> Marks:
    """Return the marks of one column: its own where it has some, else those of the file."""
    return Marks(*form.marks) if form.sql_type.startswith("DECIMAL") else marks


def _is_number(form: Form) -> bool:
    return not form.needs and (form.sql_type in ("BIGINT", "DOUBLE") or form.sql_type.startswith("DECIMAL"))
