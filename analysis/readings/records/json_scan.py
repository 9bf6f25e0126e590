"""Strict JSON, without losing a digit: the standard library's scanner, told to keep numbers as their text.

Used by the JSON and NDJSON readers, for one value at a time within a text. Stricter than the library's default (no
NaN, no Infinity); nested values come back as the very characters of the file.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from json.decoder import JSONDecodeError, JSONDecoder
from json.decoder import scanstring as _scan_text  # type: ignore[attr-defined]
from typing import Any, Final, TypeAlias

from analysis.readings.records.kinds import Cell, FloatText, IntText, RawJson
from core.i18n import N_

Pairs: TypeAlias = list[tuple[str, Cell]]

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NEXT_KEY: Final = re.compile(r'[ \t\n\r,]*"([^"\\]*)"[ \t\n\r]*:[ \t\n\r]*')
"""A comma, a key without escapes and its colon, in an object known to be sound."""


class JsonError(Exception):
    """The text is no JSON here. `position` is an index into the text; `cut` tells that more text might mend it."""

    def __init__(self, reason: str, position: int, *, cut: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.cut = cut


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a text, `text[start:end]`.

    `pairs` are the members of an object, `items` the elements of an array, their nested values as `RawJson`; both
    None for a scalar, which is `scalar`. `twice` names the keys an object has more than once.
    """

    start: int
    end: int
    scalar: Cell = None
    pairs: Pairs | None = None
    items: list[Cell] | None = None
    twice: tuple[str, ...] = ()


def _refuse(word: str) -> None:
    raise JsonError(N_("{word} is no JSON value").format(word=word), -1)


_DECODER: Final = JSONDecoder(
    object_pairs_hook=list, parse_int=IntText, parse_float=FloatText, parse_constant=_refuse, strict=True
)
_scan_once: Final[Callable[[str, int], tuple[Any, int]]] = _DECODER.scan_once  # type: ignore[attr-defined]


def skip_space(text: str, position: int) -> int:
    """Return where the next character stands that is no white space of JSON."""
    found = _SPACE.match(text, position)
    return found.end() if found else position


def scan(text: str, position: int) -> Value:
    """Read the value that begins at `position`, where no white space is.

    Raises:
        JsonError: there is none, or it is damaged, or the text ends within it.
    """
    start = text[position : position + 1]
    found, end = _scan(text, position)
    if start == "{":
        return _object(text, position, end, found)
    if start == "[":
        return _array(text, position, end, found)
    return Value(position, end, scalar=found)


def scan_document(text: str) -> Value:
    """Read a text that is one value and nothing else but white space.

    Raises:
        JsonError: it is not.
    """
    value = scan(text, skip_space(text, 0))
    rest = skip_space(text, value.end)
    if rest != len(text):
        raise JsonError(N_("something follows the end of the value"), rest)
    return value


def scan_key(text: str, position: int) -> tuple[str, int]:
    """Read `"key" :` and return the key and where its value begins.

    Raises:
        JsonError: there is no key.
    """
    if text[position : position + 1] != '"':
        raise JsonError(N_("a name in quotes is missing"), position, cut=position >= len(text))
    try:
        key, end = _scan_text(text, position + 1, True)  # noqa: FBT003 - the library takes no name here
    except JSONDecodeError as error:
        raise _translated(text, error) from error
    colon = skip_space(text, end)
    if text[colon : colon + 1] != ":":
        raise JsonError(N_("a colon is missing"), colon, cut=colon >= len(text))
    return key, skip_space(text, colon + 1)


def _scan(text: str, position: int) -> tuple[Any, int]:
    try:
        return _scan_once(text, position)
    except StopIteration as error:
        at = int(error.value)
        raise JsonError(_missing(text, at), at, cut=_may_be_cut(text, at)) from error
    except JSONDecodeError as error:
        raise _translated(text, error) from error
    except RecursionError as error:
        raise JsonError(N_("values are nested too deeply"), position) from error
    except JsonError as error:
        raise JsonError(error.reason, position) from error


def _object(text: str, start: int, end: int, found: list[tuple[str, Any]]) -> Value:
    for _, value in found:
        if type(value) is list:
            found = _with_slices(text, start, found)
            break
    merged = dict(found)  # of a key that is there twice the last value wins, as in every common parser
    if len(merged) == len(found):
        return Value(start, end, pairs=found)
    seen: set[str] = set()
    twice = dict.fromkeys(key for key, _ in found if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return Value(start, end, pairs=list(merged.items()), twice=tuple(twice))


def _with_slices(text: str, start: int, found: list[tuple[str, Any]]) -> Pairs:
    """Walk through an object known to be sound, and put the text of nested values in place of their content."""
    pairs: Pairs = []
    position = start + 1
    for key, _ in found:
        simple = _NEXT_KEY.match(text, position)
        begin = simple.end() if simple else scan_key(text, _after_comma(text, position))[1]
        value, position = _scan_once(text, begin)
        pairs.append((key, RawJson(text[begin:position]) if type(value) is list else value))
    return pairs


def _after_comma(text: str, position: int) -> int:
    position = skip_space(text, position)
    return skip_space(text, position + 1) if text[position] == "," else position


def _array(text: str, start: int, end: int, found: list[Any]) -> Value:
    if not any(type(value) is list for value in found):
        return Value(start, end, items=found)
    items: list[Cell] = []
    position = start + 1
    for _ in found:
        position = skip_space(text, position)
        value, after = _scan_once(text, position)
        items.append(RawJson(text[position:after]) if type(value) is list else value)
        position = skip_space(text, after) + 1
    return Value(start, end, items=items)


def _translated(text: str, error: JSONDecodeError) -> JsonError:
    unended = error.msg.startswith("Unterminated string")
    reason = {
        "Expecting property name enclosed in double quotes": N_("a name in quotes is missing"),
        "Expecting ':' delimiter": N_("a colon is missing"),
        "Expecting ',' delimiter": N_("a comma is missing"),
        "Illegal trailing comma before end of object": N_("a comma stands before the closing bracket"),
        "Illegal trailing comma before end of array": N_("a comma stands before the closing bracket"),
        "Unterminated string starting at": N_("a text has no closing quote"),
    }.get(error.msg, "")
    if not reason:
        reason = (
            N_("a text holds a control character") if "control" in error.msg else N_("a text holds a bad escape")
        )
    return JsonError(reason, error.pos, cut=unended or _may_be_cut(text, error.pos))


def _missing(text: str, position: int) -> str:
    return N_("the text ends too early") if position >= len(text) else N_("a value is missing")


def _may_be_cut(text: str, position: int) -> bool:
    """Tell whether what is wrong lies so near the end that the missing piece may be a literal or an escape."""
    return position >= len(text) - 12
