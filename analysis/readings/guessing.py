"""Which form the cells of a column have, and which type a person may want instead.

Used by the judge and the loader on sampled cells. A form is guessed only where every sampled cell says the same as
its value; anything else is an offer, with the cells that speak against it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from analysis.readings.conversions import (
    DMY,
    FALSE_WORDS,
    MDY,
    TRUE_WORDS,
    ZONED,
    Convert,
    Said,
    converter,
    date,
    number,
    number_parts,
)
from analysis.readings.forms import (
    BY_ORDER,
    CLEAR,
    DOUBLE,
    DOUBLE_EXACT,
    FIXED,
    FREE,
    INTEGER,
    MAX_DIGITS,
    POINT_ZERO,
    SHORT,
    TEXT,
    Form,
    decimal_form,
    mark_pattern,
)
from analysis.readings.model import Guess
from core.i18n import N_

MOST: Final = 0.8
"""A type is offered when at least this share of the filled cells can become it."""
EXAMPLES: Final = 5
MIXED: Final = "mixed"
"""Some dates have the day first, some the month."""

_EVERY_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_FIGURES = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{2,4}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Marks:
    """How a file writes fractions."""

    decimal: str = "."
    thousands: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell, the line it stands in (0 where that is not known), and how many others say the same."""

    line: int
    text: str
    times: int = 1


# ---- marks ------------------------------------------------------------------------------------------------


def marks_of(columns: Sequence[Sequence[str]], told: Marks | None = None) -> Marks:
    """Return the marks most columns agree on; a point if nothing speaks for a comma.

    Args:
        columns: Sampled cells, by column.
        told: What a person said; believed where the cells do not clearly say otherwise.
    """
    found: dict[Marks, int] = {}
    for cells in columns:
        filled = [cell for cell in cells if cell]
        marks = _marks(filled) if filled else None
        if marks is not None:
            # 1.234 alone may be a thousand where the file writes commas.
            found[marks] = found.get(marks, 0) + (1 if _is_doubtful(filled, marks) else 2)
    if not found or (told is not None and max(found.values()) == 1):
        return told or Marks()
    best = max(found, key=lambda marks: (found[marks], marks.decimal == "."))
    grouped = [m for m in found if m.decimal == best.decimal and m.thousands]
    return grouped[0] if grouped else best


def _marks(cells: Sequence[str]) -> Marks | None:
    """Return the marks of one column of fractions, None if it is none."""
    for decimal, groups in (
        (".", (None, ",", " ", "'", "\u2019", "\u202f", "\u00a0", "\u2009")),
        (",", (None, ".", " ", "\u202f", "\u00a0", "\u2009")),
    ):
        for thousands in groups:
            pattern = re.compile(mark_pattern(decimal, thousands))
            if all(pattern.fullmatch(cell) for cell in cells):
                if _is_fraction(cells, decimal, thousands) or _is_grouped(cells, thousands):
                    return Marks(decimal, thousands)
                break  # whole numbers say nothing about marks
    return None


def _is_doubtful(cells: Sequence[str], marks: Marks) -> bool:
    return marks == Marks() and all(re.fullmatch(r"-?\d{1,3}(?:\.\d{3})?", cell) for cell in cells)


def _is_fraction(cells: Sequence[str], decimal: str, thousands: str | None) -> bool:
    """Tell whether the mark is beyond doubt a decimal one: 1,234 alone may be a group of three."""
    marked = [cell for cell in cells if decimal in cell]
    if decimal == "." or (thousands and any(thousands in cell for cell in marked)):
        return bool(marked)
    return any(len(cell.partition(decimal)[2]) != 3 for cell in marked)


def _is_grouped(cells: Sequence[str], thousands: str | None) -> bool:
    """Tell whether groups are beyond doubt: two of them in one number (1.234 alone may be a fraction)."""
    return thousands is not None and any(cell.count(thousands) >= 2 for cell in cells)


def order_of(cells: Iterable[str]) -> str | None:
    """Return whether the cells show that the day or the month comes first: dmy, mdy, mixed, or None."""
    found = set()
    for cell in cells:
        figures = _FIGURES.match(cell)
        if figures and int(figures[1]) > 12:
            found.add(DMY)
        elif figures and int(figures[2]) > 12:
            found.add(MDY)
    return MIXED if len(found) == 2 else next(iter(found), None)


def decimal_of(cells: Sequence[str], marks: Marks) -> str:
    """Return the decimal mark by which most cells are numbers, units aside; the file's if none is better.

    Args:
        cells: Sampled ones of a column.
        marks: How fractions are written elsewhere in the file.
    """
    first = cells[:_FIRST]
    return max(
        dict.fromkeys((marks.decimal, ".", ",")),
        key=lambda mark: sum(number(cell, mark) is not None for cell in first),
    )


# ---- forms ------------------------------------------------------------------------------------------------


def guess(cells: Sequence[str], marks: Marks, order: str | None = None) -> Form:
    """Return the form that all sampled cells have; text if there is none, or no cell.

    Args:
        cells: Of one column; empty ones say nothing.
        marks: How fractions are written.
        order: Whether the day or the month comes first, where a person said so.
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return TEXT
    if all(map(_EVERY_INTEGER.fullmatch, filled)):
        return _integer_form(filled)
    own = next((known for known in (marks, _own_marks(filled)) if known and _all_written(filled, known)), None)
    if own is not None:
        return _number_form(filled, own)
    if all(map(DOUBLE.pattern.fullmatch, filled)):
        return _double_form(filled)
    clear = next((form for form in CLEAR if all(map(form.pattern.fullmatch, filled))), None)
    if clear is not None:
        return clear if _is_told_twice(clear, filled) else TEXT
    return _ordered_form(filled, order)


def _all_written(cells: Sequence[str], marks: Marks) -> bool:
    return all(map(re.compile(mark_pattern(marks.decimal, marks.thousands)).fullmatch, cells))


def _own_marks(cells: Sequence[str]) -> Marks | None:
    """Return the marks of one column that writes numbers in its own way, where there is no doubt about them."""
    marks = _marks(cells)
    return marks if marks is not None and not _is_doubtful(cells, marks) else None


def _integer_form(cells: Sequence[str]) -> Form:
    if all(len(cell) < 19 or -(2**63) <= int(cell) < 2**63 for cell in cells):
        return INTEGER
    digits = max(len(cell.lstrip("-")) for cell in cells)
    return decimal_form(digits, 0, zeros=FIXED) or TEXT if digits <= MAX_DIGITS else TEXT


def _number_form(cells: Sequence[str], marks: Marks) -> Form:
    """Return the decimal form for these cells, or double where only that keeps them."""
    digits = scale = 0
    grouped = True
    fractions = []
    for cell in cells:
        whole, _, fraction = cell.lstrip("-").partition(marks.decimal)
        plain = whole.replace(marks.thousands, "") if marks.thousands else whole
        grouped = grouped and (not marks.thousands or len(plain) <= 3 or marks.thousands in whole)
        digits, scale = max(digits, len(plain)), max(scale, len(fraction))
        fractions.append(fraction)
    if any(_is_minus_zero(cell, marks) for cell in cells):
        return TEXT
    if digits + scale > 18 and marks == Marks() and all(_is_double(cell) for cell in cells):
        return _double_form(cells)
    zeros = _zeros(fractions) if grouped else FREE
    return decimal_form(digits, scale, decimal=marks.decimal, thousands=marks.thousands, zeros=zeros) or TEXT


def _zeros(fractions: Sequence[str]) -> str:
    """Return how many digits fractions have, by those of a sample."""
    if len(set(map(len, fractions))) == 1:
        return FIXED
    if not any(fraction.endswith("0") for fraction in fractions):
        return SHORT
    pointed = all(fraction == "0" or (fraction and not fraction.endswith("0")) for fraction in fractions)
    return POINT_ZERO if pointed else FREE


def _double_form(cells: Sequence[str]) -> Form:
    if not all(_is_double(cell) for cell in cells):
        return TEXT
    return DOUBLE_EXACT if all(repr(float(cell)) == cell for cell in cells) else DOUBLE


def _is_double(cell: str) -> bool:
    text = repr(float(cell))
    return text in (cell, f"{cell}.0")


def _is_minus_zero(cell: str, marks: Marks) -> bool:
    return cell.startswith("-") and not cell.strip(f"-0{marks.decimal}")


def _is_told_twice(form: Form, cells: Sequence[str]) -> bool:
    """Tell whether a word for yes or no may be one: "NO" alone is also a country, so both have to be there."""
    return form.sql_type != "BOOLEAN" or form.key.lower().startswith("truth_true") or len(set(cells)) == 2


def _ordered_form(cells: Sequence[str], told: str | None) -> Form:
    """Return the form of dates in figures whose order is known: told, shown by a cell, or by points."""
    shown = order_of(cells)
    order = shown if shown is not None else told
    if order is None and all("." in cell[:3] for cell in cells):
        order = DMY
    forms = BY_ORDER.get(order or "", ())
    found = next((form for form in forms if all(map(form.pattern.fullmatch, cells))), None)
    return found or TEXT


# ---- offers -----------------------------------------------------------------------------------------------

_WHY: Final = {
    "leading_zeros": N_("{count} of {total} cells begin with zeros, which a number would not have."),
    "percent": N_("{count} of {total} cells are percentages; the sign would go, 12.5 % would be 12.5."),
    "currency": N_("{count} of {total} cells name a currency, which would go."),
    "currencies": N_("{count} of {total} cells name a currency, and not all the same; it would go."),
    "two_digit_year": N_("{count} of {total} cells have a year of two digits, whose century would be assumed."),
    "zone": N_("{count} of {total} cells have an offset of their own; all would be shown in UTC."),
    "no_time": N_("{count} of {total} cells have no time; it would be midnight."),
    "exponent": N_("{count} of {total} cells are written with an exponent, which would go."),
}
_OTHERWISE: Final = N_("{count} of {total} cells are written in a way that would go: signs, blanks, brackets.")
NOT_CLEAR: Final = N_("Nothing shows whether the day or the month comes first.")
"""Note of a column of dates that may be of either order."""
_BOTH: Final = N_("Some cells have the day first, others the month; {count} of {total} do not fit.")
_STRAYS: Final = N_("{count} of {total} cells are something else; they would be empty, their text kept.")
_SAYS_THE_SAME: Final = N_("Every cell says the same as a value of this type; here it is text.")
_WORDS: Final = N_("These words say yes and no.")
_DOES_NOT_FIT: Final = N_("{count} of {total} cells do not fit; they are empty, their text is kept.")
_SHOWN: Final = {
    DMY: N_("The day comes first: '{cell}' in line {line} can be nothing else."),
    MDY: N_("The month comes first: '{cell}' in line {line} can be nothing else."),
}
_DATED: Final = ("DATE", "TIMESTAMP")
_MIXED_LEAST: Final = 0.4
_IN_FIGURES = re.compile(r"[0-9]")
_FIGURE_SIGNS = re.compile(r"[-+0-9.,' \u00a0\u202f\u2019()]")
_WORDS_LOOKED_AT: Final = 1_000
_FIRST: Final = 30
_HOPELESS: Final = 0.2
"""What fits fewer of the first cells is not tried on all of them."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """What a column's cells would be as one type."""

    sql_type: str
    cells: Sequence[Cell]
    said: tuple[Said | None, ...]

    @property
    def total(self) -> int:
        """How many cells there are."""
        return sum(cell.times for cell in self.cells)

    @property
    def strays(self) -> int:
        """How many of them are something else."""
        return sum(cell.times for cell, one in zip(self.cells, self.said, strict=True) if one is None)

    @property
    def share(self) -> float:
        """Which share of them can be of this type."""
        return 1 - self.strays / self.total

    def against(self) -> tuple[tuple[int, str], ...]:
        """Return the first cells that are something else, then those that would say less."""
        placed = [(cell, one) for cell, one in zip(self.cells, self.said, strict=True) if cell.line]
        strays = [cell for cell, one in placed if one is None]
        less = [cell for cell, one in placed if one is not None and one.why]
        return tuple((cell.line, cell.text) for cell in [*strays, *less][:EXAMPLES])


def report(column: str, cells: Sequence[Cell], form: Form, marks: Marks, order: str | None = None) -> Guess:
    """Return what is known of a column that was not asked about: its form, and what else it could be."""
    plain = Guess(column, form.sql_type, writing=form.key)
    if not cells:
        return plain
    if form is not TEXT:
        return replace(plain, note=_order_shown(cells, form, order))
    exact = guess([cell.text for cell in cells], marks, order)
    if exact is not TEXT:
        return replace(plain, offered=exact.sql_type, note=_SAYS_THE_SAME)
    known = order_of(cell.text for cell in cells)
    offers = _offers(cells, marks, known if known in (DMY, MDY) else order or DMY)
    best = max(offers, key=lambda offer: offer.share, default=None)
    least = _MIXED_LEAST if known == MIXED and best is not None and best.sql_type in _DATED else MOST
    if best is None or best.share < least:
        return plain
    note = _note(best, known, order)
    return Guess(column, form.sql_type, best.sql_type, rounded(best.share), best.against(), note, form.key)


def _order_shown(cells: Sequence[Cell], form: Form, told: str | None) -> str:
    """Return which cell shows whether the day or the month comes first, where the form alone does not tell."""
    if form.sql_type not in _DATED or told is not None:
        return ""
    order = next((order for order, forms in BY_ORDER.items() if form in forms), None)
    if order is None:
        return ""
    for cell in cells:
        figures = _FIGURES.match(cell.text)
        if figures and int(figures[1 if order == DMY else 2]) > 12 and cell.line:
            return _SHOWN[order].format(cell=cell.text, line=cell.line)
    return ""


def report_asked(column: str, cells: Sequence[Cell], sql_type: str, convert: Convert) -> Guess:
    """Return what is known of a column whose type a person chose: which cells do not fit."""
    if not cells:
        return Guess(column, sql_type, writing="asked")
    offer = _Offer(sql_type, cells, tuple(convert(cell.text) for cell in cells))
    strays = [cell for cell, one in zip(cells, offer.said, strict=True) if one is None]
    examples = tuple((cell.line, cell.text) for cell in strays if cell.line)[:EXAMPLES]
    return asked_guess(column, sql_type, offer.total, offer.strays, examples)


def asked_guess(
    column: str, sql_type: str, total: int, strays: int, examples: tuple[tuple[int, str], ...]
) -> Guess:
    """Return what there is to say of a column whose type a person chose."""
    note = _DOES_NOT_FIT.format(count=strays, total=total) if strays else ""
    share = rounded(1 - strays / total) if total else 1.0
    return Guess(column, sql_type, None, share, examples, note, "asked")


def fallen_guess(
    column: str, sql_type: str, total: int, strays: int, examples: tuple[tuple[int, str], ...]
) -> Guess:
    """Return what there is to say of a column that is text only because of some cells further down."""
    note = _STRAYS.format(count=strays, total=total)
    return Guess(column, TEXT.sql_type, sql_type, rounded(1 - strays / total), examples, note, TEXT.key)


def rounded(share: float) -> float:
    """Return a share for people; never 1 where something is missing, never 0 where something is there."""
    return min(max(round(share, 4), 0.0001), 0.9999) if 0 < share < 1 else share


def _offers(cells: Sequence[Cell], marks: Marks, order: str) -> list[_Offer]:
    """Return what the cells could be, the likeliest first among those that fit equally well."""
    words = {cell.text.strip().casefold() for cell in cells[:_WORDS_LOOKED_AT]}
    found = []
    if len(words) <= 4 and words & TRUE_WORDS and words & FALSE_WORDS:
        found.append(_offer("BOOLEAN", cells, marks, order))
    if not any(_IN_FIGURES.search(cell.text) for cell in cells):
        return found
    first = cells[:_FIRST]
    for decimal in dict.fromkeys((marks.decimal, ".", ",")):
        if sum(number(cell.text, decimal) is not None for cell in first) < _HOPELESS * len(first):
            continue
        numbers = _Offer("", cells, tuple(number(cell.text, decimal) for cell in cells))
        if numbers.share >= MOST:
            found.append(_Offer(_number_type(numbers.said), cells, numbers.said))
            break
    kinds = ("DATE", "TIMESTAMP", ZONED, "TIME")
    hopeful = [kind for kind in kinds if _offer(kind, first, marks, order).share >= _HOPELESS]
    return found + [_offer(kind, cells, marks, order) for kind in hopeful]


def _offer(sql_type: str, cells: Sequence[Cell], marks: Marks, order: str) -> _Offer:
    convert = converter(sql_type, decimal=marks.decimal, order=order)
    return _Offer(sql_type, cells, tuple(convert(cell.text) if convert else None for cell in cells))


def _number_type(said: Sequence[Said | None]) -> str:
    """Return the type that holds all numbers."""
    parts = [number_parts(one.text) for one in said if one is not None]
    digits, scale = max(part[0] for part in parts), max(part[1] for part in parts)
    if scale == 0 and digits <= 18:
        return "BIGINT"
    if digits + scale <= 18:
        return f"DECIMAL(18,{scale})"
    return f"DECIMAL({MAX_DIGITS},{scale})" if digits + scale <= MAX_DIGITS else "DOUBLE"


def _note(offer: _Offer, known: str | None, told: str | None) -> str:
    total, strays = offer.total, offer.strays
    if offer.sql_type in _DATED and known == MIXED:
        return _BOTH.format(count=strays, total=total)
    if strays:
        return _STRAYS.format(count=strays, total=total)
    whys: Counter[str] = Counter()
    for cell, one in zip(offer.cells, offer.said, strict=True):
        if one is not None and one.why:
            whys[one.why] += cell.times
    if whys:
        why, count = whys.most_common(1)[0]
        if why == "currency" and len({_FIGURE_SIGNS.sub("", cell.text) for cell in offer.cells}) > 1:
            why = "currencies"
        return _WHY.get(why, _OTHERWISE).format(count=count, total=total)
    if offer.sql_type == "BOOLEAN":
        return _WORDS
    ordered = offer.sql_type in ("DATE", "TIMESTAMP", ZONED) and known is None and told is None
    if ordered and all(date(cell.text[:10], MDY) is not None for cell in offer.cells[:_WORDS_LOOKED_AT]):
        return NOT_CLEAR
    return _OTHERWISE.format(count=total, total=total)
