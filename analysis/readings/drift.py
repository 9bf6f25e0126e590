"""What is different about a file since its reading was saved, in words, and how it is read all the same.

Used when a saved reading is replayed. Compares what the saved reading makes of the file with what the judge makes
of it; a difference in the signs that changes no cell is none.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from analysis.readings.guessing import EXAMPLES
from analysis.readings.model import Candidate, Loaded
from analysis.readings.saved import SavedReading, signature_of, source_names
from core.i18n import N_
from core.types import Column, Correction, FileFormat, Json, Reading
from core.words import type_word

LESS_SURE: Final = 0.1
"""A reading that is that much less certain than when it was saved is worth a look."""

_SIGNS: Final = {
    "delimiter": N_("The delimiter is {found} instead of {expected}."),
    "quote": N_("The quote is {found} instead of {expected}."),
    "escape": N_("The escape sign is {found} instead of {expected}."),
    "encoding": N_("The encoding is {found} instead of {expected}."),
    "header_rows": N_("The number of header lines is {found} instead of {expected}."),
    "first_line": N_("The table begins in line {found} instead of {expected}."),
    "sheet": N_("The sheet is {found} instead of {expected}."),
    "table": N_("The table is {found} instead of {expected}."),
    "comment": N_("Comment lines begin with {found} instead of {expected}."),
}
_FORMAT: Final = N_("The format is {found} instead of {expected}.")
MOST: Final = 0.5
"""With fewer cells that fit, a column is another one."""
_NOTHING: Final = N_("none")


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that is different.

    Attributes:
        kind: format, delimiter, quote, escape, encoding, header_rows, first_line, sheet, table, comment,
            missing_column, new_column, order, type, confidence or correction.
        message: One sentence in English; `core.i18n.retold` says it to a person.
        column: The column it is about.
        line: The line it is about.
        expected: What the saved reading says, as text.
        found: What the file says.
    """

    kind: str
    message: str
    column: str | None = None
    line: int | None = None
    expected: str | None = None
    found: str | None = None

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return asdict(self)


def drift(saved: SavedReading, base: Candidate, judged: Candidate, fitted: Candidate) -> tuple[Drift, ...]:
    """Return what is different about a file; nothing if it fits.

    Args:
        saved: The reading that was accepted.
        base: What `base_of` gave.
        judged: What the judge makes of the file.
        fitted: What `adapted` makes of it.
    """
    if saved.reading.format is not judged.reading.format:
        return (_other("format", _FORMAT, saved.reading.format, judged.reading.format),)
    signs = _signs(saved.reading, judged.reading) if base is judged else ()
    found = [*signs, *_columns(saved.columns, base.columns), *_types(saved, fitted)]
    if judged.reading.confidence < saved.reading.confidence - LESS_SURE:
        found.append(_less_sure(saved.reading, judged.reading))
    return tuple(found)


def lost_corrections(lost: Sequence[Correction]) -> tuple[Drift, ...]:
    """Return what is to be told of corrections whose lines are not there."""
    told = N_("The line {line} that was set right by hand is not in this file: {was}")
    return tuple(
        Drift("correction", told.format(line=one.line, was=_shown(one.was)), line=one.line, expected=one.was)
        for one in lost
    )


def since(before: Sequence[Column], now: Sequence[Column]) -> tuple[Drift, ...]:
    """Return what is different about the columns of a file, beside those of the version it is to follow.

    Columns go by the names they have in their files; a type is another one when an analyst calls it otherwise.
    """
    told = N_("The column '{name}' is no longer {expected} but {found}.")
    types = {_plain(column.source_name): column.type for column in before}
    found = list(_columns([column.source_name for column in before], now))
    for column in now:
        was = types.get(_plain(column.source_name), column.type)
        one, other = type_word(was), type_word(column.type)
        if one != other:
            message = told.format(name=column.source_name, expected=one, found=other)
            found.append(Drift("type", message, column.source_name, expected=was, found=column.type))
    return tuple(found)


def changed_types(reading: Reading, loaded: Loaded) -> tuple[Drift, ...]:
    """Return the columns that turned out, in the whole file, not to be of the types a reading says."""
    told = N_("The column '{name}' is no longer {expected} but {found}.")
    pairs = zip(reading.column_types, loaded.columns, strict=False)
    return tuple(
        Drift(
            "type",
            told.format(name=column.source_name or column.name, expected=wanted, found=column.type),
            column.source_name or column.name,
            expected=wanted,
            found=column.type,
        )
        for wanted, column in pairs
        if wanted and wanted != column.type and column.type == "VARCHAR"
    )


def same_kind(saved: SavedReading, judged: Candidate, file_name: str) -> bool:
    """Tell whether a reading was saved for files like this: by the columns, or by the name and most columns."""
    names = source_names(judged.columns)
    if signature_of(names) == saved.signature:
        return any(names) or saved.fits_name(file_name)
    if saved.files == "*" or not saved.fits_name(file_name):
        return False
    shared = {_plain(name) for name in names} & {_plain(name) for name in saved.columns}
    return 2 * len(shared - {""}) >= len(saved.columns)


def base_of(replayed: Candidate | None, judged: Candidate) -> Candidate:
    """Return what the columns are taken from: the saved reading where it still makes the same of the file."""
    return replayed if replayed is not None and _alike(replayed, judged) else judged


def adapted(saved: SavedReading, base: Candidate) -> Reading:
    """Return how to read the file: the columns that were there before get the types they had."""
    types = dict(zip(map(_plain, saved.columns), saved.reading.column_types, strict=False))
    kept = (types.get(_plain(column.source_name)) or column.type for column in base.columns)
    return replace(base.reading, column_types=tuple(kept), null_words=saved.reading.null_words)


def settled(base: Candidate, fitted: Candidate) -> Reading:
    """Return how to read the file when nobody is asked: where most cells do not fit, the column is another one."""
    types = list(fitted.reading.column_types)
    for at, guess in enumerate(fitted.guesses):
        if guess.share < MOST:
            types[at] = base.columns[at].type
    return replace(fitted.reading, column_types=tuple(types))


def leaving_out(fitted: Candidate, lines: Collection[int]) -> Candidate:
    """Return a candidate whose guesses say nothing of lines that are set right by hand while they are loaded."""
    guesses = []
    for guess in fitted.guesses:
        rest = tuple(one for one in guess.counterexamples if one[0] not in lines)
        all_known = len(guess.counterexamples) < EXAMPLES
        fits = all_known and not rest and len(guess.counterexamples) > 0
        guesses.append(replace(guess, counterexamples=rest, share=1.0 if fits else guess.share))
    return replace(fitted, guesses=tuple(guesses))


def _signs(saved: Reading, judged: Reading) -> Iterator[Drift]:
    for name, told in _SIGNS.items():
        expected, found = getattr(saved, name), getattr(judged, name)
        if expected != found and not (name in ("quote", "escape", "comment") and found is None):
            yield _other(name, told, expected, found)


def _other(kind: str, told: str, expected: object, found: object) -> Drift:
    one, other = _sign(expected), _sign(found)
    return Drift(kind, told.format(found=other, expected=one), expected=one, found=other)


def _sign(value: object) -> str:
    if value is None:
        return _NOTHING
    text = str(value)
    return text if text.isalnum() or "-" in text[1:] else repr(text)


def _columns(names: Sequence[str], seen: Sequence[Column]) -> Iterator[Drift]:
    """Yield what is different about columns that had these names."""
    before = {_plain(name): name for name in names}
    now = {_plain(column.source_name): column.source_name for column in seen}
    missing = [name for key, name in before.items() if key not in now]
    new = [name for key, name in now.items() if key not in before]
    for name in missing:
        yield Drift("missing_column", N_("The column '{name}' is missing.").format(name=name), name, expected=name)
    for name in new:
        yield Drift("new_column", N_("The column '{name}' is new.").format(name=name), name, found=name)
    if not missing and not new and list(before) != list(now):
        order = ", ".join(now.values())
        yield Drift("order", N_("The columns come in another order."), found=order, expected=", ".join(names))
    elif not missing and not new and len(names) != len(seen):
        told = N_("There are {found} columns instead of {expected}.")
        expected, count = str(len(names)), str(len(seen))
        yield Drift("order", told.format(found=count, expected=expected), expected=expected, found=count)


def _types(saved: SavedReading, fitted: Candidate) -> Iterator[Drift]:
    """Yield the columns that have cells which do not fit the type the column had."""
    known = {_plain(name) for name in saved.columns}
    told = N_("Not every cell of the column '{name}' is a {expected} any more: line {line} says '{cell}'.")
    for column, guess in zip(fitted.columns, fitted.guesses, strict=False):
        if _plain(column.source_name) in known and guess.share < 1 and guess.offered is None:
            name = column.source_name or column.name
            line, cell = guess.counterexamples[0] if guess.counterexamples else (None, "")
            message = told.format(name=name, expected=guess.stored, line=line, cell=_shown(cell))
            yield Drift("type", message, name, line, guess.stored, cell)


def _less_sure(saved: Reading, judged: Reading) -> Drift:
    told = N_("This reading is less certain than it was ({found} instead of {expected}).")
    now, before = f"{judged.confidence:.2f}", f"{saved.confidence:.2f}"
    return Drift("confidence", told.format(found=now, expected=before), expected=before, found=now)


def _alike(replayed: Candidate, judged: Candidate) -> bool:
    """Tell whether two readings make the same of a file, as far as its beginning shows."""
    if replayed.reading.format is not FileFormat.DELIMITED:
        return replayed.reading.sheet == judged.reading.sheet and replayed.reading.table == judged.reading.table
    names = [[column.source_name for column in one.columns] for one in (replayed, judged)]
    return names[0] == names[1] and replayed.preview == judged.preview


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
