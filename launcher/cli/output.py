"""What a command prints: results on stdout, everything else on stderr.

`--json` is one object per line. People get plain aligned tables; whatever comes from files or names is made safe
to print first, since a file name may hold anything, terminal commands included. Imports no engine.
"""

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from core.i18n import N_, SOURCE, _, current_language, in_english, number, size
from core.types import Json
from core.words import yes_or_no

NULL: Final = "∅"
"""How a missing value looks to people."""
CELL_WIDTH: Final = 60
"""Longer texts are cut in tables for people."""

_GAP: Final = "  "
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that move the cursor, turn the writing direction or show nothing."""
_JOINERS: Final = frozenset({"\u200c", "\u200d"})
"""Invisible, but words and emoji need them."""


def write_line(text: str = "") -> None:
    """Print one line of the result, as it is."""
    sys.stdout.write(f"{text}\n")


def write_json(value: Mapping[str, Json] | Sequence[Json]) -> None:
    """Print one result as one line of JSON."""
    write_line(to_json(value))


def to_json(value: object) -> str:
    """Return JSON on one line; readable where the text can be encoded, escaped where it cannot (file names).

    Never in another language than English: a script reads it.
    """
    value = value if current_language() == SOURCE else _plain(value)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, allow_nan=False, default=str)
    return text


def write_listing(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = (), cut: int = CELL_WIDTH
) -> None:
    """Print a table of our own facts: as `write_table`, with its headings, which `N_` marks, translated."""
    heads = {name: _(name) for name in columns}
    write_table(list(heads.values()), rows, right=[heads[name] for name in right], cut=cut)


def write_facts(facts: Mapping[str, Json]) -> None:
    """Print an object of JSON for people: its names as words, sizes as sizes, what is within it below."""
    write_listing((N_("what"), N_("value")), _facts(facts, ""), cut=200)


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = (), cut: int = CELL_WIDTH
) -> None:
    """Print a table for people.

    Args:
        columns: The headings.
        rows: The cells; None is a missing value.
        right: Headings of columns that are aligned to the right.
        cut: Longest cell.
    """
    cells = [[shorten(visible(cell), cut) for cell in row] for row in rows]
    heads = [shorten(visible(name), cut) for name in columns]
    widths = [max(width(row[i]) for row in (heads, *cells)) for i in range(len(columns))]
    to_right = [name in frozenset(right) for name in columns]
    for line in (heads, ["─" * w for w in widths], *cells):
        padded = [_pad(cell, w, r) for cell, w, r in zip(line, widths, to_right, strict=True)]
        write_line(_GAP.join(padded).rstrip())


def tell(text: str) -> None:
    """Say something to the person that is no result."""
    sys.stderr.write(f"{visible(text)}\n")


def write_deleted(line: Mapping[str, Json], told: str, *, as_json: bool) -> None:
    """Print what was deleted: its `id`, which brings it back, as the result; `told` says so to people."""
    if as_json:
        write_json({**line, "deleted": True})
    else:
        write_line(str(line["id"]))
        tell(told)


def write_restored(line: Mapping[str, Json], *, as_json: bool) -> None:
    """Print what was brought back: its name, which stands first in the line."""
    if as_json:
        write_json({**line, "deleted": False})
    else:
        write_line(str(next(iter(line.values()))))


def visible(value: object) -> str:
    """Return text that is safe to print on one line: what has no shape of its own is written as its code."""
    if value is None:
        return NULL
    return "".join(_shown(sign) for sign in str(value))


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(_columns(sign) for sign in text)


def shorten(text: str, limit: int) -> str:
    """Return the text, cut with an ellipsis if it takes more than `limit` columns."""
    if len(text) <= limit and width(text) <= limit:
        return text
    used, kept = 1, []
    for sign in text:
        used += _columns(sign)
        if used > limit:
            break
        kept.append(sign)
    return "".join(kept) + "…"


def _facts(facts: Mapping[str, Json], of: str) -> Iterator[tuple[str, object]]:
    for name, value in facts.items():
        told = f"{of}{name.removesuffix('_bytes').replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _facts(value, f"{told}, ")
        else:
            yield told, _fact(name, value)


def _fact(name: str, value: Json) -> object:
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, int | float) and name.endswith("_bytes"):
        return size(value)
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list):
        return "; ".join(str(_fact(name, one)) for one in value) or _("none")
    return value


def _plain(value: object) -> object:
    """Return the value with every text in English."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return in_english(value)


def _shown(sign: str) -> str:
    if " " <= sign <= "~" or sign in _JOINERS or unicodedata.category(sign) not in _INVISIBLE:
        return sign
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(sign)
    if short:
        return short
    code = ord(sign)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _columns(sign: str) -> int:
    if " " <= sign <= "~":
        return 1
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me") or sign in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _pad(text: str, columns: int, to_right: bool) -> str:
    space = " " * (columns - width(text))
    return space + text if to_right else text + space
