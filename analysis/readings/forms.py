"""The written forms of values that can become a type without changing anything.

Used by the judge (on sampled cells) and by the loader (on every cell, in SQL). A form turns a text into a value
and tells whether the value still says exactly what the text says: it renders back as the same text, but for zeros
appended to a fraction. What fits no form stays text: leading zeros, plus signs, numbers too long for the type,
"1e5", padded dates. An empty cell is null in every form.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

TEXT_TYPE = "VARCHAR"


@dataclass(frozen=True, slots=True)
class Form:
    """One written form of one type.

    Attributes:
        key: Its name.
        sql_type: The engine's type of its values.
        pattern: Matches what a sample cell must look like.
        value: SQL for the value, with `{c}` for the text; null when it has none.
        faithful: SQL that is true when the value `{v}` says what the text `{c}` says, or both are null;
            otherwise it is false or null.
    """

    key: str
    sql_type: str
    pattern: re.Pattern[str]
    value: str
    faithful: str

    def value_sql(self, text: str) -> str:
        """Return SQL for the value of a text expression."""
        return self.value.format(c=text)

    def faithful_sql(self, text: str, value: str) -> str:
        """Return SQL that is true when a value says what its text says, or both are null; else false or null."""
        return f"({self.faithful.format(c=text, v=value)})"


def _form(key: str, sql_type: str, pattern: str, value: str, faithful: str) -> Form:
    return Form(key, sql_type, re.compile(pattern), value, faithful)


TEXT = _form("text", TEXT_TYPE, r"(?s:.*)", "{c}", "true")

_SAME = "{v}::varchar is not distinct from {c}"
_OR_NULL = " or {c} is null"
_FRACTION = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"
_D4, _D2 = r"\d{4}", r"\d{2}"

INTEGER = _form("integer", "BIGINT", r"0|-?[1-9]\d{0,18}", "try_cast({c} as bigint)", _SAME)
DOUBLE = _form(
    "double", "DOUBLE", rf"{_FRACTION}(?:e[-+]\d+)?", "try_cast({c} as double)",
    "isfinite({v}) and ({v}::varchar = {c} or {v}::varchar = {c} || '.0')" + _OR_NULL,
)  # fmt: skip
OTHERS: tuple[Form, ...] = (
    *(
        _form(f"truth_{yes}", "BOOLEAN", f"{yes}|{no}",
              f"case {{c}} when '{yes}' then true when '{no}' then false end", "{v} is not null" + _OR_NULL)
        for yes, no in (("true", "false"), ("True", "False"), ("TRUE", "FALSE"))
    ),
    _form("date", "DATE", rf"{_D4}-{_D2}-{_D2}", "try_cast({c} as date)",
          "isfinite({v}) and {v}::varchar = {c}" + _OR_NULL),
    _form("date_dots", "DATE", rf"{_D2}\.{_D2}\.{_D4}", "try_strptime({c}, '%d.%m.%Y')::date",
          "strftime({v}, '%d.%m.%Y') = {c}" + _OR_NULL),
    _form("date_slashes", "DATE", rf"{_D4}/{_D2}/{_D2}", "try_strptime({c}, '%Y/%m/%d')::date",
          "strftime({v}, '%Y/%m/%d') = {c}" + _OR_NULL),
    _form("moment", "TIMESTAMP", rf"{_D4}-{_D2}-{_D2} {_D2}:{_D2}:{_D2}(?:\.\d{{0,5}}[1-9])?",
          "try_cast({c} as timestamp)", "isfinite({v}) and {v}::varchar = {c}" + _OR_NULL),
    _form("moment_t", "TIMESTAMP", rf"{_D4}-{_D2}-{_D2}T{_D2}:{_D2}:{_D2}(?:\.\d{{0,5}}[1-9])?",
          "try_cast({c} as timestamp)", "isfinite({v}) and replace({v}::varchar, ' ', 'T') = {c}" + _OR_NULL),
    _form("time", "TIME", rf"{_D2}:{_D2}:{_D2}(?:\.\d{{0,5}}[1-9])?", "try_cast({c} as time)", _SAME),
)  # fmt: skip


def decimal_form(digits: int, scale: int, *, decimal: str = ".", thousands: str | None = None) -> Form | None:
    """Return the form of decimal fractions, or None when no type holds them.

    Args:
        digits: Most digits before the mark.
        scale: Most digits after it.
        decimal: The decimal mark.
        thousands: The mark between groups of three digits, if there is one.
    """
    precision = 18 if digits + scale <= 18 else 38
    if digits + scale > precision:
        return None
    sql_type = f"DECIMAL({precision},{scale})"
    if decimal == "." and thousands is None:
        return _form(f"decimal_{precision}_{scale}", sql_type, _FRACTION, f"try_cast({{c}} as {sql_type})",
                     "starts_with({v}::varchar, {c})" + _OR_NULL)  # fmt: skip
    plain = f"replace({{c}}, '{decimal}', '.')"
    if thousands:
        quoted = thousands.replace("'", "''")
        plain = f"replace(replace({{c}}, '{quoted}', ''), '{decimal}', '.')"
    pattern = mark_pattern(decimal, thousands)
    return _form(
        f"decimal_{precision}_{scale}{decimal}{thousands or ''}", sql_type, pattern,
        f"try_cast({plain} as {sql_type})",
        f"starts_with({{v}}::varchar, {plain}) and regexp_full_match({{c}}, '{_sql(pattern)}'){_OR_NULL}",
    )  # fmt: skip


def mark_pattern(decimal: str, thousands: str | None) -> str:
    """Return the pattern of numbers with these marks: groups complete or absent, no leading zero."""
    fraction = rf"(?:{re.escape(decimal)}[0-9]+)?"
    if not thousands:
        return rf"-?(?:0|[1-9][0-9]*){fraction}"
    return rf"-?(?:0|[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})*|[1-9][0-9]*){fraction}"


def _sql(pattern: str) -> str:
    """Return the pattern within an SQL string that is filled by `str.format` later."""
    return pattern.replace("'", "''").replace("{", "{{").replace("}", "}}")


@dataclass(frozen=True, slots=True)
class Marks:
    """How a file writes fractions."""

    decimal: str = "."
    thousands: str | None = None


def marks_of(columns: Sequence[Sequence[str]]) -> Marks:
    """Return the marks most columns agree on; a point if nothing speaks for a comma.

    Args:
        columns: Sampled cells, by column.
    """
    found: dict[Marks, int] = {}
    for cells in columns:
        filled = [cell for cell in cells if cell]
        marks = _marks(filled) if filled else None
        if marks is not None:
            # 1.234 alone may be a thousand where the file writes commas.
            found[marks] = found.get(marks, 0) + (1 if _is_doubtful(filled, marks) else 2)
    if not found:
        return Marks()
    best = max(found, key=lambda marks: (found[marks], marks.decimal == "."))
    grouped = [m for m in found if m.decimal == best.decimal and m.thousands]
    return grouped[0] if grouped else best


def _marks(cells: Sequence[str]) -> Marks | None:
    """Return the marks of one column of fractions, None if it is none."""
    for decimal, groups in (
        (".", (None, ",", " ", "'", "\u202f", "\u00a0")),
        (",", (None, ".", " ", "\u202f", "\u00a0")),
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


def guess(cells: Sequence[str], marks: Marks) -> Form:
    """Return the form that all sampled cells have; text if there is none, or no cell."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return TEXT
    if all(map(INTEGER.pattern.fullmatch, filled)):
        return INTEGER if all(-(2**63) <= int(cell) < 2**63 for cell in filled) else TEXT
    pattern = re.compile(mark_pattern(marks.decimal, marks.thousands))
    if all(map(pattern.fullmatch, filled)):
        return _number_form(filled, marks)
    if all(map(DOUBLE.pattern.fullmatch, filled)):
        return DOUBLE if all(_is_double(cell) for cell in filled) else TEXT
    return next((form for form in OTHERS if all(map(form.pattern.fullmatch, filled))), TEXT)


def _number_form(cells: Sequence[str], marks: Marks) -> Form:
    """Return the decimal form for these cells, or double where only that keeps them."""
    digits = scale = 0
    for cell in cells:
        whole, _, fraction = cell.lstrip("-").partition(marks.decimal)
        digits = max(digits, len(whole.replace(marks.thousands, "") if marks.thousands else whole))
        scale = max(scale, len(fraction))
    if any(_is_minus_zero(cell, marks) for cell in cells):
        return TEXT
    if digits + scale > 18 and marks == Marks() and all(_is_double(cell) for cell in cells):
        return DOUBLE
    return decimal_form(digits, scale, decimal=marks.decimal, thousands=marks.thousands) or TEXT


def _is_double(cell: str) -> bool:
    text = repr(float(cell))
    return text in (cell, f"{cell}.0")


def _is_minus_zero(cell: str, marks: Marks) -> bool:
    return cell.startswith("-") and not cell.strip(f"-0{marks.decimal}")
