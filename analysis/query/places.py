"""The engine's complaints about a statement, in words for the person who wrote it.

Used by the guard and by runs. Takes the engine's text apart: what is wrong, where, and what was probably meant.
"""

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from core.errors import QueryFailedError
from core.i18n import N_, _
from storage.duck import duck_errors

_KIND: Final = re.compile(r"^[A-Z][A-Za-z ]{1,30} Error: ")
_WHERE: Final = re.compile(r"\n+LINE (?P<line>\d+): (?P<text>.*)\n(?P<caret> *)\^")
_TOO_EARLY: Final = "syntax error at end of input"
_CANDIDATES: Final = re.compile(r"(?:Candidate (?:bindings|tables): |Did you mean )(?P<names>[^\n]+)")
_NOT_FOUND: Final = re.compile(r'(?:Referenced (?:column|table)|column named|^Column) "(?P<name>(?:[^"]|"")+)"')
_QUOTED: Final = re.compile(r'"((?:[^"]|"")+)"')
_REWORDED: Final = (
    (re.compile(r'syntax error at or near "(.*)"', re.DOTALL), N_("The SQL cannot be understood at '{name}'.")),
    (re.compile(r"syntax error at end of input"), N_("The SQL ends too early.")),
    (re.compile(r'Referenced column "(.*?)" (?:was )?not found.*', re.DOTALL), N_("There is no column '{name}'.")),
    (
        re.compile(r'Referenced table "(.*?)" not found.*', re.DOTALL),
        N_("There is no table '{name}' in this question."),
    ),
    (
        re.compile(r'.* "(.*?)" does not have a column named "(.*?)".*', re.DOTALL),
        N_("Table '{name}' has no column '{column}'."),
    ),
    (
        re.compile(r"No function matches the given name and argument types '(.*?)'.*", re.DOTALL),
        N_("No function takes these types: {name}."),
    ),
    (
        re.compile(r"unterminated quoted (?:string|identifier).*", re.DOTALL),
        N_("A quote is opened but not closed."),
    ),
)
"""What the engine says, and how a person says it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a statement; both count from 1."""

    line: int
    column: int


def place_of_byte(sql: str, offset: int) -> Place:
    """Return the place of a byte offset into the statement's UTF-8 form."""
    before = sql.encode()[:offset].decode(errors="ignore")
    return Place(before.count("\n") + 1, len(before) - before.rfind("\n"))


@contextmanager
def engine_says(sql: str, *, lines_before: int = 0) -> Iterator[None]:
    """Translate what the engine raises over a statement within the block; arguments as for `failed`.

    Raises:
        QueryFailedError: the engine does not understand the statement, or cannot answer it.
        BestandError: whatever `duck_errors` has a class for.
    """
    try:
        with duck_errors(_("The question")):
            yield
    except QueryFailedError as translated:
        if translated.__cause__ is None:
            raise
        raise failed(sql, str(translated.__cause__), lines_before=lines_before) from translated.__cause__


def failed(sql: str, told: str, *, lines_before: int = 0) -> QueryFailedError:
    """Return the error for what the engine told about a statement.

    Args:
        sql: The statement as the person wrote it.
        told: The engine's whole message.
        lines_before: How many lines were put before the statement when it was handed to the engine.
    """
    shown = _WHERE.search(told)
    place = _place(sql, shown, lines_before) if shown else _end(sql) if _TOO_EARLY in told else None
    text = _KIND.sub("", told[: shown.start()] if shown else told)
    return failure(_sentence(text), place, wrong=_wrong(text), nearest=_nearest(text))


def failure(
    sentence: str, place: Place | None, *, wrong: str | None = None, nearest: str | None = None
) -> QueryFailedError:
    """Return the error for a sentence about a place, with the wrong name and the one that was probably meant.

    Its context says the same: `line` and `column` from 1, `wrong`, `nearest`.
    """
    return QueryFailedError(located(sentence, place, nearest), **where(place), wrong=wrong, nearest=nearest)


def located(sentence: str, place: Place | None, nearest: str | None) -> str:
    """Return a sentence with the place it speaks of, and the name that was probably meant."""
    if place:
        sentence = _with_place(sentence.removesuffix("."), place)
    if nearest:
        sentence = _("{sentence} Did you mean '{nearest}'?").format(sentence=sentence, nearest=nearest)
    return sentence


def moved(message: str, place: Place, to: Place) -> str:
    """Return a message `located` made, with another place in it."""
    old, new = (_with_place("", one).strip() for one in (place, to))
    return message.replace(old, new, 1)


def _with_place(sentence: str, place: Place) -> str:
    told = _("{sentence} (line {line}, column {column}).")
    return told.format(sentence=sentence, line=place.line, column=place.column)


def where(place: Place | None) -> dict[str, Any]:
    """Return a place as the context of an error has it."""
    return {"line": place.line if place else None, "column": place.column if place else None}


def _end(sql: str) -> Place:
    return place_of_byte(sql, len(sql.rstrip().encode()))


def _place(sql: str, where: re.Match[str], lines_before: int) -> Place:
    number = int(where["line"]) - lines_before
    lines = sql.split("\n")
    shown = where["text"]
    caret = len(where["caret"]) - len(f"LINE {where['line']}: ")
    if not 1 <= number <= len(lines):
        return Place(max(number, 1), 1)
    # A long line is shown as a part of it between dots.
    core = shown.removeprefix("...").removesuffix("...")
    cut = max(lines[number - 1].find(core), 0) - (3 if shown.startswith("...") else 0)
    return Place(number, max(cut + caret + 1, 1))


def _sentence(text: str) -> str:
    for pattern, words in _REWORDED:
        found = pattern.match(text.strip())
        if found:
            return _(words).format(**dict(zip(("name", "column"), found.groups(), strict=False)))
    first = text.strip().split("\n", 1)[0].strip().replace('"', "'")
    first = first.removesuffix("!").removesuffix(".")
    return f"{first[:1].upper()}{first[1:]}."


def _wrong(text: str) -> str | None:
    """Return the name the engine did not find."""
    found = _NOT_FOUND.search(text)
    return found["name"].replace('""', '"') if found else None


def _nearest(text: str) -> str | None:
    """Return the name the engine offers that is most like the one it did not find."""
    offered, wanted = _CANDIDATES.search(text), _wrong(text)
    if not offered or wanted is None:
        return None
    names = [name.replace('""', '"') for name in _QUOTED.findall(offered["names"])]
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    return close[0] if close else None
