"""Several tables as one: columns by name, missing ones empty, types widened only where nothing is lost.

Used by the import of a folder. Each file was loaded by itself, with a ledger of its own that adds up; here they
are joined, and everything told of a file keeps its name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from analysis.readings.forms import TEXT as TEXT_FORM
from analysis.readings.guessing import EXAMPLES, rounded
from analysis.readings.kept import TEXTS_NAME
from analysis.readings.ledger_file import LEDGER_NAME
from analysis.readings.model import Guess, Loaded
from analysis.readings.records.names import column_names
from analysis.readings.records.offers import PLAIN
from analysis.readings.whole import write_guesses
from analysis.readings.widening import TEXT, widened
from core.errors import FileTooLargeError
from core.i18n import N_, _, number
from core.types import Column, FileFormat, Flag, Ledger, Reading
from storage.duck import Connection, DuckEngine, duck_errors, quote_identifier, quote_literal

FILE_COLUMN: Final = "file"
_DATA: Final = "data.parquet"
_OPTIONS: Final = "format parquet, compression zstd, row_group_size 122880"
_PARTS: Final = ("loaded", "repaired", "rejected", "header", "preamble", "comment", "blank", "footer")
_COMMON: Final = (
    "encoding", "newline", "delimiter", "quote", "escape", "header_rows", "decimal", "thousands", "null_words",
)  # fmt: skip
_MISSING: Final = N_("'{file}' has no column '{column}'; it is empty there.")
_WIDER: Final = N_("Column '{column}' is {kind} in '{file}' and {wider} in all files together.")
_AGAINST: Final = N_("Cells of {count} of the {total} files with this column speak against it.")
_RENAMED: Final = N_("'{file}' calls the column '{column}' '{other}'.")

Reload = Callable[["OneOfSet", Reading], Loaded]
TextsOf = Callable[["OneOfSet", Sequence[str]], str]
"""SQL for the named columns of a file as text, with the row's number, from 1, as its first column."""


@dataclass(slots=True)
class OneOfSet:
    """One file: what it is called, the folder it was loaded into, and what became of it.

    `filled` counts the values of each column, `types` are what they were before anything was widened.
    """

    name: str
    folder: Path
    loaded: Loaded
    filled: list[int] = field(default_factory=list)
    types: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Joined:
    """One column of the whole: its name, its type, and its place in each file that has it."""

    name: str
    type: str | None = None
    places: dict[int, int] = field(default_factory=dict)


def join(
    files: Sequence[OneOfSet], out: Path, duck: DuckEngine, *, name: str, max_columns: int, reload: Reload,
    texts_of: TextsOf,
) -> Loaded:  # fmt: skip
    """Write the tables of all files as one, with a column that names the file.

    Args:
        files: The files, in the order of their rows; each folder holds a table and a ledger.
        out: Gets the table, the ledger and the kept texts.
        duck: The engine.
        name: What the whole is called.
        max_columns: Most columns it may have.
        reload: Loads a file anew with other types, into the same folder.
        texts_of: Gives SQL for cells of a file as they were found.

    Raises:
        FileTooLargeError: it has too many columns.
        DiskFullError, MemoryLimitError: the work was stopped.
    """
    with duck_errors(_("Joining '{name}'").format(name=name)), duck.trusted() as connection:
        columns = _columns(connection, files)
        if len(columns) > max_columns:
            raise FileTooLargeError(
                name, _("has more than {max_columns} columns.").format(max_columns=number(max_columns))
            )
        _as_text_where_needed(files, columns, reload)
        names = column_names([*(column.name for column in columns), FILE_COLUMN])
        _write_table(connection, files, columns, names, out / _DATA)
        _write_ledger(connection, files, out / LEDGER_NAME)
        kept = _write_texts(connection, files, columns, out / TEXTS_NAME, texts_of)
        described = connection.execute(f"describe from {_parquet(out / _DATA)}").fetchall()
    types = tuple(str(row[1]) for row in described)
    sources = [*(column.name for column in columns), FILE_COLUMN]
    made = tuple(Column(*each) for each in zip(names, sources, types, strict=True))
    guesses = _guesses(files, columns, made, kept)
    write_guesses(out, guesses)
    return Loaded(
        sum(one.loaded.rows for one in files),
        made,
        _reading(files, types),
        _ledger(files),
        (*_flags_of(files), *_told(files, columns)),
        guesses,
    )


def _columns(connection: Connection, files: Sequence[OneOfSet]) -> list[_Joined]:
    """Return the columns of all files by name, upper or lower case, in the order they are met."""
    found: dict[str, _Joined] = {}
    for at, one in enumerate(files):
        one.filled = _filled(connection, one)
        one.types = [column.type for column in one.loaded.columns]
        for place, column in enumerate(one.loaded.columns):
            joined = found.setdefault(column.name.casefold(), _Joined(column.name))
            joined.places[at] = place
            if one.filled[place]:
                joined.type = column.type if joined.type is None else widened(joined.type, column.type)
    return list(found.values())


def _filled(connection: Connection, one: OneOfSet) -> list[int]:
    """Return how many values each column holds; one that holds none fits every type."""
    counts = ", ".join(f"count({quote_identifier(column.name)})" for column in one.loaded.columns)
    row = connection.execute(f"select {counts} from {_parquet(one.folder / _DATA)}").fetchone()
    return [int(count) for count in row or ()]


def _as_text_where_needed(files: Sequence[OneOfSet], columns: Sequence[_Joined], reload: Reload) -> None:
    """Load files anew whose values must be text, so that it is the text they have and not what became of it."""
    for at, one in enumerate(files):
        wanted = list(one.types)
        for joined in columns:
            place = joined.places.get(at)
            if place is not None and joined.type == TEXT and one.filled[place]:
                wanted[place] = TEXT
        if wanted != one.types:
            one.loaded = reload(one, replace(one.loaded.reading, column_types=tuple(wanted)))


def _write_table(
    connection: Connection,
    files: Sequence[OneOfSet],
    columns: Sequence[_Joined],
    names: Sequence[str],
    target: Path,
) -> None:
    queries = []
    for at, one in enumerate(files):
        cells = [
            f"{_cell(one, column.places.get(at), column.type)} as {quote_identifier(name)}"
            for column, name in zip(columns, names, strict=False)
        ]
        cells.append(f"{quote_literal(one.name)} as {quote_identifier(names[-1])}")
        queries.append(f"(select {', '.join(cells)} from {_parquet(one.folder / _DATA)})")
    connection.execute(f"copy ({' union all '.join(queries)}) to {quote_literal(str(target))} ({_OPTIONS})")


def _cell(one: OneOfSet, place: int | None, kind: str | None) -> str:
    cell = "null" if place is None else quote_identifier(one.loaded.columns[place].name)
    return f"{cell}::{kind or TEXT}"


def _write_ledger(connection: Connection, files: Sequence[OneOfSet], target: Path) -> None:
    known = [set(pq.read_schema(one.folder / LEDGER_NAME).names) for one in files]
    names = list(dict.fromkeys(name for one in files for name in pq.read_schema(one.folder / LEDGER_NAME).names))
    queries = []
    for one, has in zip(files, known, strict=True):
        cells = [quote_identifier(name) if name in has else f"null as {quote_identifier(name)}" for name in names]
        source = _parquet(one.folder / LEDGER_NAME)
        queries.append(f"(select {', '.join(cells)}, {quote_literal(one.name)} as file from {source})")
    connection.execute(f"copy ({' union all '.join(queries)}) to {quote_literal(str(target))} ({_OPTIONS})")


def _write_texts(
    connection: Connection, files: Sequence[OneOfSet], columns: Sequence[_Joined], target: Path, texts_of: TextsOf
) -> dict[int, int]:
    """Write the texts that the values of the whole do not give back; return how many there are, by column."""
    queries, rows = [], 0
    for at, one in enumerate(files):
        for place, joined in enumerate(columns):
            if at not in joined.places or joined.type in (None, TEXT):
                continue
            here = joined.places[at]
            if _writing(files, joined):
                if one.loaded.guesses[here].kept:
                    source = f'{_parquet(one.folder / TEXTS_NAME)} where "column" = {here}'
                    queries.append(f'select row + {rows} as row, {place} as "column", text from {source}')
            elif one.filled[here]:
                queries.append(_other_writing(one, joined, here, place, rows, texts_of))
        rows += one.loaded.rows
    if not queries:
        return {}
    connection.execute(f"copy ({' union all '.join(queries)}) to {quote_literal(str(target))} ({_OPTIONS})")
    counts = connection.execute(f'select "column", count(*) from {_parquet(target)} group by 1').fetchall()
    if not counts:
        target.unlink()
    return {int(column): int(count) for column, count in counts}


def _other_writing(one: OneOfSet, joined: _Joined, here: int, place: int, rows: int, texts_of: TextsOf) -> str:
    """Return SQL for the texts of a column that this file writes otherwise than the whole does."""
    data = f"read_parquet({quote_literal(str(one.folder / _DATA))}, file_row_number = true)"
    found = texts_of(one, [one.loaded.columns[here].name])
    return (
        f'select a.row + {rows} as row, {place} as "column", a.text as text from ({found}) a(row, text) join '
        f"(select file_row_number + 1 as row, ({_cell(one, here, joined.type)})::VARCHAR as text from {data}) b "
        "on a.row = b.row where a.text is not null and a.text is distinct from b.text"
    )


def _writing(files: Sequence[OneOfSet], joined: _Joined) -> str | None:
    """Return how a column is written down; None where its files do not agree."""
    found = set()
    for at, place in joined.places.items():
        one = files[at]
        if not one.filled[place]:
            continue
        if place >= len(one.loaded.guesses) or one.loaded.columns[place].type != joined.type:
            return None
        found.add(one.loaded.guesses[place].writing)
    return found.pop() if len(found) == 1 else None


def _guesses(
    files: Sequence[OneOfSet], columns: Sequence[_Joined], made: Sequence[Column], kept: Mapping[int, int]
) -> tuple[Guess, ...]:
    """Return what is known of the types of the whole: what all files that have the column agree about."""
    guesses = []
    for place, (joined, column) in enumerate(zip(columns, made, strict=False)):
        writing = TEXT_FORM.key if column.type == TEXT else _writing(files, joined) or PLAIN
        guess = Guess(column.name, column.type, writing=writing, kept=kept.get(place, 0))
        guesses.append(_offered(files, joined, guess) if column.type == TEXT else guess)
    return (*guesses, Guess(made[-1].name, made[-1].type))


def _offered(files: Sequence[OneOfSet], joined: _Joined, guess: Guess) -> Guess:
    """Return what a text column of the whole could be: what each file's cells are, or could be.

    The cells that speak against it are named with their files, the first ones of each file first.
    """
    said: list[tuple[str, int, Guess | None]] = []
    kind: str | None = None
    for at, here in joined.places.items():
        one = files[at]
        if not one.filled[here]:
            continue
        told = one.loaded.guesses[here] if here < len(one.loaded.guesses) else None
        could_be: str | None = one.types[here]
        if could_be == TEXT:
            could_be = told.offered if told is not None else None
        if could_be is None:
            return guess
        kind = could_be if kind is None else widened(kind, could_be)
        against = told if told is not None and one.types[here] == TEXT else None
        said.append((one.name, one.filled[here], against))
    if kind in (None, TEXT):
        return guess
    cells = sum(count for _file, count, _against in said)
    fitting = sum(count * (against.share if against else 1.0) for _file, count, against in said)
    found = sorted(
        (rank, file, line, cell)
        for file, _count, against in said
        for rank, (line, cell) in enumerate(against.counterexamples if against else ())
    )[:EXAMPLES]
    speaking = [against for _file, _count, against in said if against is not None and against.note]
    note = next((against.note for against in speaking), "")
    if len(said) > 1 and found:
        doubtful = sum(1 for against in speaking if against.counterexamples)
        note = _AGAINST.format(count=doubtful, total=len(said))
    return replace(
        guess,
        offered=kind,
        share=rounded(fitting / cells),
        note=note,
        counterexamples=tuple((line, cell) for _rank, _file, line, cell in found),
        files=tuple(file for _rank, file, _line, _cell in found),
    )


def _reading(files: Sequence[OneOfSet], types: tuple[str, ...]) -> Reading:
    """Return what the readings of all files have in common."""
    told = [one.loaded.reading.to_manifest() for one in files]
    alike = {key: told[0].get(key) for key in _COMMON if all(one.get(key) == told[0].get(key) for one in told)}
    sure = min(one.loaded.reading.confidence for one in files)
    whole = {"format": str(FileFormat.FILES), "confidence": sure, "column_types": list(types), **alike}
    return Reading.from_manifest(whole)


def _ledger(files: Sequence[OneOfSet]) -> Ledger:
    """Return the sum of all ledgers; of lines if all count lines, else of records."""
    ledgers = [one.loaded.ledger for one in files]
    units = {ledger.unit for ledger in ledgers}
    sums = {part: sum(getattr(ledger, part) for ledger in ledgers) for part in _PARTS}
    return Ledger(units.pop() if len(units) == 1 else "record", sum(ledger.total for ledger in ledgers), **sums)


def _flags_of(files: Sequence[OneOfSet]) -> list[Flag]:
    return [replace(flag, file=one.name) for one in files for flag in one.loaded.flags]


def _told(files: Sequence[OneOfSet], columns: Sequence[_Joined]) -> list[Flag]:
    """Return what has to be told of how the files fit together."""
    flags = []
    for joined in columns:
        for at, one in enumerate(files):
            place = joined.places.get(at)
            if place is None:
                message = _MISSING.format(file=one.name, column=joined.name)
                flags.append(Flag("missing_column", "left_empty", message, column=joined.name, file=one.name))
                continue
            column = one.loaded.columns[place]
            if column.name != joined.name:
                message = _RENAMED.format(file=one.name, column=joined.name, other=column.name)
                flags.append(Flag("renamed_column", "renamed", message, column=joined.name, file=one.name))
            kind = one.types[place]
            if kind != joined.type and one.filled[place] and _says_more(joined.type or TEXT):
                message = _WIDER.format(column=joined.name, kind=kind, file=one.name, wider=joined.type)
                flags.append(Flag("wider_type", "widened", message, column=joined.name, file=one.name))
    return flags


def _says_more(kind: str) -> bool:
    """Tell whether a wider type shows a value differently; a wider number does not."""
    return kind == TEXT or kind.startswith("TIMESTAMP")


def _parquet(file: Path) -> str:
    return f"read_parquet({quote_literal(str(file))})"
