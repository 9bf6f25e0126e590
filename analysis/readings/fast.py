"""The fast way to load a well-formed text: one strict pass of the engine, and every line accounted for.

Used by the text reader for large files. Raises `Misfit` whenever the result could differ from what the exact
parser gives; then nothing of it is used. Knows the habits of the engine's reader that make it necessary to look
twice: it trims blanks around quotes, skips empty lines, and takes a trailing delimiter for nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from analysis.readings.encodings import UTF8
from analysis.readings.events import KEPT, LedgerBook, Note
from analysis.readings.facts import Facts, has_blanks_around_quotes
from analysis.readings.footers import is_footer
from analysis.readings.forms import TEXT, Form
from analysis.readings.inner_lines import Table, odd_rows
from analysis.readings.kept import TEXTS_NAME, write_kept
from analysis.readings.lines import CHUNK_BYTES, CR, Lines, read_lines
from analysis.readings.model import Guess, Loaded
from analysis.readings.parse import Parser, Plan
from analysis.readings.source import Source
from analysis.readings.typed import WIDE, TextTable, in_steps, look_at_all, with_types, write_typed
from analysis.readings.understand import Understanding
from analysis.readings.whole import Written, report_whole
from core.errors import SourceError
from core.progress import Progress
from core.types import LineAction
from storage.duck import Connection, DuckEngine, quote_identifier, quote_literal

_TAIL_BYTES = 1 << 16


_BUFFER_BYTES: Final = 4 * 1024 * 1024
"""What the engine reads at once; by its own choice, eight times as much, an import took three times the memory."""


class Misfit(Exception):  # noqa: N818 - not an error: the other way is taken
    """The file is not well-formed in the engine's strict sense, or not provably so."""


def can_be_fast(understanding: Understanding) -> bool:
    """Tell whether the engine's reader and the exact parser agree on files of this dialect."""
    dialect = understanding.plan.dialect
    return (
        len(dialect.delimiter.encode()) == 1
        and dialect.quote in ('"', None)
        and dialect.escape is None
        and not dialect.skip_blank
        and understanding.plan.comment is None
        and not understanding.plan.asked
        and 1 < understanding.plan.width <= WIDE
        and understanding.reading.newline != CR
    )


def load_fast(
    duck: DuckEngine, source: Source, understanding: Understanding, facts: Facts, out: Path, progress: Progress
) -> Loaded:
    """Write `data.parquet` and `ledger.parquet`.

    Raises:
        Misfit: the exact parser must do it; what was written must not be used.
        CancelledError, DiskFullError, MemoryLimitError: as they come.
    """
    _check_bytes(source.path, understanding, facts)
    target, names = out / "data.parquet", [column.name for column in understanding.columns]
    with LedgerBook(out, "line") as book:
        head_lines, header = _account_for_head(source.path, understanding, book)
        lines = facts.lines - head_lines - _account_for_end(source.path, facts, book, understanding.plan)
        table = _table(source.path, understanding, head_lines)
        has_breaks = facts.has_quote and understanding.plan.dialect.quote is not None
        with duck.trusted() as connection:

            def work() -> tuple[int, Sequence[Form], tuple[Guess, ...], list[tuple[int, Note]]]:
                rows, forms = _write(connection, table, understanding, names, target, lines, has_breaks=has_breaks)
                texts = out / TEXTS_NAME
                kept = write_kept(connection, table, forms, texts)
                order = understanding.reading.date_order
                written = Written(
                    target, texts, names, understanding.forms, forms, kept, understanding.marks, order
                )

                def lines_of(some: Sequence[int]) -> list[int]:
                    broken = _breaks_before(connection, target, forms, names, some) if has_breaks else {}
                    return [head_lines + row + broken.get(row, 0) for row in some]

                found = odd_rows(connection, Table(target, names, forms, header), understanding.plan.look)
                at = lines_of([row for row, _ in found])
                odd = [(line, note) for line, (_, note) in zip(at, found, strict=True)]
                guesses = report_whole(connection, written, understanding.known.guesses, lines_of)
                return rows, forms, guesses, odd

            try:
                rows, forms, guesses, odd = in_steps(
                    connection, work, progress, f"Importing '{source.name}'", "Writing the table", source.name
                )
            except SourceError as error:
                raise Misfit(str(error)) from error
        for line, note in odd:
            book.flag(note, KEPT, line)
        book.loaded(lines)
        ledger, flags = book.ledger(facts.lines), book.flags()
    loaded = Loaded(rows, understanding.columns, understanding.reading, ledger, flags, guesses)
    return with_types(loaded, forms)


def _write(
    connection: Connection,
    table: TextTable,
    understanding: Understanding,
    names: Sequence[str],
    target: Path,
    lines: int,
    *,
    has_breaks: bool,
) -> tuple[int, Sequence[Form]]:
    """Write the table so that every line is in it, with other forms if the guessed ones do not hold."""
    forms: Sequence[Form] = understanding.forms
    rows = write_typed(connection, table, forms, names, target)
    if rows + (_line_breaks(connection, target, forms, names) if has_breaks else 0) == lines:
        return rows, forms
    total, forms = look_at_all(connection, table, forms, understanding.marks)
    if total == rows:
        raise Misfit("lines are missing")
    rows = write_typed(connection, table, forms, names, target)
    if rows + (_line_breaks(connection, target, forms, names) if has_breaks else 0) != lines:
        raise Misfit("lines are missing")
    return rows, forms


def _table(path: Path, understanding: Understanding, skip: int) -> TextTable:
    scan = _scan(path, understanding, skip)
    words = tuple(word for word in understanding.reading.null_words if word)
    numbered = f"(select row_number() over () as row, * from {scan})"
    return TextTable(scan, understanding.plan.width, words, numbered)


def _line_breaks(connection: Connection, target: Path, forms: Sequence[Form], names: Sequence[str]) -> int:
    """Return how many line feeds stand within cells."""
    texts = _texts(forms, names)
    if not texts:
        return 0
    one = "coalesce(sum(strlen({c}) - strlen(replace({c}, chr(10), ''))) filter (contains({c}, chr(10))), 0)"
    counts = " + ".join(one.format(c=c) for c in texts)
    row = connection.execute(f"select {counts} from read_parquet({quote_literal(str(target))})").fetchone()
    return int(row[0] or 0) if row else 0


def _breaks_before(
    connection: Connection, target: Path, forms: Sequence[Form], names: Sequence[str], rows: Sequence[int]
) -> dict[int, int]:
    """Return how many line feeds stand within cells above each of some rows, rows from 1."""
    texts = _texts(forms, names)
    if not texts or not rows:
        return {}
    one = "coalesce(strlen({c}) - strlen(replace({c}, chr(10), '')), 0)"
    breaks = " + ".join(one.format(c=c) for c in texts)
    broken = " or ".join(f"contains({c}, chr(10))" for c in texts)
    found = connection.execute(
        "select wanted.row, so_far.breaks from (select unnest(?::bigint[]) as row) as wanted asof join "
        "(select row, sum(breaks) over (order by row) as breaks from (select file_row_number + 1 as row, "
        f"{breaks} as breaks from read_parquet({quote_literal(str(target))}, file_row_number = true) "
        f"where {broken})) "
        "as so_far on wanted.row > so_far.row",
        [list(rows)],
    ).fetchall()
    return {int(row): int(count) for row, count in found}


def _texts(forms: Sequence[Form], names: Sequence[str]) -> list[str]:
    return [quote_identifier(name) for name, form in zip(names, forms, strict=True) if form is TEXT]


def _scan(path: Path, understanding: Understanding, skip: int) -> str:
    dialect = understanding.plan.dialect
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(understanding.plan.width))
    quote = quote_literal(dialect.quote or "")
    return (
        f"read_csv({quote_literal(str(path))}, columns = {{{columns}}}, auto_detect = false, header = false, "
        f"skip = {skip}, delim = {quote_literal(dialect.delimiter)}, quote = {quote}, escape = {quote}, "
        f"nullstr = '', strict_mode = true, buffer_size = {_BUFFER_BYTES})"
    )


def _check_bytes(path: Path, understanding: Understanding, facts: Facts) -> None:
    """Refuse files with bytes the engine's reader treats in its own way."""
    if facts.has_nul:
        raise Misfit("a zero byte")
    if facts.returns != facts.pairs:
        raise Misfit("line ends of several kinds")
    if facts.airy_quote and understanding.plan.dialect.quote is not None:
        with path.open("rb") as file:
            pieces = iter(lambda: file.read(CHUNK_BYTES), b"")
            if has_blanks_around_quotes(pieces, understanding.plan.dialect.delimiter.encode()):
                raise Misfit("blanks around a quote")


def _account_for_head(path: Path, understanding: Understanding, book: LedgerBook) -> tuple[int, list[str]]:
    """Let the exact parser deal with everything before the first record.

    Returns:
        How many lines that is, and the last record of the header; no cells where there is none.
    """
    count = understanding.table_line - 1
    if count == 0:
        return 0, []
    newline = understanding.reading.newline or "lf"
    first = next(iter(read_lines(path, path.name, UTF8, newline)), None)
    if first is None or len(first.texts) < count:
        raise Misfit("a long header")
    parser = Parser(understanding.plan, book)
    records = parser.push(
        Lines(1, first.texts[:count], first.ends[:count], understanding.reading.encoding or UTF8)
    )
    if records or parser.finish() or len(parser.header) != understanding.plan.header_rows or first.damaged:
        raise Misfit("an odd header")
    return count, parser.header[-1] if parser.header else []


def _account_for_end(path: Path, facts: Facts, book: LedgerBook, plan: Plan) -> int:
    """Note the empty lines at the end, which the engine's reader skips; return how many there are.

    Raises:
        Misfit: the last line is as wide as a record, but may be a total or a note below the table.
    """
    with path.open("rb") as file:
        file.seek(max(0, facts.size_bytes - _TAIL_BYTES))
        tail = file.read().replace(b"\r\n", b"\n")
    last = plan.dialect.split(tail.rstrip(b"\n").rpartition(b"\n")[2].decode(UTF8, "replace")).cells
    if plan.look is not None and len(last) == plan.width and is_footer(last, plan.look):
        raise Misfit("a footer")
    if not tail.endswith(b"\n"):
        return 0
    empty = len(tail) - len(tail.rstrip(b"\n")) - 1
    for line in range(facts.lines - empty + 1, facts.lines + 1):
        book.put(line, LineAction.BLANK, "empty line", b"")
    return empty
